"""Identity: who a visitor was at a moment, worked out from what was said of them.

A visitor is a device, or a person as a server calls them. What is said is an address, an id, or
both. Who is said follows from whom the address or the id belongs to, so that all of it is a
function of two sets, what was said and who has which key, and never of the order in which they
came.

* An address is a known person where a contact has it. It is somebody, but nobody we know, where
  none has.
* An id is the contact that has it. Where none has, it is whoever it was said together with an
  address of; a server's word for that counts more than a page's, and where two contacts are
  meant, it proves nothing.
* What names an address and an id is the address's person, else the id's.
* A device is, at a moment, who was said last before it; before anything was said, who was said
  first. A second person therefore splits a device and never takes over what the first one did.
  An id that nobody can be found for says nothing.
* A server's id is one person at all times.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

ERASED = "erased:"  # no address begins like this
UNNAMED = "unnamed:"  # somebody was said who is not to be named; nor like this


@dataclass(frozen=True, order=True)
class Said:
    """What was said of a visitor in equal words within one hour.

    email: a clean address or "". user_id: an id or "". is_known: a server said it, not a page.
    moments: when it was said, one or more; another may have been said in between.
    """

    visitor: int
    email: str
    user_id: str
    is_known: bool
    moments: tuple[datetime, ...]

    @property
    def words(self) -> tuple[int, str, str, bool, datetime]:
        """What two of them have in common when they are one: see `together`."""
        return self.visitor, self.email, self.user_id, self.is_known, hour(self.moments[0])


@dataclass(frozen=True)
class Keys:
    """Which contact has an address, and which an id."""

    emails: Mapping[str, int]
    user_ids: Mapping[str, int]


@dataclass(frozen=True)
class Span:
    """Who a visitor was from a moment on (None: from the beginning); contact None: nobody known."""

    since: datetime | None
    contact: int | None


def hour(at: datetime) -> datetime:
    """The hour (UTC) in which equal words are one row."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def together(said: Iterable[Said]) -> list[Said]:
    """Equal words within an hour as one, with the moments they were said at: of those within one
    second the first and the last.

    However often and in whatever order it is applied, to parts or to all, the outcome is one.
    """
    found: dict[tuple[object, ...], list[Said]] = {}
    for each in said:
        found.setdefault(each.words, []).append(each)
    return [
        replace(some[0], moments=_apart(moment for each in some for moment in each.moments))
        for some in found.values()
    ]


def partners(said: Iterable[Said], emails: Mapping[str, int]) -> dict[str, int]:
    """The contact of each id that was said together with addresses of one contact only."""
    meant: dict[tuple[str, bool], set[int]] = {}
    for each in said:
        if each.user_id and each.email in emails:
            meant.setdefault((each.user_id, each.is_known), set()).add(emails[each.email])
    found: dict[str, int] = {}
    for (user_id, is_known), contacts in meant.items():
        if len(contacts) == 1 and (is_known or (user_id, True) not in meant):
            found[user_id] = next(iter(contacts))
    return found


def with_partners(keys: Keys, said: Iterable[Said]) -> Keys:
    """The keys, with the ids that no contact has but that were said with a contact's address."""
    return Keys(keys.emails, {**partners(said, keys.emails), **keys.user_ids})


def device(said: Collection[Said], keys: Keys) -> tuple[Span, ...]:
    """Who a device was when, in order; () where nothing was ever said that counts.

    said: all that was said of it. keys: with the partners of ids (`with_partners`).
    """
    marks: dict[datetime, int] = {}
    for each in said:
        if (who := _who(each, keys)) != _SILENT:
            for moment in each.moments:
                # Of two said in one instant the contact made last counts: any rule would do.
                marks[moment] = max(marks.get(moment, 0), who)
    spans: list[Span] = []
    for moment, who in sorted(marks.items()):
        if not spans or spans[-1].contact != (who or None):
            spans.append(Span(moment if spans else None, who or None))
    return () if all(each.contact is None for each in spans) else tuple(spans)


def person(name: str, said: Collection[Said], keys: Keys) -> tuple[Span, ...]:
    """Who a server means by an id (or an address), at all times; () where nobody is known."""
    contact = keys.user_ids.get(name) or keys.emails.get(name)
    if contact is None:
        alone = [each.email for each in said if not each.user_id]  # the name is an address then
        meant = {found for email in alone if (found := keys.emails.get(email))}
        contact = next(iter(meant)) if len(meant) == 1 else None
    return (Span(None, contact),) if contact else ()


def at(spans: Sequence[Span], moment: datetime) -> int | None:
    """The contact a visitor was at a moment."""
    if not spans:
        return None
    begins = [each.since for each in spans[1:] if each.since is not None]
    return spans[bisect_right(begins, moment)].contact


def forgotten(said: Said, keys: Keys, sign: str) -> Said:
    """What stays of a row about somebody who is erased: that an address was said, not which.

    keys: those of who is erased. sign: tells one such row from another, and nothing else.
    """
    email = f"{ERASED}{sign}" if said.email in keys.emails else said.email
    return replace(said, email=email, user_id="" if said.user_id in keys.user_ids else said.user_id)


def _apart(moments: Iterable[datetime]) -> tuple[datetime, ...]:
    """In order, and of those within one second the first and the last."""
    seconds: dict[datetime, list[datetime]] = {}
    for each in sorted(moments):
        seconds.setdefault(each.replace(microsecond=0), []).append(each)
    return tuple(sorted({edge for some in seconds.values() for edge in (some[0], some[-1])}))


_SILENT = -1


def _who(said: Said, keys: Keys) -> int:
    """The contact that is said; 0 for somebody we do not know, _SILENT where nothing is said."""
    found = keys.emails.get(said.email) or keys.user_ids.get(said.user_id)
    if found:
        return found
    return 0 if said.email else _SILENT
