"""The demo company's deals with their history, and what its people did and have to do."""

from __future__ import annotations

from collections.abc import Iterator

from accord.demo.places import Loading
from accord.platform.models import FieldChange
from accord.sales.models import (
    Activity,
    Deal,
    DealContact,
    DealLine,
    StageChange,
    Task,
)
from accord.sales.pipeline import pipelines

BATCH = 1000
GAP = 1024.0


def load(loading: Loading) -> None:
    _deals(loading)
    DealContact.objects.bulk_create(_people(loading), batch_size=BATCH)
    DealLine.objects.bulk_create(_lines(loading), batch_size=BATCH)
    StageChange.objects.bulk_create(_steps(loading), batch_size=BATCH)
    FieldChange.objects.bulk_create(_pushes(loading), batch_size=BATCH)
    _activities(loading)
    Task.objects.bulk_create(_tasks(loading), batch_size=BATCH)


def _deals(loading: Loading) -> None:
    pipeline = pipelines.default()
    every = loading.world.deals
    made = Deal.objects.bulk_create(
        (
            Deal(
                name=each.name,
                company_id=loading.companies[each.company],
                pipeline=pipeline,
                stage_id=loading.stages[each.stage],
                stage_since=each.steps[-1].at,
                rank=place * GAP,
                amount=each.amount,
                currency=each.currency,
                opened_at=each.opened_at,
                close_on=each.close_on,
                closed_at=each.closed_at,
                outcome=each.outcome,
                reason_id=loading.reasons.get((each.outcome, each.reason)),
                reason_note=each.note,
                owner_id=loading.user(each.owner),
                tags=list(each.tags),
                import_id=loading.book.import_id,
            )
            for place, each in enumerate(every, start=1)
        ),
        batch_size=BATCH,
    )
    loading.deals = {each.key: row.pk for each, row in zip(every, made, strict=True)}
    for each, row in zip(every, made, strict=True):
        row.recorded_at, row.changed_at = each.opened_at, each.steps[-1].at
    Deal.objects.bulk_update(made, ["recorded_at", "changed_at"], batch_size=BATCH)


def _people(loading: Loading) -> Iterator[DealContact]:
    for each in loading.world.deals:
        for person in each.contacts:
            yield DealContact(
                deal_id=loading.deals[each.key],
                contact_id=loading.contacts[person.contact],
                role=person.role,
            )


def _lines(loading: Loading) -> Iterator[DealLine]:
    for each in loading.world.deals:
        for line in each.lines:
            yield DealLine(
                deal_id=loading.deals[each.key],
                product_id=loading.products[line.product],
                quantity=line.quantity,
                price=line.price,
            )


def _steps(loading: Loading) -> Iterator[StageChange]:
    for each in loading.world.deals:
        before = None
        for step in each.steps:
            stage = loading.stages[step.stage]
            yield StageChange(
                deal_id=loading.deals[each.key],
                previous_id=before,
                stage_id=stage,
                at=step.at,
                recorded_at=step.at,
                amount=step.amount,
                currency=each.currency,
                close_on=step.close_on,
                owner_id=loading.user(step.owner),
                by_id=loading.user(step.owner),
                import_id=loading.book.import_id,
            )
            before = stage


def _pushes(loading: Loading) -> Iterator[FieldChange]:
    for each in loading.world.deals:
        for push in each.pushes:
            yield FieldChange(
                at=push.at,
                subject_type="deal",
                subject_id=loading.deals[each.key],
                field="close_on",
                old=push.old.isoformat(),
                new=push.new.isoformat(),
                by_id=loading.user(push.by),
                origin=FieldChange.Origin.USER,
                import_id=loading.book.import_id,
            )


def _activities(loading: Loading) -> None:
    every = loading.world.activities
    made = Activity.objects.bulk_create(
        (
            Activity(
                kind=each.kind,
                happened_at=each.at,
                by_id=loading.user(each.by),
                contact_id=loading.contacts[each.contact],
                company_id=loading.companies[each.company] if each.company else None,
                deal_id=loading.deals[each.deal] if each.deal else None,
                body=each.body,
                outcome=each.outcome[:60],
                minutes=each.minutes,
            )
            for each in every
        ),
        batch_size=BATCH,
    )
    loading.activities = {each.key: row.pk for each, row in zip(every, made, strict=True)}


def _tasks(loading: Loading) -> Iterator[Task]:
    for each in loading.world.tasks:
        yield Task(
            title=each.title,
            kind=each.kind,
            due_at=each.due_at,
            all_day=each.all_day,
            owner_id=loading.user(each.owner),
            by_id=loading.user(each.owner),
            contact_id=loading.contacts[each.contact] if each.contact else None,
            company_id=loading.companies[each.company] if each.company else None,
            deal_id=loading.deals[each.deal] if each.deal else None,
            done_at=each.done_at,
            done_by_id=loading.user(each.owner) if each.done_at else None,
        )
