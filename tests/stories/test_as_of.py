"""Whatever happened to a record since, each of its fields can be asked as of each moment before.

People, imports and their undo change a contact and a deal at random, one step a minute; what
the record held then is kept beside, and every field of the catalogue is asked for it at the end.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.engine.errors import Refused
from accord.people import companies, contacts, fields
from accord.people.fields import custom_fields
from accord.people.models import Contact
from accord.platform.models import Import, ImportRow
from accord.platform.trail import history
from accord.platform.transfer import imports
from accord.platform.transfer.undo import undoing
from accord.sales import deals
from accord.sales.models import Deal
from accord.sales.pipeline import pipelines, reasons

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
# Worked out from other fields, or told by rows of their own.
DERIVED = {
    "contact": {"name", "team", "stage_since", "changed_at", "recorded_at", "import_id"},
    "deal": {"value", "team", "stage_since", "changed_at", "recorded_at", "import_id"},
}
EMPTY = (None, "", [], {})

PERSON = {
    "title": ["Buyer", "Head", ""],
    "phone": ["+49 431 123456", "+49 431 654321", ""],
    "country": ["DE", "FR", ""],
    "tags": [["fair"], ["fair", "vip"], []],
    "stage": ["lead", "mql", "subscriber"],
    "company": ["Acme", "Globex", None],
    "owner": ["Ben", "Mia", None],
    "source": ["google / cpc", "newsletter"],
    "seats": ["5", "7.5", ""],
    "budget": ["10 EUR", "12.50 USD", ""],
    "size": ["Small", "Large", ""],
    "needs": [["Small"], ["Small", "Large"], []],
    "renewal": ["2027-01-31", ""],
    "partner": ["yes", "no", ""],
    "sdr": ["Ben", "Mia", None],
}
SALE = {
    "name": ["Grid", "Grid rollout"],
    "amount": ["100 EUR", "250.50 USD", ""],
    "close_on": ["2026-06-30", "2026-09-30"],
    "owner": ["Ben", "Mia", None],
    "company": ["Acme", "Globex", None],
    "stage": ["Qualified", "Discovery", "Won", "Lost"],
    "tags": [["fair"], []],
    "seats": ["5", "7.5", ""],
}


def _steps(changes):
    edits = [st.tuples(st.just(name), st.integers(0, 9)) for name in changes]
    files = st.tuples(st.just("import"), st.integers(0, 999))
    undo = st.tuples(st.just("undo"), st.just(0))
    undone = st.one_of(files, undo)
    return st.lists(st.one_of(st.one_of(*edits), undone), min_size=2, max_size=10)


@pytest.fixture
def house(olga, ben, mia, acme):
    """Two companies, and custom fields of contacts and deals."""
    companies.create(values={"name": "Globex"}, by=None)
    pipelines.ensure()
    sizes = ["Small", "Large"]
    for label, kind in (("Seats", "number"), ("Budget", "money"), ("Renewal", "date")):
        custom_fields.add("contact", label=label, kind=kind, by=olga)
    for label, kind in (("Size", "choice"), ("Needs", "choices")):
        custom_fields.add("contact", label=label, kind=kind, choices=sizes, by=olga)
    custom_fields.add("contact", label="Partner", kind="boolean", by=olga)
    custom_fields.add("contact", label="SDR", kind="person", by=olga)
    custom_fields.add("deal", label="Seats", kind="number", by=olga)
    return olga


def _held(record):
    """What every field of a record holds now, as the history writes it."""
    noun = record._meta.model_name
    return {
        field.name: fields.to_json(fields.read(record, field))
        for field in fields.catalogue(noun).values()
        if field.listed and field.name not in DERIVED[noun] and field.reader is None
    }


def _written(value):
    return "; ".join(value) if isinstance(value, list) else value or ""


def _file(changes, number, key):
    """A file of one row that fills three fields by the number."""
    names = list(dict.fromkeys(list(changes)[(number // place) % len(changes)] for place in (1, 7)))
    values = [_written(changes[name][number % len(changes[name])]) for name in names]
    quoted = [f'"{value}"' for value in (key, *values)]
    return ",".join(["key", *names]) + "\n" + ",".join(quoted) + "\n", names


def _undo(made):
    last = made.pop() if made else None
    if last:
        imports.undo(last, by=None)
        undoing.run(last.pk)
        assert Import.objects.get(pk=last.pk).state == Import.State.UNDONE


def _walk(record, steps, act, bring):
    """Do the steps, a minute apart; answers what the record held after each."""
    made, kept = [], []
    for number, (name, choice) in enumerate(steps, 1):
        with time_machine.travel(START + timedelta(minutes=number), tick=False):
            try:
                if name == "undo":
                    _undo(made)
                elif name == "import":
                    made.append(bring(choice))
                else:
                    act(name, choice)
            except Refused:
                pass
        record.refresh_from_db()
        kept.append((START + timedelta(minutes=number, seconds=30), _held(record)))
    return kept


def _agrees(record, kept):
    noun, now = record._meta.model_name, _held(record)
    for moment, held in kept:
        for name, value in held.items():
            then = history.as_of(noun, [record.pk], name, moment).get(record.pk, now[name])
            assert then == value or (then in EMPTY and value in EMPTY), (name, moment)


numbers = itertools.count(1)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("imported", [True, False])
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
@given(steps=_steps(PERSON))
def test_a_contact_can_be_asked_as_of_any_moment(house, bring, imported, steps):
    email, into = f"zoe{next(numbers)}@zimmer.example", {"into": "contacts", "match": ["email"]}

    def brought(number):
        text, names = _file(PERSON, number, email)
        return bring(text, into | {"columns": {"key": "email"} | {name: name for name in names}})

    with time_machine.travel(START, tick=False):
        if imported:
            first = brought(steps[0][1])
            zoe = Contact.objects.get(email=email)
            kept = ImportRow.objects.get(source=first)
            assert kept.values["email"] == email and kept.object_id == zoe.pk
        else:
            zoe = contacts.create(values={"first_name": "Zoe", "email": email}, by=house)
    begun = [(START + timedelta(seconds=30), _held(zoe))]

    def act(name, choice):
        values = {name: PERSON[name][choice % len(PERSON[name])]}
        contacts.change(zoe, values=values, by=house)

    _agrees(zoe, begun + _walk(zoe, steps, act, brought))


@pytest.mark.parametrize("imported", [True, False])
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET)
@given(steps=_steps(SALE))
def test_a_deal_can_be_asked_as_of_any_moment(house, bring, imported, steps):
    key, into = f"D-{next(numbers)}", {"into": "deals", "match": ["external_id"]}

    def brought(number):
        text, names = _file(SALE, number, key)
        columns = {"key": "external_id"} | {name: name for name in names}
        if "name" not in names:
            head, row = text.splitlines()
            text, columns = f'{head},name\n{row},"Grid"\n', columns | {"name": "name"}
        return bring(text, into | {"columns": columns})

    with time_machine.travel(START, tick=False):
        if imported:
            brought(steps[0][1])
            deal = Deal.objects.get(external_id=key)
        else:
            deal = deals.create(values={"name": "Grid", "external_id": key}, by=house)
    begun = [(START + timedelta(seconds=30), _held(deal))]
    named = {stage.name: stage for stage in pipelines.default().stages.all()}

    def act(name, choice):
        value = SALE[name][choice % len(SALE[name])]
        if name != "stage":
            deals.change(deal, values={name: value}, by=house)
        elif deal.outcome:
            deals.reopen(deal, by=house)
        else:
            to = named[value]
            reason = reasons.to_pick(to.kind)[0] if to.kind != "open" else None
            deals.move(deal, to=to, reason=reason, by=house)

    _agrees(deal, begun + _walk(deal, steps, act, brought))
