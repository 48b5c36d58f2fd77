"""Who belongs to which company: from the contact's page and from the company's."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.people import companies, search
from accord.people.models import Affiliation, Company, Contact
from accord.platform.access import permissions
from accord.platform.models import User
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.lists.nouns import Noun
from accord.web.staff import staff

FOUND = 6
ROLES = ("Decides", "Advises", "Uses", "Pays", "Consultant", "Former")


@staff("contact.write")
def of_contact(request: StaffRequest, pk: int) -> HttpResponse:
    """Companies the contact could join (`q`); joining, a role, the primary one, leaving."""
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk)
    permissions.require(request.user, "contact.write", contact)
    if request.method != "POST":
        return _found(request, nouns.COMPANIES, contact)
    company: Company = nouns.record(nouns.COMPANIES, request.user, _id(request, "company"))
    _act(request, contact, company)
    return redirect("contact", pk)


@staff("contact.write")
def of_company(request: StaffRequest, pk: int) -> HttpResponse:
    """People who could join the company (`q`); joining, a role, leaving."""
    company: Company = nouns.record(nouns.COMPANIES, request.user, pk)
    if request.method != "POST":
        return _found(request, nouns.CONTACTS, company)
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, _id(request, "contact"))
    _act(request, contact, company)
    return redirect("company", pk)


def shown(record: Contact, user: User) -> dict[str, Any]:
    """What the card on a contact's page needs; the record has its primary company at hand then."""
    readable = Exists(nouns.COMPANIES.rows(user).filter(pk=OuterRef("company")))
    rows = Affiliation.objects.filter(contact=record, company__deleted_at=None)
    rows = rows.select_related("company").annotate(readable=readable)
    found: list[Any] = list(rows.order_by("-is_primary", "pk"))
    record.primary_affiliations = [each for each in found if each.is_primary]  # type: ignore[attr-defined]
    return {"affiliations": [each for each in found if each.readable], "roles": ROLES}


def _act(request: StaffRequest, contact: Contact, company: Company) -> None:
    if "remove" in request.POST:
        companies.unaffiliate(contact, company, by=request.user)
        return
    primary = "primary" in request.POST
    role = request.POST.get("role")
    companies.affiliate(contact, company, role=role, primary=primary, by=request.user)


def _found(request: StaffRequest, noun: Noun, record: Contact | Company) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found: list[Any] = []
    if words and len(words) <= search.LONGEST:
        found = search.pick(noun.rows(request.user), words, FOUND)
    context = {"found": found, "noun": noun, "record": record}
    return render(request, "records/_affiliations_found.html", context)


def _id(request: StaffRequest, name: str) -> int:
    """The id a button carries: of the other record, also where it says "remove" or "primary"."""
    for key in ("remove", "primary", name):
        text = request.POST.get(key, "")
        if text.isdecimal() and len(text) < 19:
            return int(text)
    return 0
