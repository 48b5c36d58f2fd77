"""Kinds of entries a timeline can be narrowed to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from accord.platform.events import names

_TALKS = ("activity.call", "activity.meeting", "activity.email", "call.", "meeting.", "mail.")
_CAPTURED = ("page.", "screen.", "track", "form.", "visitor.")
_TOUCHES = ("touch.", "ad.", "webinar.", "fair.", "partner.", *_CAPTURED)
# A word in the address, what people read, and how the names of the events begin.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "notes": ("Notes", ("activity.note",)),
        "talks": ("Calls, meetings, mails", _TALKS),
        "tasks": ("Tasks", ("task.",)),
        "deals": ("Deals", ("deal.",)),
        "stages": ("Lifecycle and hand-offs", ("lifecycle.", "handoff.")),
        "visits": ("Touches and visits", _TOUCHES),
        "changes": ("Changes", ("contact.", "company.", "affiliation.")),
    }
)


def names_of(kind: str) -> tuple[str, ...]:
    """The names of the events of a kind; () for everything."""
    begins = KINDS[kind][1] if kind else ()
    return tuple(name for name in names.ALL if name.startswith(begins)) if begins else ()
