"""Rows of the event log made of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from accord.channels.intake import visits
from accord.channels.intake.arrivals import Arrival
from accord.channels.intake.repeats import Fresh
from accord.channels.intake.visits import Step
from accord.engine.capture.agents import Actor
from accord.engine.capture.messages import Kind
from accord.engine.capture.rules import Rule
from accord.people.models import Visitor
from accord.people.origins import channel_rules, channels
from accord.platform.events import names, partitions

FORM = "form.submitted"  # the one tracked name that is an event of our own
NAMES: Mapping[Kind, str] = {
    Kind.PAGE: "page.viewed",
    Kind.SCREEN: "screen.viewed",
    Kind.TRACK: "track",
    Kind.IDENTIFY: "visitor.identified",
    Kind.GROUP: "visitor.grouped",
    Kind.ALIAS: "visitor.renamed",
}
PAGE = ("url", "path", "title", "referrer")
ADDRESSES = frozenset(("url", "path", "referrer"))
LONGEST = 2048  # characters of each

COPY = """
COPY platform_event (name, happened_at, recorded_at, team, contact_id, source, channel, campaign,
                     properties, visitor_id, session_id, actor) FROM STDIN
"""


@dataclass(frozen=True)
class Whose:
    """The visitor of an event and, where known, the contact; nobody's where there is neither."""

    visitor: Visitor | None
    contact: int | None

    @property
    def device(self) -> int | None:
        is_device = self.visitor is not None and self.visitor.by == Visitor.By.DEVICE
        return self.visitor.pk if self.visitor and is_device else None


NOBODYS = Whose(None, None)


def write(fresh: Sequence[Fresh], whose: Sequence[Whose], now: datetime) -> None:
    """Write an event of each message, with the visit it belongs to, in as few steps as it takes."""
    partitions.ensure({each.arrival.message.happened_at.date() for each in fresh})
    rules = channel_rules.current()
    ways = [_way(each.arrival, rules) for each in fresh]
    steps = {
        n: Step(each.device, fresh[n].arrival.message.happened_at, ways[n][2])
        for n, each in enumerate(whose)
        if each.device is not None
    }
    sessions = dict(zip(steps, visits.sort(list(steps.values())), strict=True))
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for n, each in enumerate(fresh):
            said, name, visitor = each.arrival.message, _name(each.arrival), whose[n].visitor
            copy.write_row(
                (
                    name,
                    said.happened_at,
                    now,
                    names.ALL[name].team,
                    whose[n].contact,
                    *ways[n],
                    orjson.dumps(_bare(each) if visitor is None else _properties(each)).decode(),
                    visitor.pk if visitor else None,
                    sessions.get(n),
                    each.arrival.actor.value,
                )
            )


def _name(arrival: Arrival) -> str:
    said = arrival.message
    return FORM if said.kind is Kind.TRACK and said.name == FORM else NAMES[said.kind]


def _way(arrival: Arrival, rules: Sequence[Rule]) -> tuple[str, str, str]:
    """Source, channel and campaign: how this page was come to. A machine is brought by nothing."""
    if arrival.actor is Actor.BOT:
        return "", "", ""
    channel, source = channels.came_by(arrival.landing, rules)
    return source[:200], channel, arrival.landing.campaign


def _bare(fresh: Fresh) -> dict[str, str]:
    """Of what is nobody's for good: what is counted, and where; nothing else that was sent, as
    nobody could find and erase it.
    """
    said = fresh.arrival.message
    found = {name: text[:LONGEST] for name in PAGE if (text := said.page(name))}
    found |= {
        name: found[name].partition("?")[0].partition("#")[0] for name in ADDRESSES & found.keys()
    }
    if said.kind is Kind.TRACK:
        return found | {"event": said.name}
    is_seen = said.kind in (Kind.PAGE, Kind.SCREEN)
    return found | ({"name": said.name} if said.name and is_seen else {})


def _properties(fresh: Fresh) -> dict[str, Any]:
    """What was sent, and beside it what Accord knows of it under names of its own."""
    said = fresh.arrival.message
    found: dict[str, Any] = dict(said.properties)
    found |= {name: text[:LONGEST] for name in PAGE if (text := said.page(name))}
    match said.kind:
        case Kind.TRACK:
            found["event"] = said.name
        case Kind.PAGE | Kind.SCREEN:
            found |= {"name": said.name} if said.name else {}
        case Kind.GROUP:
            found["group"] = said.group_id
        case Kind.ALIAS:
            found["previous"] = said.previous_id
        case Kind.IDENTIFY:
            pass
    found |= {"user": said.user_id} if said.user_id else {}
    found |= {"message": said.id} if said.id else {}
    return found | ({"conflict": True} if fresh.is_conflict else {})
