"""A custom field of every kind, the whole way: made, edited, filtered, sorted, in and out."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from accord.people import companies, contacts, fields, lifecycle
from accord.people.fields import Money
from accord.people.models import CustomField
from accord.platform.trail import history
from accord.sales import deals
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
MAKE = {"contact": contacts.create, "company": companies.create, "deal": deals.create}
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals"}

# kind, two values as written (the lesser first), as kept, as shown, a filter that finds the first
KINDS = {
    "text": ("Amber", "Blue", "Amber", "Amber", "has:amb"),
    "number": ("5", "1234.5", Decimal(5), "5", "lt:6"),
    "money": ("10 EUR", "99.90 EUR", Money(Decimal(10), "EUR"), "€10", "lt:50"),
    "date": ("2026-03-31", "2026-04-01", None, "31 Mar", "before:2026-04-01"),
    "choice": ("Large", "Small", "Large", "Large", "is:Large"),
    "choices": ("Large", "Small; Large", ("Large",), "Large", "not:Small"),
    "boolean": ("no", "yes", False, "No", "is:no"),
    "url": ("a.example", "b.example", "https://a.example", "a.example", "has:a.exa"),
    "email": ("A@x.example", "b@x.example", "a@x.example", "a@x.example", "is:a@x.example"),
    "phone": ("030 1234567", "030 7654321", "+49301234567", "+49301234567", "has:1234567"),
    "person": ("Mia", "Olga", None, "Mia", "is:{mia}"),
}


@pytest.fixture
def house(client, olga, mia):
    lifecycle.ensure()
    pipelines.ensure()
    client.force_login(olga)
    return client


def _made(house, noun, kind):
    """The field, made on the settings page, and its name."""
    choices = "Large\nSmall" if kind.startswith("choice") else ""
    given = {"label": f"My {kind}", "noun": noun, "kind": kind, "group": "", "choices": choices}
    assert house.post("/settings/fields/", given).status_code == 302
    made = CustomField.objects.get(noun=noun)
    assert f"My {kind}" in house.get("/settings/fields/").text
    return made


def _two(noun):
    return [
        MAKE[noun](values={"name" if noun != "contact" else "last_name": name}, by=None)
        for name in ("Aardt", "Zimmer")
    ]


def _table(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("noun", PLURALS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_every_kind_goes_the_whole_way(house, mia, olga, bring, noun, kind):
    less, more, kept, shown, asked = KINDS[kind]
    made, (first, second) = _made(house, noun, kind), _two(noun)
    plural, field = PLURALS[noun], fields.field(noun, made.name)
    ids = {"Mia": mia.pk, "Olga": olga.pk}
    _edit(house, first, field, str(ids.get(less, less)))
    _edit(house, second, field, str(ids.get(more, more)))
    value = fields.read(first, field)
    assert kept is None or value == kept
    assert shown in house.get(f"/{plural}/{first.pk}/").text
    assert [each.field for each in history.of(first)] == [made.name]

    condition = f"{made.name}:{asked.format(mia=mia.pk)}"
    _listed(house, field, condition)
    out = _out(house, field)
    _edit(house, first, field, "")
    assert fields.read(first, field) == fields.empty(field)
    _in(bring, olga, (first, second), field, out)
    assert fields.read(first, field) == value
    assert history.of(first, made.name)[0].origin == "import"

    house.post(f"/settings/fields/{made.pk}/archive/")
    assert house.get(f"/{plural}/", {"f": condition}).status_code == 422
    assert made.label not in house.get(f"/{plural}/{first.pk}/").text
    house.post(f"/settings/fields/{made.pk}/archive/")
    assert fields.read(first, fields.field(noun, made.name)) == value
    assert made.label in house.get(f"/{plural}/{first.pk}/").text


def _edit(house, record, field, written):
    """Where it stands: the editor, and what it sends."""
    url = f"/{PLURALS[field.noun]}/{record.pk}/fields/{field.name}/"
    assert house.get(url, headers=HX).status_code == 200
    given = {"value": written, "version": record.version}
    assert house.post(url, given, headers=HX).status_code == 200
    record.refresh_from_db()


def _listed(house, field, condition):
    """A column of the list, a filter that finds the first, and both orders."""
    url, columns = f"/{PLURALS[field.noun]}/", f"name,{field.name}"
    house.get("/deals/", {"as": "table"})
    page = house.get(url, {"f": condition, "columns": columns})
    assert page.status_code == 200 and "Aardt" in page.text and "Zimmer" not in page.text
    for sort, order in ((field.name, 1), (f"-{field.name}", -1)) if field.sortable else ():
        text = house.get(url, {"sort": sort, "columns": columns}).text
        assert ["Aardt", "Zimmer"][::order] == sorted(["Aardt", "Zimmer"], key=text.index)


def _out(house, field):
    """The column of an export, by name."""
    answer = house.get(f"/{PLURALS[field.noun]}/export/", {"columns": f"name,{field.name}"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {row.get("Last name") or row["Name"]: row[field.label] for row in rows}


def _in(bring, by, records, field, out):
    """What came out goes in: nothing is new but the value that was taken away."""
    for record in records:
        type(record).objects.filter(pk=record.pk).update(external_id=f"X-{record.pk}")
    lines = [
        f'X-{each.pk},{name},"{out[name]}"' for each, name in zip(records, sorted(out), strict=True)
    ]
    name = "last_name" if field.noun == "contact" else "name"
    wanted = {
        "into": PLURALS[field.noun],
        "columns": {"Id": "external_id", "Name": name, "Mine": field.name},
        "match": ["external_id"],
    }
    job = bring("\n".join(["Id,Name,Mine", *lines]), wanted, by=by)
    reasons = list(job.result_rows.values_list("reason", flat=True))
    assert (job.updated, job.unchanged, job.errors) == (1, 1, 0), reasons
    for record in records:
        record.refresh_from_db()
