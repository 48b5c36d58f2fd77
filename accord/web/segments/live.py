"""What stands beside a rule while it is built: how many, and who for example."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accord.engine import segments as engine
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.models import Contact, Segment
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import excluding, looking, members, reading
from accord.platform.models import User
from accord.web.segments.rows import Draft

SMALL = 20_000  # contacts; of more, who is in a segment is worked out by the worker


def context(user: User, made: Draft, *, exact: bool) -> dict[str, Any]:
    """The count, at once as an estimate where there are many people, and exact when asked for."""
    if made.bare:
        return {"bare": True, "left_out": len(made.complaints)}
    try:
        return _counted(user, made, exact=exact) | {"left_out": len(made.complaints)}
    except Refused as refused:
        return {"refused": str(refused).partition(": ")[2] or str(refused)}


def reach(user: User, made: Draft, purpose: str) -> dict[str, Any]:
    """Who of those the rule selects may be written to for a purpose, and why not the others."""
    there = list(purposes.in_use().order_by("label"))
    wanted = next((each for each in there if each.pk == purpose), next(iter(there), None))
    context: dict[str, Any] = {"purpose": wanted, "purposes": there}
    if wanted is None:
        return context
    question = consent.question(wanted.pk, Channel.EMAIL)
    seen = Contact.objects.visible_to(user)
    try:
        rule = engine.from_json(made.rule)
        told = looking.excluded(rule, question, timezone.now(), seen=seen)
    except Refused:
        return context  # the count beside it says what is wrong
    if told is None:
        return context | {"late": True}
    reasons = [(excluding.LABELS[why], count) for why, count in told.counts.items() if count]
    return context | {"told": told, "reasons": reasons}


def shown(rows: ContactQuerySet, most: int = reading.SAMPLE) -> list[Contact]:
    """The newest of these people, with their companies."""
    return list(contacts.with_company(rows.order_by("-pk"))[:most])


def let_in(segment: Segment) -> None:
    """Work out who is in a segment that was just saved, where that is quick; the worker does
    all others within moments."""
    if Contact.objects.all()[: SMALL + 1].count() <= SMALL:
        members.evaluate(segment)


def _counted(user: User, made: Draft, *, exact: bool) -> dict[str, Any]:
    now, seen = timezone.now(), contacts.with_company(Contact.objects.visible_to(user))
    rule = engine.from_json(made.rule)
    if not exact:
        about = reading.estimate(rule, now)
        if not about.exact:
            return {"count": about.people, "estimated": True, "more": True}
    found = looking.counted(rule, now, seen=seen)
    if found is None:
        about = reading.estimate(rule, now)
        return {"count": about.people, "estimated": not about.exact, "late": True}
    return {"count": found[0], "people": found[1]}
