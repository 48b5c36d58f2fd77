"""What people call the parts of a pipeline, its reasons and products."""

from __future__ import annotations

from accord.engine.errors import Refused

LONGEST = 120


class NameMissing(Refused):
    """Give it a name of at most 120 characters."""


class NameTaken(Refused):
    """This name is taken. Choose another one."""


def cleaned(text: str) -> str:
    """The name with single spaces. Raises NameMissing where nothing or too much is left."""
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST:
        raise NameMissing
    return name
