"""Reports of a segment: of its members now, or of those it had at a moment."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from accord.engine.errors import Refused
from accord.people.models import Segment
from accord.platform.access import permissions
from accord.platform.models import User


class UnknownSegment(Refused):
    """There is no such segment or list."""


class PutAway(Refused):
    """This segment was put away. Choose another one."""


class StillAsking(Refused):
    """Who is in this segment is still being worked out. Try again in a moment."""


class BeforeItsTime(Refused):
    """Nobody was in this segment then: it did not exist."""


def named(name: str) -> Segment:
    """The segment or list of this name, whatever its capitals, or of this id.

    A name wins over an id. Raises UnknownSegment or PutAway.
    """
    there = Segment.objects.filter(name__iexact=name.strip())
    found = there.current().first()
    if found:
        return found
    if name.strip().isdecimal() and len(name) < 10 and not there.exists():
        return numbered(int(name))
    if there.exists():
        raise PutAway(f"The segment {name!r} was put away. Choose another one.")
    known = Segment.objects.current().order_by("name").values_list("name", flat=True)[:20]
    offered = f" Use one of: {', '.join(known)}." if known else ""
    raise UnknownSegment(f"There is no segment or list {name!r}.{offered}")


def numbered(pk: int) -> Segment:
    """The segment or list with this id. Raises UnknownSegment."""
    found = Segment.objects.filter(pk=pk).first()
    if found is None:
        raise UnknownSegment
    return found


def check(segment: Segment, *, as_of: datetime | None, reader: User | None) -> None:
    """Raise where a report cannot tell of this segment, or the reader may not know of it."""
    if reader is not None:
        permissions.require(reader, "contact.read")
    if segment.archived_at:
        raise PutAway(f"The segment {segment.name!r} was put away. Choose another one.")
    if segment.kind == Segment.Kind.DYNAMIC and segment.evaluated_at is None:
        raise StillAsking
    if as_of and as_of < segment.created_at:
        made = date_format(timezone.localtime(segment.created_at), "j M Y, H:i")
        raise BeforeItsTime(
            f"Who was in {segment.name!r} is known since it was made, {made}. Ask as of a later"
            " moment, or without the segment."
        )
