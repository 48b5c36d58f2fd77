"""The fields every deal has, for the one typed catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accord.people.choices import Choice
from accord.people.fields import Field, Kind, Money, builtin
from accord.people.models import Membership
from accord.people.origins import channels
from accord.platform import currencies
from accord.sales import choices, origins
from accord.sales.agenda import next_steps
from accord.sales.models import Deal, DealContact
from accord.sales.pipeline import staleness

READ_ONLY: dict[str, Any] = {"editable": False, "importable": False}
_ORIGIN: dict[str, Any] = {"sortable": False, "within": origins.has_first_contact, **READ_ONLY}
_STEP: dict[str, Any] = {"sortable": False, "within": next_steps.has_next_step, **READ_ONLY}


def deal_fields() -> Iterable[Field]:
    """The fields of a deal, in the order a list of them shows."""
    yield _of("name", "Name", Kind.TEXT, "Deal", searched=True, required=True)
    yield _of("company", "Company", Kind.COMPANY, "Deal", sortable=False)
    yield _of("stage", "Stage", Kind.STAGE, "Deal", choices=_stages(), key=True)
    yield _of("amount", "Amount", Kind.MONEY, "Deal", currency_path="currency")
    yield _of("value", "Value", Kind.MONEY, "Deal", reader=_value, **READ_ONLY)
    yield _of("close_on", "Close date", Kind.DATE, "Deal")
    yield from _work()
    yield from builtin.shared("deal")
    yield from _ending()
    yield from _origin()
    yield builtin.in_segment("deal", _with_members)
    yield from builtin.system("deal")


def age(deal: Deal) -> int | None:
    """Days from the opening of a deal to its close, or to now; None where nobody knows."""
    if deal.opened_at is None:
        return None
    end = deal.closed_at or timezone.now()
    return (timezone.localdate(end) - timezone.localdate(deal.opened_at)).days


def _work() -> Iterable[Field]:
    yield _of(
        "next_step", "Next step", Kind.TEXT, "Work", path="title", reader=_next_title, **_STEP
    )
    yield _of(
        "next_step_due",
        "Next step due",
        Kind.DATETIME,
        "Work",
        path="due_at",
        reader=_next_due,
        **_STEP,
    )
    yield _of("stage_since", "In stage since", Kind.DATETIME, "Work", **READ_ONLY)
    yield _of(
        "stalled",
        "Stalled",
        Kind.BOOLEAN,
        "Work",
        path="stage_since",
        reader=_stalled,
        asks=staleness.stalled,
        sortable=False,
        **READ_ONLY,
    )
    yield _of(
        "pipeline", "Pipeline", Kind.CHOICE, "Work", choices=_pipelines(), key=True, editable=False
    )
    yield _of("opened_at", "Opened", Kind.DATETIME, "Work")
    yield _of(
        "age",
        "Age in days",
        Kind.NUMBER,
        "Work",
        path="opened_at",
        reader=age,
        filterable=False,
        sortable=False,
        **READ_ONLY,
    )


def _ending() -> Iterable[Field]:
    outcomes = tuple(Choice(value, str(label)) for value, label in Deal.Outcome.choices)
    yield _of("outcome", "Outcome", Kind.CHOICE, "Outcome", choices=outcomes, editable=False)
    yield _of("closed_at", "Closed", Kind.DATETIME, "Outcome", **READ_ONLY)
    yield _of("reason", "Reason", Kind.CHOICE, "Outcome", choices=_reasons(), key=True)
    yield _of("reason_note", "What happened", Kind.TEXT, "Outcome", sortable=False)


def _origin() -> Iterable[Field]:
    yield _of("source", "Source", Kind.TEXT, "Origin", reader=_source, **_ORIGIN)
    yield _of(
        "channel",
        "Channel",
        Kind.CHOICE,
        "Origin",
        choices=channels.choices(),
        reader=_channel,
        **_ORIGIN,
    )
    yield _of("campaign", "Campaign", Kind.TEXT, "Origin", reader=_campaign, **_ORIGIN)


def _of(name: str, label: str, kind: Kind, group: str, **more: Any) -> Field:
    return Field("deal", name, label, kind, more.pop("path", name), group, **more)


def _with_members(there: Q) -> Q:
    """Deals somebody in the segment is on."""
    members = Membership.objects.filter(there, contact__deleted_at=None).values("contact")
    return Q(pk__in=DealContact.objects.filter(contact__in=members).values("deal"))


def _value(deal: Deal) -> Money | None:
    return None if deal.value is None else Money(deal.value, currencies.reporting())


def _stalled(deal: Deal) -> bool:
    return staleness.is_stalled(deal, timezone.now())


def _next_title(deal: Deal) -> str:
    step = next_steps.next_step(deal)
    return step.title if step else ""


def _next_due(deal: Deal) -> object:
    step = next_steps.next_step(deal)
    return step.due_at if step else None


def _source(deal: Deal) -> str:
    first = origins.first_contact(deal)
    return first.source or "" if first else ""


def _channel(deal: Deal) -> str:
    first = origins.first_contact(deal)
    return first.channel if first else ""


def _campaign(deal: Deal) -> str:
    first = origins.first_contact(deal)
    return first.campaign if first else ""


def _pipelines() -> tuple[Choice, ...]:
    return tuple(Choice(str(each.pk), each.name) for each in choices.pipelines())


def _stages() -> tuple[Choice, ...]:
    """Stages in use first, so that their names are found before those of archived ones."""
    found = choices.stages()
    ordered = sorted(found, key=lambda stage: bool(stage.archived_at or stage.pipeline.archived_at))
    several = len({stage.pipeline_id for stage in ordered if not stage.archived_at}) > 1
    return tuple(
        Choice(str(each.pk), f"{each.pipeline.name}: {each.name}" if several else each.name)
        for each in ordered
    )


def _reasons() -> tuple[Choice, ...]:
    found = choices.reasons()
    doubled = {each.label for each in found if each.outcome == "won"} & {
        each.label for each in found if each.outcome == "lost"
    }
    return tuple(
        Choice(
            str(each.pk), f"{each.label} ({each.outcome})" if each.label in doubled else each.label
        )
        for each in found
    )
