from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.people import companies, contacts, fields, lifecycle
from accord.people.fields import Kind, custom_fields, filters
from accord.people.fields.filters import Filter, Op
from accord.people.models import Company, Contact
from accord.platform.models import Import

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def people(ana, mia, ben, olga):
    """Ana of Acme, Bea whom Ben owns, Cara with all custom fields."""
    for label, kind in (("Budget", "money"), ("Seats", "number"), ("Renewal", "date")):
        custom_fields.add("contact", label=label, kind=kind, by=olga)
    custom_fields.add("contact", label="Size", kind="choice", choices=["S", "M"], by=olga)
    custom_fields.add("contact", label="Likes", kind="choices", choices=["tea", "cake"], by=olga)
    custom_fields.add("contact", label="Opted in", kind="boolean", by=olga)
    custom_fields.add("contact", label="Nickname", kind="text", by=olga)
    contacts.change(ana, values={"title": "Buyer", "tags": ["hot"], "acquired_at": NOW}, by=mia)
    contacts.create(
        values={
            "first_name": "Bea",
            "email": "bea@bolt.example",
            "phone": "030 7654321",
            "owner": ben,
            "stage": "mql",
            "acquired_at": NOW - timedelta(days=10),
            "source": "facebook",
        },
        by=ben,
    )
    contacts.create(
        values={
            "first_name": "Cara",
            "acquired_at": NOW - timedelta(days=100),
            "budget": "900.50 EUR",
            "seats": "12",
            "renewal": "2026-04-01",
            "size": "M",
            "likes": ["tea"],
            "opted_in": "yes",
            "nickname": "Caz, the 1st",
        },
        by=mia,
    )


def _found(*texts, user=None):
    condition = filters.condition(filters.parse("contact", texts, NOW, user=user))
    return sorted(Contact.objects.filter(condition).values_list("first_name", flat=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first_name:is:ANA", ["Ana"]),
        ("name:has:lvar", ["Ana"]),
        ("name:has:%", []),
        ("title:not:buyer", ["Bea", "Cara"]),
        ("email:has:BOLT", ["Bea"]),
        ("email:empty", ["Cara"]),
        ("phone:has:(030) 76", ["Bea"]),
        ("title:filled", ["Ana"]),
        ("source:empty", ["Ana", "Cara"]),
        ("channel:is:organic_social", ["Bea"]),
        ("stage:any:lead,mql", ["Bea"]),
        ("stage:not:mql", ["Ana", "Cara"]),
        ("owner:empty", ["Ana", "Cara"]),
        ("owner:is:Ben", ["Bea"]),
        ("team:filled", ["Bea"]),
        ("team:is:North", ["Bea"]),
        ("team:empty", ["Ana", "Cara"]),
        ("tags:has:hot", ["Ana"]),
        ("tags:not:hot", ["Bea", "Cara"]),
        ("tags:empty", ["Bea", "Cara"]),
        ("company:is:Acme", ["Ana"]),
        ("company:not:Acme", ["Bea", "Cara"]),
        ("company:has:cm", ["Ana"]),
        ("company:empty", ["Bea", "Cara"]),
        ("acquired_at:is:2026-03-15", ["Ana"]),
        ("acquired_at:within:30", ["Ana", "Bea"]),
        ("acquired_at:before:2026-03-05", ["Cara"]),
        ("acquired_at:after:2026-03-05", ["Ana"]),
        ("acquired_at:between:2026-03-05,2026-03-15", ["Ana", "Bea"]),
        ("budget:gt:900", ["Cara"]),
        ("budget:lt:900.50", []),
        ("budget:is:900.5", ["Cara"]),
        ("budget:empty", ["Ana", "Bea"]),
        ("seats:between:10,12", ["Cara"]),
        ("seats:not:12", ["Ana", "Bea"]),
        ("renewal:before:2026-04-02", ["Cara"]),
        ("renewal:within:-30", ["Cara"]),
        ("renewal:within:30", []),
        ("size:any:S,M", ["Cara"]),
        ("size:not:M", ["Ana", "Bea"]),
        ("likes:has:tea", ["Cara"]),
        ("likes:any:tea,cake", ["Cara"]),
        ("likes:not:tea", ["Ana", "Bea"]),
        ("opted_in:is:yes", ["Cara"]),
        ("opted_in:is:no", []),
        ("nickname:has:CAZ", ["Cara"]),
        (r"nickname:any:x,caz\, the 1st", ["Cara"]),
    ],
)
def test_a_filter_finds_what_it_says(people, text, expected):
    assert _found(text) == expected


