"""What happened at the demo company, as events: touches, hand-offs, activities, deals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.demo import names
from accord.demo.places import Loading
from accord.engine.simulator.world import Event as Told
from accord.platform.events import names as known
from accord.platform.events import partitions
from accord.platform.models import Event

BATCH = 2000


def load(loading: Loading) -> None:
    names.declare()
    rows = [*_told(loading), *_notes(loading), *_deals(loading), *_lifecycles(loading)]
    partitions.ensure({row.happened_at.date() for row in rows})
    Event.objects.bulk_create(rows, batch_size=BATCH)


def _told(loading: Loading) -> Iterator[Event]:
    kinds = {each.key: each.kind for each in loading.world.activities}
    for each in loading.world.events:
        if each.activity:
            name = f"activity.{kinds[each.activity]}"
            properties: dict[str, Any] = {"activity": loading.activities[each.activity]}
        else:
            name, properties = each.name, _properties(each)
        yield event(
            loading,
            name,
            each.at,
            contact=loading.contacts[each.contact],
            company=loading.companies[each.company] if each.company else None,
            deal=loading.deals[each.deal] if each.deal else None,
            user=loading.user(each.user),
            source=each.source,
            channel=each.channel,
            campaign=each.campaign,
            properties=properties,
        )


def _properties(each: Told) -> dict[str, Any]:
    found = {
        "path": each.page,
        "title": each.title,
        "reason": each.reason,
        "until": each.until.isoformat() if each.until else "",
        "minutes": each.minutes,
    }
    return {name: value for name, value in found.items() if value}


def _notes(loading: Loading) -> Iterator[Event]:
    for each in loading.world.activities:
        if each.kind == "note":
            yield event(
                loading,
                "activity.note",
                each.at,
                contact=loading.contacts[each.contact],
                company=loading.companies[each.company] if each.company else None,
                deal=loading.deals[each.deal] if each.deal else None,
                user=loading.user(each.by),
                properties={"activity": loading.activities[each.key]},
            )


def _deals(loading: Loading) -> Iterator[Event]:
    for each in loading.world.deals:
        before = None
        for step in each.steps:
            closing = step.stage == each.stage and each.outcome
            name = "deal.created" if before is None else "deal.moved"
            stage = loading.stages[step.stage]
            yield event(
                loading,
                f"deal.{each.outcome}" if closing else name,
                step.at,
                company=loading.companies[each.company],
                deal=loading.deals[each.key],
                contact=loading.contacts[each.contacts[0].contact],
                user=loading.user(step.owner),
                properties={"from": before, "to": stage},
            )
            before = stage


def _lifecycles(loading: Loading) -> Iterator[Event]:
    for each in loading.world.contacts:
        before = ""
        for step in each.lifecycle:
            yield event(
                loading,
                "lifecycle.changed",
                step.at,
                contact=loading.contacts[each.key],
                user=loading.user(step.by),
                properties={"previous": before, "stage": step.stage, "reason": step.reason},
            )
            before = step.stage


def event(loading: Loading, name: str, at: Any, **given: Any) -> Event:
    """An event of the demo company; contact, company, deal and user by id."""
    ids = {f"{noun}_id": given.pop(noun, None) for noun in ("contact", "company", "deal", "user")}
    return Event(
        name=name,
        happened_at=at,
        recorded_at=at,
        team=known.ALL[name].team,
        import_id=loading.book.import_id,
        **ids,
        **given,
    )
