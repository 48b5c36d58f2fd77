from inspect import cleandoc


class Refused(Exception):
    """A rule of the trade forbids this. The message is written for the person who asked."""

    def __str__(self) -> str:
        return super().__str__() or cleandoc(self.__doc__ or "")


class Unreadable(Refused):
    """This value cannot be read. The message names what was expected and what to write instead."""


class Ambiguous(Unreadable):
    """This value can be read in two ways. The message names both and what settles it."""