def test_filters_add_up_and_know_who_asks(people, ben, mia):
    assert _found("owner:is:me", user=ben) == ["Bea"]
    assert _found("owner:is:me", user=mia) == _found("owner:is:me") == []
    assert _found("acquired_at:within:30", "owner:empty") == ["Ana"]
    assert _found() == ["Ana", "Bea", "Cara"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("stage:any:lead,mql", "Lifecycle stage is Lead or MQL"),
        ("acquired_at:within:30", "First contact is in the last 30 days"),
        ("renewal:within:-1", "Renewal is in the next day"),
        ("email:empty", "E-mail is empty"),
        ("owner:is:me", "Owner is me"),
        ("seats:between:10,2000.5", "Seats is between 10 and 2,000.5"),
        ("acquired_at:before:2026-03-05", "First contact is before 5 Mar 2026"),
        ("tags:not:hot", "Tags does not include hot"),
        ("name:has:lv", "Name contains “lv”"),
        ("company:is:Acme", "Company is Acme"),
    ],
)
def test_a_filter_reads_as_a_sentence(people, text, sentence):
    [found] = filters.parse("contact", [text], NOW)
    assert filters.sentence(found) == sentence


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("shoe:is:42", "cannot be filtered by “shoe”"),
        ("stage:before:lead", "It can be asked: is, not, any"),
        ("stage:is:prospect", "not one of the choices"),
        ("stage", "cannot be asked “”"),
        ("title:is:", "needs a value"),
        ("acquired_at:between:2026-01-01", "needs two values"),
        ("acquired_at:after:yesterday", "Write it like 2026-03-31"),
        ("acquired_at:within:0", "within how many days"),
        ("import_id:gt:many", "is not a number"),
        ("import_id:is:NaN", "is not a number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(db, text, refusal):
    lifecycle.ensure()
    with pytest.raises(Exception, match=refusal):
        filters.parse("contact", [text], NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["Cara", "Bea", "Ana"]),
        ("name", ["Ana", "Bea", "Cara"]),
        ("-acquired_at", ["Ana", "Bea", "Cara"]),
        ("title,-name", ["Ana", "Cara", "Bea"]),
        ("-stage,name", ["Bea", "Ana", "Cara"]),
        ("-budget", ["Cara", "Bea", "Ana"]),
        ("renewal", ["Cara", "Ana", "Bea"]),
        ("-recorded_at", ["Cara", "Bea", "Ana"]),
    ],
)
def test_lists_are_sorted_with_empty_values_last(people, text, expected):
    order = filters.sort("contact", text)
    assert list(Contact.objects.order_by(*order).values_list("first_name", flat=True)) == expected


def test_lists_are_not_sorted_by_what_has_no_order(db):
    for text in ("tags", "shoe", "name; drop table"):
        with pytest.raises(filters.BadFilter, match="cannot be sorted"):
            filters.sort("contact", text)


def test_companies_are_filtered_by_parent_and_money(acme, mia):
    companies.create(values={"name": "Bolt", "parent": acme, "annual_revenue": "100"}, by=mia)
    parse = lambda text: filters.condition(filters.parse("company", [text], NOW))  # noqa: E731
    for text in ("parent:is:Acme", "parent:has:acm", "annual_revenue:gt:99", "domain:empty"):
        assert [each.name for each in Company.objects.filter(parse(text))] == ["Bolt"]


def _texts():
    return st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20
    )


def _value(field, op):
    if op in (Op.EMPTY, Op.FILLED):
        return st.just(())
    if op is Op.WITHIN:
        return st.tuples(st.integers(1, 36_500) | st.integers(-36_500, -1))
    one = {
        Kind.TEXT: _texts(),
        Kind.NUMBER: st.decimals(-(10**12), 10**12, places=3).map(
            lambda d: d.normalize() if d % 1 else d.quantize(Decimal(1))
        ),
        Kind.DATETIME: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        Kind.CHOICE: st.sampled_from([choice.value for choice in field.choices] or [""]),
        Kind.TAGS: _texts(),
    }[field.kind]
    if op is Op.BETWEEN:
        return st.tuples(one, one)
    return st.lists(one, min_size=1, max_size=4).map(tuple) if op is Op.ANY else st.tuples(one)


@st.composite
def _filters(draw):
    names = ("title", "first_name", "import_id", "acquired_at", "channel", "tags", "recorded_at")
    field = fields.field("contact", draw(st.sampled_from(names)))
    op = draw(st.sampled_from(filters.operators(field)))
    return Filter(field, op, draw(_value(field, op)), NOW)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_filter_survives_being_written_and_read(db, data):
    filter = data.draw(_filters())
    assert filters.parse("contact", [filter.text], NOW) == (filter,)
    assert filters.sentence(filter).startswith(filter.field.label)
    str(Contact.objects.filter(filters.condition([filter])).query)


def test_time_of_day_is_that_of_the_company(people):
    """NOW is 13:00 in Berlin; 23:30 UTC the evening before is already that day there."""
    late = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    contacts.create(values={"first_name": "Dora", "acquired_at": late}, by=None)
    assert timezone.localdate(late) == date(2026, 3, 15)
    assert _found("acquired_at:is:2026-03-15") == ["Ana", "Dora"]


def test_an_import_is_told_by_its_file_and_day(db, mia):
    made = Import.objects.create(into="contacts", file_name="leads.csv", by=mia)
    Import.objects.filter(pk=made.pk).update(created_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    texts = [f"import_id:is:{made.pk}", "import_id:is:999999"]
    told = [filters.sentence(each) for each in filters.parse("contact", texts, timezone.now())]
    assert told == ["Import is leads.csv, 4 Mar 2026", "Import is 999999"]
