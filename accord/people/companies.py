"""Companies: organisations, with a parent, and the people who belong to them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, connection, transaction

from accord.engine.errors import Refused, Unreadable
from accord.people import affiliations, fields, records
from accord.people.fields import Field, reading
from accord.people.models import Affiliation, Company, Contact
from accord.people.records import Conflict, Deleted
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.trail import audit

__all__ = [
    "Conflict",
    "Deleted",
    "affiliate",
    "change",
    "create",
    "delete",
    "for_domain",
    "restore",
    "unaffiliate",
]

names.declare("company.created", "Company created", icon="building", person=False)
names.declare("company.changed", "Company changed", icon="pencil", person=False)
names.declare("company.deleted", "Company deleted", icon="trash", person=False)
names.declare("company.restored", "Company restored", icon="restore", person=False)


class Nameless(Refused):
    """Give the company a name."""


class FreeMail(Refused):
    """This domain belongs to a mail provider, not to a company. Leave the domain empty."""


class ParentCycle(Refused):
    """The parent company belongs to this company already. Choose another parent."""


class ExternalIdTaken(Refused):
    """Another company has this external id. Open that company instead."""


@transaction.atomic
def create(*, values: Mapping[str, object], by: User | None, origin: str = "user") -> Company:
    """Make a company from values by field name (see `fields.catalogue("company")`).

    Without a domain it gets the one of its website. Raises Forbidden, UnknownField,
    NotEditable, Unreadable, Nameless, FreeMail or ExternalIdTaken.
    """
    records.may_create("company", by)
    company = Company()
    records.fill(company, _prepared(values))
    records.permissions_of(company, by)
    if not company.name:
        raise Nameless
    if company.website and not company.domain:
        company.domain = _domain(company.website)
    try:
        with transaction.atomic():
            company.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(error) from error
    audit.record("company.created", company, by=by)
    log.record("company.created", log.About(company=company.pk), by=by, origin=origin)
    return company


@transaction.atomic
def change(
    company: Company,
    *,
    values: Mapping[str, object],
    version: int | None = None,
    by: User | None,
    origin: str = "user",
) -> Company:
    """Change fields of a company by name; `company` is fresh afterwards and given back.

    version: the version whose values were seen; None changes whatever is there now.
    Raises Forbidden, Deleted, Conflict, UnknownField, NotEditable, Unreadable, Nameless,
    FreeMail, ParentCycle or ExternalIdTaken. Values that are so already change nothing.
    """
    wanted = _prepared(values)
    given = {field.name: value for field, value in wanted.items()}
    if given.get("name") == "":
        raise Nameless
    if isinstance(parent := given.get("parent"), int):
        _refuse_cycle(company, parent)
    try:
        with transaction.atomic():
            changes = records.change(company, wanted, version=version, by=by, origin=origin)
    except IntegrityError as error:
        raise _taken(error) from error
    if changes:
        told = sorted(each.field for each in changes)
        log.record("company.changed", log.About(company=company.pk), by=by, fields=told)
    return company


@transaction.atomic
def delete(company: Company, *, by: User | None) -> None:
    """Hide a company; `restore` brings it back for 30 days. Raises Forbidden or Deleted."""
    records.delete(company, by=by)
    log.record("company.deleted", log.About(company=company.pk), by=by)


@transaction.atomic
def restore(company: Company, *, by: User | None) -> None:
    """Bring a deleted company back. Raises Forbidden, NotDeleted, TooLate or ExternalIdTaken."""
    try:
        with transaction.atomic():
            records.restore(company, by=by)
    except IntegrityError as error:
        raise _taken(error) from error
    log.record("company.restored", log.About(company=company.pk), by=by)


def affiliate(
    contact: Contact,
    company: Company,
    *,
    role: str | None = None,
    primary: bool = False,
    by: User | None,
) -> Affiliation:
    """Put a contact into a company, in a role. The first company of a contact is primary.

    Once more changes the role (None keeps it). Raises Forbidden unless `by` may write the
    contact, or Deleted.
    """
    return affiliations.add(contact, company, role=role, primary=primary, by=by)


def unaffiliate(contact: Contact, company: Company, *, by: User | None) -> None:
    """Take a contact out of a company. Where that was the primary one, the next takes over."""
    affiliations.remove(contact, company, by=by)


def for_domain(domain: str) -> Company | None:
    """The company that has this domain, the oldest of several; None for a free-mail domain."""
    name = _domain(domain)
    return Company.objects.alive().filter(domain=name).order_by("pk").first() if name else None


def _prepared(values: Mapping[str, object]) -> dict[Field, object]:
    wanted = records.cleaned("company", values)
    domain = fields.field("company", "domain")
    if written := str(wanted.get(domain, "")):
        wanted[domain] = reading.company_domain(written)
        if not wanted[domain]:
            raise FreeMail
    return wanted


def _domain(text: str) -> str:
    """The company's domain in a text, "" where there is none."""
    try:
        return reading.company_domain(text)
    except Unreadable:
        return ""


def _refuse_cycle(company: Company, parent: int) -> None:
    with connection.cursor() as cursor:
        # Two changes at once could close a circle that neither sees.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_company.parent'))")
        cursor.execute(_ABOVE, [parent, company.pk])
        if cursor.fetchone():
            raise ParentCycle


def _taken(error: IntegrityError) -> Exception:
    return ExternalIdTaken() if "company_external_id_unique" in str(error) else error


_ABOVE = """
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM people_company WHERE id = %s
    UNION
    SELECT company.id, company.parent_id FROM people_company AS company
    JOIN above ON company.id = above.parent_id
) SELECT 1 FROM above WHERE id = %s
"""
