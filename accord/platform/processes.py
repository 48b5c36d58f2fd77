"""What a process asks of the system: to end with its parent, and to be ended when it hangs."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object]

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


def when_told_to_end(handler: Handler) -> None:
    """Call `handler` on a polite end, Ctrl-C, or a closed terminal (unless started by nohup)."""
    for name in ENDING:
        if signal.getsignal(name) is not signal.SIG_IGN:
            signal.signal(name, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off being told to end until this block is left. Processes begun in it put it off too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent(parent: int | None = None) -> None:
    """Have the system ask this process to end when its parent dies, even by kill -9 (Linux).

    parent: the process id the parent had when it started us, to notice that it is gone already.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def end_unless_called_again(seconds: int) -> None:
    """A watchdog: the system ends this process unless it calls again in time; 0 calls it off.

    Works without Python's help, so also when an extension module hangs.
    """
    signal.alarm(seconds)


def settle() -> None:
    """Have the garbage collector pass by what is loaded, which stays until the process ends.

    Looking through all of it again, in the middle of a request, takes 60 ms.
    """
    gc.collect()
    gc.freeze()
