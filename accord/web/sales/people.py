"""The people on a deal: found by name, added in a role, taken off."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accord.people import search
from accord.people.models import Contact
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales import deals
from accord.sales.models import Deal
from accord.web.http import StaffRequest, number
from accord.web.lists import nouns
from accord.web.staff import staff

FOUND = 6


@staff("deal.write")
def people(request: StaffRequest, pk: int) -> HttpResponse:
    """Who could be added (`q`); adding somebody, their role, and taking them off."""
    deal: Deal = nouns.record(nouns.DEALS, request.user, pk)
    permissions.require(request.user, "deal.write", deal)
    if request.method != "POST":
        found = find(request.GET.get("q", ""), request.user)
        return render(request, "sales/_people_found.html", {"deal": deal, "found": found})
    text = request.POST.get("remove") or request.POST.get("contact", "")
    pk_of = number(text) or 0
    contact: Contact = nouns.record(nouns.CONTACTS, request.user, pk_of)
    if "remove" in request.POST:
        deals.remove_contact(deal, contact, by=request.user)
    else:
        role = request.POST.get("role", "")
        deals.add_contact(deal, contact, role=role, by=request.user)
    return redirect("deal", pk)


def find(words: str, user: User) -> list[Contact]:
    """The contacts this person may see whose name or address is most like the words."""
    if not words.strip() or len(words) > search.LONGEST:
        return []
    return search.pick(nouns.CONTACTS.rows(user), words, FOUND)
