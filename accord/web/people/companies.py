"""A company's page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accord.people.models import Affiliation, Company
from accord.platform.access import permissions
from accord.sales.models import Deal
from accord.web.http import StaffRequest
from accord.web.lists import nouns
from accord.web.records import pages
from accord.web.staff import staff

SHOWN = 12


@staff("company.read")
@require_safe
def company(request: StaffRequest, pk: int) -> HttpResponse:
    noun = nouns.COMPANIES
    record: Company = nouns.record(noun, request.user, pk)
    seen = Company.objects.visible_to(request.user)
    people = Affiliation.objects.filter(company=record, contact__deleted_at=None)
    people = people.filter(contact__in=nouns.CONTACTS.rows(request.user))
    counted: Any = people.select_related("contact").annotate(counted=Window(Count("pk")))
    first = list(counted.order_by("-is_primary", "pk")[:SHOWN])
    deals = Deal.objects.visible_to(request.user).filter(company=record)
    context = pages.context(request, noun, record) | {
        "people": first,
        "people_count": first[0].counted if first else 0,
        **pages.deals(deals),
        "parent": seen.filter(pk=record.parent_id or 0).first(),
        "subsidiaries": list(seen.filter(parent=record)[:SHOWN]),
        "may_join": permissions.may(request.user, "contact.write"),
        "may_deal": permissions.may(request.user, "deal.write"),
    }
    return render(request, "records/company.html", context)
