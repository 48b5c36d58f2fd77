"""Put the demo company into the instance, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accord.demo import (
    book,
    consenting,
    forming,
    grouping,
    house,
    people,
    requesting,
    selling,
    telling,
)
from accord.demo.book import Book
from accord.demo.places import Loading
from accord.engine.errors import Refused
from accord.engine.simulator import Size, World, simulate
from accord.insight import attribution
from accord.people import fields, lifecycle
from accord.platform import memory
from accord.platform.access import preferences
from accord.platform.models import Import
from accord.platform.trail import audit
from accord.sales.pipeline import pipelines
from accord.sales.pricing import worth


class AlreadyHere(Refused):
    """The demo company is here already. Take it away first with: accord demo --remove"""


def load(seed: int, size: Size, *, now: datetime) -> World:
    """Simulate the company and write all of it. Raises AlreadyHere."""
    if book.read():
        raise AlreadyHere
    world = simulate(seed, size, now)
    with transaction.atomic():
        _write(world)
    with connection.cursor() as cursor:
        # Else the first pages are asked for without the planner knowing what is there.
        cursor.execute("ANALYZE")
    memory.forget_everything()
    fields.forget()
    return world


def _write(world: World) -> None:
    pipelines.ensure()
    lifecycle.ensure()
    done = Import.objects.create(
        into="demo",
        file_name=world.name,
        stored_as="",
        state=Import.State.DONE,
        rows=len(world.contacts),
        rows_done=len(world.contacts),
        created=len(world.contacts),
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    named = preferences.current().company_name
    loading = Loading(world, Book(done.pk, world.seed, named))
    house.load(loading)
    people.load(loading)
    selling.load(loading)
    telling.load(loading)
    consenting.load(loading)
    forming.load(loading)
    worth.reprice()
    attribution.rebuild(sorted(loading.deals.values()))
    if named == preferences.Preferences.company_name:
        preferences.change(by=None, company_name=world.name)
    if not preferences.current().postal_address:
        preferences.change(by=None, postal_address=house.POSTAL_ADDRESS)
    grouping.load(loading)
    requesting.load(loading)
    book.write(loading.book)
    audit.record("demo.loaded", by=None, seed=world.seed, size=world.size.value)
