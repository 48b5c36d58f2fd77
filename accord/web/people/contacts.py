"""A contact's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accord.people import choices, contacts, families, lifecycle
from accord.people.models import Address, Contact, LifecycleChange, LifecycleStage, Restriction
from accord.platform.access import permissions
from accord.sales.models import Deal
from accord.web.forms import proposals
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns
from accord.web.people import affiliations
from accord.web.records import pages
from accord.web.staff import staff


@dataclass(frozen=True)
class Step:
    """One stage of the lifecycle bar: reached when, and whether it is where they are now."""

    stage: LifecycleStage
    at: datetime | None
    state: str


@staff("contact.read")
@require_safe
def contact(request: StaffRequest, pk: int) -> HttpResponse:
    noun = nouns.CONTACTS
    restricted = Restriction.objects.filter(contact=OuterRef("pk"), lifted_at=None).values("at")
    known = Contact.objects.visible_to(request.user).select_related("owner__team")
    known = known.annotate(restricted_at=Subquery(restricted))
    record: Contact | None = known.filter(pk=pk).first()
    if record is None:
        return _merged(pk)
    mine = affiliations.shown(record, request.user)  # first: the page reads the company from it
    deals = Deal.objects.visible_to(request.user).filter(people__contact=record)
    context = pages.context(request, noun, record) | {
        "steps": steps(record),
        "addresses": list(record.addresses.order_by("kind", "-is_primary", "pk")),
        **pages.deals(deals),
        "may_privacy": permissions.may(request.user, "privacy.manage"),
        "may_deal": permissions.may(request.user, "deal.write"),
        "proposed": proposals.of(record),
        **mine,
    }
    return render(request, "records/contact.html", context)


def _merged(pk: int) -> HttpResponse:
    """To the contact that this one was merged into; 404 where there is none."""
    root = families.root(pk)
    if root is None or root == pk:
        raise Http404
    return redirect("contact", root)


@staff("contact.read")
@require_POST
def stage(request: StaffRequest, pk: int) -> HttpResponse:
    """Move the contact to a lifecycle stage, forward or back."""
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    lifecycle.move(
        record,
        to=request.POST.get("stage", ""),
        reason=request.POST.get("reason", ""),
        by=request.user,
    )
    return redirect("contact", pk)


@staff("contact.read")
@require_POST
def address(request: StaffRequest, pk: int) -> HttpResponse:
    """Add an address, make one primary, or take one away."""
    record: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    if "remove" in request.POST:
        contacts.remove_address(_address(record, request.POST["remove"]), by=request.user)
    elif "primary" in request.POST:
        contacts.make_primary(_address(record, request.POST["primary"]), by=request.user)
    else:
        value = request.POST.get("value", "")
        kind = Address.Kind.EMAIL if "@" in value else Address.Kind.PHONE
        label = request.POST.get("label", "")
        contacts.add_address(record, kind=kind, value=value, label=label, by=request.user)
    return redirect("contact", pk)


def _address(record: Contact, pk: str) -> Address:
    """One address of this contact; 404 where it is not theirs."""
    found: Address = get_object_or_404(record.addresses, pk=number(pk))
    return found


def steps(record: Contact) -> list[Step]:
    """The lifecycle as a bar: every stage, when it was first entered, where they are now."""
    entered: dict[str, datetime] = {}
    for change in LifecycleChange.objects.filter(contact=record).order_by("-at", "-pk"):
        entered[change.stage] = change.at
    every = choices.lifecycle()
    here = next((s.position for s in every if s.pk == record.stage), -1)
    return [Step(s, entered.get(s.pk), _state(s.position, here)) for s in every]


def _state(position: int, here: int) -> str:
    if position == here:
        return "now"
    return "done" if position < here else ""
