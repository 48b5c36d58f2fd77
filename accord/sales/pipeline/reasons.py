"""Reasons: why deals are won or lost. People pick one; a reserved one is Accord's to write."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales import choices, names
from accord.sales.models import CloseReason, Deal
from accord.sales.names import NameTaken

NOT_RECORDED = "not recorded (import)"
USUAL = {
    Deal.Outcome.WON: ("Best fit", "Price and value", "Trust in our team", "Existing customer"),
    Deal.Outcome.LOST: (
        "Too expensive",
        "Chose a competitor",
        "No budget",
        "No decision",
        "Missing feature",
        "Bad timing",
        "No longer in touch",
    ),
}


class ReasonReserved(Refused):
    """This reason is written by Accord where an import brought none. Choose the real one."""


class WrongReason(Refused):
    """This reason does not go with the outcome. Choose one from its list."""


class LastReason(Refused):
    """Keep at least one reason: without one, no deal could be closed."""


@transaction.atomic
def ensure() -> None:
    """Make the reserved reasons, and the usual ones where there are none to pick from."""
    for outcome, labels in USUAL.items():
        CloseReason.objects.get_or_create(
            outcome=outcome, label=NOT_RECORDED, defaults={"reserved": True, "position": 999}
        )
        if not CloseReason.objects.filter(outcome=outcome, reserved=False).exists():
            CloseReason.objects.bulk_create(
                CloseReason(outcome=outcome, label=label, position=position)
                for position, label in enumerate(labels)
            )


def to_pick(outcome: str) -> list[CloseReason]:
    """The reasons people may pick for an outcome, in order."""
    return list(CloseReason.objects.filter(outcome=outcome, reserved=False, archived_at=None))


def not_recorded(outcome: str) -> CloseReason:
    """The reserved reason of closed deals that were imported without one."""
    return CloseReason.objects.get(outcome=outcome, label=NOT_RECORDED)


def check(reason: CloseReason, outcome: str, *, may_be_reserved: bool = False) -> CloseReason:
    """The reason, if it may be given for this outcome. Raises ReasonReserved, WrongReason."""
    if reason.reserved and not may_be_reserved:
        raise ReasonReserved
    if reason.outcome != outcome or reason.archived_at:
        raise WrongReason
    return reason


@transaction.atomic
def add(*, outcome: str, label: str, by: User) -> CloseReason:
    """Add a reason to pick from; an archived one of this label comes back.

    Raises NameMissing, NameTaken.
    """
    permissions.require(by, "settings.manage")
    label, outcome = names.cleaned(label), Deal.Outcome(outcome)
    known = CloseReason.objects.filter(outcome=outcome)
    found = known.filter(label__iexact=label).first()
    if found and not found.archived_at:
        raise NameTaken
    last = known.filter(reserved=False).aggregate(last=Max("position"))["last"] or 0
    reason = CloseReason(pk=found.pk if found else None, outcome=outcome, position=last + 1)
    reason.label = label
    reason.save(force_insert=not found, force_update=bool(found))
    choices.changed("reason.added", reason, by=by, outcome=outcome, label=label)
    return reason


@transaction.atomic
def rename(reason: CloseReason, *, label: str, by: User) -> None:
    """Call a reason by another name, on past deals too. Raises NameMissing, NameTaken."""
    permissions.require(by, "settings.manage")
    if reason.reserved:
        raise ReasonReserved
    label = names.cleaned(label)
    others = CloseReason.objects.filter(outcome=reason.outcome, label__iexact=label)
    if others.exclude(pk=reason.pk).exists():
        raise NameTaken
    CloseReason.objects.filter(pk=reason.pk).update(label=label)
    choices.changed("reason.renamed", reason, by=by, old=reason.label, new=label)
    reason.label = label


@transaction.atomic
def archive(reason: CloseReason, *, by: User) -> None:
    """Offer a reason no longer; deals that have it keep it. Raises ReasonReserved, LastReason."""
    permissions.require(by, "settings.manage")
    if reason.reserved:
        raise ReasonReserved
    if not any(each.pk != reason.pk for each in to_pick(reason.outcome)):
        raise LastReason
    reason.archived_at = timezone.now()
    CloseReason.objects.filter(pk=reason.pk).update(archived_at=reason.archived_at)
    choices.changed("reason.archived", reason, by=by, label=reason.label)
