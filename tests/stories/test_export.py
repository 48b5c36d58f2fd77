"""Lists go out by command and come in again: nothing changes, nothing runs as a formula."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal

import pytest

from accord import commands
from accord.people import companies, contacts
from accord.people.fields import Money, custom_fields
from accord.people.models import Contact
from accord.platform.models import AuditEntry
from accord.platform.running import startup
from accord.sales import deals

HOSTILE = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "'=quoted", "; DROP", "'plain")


@pytest.fixture
def run(db, capsys):
    """Run a command in this process; answers what it printed."""
    for function in startup._ready:
        function()

    def run(name, *arguments):
        command = commands.load(name)
        assert command.run(commands.parser(name, command).parse_args(arguments)) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def house(run, acme, ana, olga):
    """A few records with every kind of value, and some with names made to hurt."""
    colour = custom_fields.add(
        "contact", label="Colour", kind="choice", choices=["red", "blue"], by=None
    )
    since = custom_fields.add("contact", label="Customer since", kind="date", by=None)
    given = {"owner": olga.pk, "tags": ["a", "b c"], colour.name: "red", "phone": "+49431123456"}
    contacts.change(ana, values=given | {since.name: date(2024, 2, 29)}, by=None)
    companies.change(
        acme,
        values={"annual_revenue": Money(Decimal("1234567.89"), "USD"), "founded": 1999},
        by=None,
    )
    for number, name in enumerate(HOSTILE):
        values = {"last_name": name, "title": name, "email": f"h{number}@bad.example"}
        contacts.create(values=values, by=None)
    value = {"amount": Money(Decimal("10.50"), "EUR"), "close_on": date(2030, 5, 1)}
    deals.create(
        values={"name": "-Big deal", "company": acme.pk, "external_id": "d1", **value}, by=olga
    )
    return ana


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("plural", ["contacts", "companies", "deals"])
def test_what_goes_out_comes_in_again_unchanged(run, house, tmp_path, plural):
    path = tmp_path / "list.csv"
    told = run("export", plural, "--to", str(path))
    rows = _rows(path)
    assert told == f"{len(rows)} {plural} written to {path}\n"
    found = json.loads(run("import", str(path), "--into", plural, "--json"))
    outcome = {name: found[name] for name in ("created", "updated", "unchanged", "errors")}
    assert outcome == {"created": 0, "updated": 0, "unchanged": len(rows), "errors": 0}


def test_no_cell_runs_as_a_formula_and_each_is_restored(run, house, tmp_path):
    path = tmp_path / "list.csv"
    run("export", "contacts", "--to", str(path), "--filter", "email:has:bad.example")
    names = [row["Last name"] for row in _rows(path)]
    assert len(names) == len(HOSTILE)
    assert not [name for name in names if name[:1] in tuple("=+-@\t;")]
    Contact.objects.filter(email__endswith="bad.example").update(last_name="lost", title="")
    run("import", str(path), "--into", "contacts")
    kept = Contact.objects.filter(email__endswith="bad.example").order_by("email")
    assert [each.last_name for each in kept] == [name.strip() for name in HOSTILE]


def test_an_export_is_written_down(run, house, tmp_path):
    run("export", "contacts", "--to", str(tmp_path / "list"), "--filter", "last_name:is:Alvarez")
    entry = AuditEntry.objects.get(verb="list.exported")
    assert entry.details == {"list": "contacts", "rows": 1, "left_out": 0}


def test_more_rows_cost_no_more_queries(
    run, house, olga, tmp_path, django_assert_num_queries, django_assert_max_num_queries
):
    for plural in ("contacts", "companies", "deals"):
        path = str(tmp_path / "list.csv")
        run("export", plural, "--to", path)
        with django_assert_max_num_queries(12) as few:
            run("export", plural, "--to", path)
        for number in range(4):
            given = {"owner": olga.pk, "tags": ["a"]}
            made = companies.create(values={"name": f"N{number}", **given}, by=None)
            more = {"company": made.pk, **given}
            contacts.create(values={"last_name": f"N{number}", **more}, by=None)
            deals.create(values={"name": f"N{number}", **more}, by=olga)
        with django_assert_num_queries(len(few)):
            run("export", plural, "--to", path)
