"""The fields every contact and company has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from accord.people import choices
from accord.people.fields.values import Field, Kind
from accord.people.models import Affiliation, Membership
from accord.people.origins import channels

READ_ONLY: dict[str, Any] = {"editable": False, "importable": False}


def contact_fields() -> Iterable[Field]:
    """The fields of a contact, in the order a list of them shows."""
    yield _of("contact", "name", "Name", Kind.TEXT, "Person", searched=True, **READ_ONLY)
    yield _of("contact", "first_name", "First name", Kind.TEXT, "Person", searched=True)
    yield _of("contact", "last_name", "Last name", Kind.TEXT, "Person", searched=True)
    yield _of("contact", "email", "E-mail", Kind.EMAIL, "Person", searched=True)
    yield _of("contact", "phone", "Phone", Kind.PHONE, "Person")
    yield _of("contact", "title", "Job title", Kind.TEXT, "Person")
    yield _of(
        "contact",
        "company",
        "Company",
        Kind.COMPANY,
        "Person",
        path="affiliations__company",
        sortable=False,
    )
    yield _of("contact", "city", "City", Kind.TEXT, "Person")
    yield _of("contact", "country", "Country", Kind.CHOICE, "Person", choices=choices.countries())
    yield _of("contact", "language", "Language", Kind.TEXT, "Person")
    yield _of("contact", "born_on", "Date of birth", Kind.DATE, "Person")
    yield _of("contact", "stage", "Lifecycle stage", Kind.STAGE, "Work", choices=choices.stages())
    yield _of("contact", "stage_since", "In stage since", Kind.DATETIME, "Work", **READ_ONLY)
    yield from shared("contact")
    yield _of("contact", "acquired_at", "First contact", Kind.DATETIME, "Origin")
    yield _of("contact", "source", "Source", Kind.TEXT, "Origin")
    yield _of("contact", "channel", "Channel", Kind.CHOICE, "Origin", choices=channels.choices())
    yield _of("contact", "campaign", "Campaign", Kind.TEXT, "Origin")
    yield _of("contact", "landing_page", "Landing page", Kind.TEXT, "Origin")
    yield in_segment("contact", _member)
    yield from system("contact")


def company_fields() -> Iterable[Field]:
    """The fields of a company, in the order a list of them shows."""
    yield _of("company", "name", "Name", Kind.TEXT, "Company", searched=True, required=True)
    yield _of("company", "domain", "Domain", Kind.TEXT, "Company", searched=True)
    yield _of("company", "website", "Website", Kind.URL, "Company")
    yield _of("company", "phone", "Phone", Kind.PHONE, "Company")
    yield _of("company", "industry", "Industry", Kind.TEXT, "Company", choices=choices.industries())
    yield _of("company", "city", "City", Kind.TEXT, "Company")
    yield _of("company", "country", "Country", Kind.CHOICE, "Company", choices=choices.countries())
    yield _of("company", "employees", "Employees", Kind.NUMBER, "Company")
    yield _of(
        "company",
        "annual_revenue",
        "Annual revenue",
        Kind.MONEY,
        "Company",
        currency_path="annual_revenue_currency",
    )
    yield _of("company", "founded", "Founded", Kind.NUMBER, "Company")
    yield _of("company", "parent", "Parent company", Kind.COMPANY, "Company", sortable=False)
    yield from shared("company")
    yield in_segment("company", _of_members)
    yield from system("company")


def shared(noun: str) -> Iterable[Field]:
    """The fields every noun has: owner, team, tags, external id."""
    yield _of(noun, "owner", "Owner", Kind.PERSON, "Work", sortable=False)
    yield _of(
        noun,
        "team",
        "Team of the owner",
        Kind.CHOICE,
        "Work",
        path="owner__team",
        choices=choices.teams(),
        key=True,
        sortable=False,
        **READ_ONLY,
    )
    yield _of(noun, "tags", "Tags", Kind.TAGS, "Work", sortable=False)
    yield _of(noun, "external_id", "External id", Kind.TEXT, "Work")


def in_segment(noun: str, within: Callable[[Q], Q]) -> Field:
    """The filter by segments and lists. within: makes a condition on memberships one of records."""
    return _of(
        noun,
        "segment",
        "Segment",
        Kind.CHOICE,
        "Work",
        choices=choices.segments(),
        key=True,
        within=within,
        listed=False,
        sortable=False,
        **READ_ONLY,
    )


def system(noun: str) -> Iterable[Field]:
    """What Accord itself knows of a record."""
    yield _of(noun, "recorded_at", "Created", Kind.DATETIME, "System", required=True, **READ_ONLY)
    yield _of(
        noun, "changed_at", "Last changed", Kind.DATETIME, "System", required=True, **READ_ONLY
    )
    yield _of(noun, "import_id", "Import", Kind.NUMBER, "System", sortable=False, **READ_ONLY)


def _member(there: Q) -> Q:
    return Q(pk__in=Membership.objects.filter(there).values("contact"))


def _of_members(there: Q) -> Q:
    """Companies somebody in the segment works for."""
    members = Membership.objects.filter(there, contact__deleted_at=None).values("contact")
    return Q(pk__in=Affiliation.objects.filter(contact__in=members).values("company"))


def _of(noun: str, name: str, label: str, kind: Kind, group: str, **more: Any) -> Field:
    return Field(noun, name, label, kind, more.pop("path", name), group, **more)
