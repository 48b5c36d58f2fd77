"""A deal's page: where it stands, who is on it, what it is for, how it came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.engine.attribution import Model
from accord.insight import attribution
from accord.insight.credit import DEFINITIONS, LABELS
from accord.insight.models import Credit
from accord.people.models import Contact
from accord.people.origins import channels
from accord.sales import choices, deal_contacts, origins
from accord.sales.agenda import next_steps
from accord.sales.models import Deal, DealContact, Stage, StageChange
from accord.sales.pipeline import stage_changes
from accord.sales.pricing import lines
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.records import pages
from accord.web.staff import staff

TEAMS = {"marketing": "mkt", "sales": "sales"}


@dataclass(frozen=True)
class Step:
    """A stage of the bar: entered when, and "done", "now" or "" (not yet)."""

    stage: Stage
    at: datetime | None
    state: str


@dataclass(frozen=True)
class Touch:
    """What one touch earned. team: "mkt", "sales" or ""."""

    credit: Credit
    contact: Contact | None
    channel: str
    team: str


@staff("deal.read")
@require_safe
def deal(request: StaffRequest, pk: int) -> HttpResponse:
    record: Deal = nouns.record(nouns.DEALS, request.user, pk)
    origins.attach([record])
    history, known = stage_changes.of(record), choices.stages_of(record.pipeline)
    sold = lines.of(record)
    people = DealContact.objects.filter(deal=record, contact__deleted_at=None)
    people = people.filter(contact__in=nouns.CONTACTS.rows(request.user))
    context = pages.context(request, nouns.DEALS, record) | {
        "steps": list(_steps(record, known, history)),
        "endings": [each for each in known if each.kind != Stage.Kind.OPEN],
        "step": next_steps.next_step(record),
        "people": list(people.select_related("contact").order_by("pk")),
        "roles": deal_contacts.ROLES,
        "lines": sold,
        "lines_total": lines.total(sold),
        "history": history[::-1],
    }
    return render(request, "sales/deal.html", context)


@staff("deal.read")
@require_safe
def credit(request: StaffRequest, pk: int) -> HttpResponse:
    """What each touch earned of this deal under one model."""
    record: Deal = nouns.record(nouns.DEALS, request.user, pk)
    chosen = request.GET.get("model", "")
    model = Model(chosen) if chosen in list(Model) else Model.LINEAR
    attribution.rebuild([record.pk])
    won = record.outcome == Deal.Outcome.WON
    goal = Credit.Goal.WON if won else Credit.Goal.OPENED
    found = Credit.objects.filter(deal_id=record.pk, goal=goal, model=model)
    context = {
        "record": record,
        "models": [(each, LABELS[each]) for each in Model],
        "model": model,
        "definition": DEFINITIONS[model],
        "goal": goal.label,
        "touches": _touches(found.order_by("event_at", "pk"), request),
    }
    return render(request, "sales/_credit.html", context)


def _touches(found: Iterable[Credit], request: StaffRequest) -> list[Touch]:
    earned = [each for each in found if each.event_id]
    people = nouns.CONTACTS.rows(request.user).in_bulk({each.contact_id for each in earned})
    touches = []
    for each in earned:
        channel = channels.CHANNELS.get(each.channel)
        label, team = (channel.label, channel.team) if channel else (each.channel, "")
        touches.append(Touch(each, people.get(each.contact_id), label, TEAMS.get(team, "")))
    return touches


def _steps(record: Deal, known: list[Stage], history: list[StageChange]) -> Iterable[Step]:
    """The open stages and the end: won, or lost where it was lost."""
    entered = {change.stage_id: change.at for change in history}
    last = Stage.Kind.LOST if record.outcome == Deal.Outcome.LOST else Stage.Kind.WON
    bar = [each for each in known if each.kind in (Stage.Kind.OPEN, last)]
    here = next((at for at, each in enumerate(bar) if each.pk == record.stage_id), -1)
    for at, each in enumerate(bar):
        state = "now" if at == here else "done" if at < here else ""
        if state == "done" and each.pk not in entered:
            state = ""
        yield Step(each, entered.get(each.pk) if state else None, state)
