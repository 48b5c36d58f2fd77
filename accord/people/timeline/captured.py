"""What the timeline says of visits and of what was tracked: a visit is one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from accord.people import timeline
from accord.people.origins import channels
from accord.people.timeline import Told
from accord.platform.models import Event

MOST_PAGES = 6  # named of a visit
MOST_VALUES = 4  # told of something tracked
OURS = frozenset(("event", "message", "user", "conflict", "url", "path", "title", "referrer"))

Key = tuple[int, int, int | None]  # of a visit: visitor, session, contact

VISITS = """
SELECT event.visitor_id, event.session_id, event.contact_id, count(*),
    array_agg(coalesce(nullif(properties->>'title', ''), nullif(properties->>'path', ''),
                       properties->>'url', '') ORDER BY happened_at, id),
    coalesce((array_agg(event.channel ORDER BY happened_at, id)
              FILTER (WHERE event.channel <> ''))[1], ''),
    coalesce((array_agg(event.campaign ORDER BY happened_at, id)
              FILTER (WHERE event.campaign <> ''))[1], '')
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS asked (visitor, session, contact)
JOIN platform_event AS event
    ON event.visitor_id = asked.visitor AND event.session_id = asked.session
    AND event.contact_id IS NOT DISTINCT FROM asked.contact
WHERE event.name = 'page.viewed' AND event.happened_at BETWEEN %s AND %s
GROUP BY event.visitor_id, event.session_id, event.contact_id
"""


@dataclass(frozen=True)
class Visit:
    """The pages of one session, in order, and how it began."""

    count: int
    pages: tuple[str, ...]
    channel: str
    campaign: str


def register() -> None:
    """Let the timeline ask here about what was captured."""
    timeline.tell("page.viewed", _visits)
    timeline.tell("track", _tracked)
    timeline.tell("form.submitted", _submitted)
    timeline.tell("form.confirmed", _confirmed)


def _visits(events: Sequence[Event]) -> Mapping[int, Told]:
    visits = _read(events)

    def told(event: Event) -> Told:
        visit = visits.get(_key(event))
        if visit is None or visit.count == 1:
            return Told(title=f"Visited {_place(event)}{_machine(event)}")
        channel = channels.CHANNELS.get(visit.channel)
        came = " · ".join(
            filter(None, (f"Came by {channel.label}" if channel else "", visit.campaign))
        )
        body = "\n".join(filter(None, (came, _list(visit))))
        return Told(title=f"Visited {visit.count} pages{_machine(event)}", body=body)

    return {event.pk: told(event) for event in events}


def _key(event: Event) -> Key:
    return event.visitor_id or 0, event.session_id or 0, event.contact_id


def _read(events: Sequence[Event]) -> dict[Key, Visit]:
    """The visits that these page views are of; of a device that several share, each person's."""
    asked = {_key(each) for each in events if each.session_id}
    if not asked:
        return {}
    first = min(each.happened_at for each in events) - timedelta(days=1)
    last = max(each.happened_at for each in events)
    with connection.cursor() as cursor:
        cursor.execute(VISITS, [*map(list, zip(*asked, strict=True)), first, last])
        return {
            (visitor, session, contact): Visit(count, tuple(pages), channel, campaign)
            for visitor, session, contact, count, pages, channel, campaign in cursor.fetchall()
        }


def _list(visit: Visit) -> str:
    pages = list(dict.fromkeys(filter(None, visit.pages)))
    more = len(pages) - MOST_PAGES
    return " · ".join([*pages[:MOST_PAGES], *([f"{more} more"] if more > 0 else [])])


def _tracked(events: Sequence[Event]) -> Mapping[int, Told]:
    def told(event: Event) -> Told:
        known = event.properties
        values = [
            f"{name}: {value}"
            for name, value in known.items()
            if name not in OURS and isinstance(value, str | int | float)
        ]
        title = f"{known.get('event') or 'Did something'}{_machine(event)}"
        return Told(title=title, body=" · ".join(values[:MOST_VALUES]))

    return {event.pk: told(event) for event in events}


def _submitted(events: Sequence[Event]) -> Mapping[int, Told]:
    def told(event: Event) -> Told:
        form = event.properties.get("form")
        name = form if isinstance(form, str) and form else f"a form on {_place(event)}"
        if not event.visitor_id and event.properties.get("title"):
            name = event.properties["title"]
        said = event.properties.get("said")
        body = said if isinstance(said, str) and not event.visitor_id else ""
        return Told(title=f"Submitted {name}{_machine(event)}", body=body)

    return {event.pk: told(event) for event in events}


def _confirmed(events: Sequence[Event]) -> Mapping[int, Told]:
    forms = {each.pk: each.properties.get("form") or "a form" for each in events}
    return {pk: Told(title=f"Confirmed {form} by mail") for pk, form in forms.items()}


def _place(event: Event) -> str:
    known = event.properties
    found = known.get("title") or known.get("path") or known.get("page") or known.get("url")
    return found if isinstance(found, str) else "a page"


def _machine(event: Event) -> str:
    return " (a machine)" if event.actor == "bot" else ""
