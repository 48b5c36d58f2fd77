"""Places where a process can be made to die, to prove that nothing is lost or left half done.

ACCORD_FAILPOINT=name or name:n kills this process the way `kill -9` does, at the n-th time the
place is reached (the first unless told). Where it is not set, a place costs a comparison.
"""

from __future__ import annotations

import os
import signal

ALL: dict[str, str] = {}
VARIABLE = "ACCORD_FAILPOINT"
_reached: dict[str, int] = {}


def declare(name: str, place: str) -> str:
    """Make a place known, so that tests can visit every one; answers its name."""
    ALL[name] = place
    return name


def reach(name: str) -> None:
    """Die here if the environment asks for it. Raises KeyError on a place nobody declared."""
    if not (wanted := os.environ.get(VARIABLE)):
        return
    ALL[name]
    asked, _, nth = wanted.partition(":")
    if asked == name:
        _reached[name] = _reached.get(name, 0) + 1
        if _reached[name] == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)
