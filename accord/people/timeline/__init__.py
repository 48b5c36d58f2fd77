"""The timeline of a record: every event about it, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accord.engine.errors import Refused
from accord.people import choices
from accord.people.models import Affiliation
from accord.platform.events import names
from accord.platform.events.log import About
from accord.platform.models import Event

MOST_PEOPLE = 200  # of a company, whose own events its timeline includes
MOST = 100


class BadCursor(Refused):
    """This page of the timeline cannot be found. Load the record again."""


@dataclass(frozen=True)
class Cursor:
    """The last event of a page: the next page has those before it."""

    happened_at: datetime
    id: int

    @property
    def text(self) -> str:
        return f"{self.happened_at.isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Raises BadCursor."""
        moment, _, number = text.partition("~")
        try:
            found = cls(datetime.fromisoformat(moment), int(number))
        except ValueError as error:
            raise BadCursor from error
        if found.happened_at.tzinfo is None:
            raise BadCursor
        return found


@dataclass(frozen=True)
class Told:
    """What a higher folder (or this one) has to say about an event beside its name."""

    title: str = ""
    body: str = ""
    kind: str = ""
    record_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a timeline. title: a sentence; by: who did it, "" where Accord did.

    kind, record_id: what it tells of beside the event itself (a note, a task, a deal).
    """

    id: int
    name: str
    title: str
    body: str
    kind: str
    icon: str
    team: str
    happened_at: datetime
    by: str
    user_id: int | None
    source: str
    channel: str
    campaign: str
    contact_id: int | None
    company_id: int | None
    deal_id: int | None
    record_id: int | None


Teller = Callable[[Sequence[Event]], Mapping[int, Told]]
_tellers: dict[str, Teller] = {}


def tell(name: str, teller: Teller) -> None:
    """Let a folder tell its events: it gets those of a page at once, answers by event id."""
    _tellers[name] = teller


def page(
    about: About,
    *,
    team: str = "",
    only: Collection[str] = (),
    before: Cursor | None = None,
    size: int = 25,
) -> tuple[list[Entry], Cursor | None]:
    """The newest events about a record, and where the next page begins (None: no more).

    about: one id. A company has the events of its people too (of the 200 who joined last). The
           pages of one visit are one line, where the last of them was viewed.
    team:  "marketing" or "sales" for what that team (or both) did; "" for everything.
    only:  names of events; () for all.
    """
    size = min(size, MOST)
    asked = _Asked(about, team, tuple(only), before, size + 1)
    events = list(Event.objects.raw(_query(asked), _given(asked)))
    last = events[size - 1] if len(events) > size else None
    return _entries(events[:size]), Cursor(last.happened_at, last.pk) if last else None


def titles(events: Sequence[Event]) -> dict[int, str]:
    """What a timeline calls each of these events, by its id."""
    return {entry.id: entry.title for entry in _entries(events)}


@dataclass(frozen=True)
class _Asked:
    about: About
    team: str
    only: tuple[str, ...]
    before: Cursor | None
    limit: int


def _query(asked: _Asked) -> str:
    where = _ONE_OF_A_VISIT
    if asked.before:
        # The first half lets PostgreSQL pass over whole months, the second makes it exact.
        where += " AND happened_at <= %(at)s AND (happened_at < %(at)s OR id < %(before)s)"
    if asked.team:
        where += " AND team IN (%(team)s, 'both')"
    if asked.only:
        where += " AND name = ANY(%(only)s)"
    newest = f"{where} ORDER BY happened_at DESC, id DESC LIMIT %(limit)s"
    if asked.about.contact:
        return f"SELECT * FROM platform_event WHERE contact_id = %(contact)s AND {newest}"
    if asked.about.deal:
        return f"SELECT * FROM platform_event WHERE deal_id = %(deal)s AND {newest}"
    return _OF_COMPANY.format(newest=newest)


def _given(asked: _Asked) -> dict[str, Any]:
    about, before = asked.about, asked.before
    return {
        "contact": about.contact,
        "company": about.company,
        "deal": about.deal,
        "team": asked.team,
        "only": list(asked.only),
        "at": before.happened_at if before else None,
        "before": before.id if before else None,
        "limit": asked.limit,
        "people": _people(about.company) if about.company else [],
    }


def _people(company_id: int) -> list[int]:
    found = Affiliation.objects.filter(company=company_id, contact__deleted_at=None)
    return list(found.order_by("-pk").values_list("contact", flat=True)[:MOST_PEOPLE])


def _entries(events: Sequence[Event]) -> list[Entry]:
    told: dict[int, Told] = {}
    for teller in {_tellers[event.name] for event in events if event.name in _tellers}:
        told |= teller([event for event in events if _tellers.get(event.name) is teller])
    return [_entry(event, told.get(event.pk, Told())) for event in events]


def _entry(event: Event, told: Told) -> Entry:
    known = names.ALL.get(event.name)
    return Entry(
        id=event.pk,
        name=event.name,
        title=told.title or (known.label if known else event.name),
        body=told.body,
        kind=told.kind,
        icon=known.icon if known else "point",
        team=event.team,
        happened_at=event.happened_at,
        by=choices.colleagues().get(event.user_id, "") if event.user_id else "",
        user_id=event.user_id,
        source=event.source,
        channel=event.channel,
        campaign=event.campaign,
        contact_id=event.contact_id,
        company_id=event.company_id,
        deal_id=event.deal_id,
        record_id=told.record_id,
    )


# Of the pages of a visit the last stands for all: nothing newer of that person is of the same
# visit. A visit lies within a day, so only its months are looked at.
_ONE_OF_A_VISIT = """
(name <> 'page.viewed' OR session_id IS NULL OR NOT EXISTS (
    SELECT FROM platform_event AS later
    WHERE later.visitor_id = platform_event.visitor_id
        AND later.session_id = platform_event.session_id
        AND later.contact_id IS NOT DISTINCT FROM platform_event.contact_id
        AND later.name = 'page.viewed'
        AND later.happened_at >= platform_event.happened_at
        AND later.happened_at < platform_event.happened_at + interval '1 day'
        AND (later.happened_at, later.id) > (platform_event.happened_at, platform_event.id)
))
"""

# Each person's newest are read from the index of that person; an event that is about the
# company and one of its people comes once.
_OF_COMPANY = """
SELECT * FROM (
    (SELECT * FROM platform_event WHERE company_id = %(company)s AND {newest})
    UNION
    SELECT theirs.* FROM unnest(%(people)s::bigint[]) AS person (contact_id)
    CROSS JOIN LATERAL (
        SELECT * FROM platform_event WHERE contact_id = person.contact_id AND {newest}
    ) AS theirs
) AS event ORDER BY happened_at DESC, id DESC LIMIT %(limit)s
"""
