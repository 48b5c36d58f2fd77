"""How a log line looks: time, level, logger, a constant message, ids as key=value.

Of an error it tells the kind and the places, never its message: databases and parsers quote the
value they choke on, and that may be somebody's name or address.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

_INSIDE = re.compile(r"^.*/(?:site-packages|accord)/")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        extra = {k: v for k, v in vars(record).items() if k not in _USUAL and k != "request"}
        pairs = " ".join(f"{key}={value}" for key, value in extra.items())
        return f"{line} {pairs}" if pairs else line

    def formatException(self, ei: _Raised) -> str:
        return "\n".join(f"  {each}" for each in _chain(ei[1]))


def told(error: BaseException, *, places: int) -> str:
    """The kind of an error and where it came about: its last places, the outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{_INSIDE.sub('', frame.filename)}:{frame.lineno}" for frame in frames]
    return f"{type(error).__name__} at {' > '.join(where[-places:])}"


def to_the_terminal() -> None:
    """Log as Accord does, in a process that loads no Django."""
    line = logging.StreamHandler()
    line.setFormatter(LineFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[line])


def _chain(error: BaseException | None) -> Iterator[str]:
    """An error and those it came from, the last one first."""
    while error is not None:
        yield told(error, places=sys.getrecursionlimit())
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
