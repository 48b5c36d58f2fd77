"""The demo company's market: organisations and people with their lifecycles."""

from __future__ import annotations

from collections.abc import Iterator

from accord.demo.places import Loading
from accord.people.models import Address, Affiliation, Company, Contact, LifecycleChange

BATCH = 1000


def load(loading: Loading) -> None:
    _companies(loading)
    _contacts(loading)
    Address.objects.bulk_create(_addresses(loading), batch_size=BATCH)
    Affiliation.objects.bulk_create(_affiliations(loading), batch_size=BATCH)
    LifecycleChange.objects.bulk_create(_lifecycles(loading), batch_size=BATCH)


def _companies(loading: Loading) -> None:
    every = loading.world.companies
    made = Company.objects.bulk_create(
        (
            Company(
                name=each.name,
                domain=each.domain,
                website=f"https://{each.domain}" if each.domain else "",
                industry=each.industry,
                country=each.country,
                city=each.city,
                employees=each.employees,
                owner_id=loading.user(each.owner),
                tags=list(each.tags),
                import_id=loading.book.import_id,
            )
            for each in every
        ),
        batch_size=BATCH,
    )
    loading.companies = {each.key: row.pk for each, row in zip(every, made, strict=True)}
    for each, row in zip(every, made, strict=True):
        row.recorded_at = each.known_at
        row.parent_id = loading.companies[each.parent] if each.parent else None
    Company.objects.bulk_update(made, ["recorded_at", "parent"], batch_size=BATCH)


def _contacts(loading: Loading) -> None:
    every = loading.world.contacts
    made = Contact.objects.bulk_create(
        (
            Contact(
                first_name=each.first_name,
                last_name=each.last_name,
                title=each.title,
                email=each.email,
                phone=each.phone,
                city=each.city,
                country=each.country,
                language=each.language,
                owner_id=loading.user(each.owner),
                stage=each.stage,
                stage_since=each.lifecycle[-1].at if each.lifecycle else each.known_at,
                acquired_at=each.first_seen,
                source=each.source,
                channel=each.channel,
                campaign=each.campaign,
                landing_page=each.landing_page,
                tags=list(each.tags),
                import_id=loading.book.import_id,
            )
            for each in every
        ),
        batch_size=BATCH,
    )
    loading.contacts = {each.key: row.pk for each, row in zip(every, made, strict=True)}
    for each, row in zip(every, made, strict=True):
        row.recorded_at = each.known_at
        row.changed_at = each.lifecycle[-1].at if each.lifecycle else each.known_at
    Contact.objects.bulk_update(made, ["recorded_at", "changed_at"], batch_size=BATCH)


def _addresses(loading: Loading) -> Iterator[Address]:
    for each in loading.world.contacts:
        for kind, value in (("email", each.email), ("phone", each.phone)):
            if value:
                yield Address(
                    contact_id=loading.contacts[each.key], kind=kind, value=value, is_primary=True
                )


def _affiliations(loading: Loading) -> Iterator[Affiliation]:
    for each in loading.world.contacts:
        if each.company:
            yield Affiliation(
                contact_id=loading.contacts[each.key],
                company_id=loading.companies[each.company],
                role=each.title,
                is_primary=True,
            )


def _lifecycles(loading: Loading) -> Iterator[LifecycleChange]:
    for each in loading.world.contacts:
        before = ""
        for step in each.lifecycle:
            yield LifecycleChange(
                contact_id=loading.contacts[each.key],
                stage=step.stage,
                previous=before,
                at=step.at,
                recorded_at=step.at,
                by_id=loading.user(step.by),
                reason=step.reason,
                import_id=loading.book.import_id,
            )
            before = step.stage
