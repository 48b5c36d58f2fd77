"""Values that strangers send, made fit to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

DEEPEST = 8  # levels of lists and objects within each other
SHOWN = 64  # levels of what cannot be kept that are shown to whoever looks for why
MOST_NAMES = 250  # in one object
LONGEST_NAME = 100  # characters
LARGEST_NUMBER = 2**63
TOO_DEEP = f"Values lie more than {DEEPEST} levels deep."

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]


class Unfit(ValueError):
    """A value cannot be kept. The message is a sentence that says why."""


def text(value: object, *, longest: int) -> str:
    """A short text (an id, a name) in one line, "" where there is none.

    Numbers are written out, as clients send ids both ways. Raises Unfit where it is longer, or
    neither text nor number.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("An id or name is neither text nor a number.")
    found = " ".join(str(value).replace("\0", "").split())
    if len(found) > longest:
        raise Unfit(f"An id or name is longer than {longest} characters.")
    return found


def mapping(value: object) -> dict[str, Value]:
    """An object whose values can be kept, {} where there is none. Raises Unfit."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Unfit("Properties, traits and context have to be objects.")
    found = _kept(value, 1)
    return found if isinstance(found, dict) else {}


def cut(value: object, levels: int = SHOWN) -> object:
    """What JSON said without what lies deeper, which is named by "…". Encoders have limits too."""
    match value:
        case list():
            return [cut(each, levels - 1) for each in value] if levels else "…"
        case Mapping():
            if not levels:
                return "…"
            return {name: cut(each, levels - 1) for name, each in value.items()}
        case _:
            return value


def _kept(value: object, depth: int) -> Value:
    if depth > DEEPEST:
        raise Unfit(TOO_DEEP)
    match value:
        case str():
            return value.replace("\0", "")
        case None | bool():
            return value
        case int():
            return value if abs(value) < LARGEST_NUMBER else str(value)
        case float():
            return value if isfinite(value) else None
        case list():
            return [_kept(each, depth + 1) for each in value]
        case Mapping():
            return _named(value, depth)
        case _:
            raise Unfit("A value is of a kind that JSON does not have.")


def _named(value: Mapping[object, object], depth: int) -> Value:
    if len(value) > MOST_NAMES:
        raise Unfit(f"An object has more than {MOST_NAMES} names.")
    if any(len(str(name)) > LONGEST_NAME for name in value):
        raise Unfit(f"The name of a value is longer than {LONGEST_NAME} characters.")
    return {str(name).replace("\0", ""): _kept(each, depth + 1) for name, each in value.items()}
