"""Answers of a form that differ from the record: taken or dismissed there."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accord.marketing.forms import agreeing
from accord.marketing.forms import proposals as verbs
from accord.marketing.models import Proposal
from accord.people import fields
from accord.people.models import Contact
from accord.web.http import StaffRequest
from accord.web.staff import staff


@dataclass(frozen=True)
class Proposed:
    """A proposal in words: what the record says, and what the form says.

    agreed: the purposes whose consent was given under the address, and counts once it is taken.
    """

    proposal: Proposal
    label: str
    now: str
    then: str
    agreed: tuple[str, ...] = ()


@staff("contact.write")
@require_POST
def decision(request: StaffRequest, pk: int, proposal: int) -> HttpResponse:
    contact = get_object_or_404(Contact.objects.visible_to(request.user), pk=pk)
    rows = Proposal.objects.select_related("contact__owner__team")
    found = get_object_or_404(rows, pk=proposal, contact=contact)
    if request.POST.get("take"):
        verbs.take(found, by=request.user)
        messages.success(request, "The record says so now.")
    else:
        verbs.dismiss(found, by=request.user)
        messages.success(request, "The record stays as it is.")
    return redirect("contact", pk)


def of(contact: Contact) -> list[Proposed]:
    """What forms propose for a contact, in words."""
    known = fields.catalogue("contact")
    found = []
    for each in verbs.open_ones(contact):
        if (field := known.get(each.field)) is not None:
            now, then = fields.read(contact, field), fields.from_json(field, each.value)
            shown = fields.show(field, now) if now else ""
            agreed = agreeing.waiting(each)
            found.append(Proposed(each, field.label, shown, fields.show(field, then), agreed))
    return found
