"""Rows of the builder: every rule of the language comes through its controls unchanged."""

import random
from dataclasses import replace

import pytest
from django.http import QueryDict

from accord.engine import segments as engine
from accord.engine.segments.catalogue import Catalogue, Field
from accord.engine.segments.terms import Kind
from accord.people import companies, contacts
from accord.platform.events import names
from accord.platform.models import Event
from accord.web.segments import controls, rows
from accord.web.segments.rows import Row

CHOICES = {"new": "New", "old": "Old, used"}
WORDS = Catalogue(
    contact={
        "city": Field("City", Kind.TEXT),
        "budget": Field("Budget", Kind.MONEY),
        "born": Field("Born", Kind.DATE),
        "since": Field("Since", Kind.DATETIME),
        "owner": Field("Owner", Kind.PERSON),
        "tags": Field("Tags", Kind.TAGS),
        "agreed": Field("Agreed", Kind.BOOLEAN),
        "state": Field("State", Kind.CHOICE, CHOICES),
    },
    company={"employees": Field("Employees", Kind.NUMBER)},
    deal={"amount": Field("Amount", Kind.MONEY), "stage": Field("Stage", Kind.STAGE, CHOICES)},
    events={"page.viewed": "Page viewed", "form.sent": "Form sent"},
    stages={"lead": "Lead", "mql": "MQL"},
    colleagues={3: "Mia", 4: "Ben"},
    purposes={"news": "News"},
    channels={"email": "E-mail"},
    lists={1: "Fair", 2: "Panel", 3: "Press", 4: "Board"},
    segments={3: "Bonn", 7: "Readers"},
)
VIEWED = "page.viewed"
RULES = [
    {"all": []},
    {"contact": "city", "kind": "text", "is": ["Bonn", "Köln, Süd", "a\\b"]},
    {"not": {"contact": "city", "kind": "text", "empty": True}},
    {"contact": "city", "kind": "text", "lacks": "burg"},
    {"company": "employees", "kind": "number", "between": [10, 50]},
    {"company": "employees", "kind": "number", "is": [1, 2.5]},
    {"contact": "budget", "kind": "money", "at_least": 1000, "currency": "USD"},
    {"contact": "born", "kind": "date", "anniversary_within": 30},
    {"contact": "born", "kind": "date", "within_next": "14 days"},
    {"contact": "since", "kind": "datetime", "between": ["3 months ago", "2026-03-31"]},
    {"contact": "owner", "kind": "person", "is_not": [3, 4]},
    {"contact": "state", "kind": "choice", "is": ["old", "gone, away"]},
    {"contact": "tags", "kind": "tags", "has_all": ["vip", "a, b"]},
    {"contact": "agreed", "kind": "boolean", "answer": False},
    {"event": VIEWED},
    {"event": VIEWED, "times": {"exactly": 0}, "when": {"within_last": "1 day"}},
    {"event": VIEWED, "times": {"at_most": 2}, "when": {"between": ["today", "today"]},
     "where": [{"property": "url", "kind": "text", "contains": "prices"},
               {"property": "seats", "kind": "number", "above": 5}]},
    {"first": VIEWED, "when": {"before": "2026-01-01"}},
    {"last": VIEWED, "where": [{"property": "trial", "kind": "boolean", "answer": True}]},
    {"sequence": [{"event": VIEWED, "where": [{"property": "x", "kind": "text", "filled": True}]},
                  {"event": "form.sent", "where": [{"property": "y", "kind": "date",
                                                    "before": "today"}]}],
     "within": "36 hours", "when": {"after": "30 days ago"}},
    {"sequence": [{"event": VIEWED}, {"event": "form.sent"}]},
    {"lifecycle": "was", "stages": ["lead", "mql"]},
    {"lifecycle": "changed", "to": ["mql"], "from": ["lead"], "when": {"within_last": "90 days"}},
    {"lifecycle": "changed"},
    {"deal": "open", "where": [{"field": "amount", "kind": "money", "above": 9000},
                               {"field": "stage", "kind": "stage", "is": ["new"]}]},
    {"deal": "any"},
    {"consent": "news", "channel": "email", "state": "withdrawn"},
    {"list": 3},
    {"segment": 7},
    {"bucket": "spring", "from": 125, "below": 1000},
    {"any": [{"list": 1}, {"not": {"all": [{"list": 2}, {"any": [{"segment": 3}, {"list": 4}]}]}}]},
]  # fmt: skip


def sent(rule):
    """The form a browser sends for a rule as the builder shows it."""
    form = QueryDict(mutable=True)
    for line in controls.lines(rows.of(rule), {}, WORDS):
        form[f"depth-{line.place}"] = str(line.row.depth)
        form[f"what-{line.place}"] = line.row.what
        if line.row.denied:
            form[f"not-{line.place}"] = "1"
        for each in line.controls:
            if each.options:
                chosen = [option.value for option in each.options if option.chosen]
                first = [each.options[0].value] if each.kind == "select" else []
                form.setlist(each.name, chosen or first)
            elif each.name:
                form[each.name] = each.value
    return form


def whole(rule):
    top = rule if "all" in rule or "any" in rule else {"all": [rule]}
    return engine.to_json(engine.from_json(top))


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_comes_through_the_form_unchanged(rule):
    made = rows.draft(rows.read(sent(rule)), WORDS)
    assert made.complaints == {}
    assert whole(made.rule) == whole(rule)


def test_rows_are_added_grouped_and_removed_with_what_belongs_to_them():
    there = rows.added(rows.START, 0, "event")
    there = rows.added(there, 2, "where")
    assert [(each.what, each.depth) for each in there] == [
        ("all", 0), ("contact", 1), ("event", 1), ("where", 2),
    ]  # fmt: skip
    there = rows.wrapped(there, 2)
    assert [each.depth for each in there] == [0, 1, 1, 2, 3]
    there = rows.added(there, 2, "any")
    assert [each.what for each in there][-2:] == ["any", "contact"]
    assert [each.what for each in rows.removed(there, 2)] == ["all", "contact"]
    assert rows.removed(there, 0) == there  # the outermost stays
    assert rows.added(there, 1, "where") == there  # a field has no conditions
    assert rows.added(there, 99, "event") == there


def test_what_is_unfinished_is_told_and_left_out():
    there = (
        Row("all", 0),
        Row("contact", 1, given={"field": ("city",), "op": ("is",)}),
        Row("list", 1, given={"id": ("1",)}),
        Row("event", 1, given={"event": (VIEWED,), "count": ("some",)}),
        Row("any", 1),
        Row("deal", 1),
        Row("where", 2),
        Row("list", 1, given={"id": ("99",)}),
        Row("nonsense", 1),
    )
    made = rows.draft(there, WORDS)
    assert made.rule == {"all": [{"list": 1}, {"deal": "open"}]}  # without its unfinished where
    assert set(made.complaints) == {1, 3, 4, 6, 7, 8}
    assert made.complaints[1] == "Fill in what to compare it with."
    assert made.complaints[6] == "Choose a field of the deal."
    assert "There is no list 99. Choose" in made.complaints[7]


@pytest.mark.django_db
def test_a_finished_event_counts_without_its_unfinished_where():
    sequence = {"event": (VIEWED,), "then": ("form.sent",)}
    there = (
        Row("all", 0),
        Row("event", 1, given={"event": (VIEWED,)}),
        Row("where", 2, given={"property": ("path",), "op": ("contains",), "value": ("",)}),
        Row("where", 2, given={"property": ("title",), "op": ("is",), "text": ("Prices",)}),
        Row("sequence", 1, given=sequence),
        Row("where", 2),
    )
    made = rows.draft(there, WORDS)
    title = {"property": "title", "kind": "text", "is": ["Prices"]}
    both = {"sequence": [{"event": VIEWED}, {"event": "form.sent"}]}
    assert made.rule == {"all": [{"event": VIEWED, "where": [title]}, both]}
    assert set(made.complaints) == {2, 5}


@pytest.mark.django_db
def test_a_sequence_without_a_span_reopens_in_days():
    there = rows.of({"sequence": [{"event": VIEWED}, {"event": "form.sent"}]})
    lines = controls.lines(there, {}, WORDS)
    unit = next(each for each in lines[1].controls if each.name == "withinunit-1")
    assert [each.value for each in unit.options if each.chosen] == ["days"]


@pytest.mark.django_db
def test_no_form_breaks_it():
    chance = random.Random(3)
    names = ["what", "depth", "not", "field", "op", "value", "value2", "unit", "kind", "event",
             "often", "count", "when", "day", "then", "to", "id", "salt", "below", "outcome",
             "state", "purpose", "side", "property", "text", "currency"]  # fmt: skip
    words = [*controls.WHATS, "all", "any", *controls.OPS, "city", "budget", "owner", "money",
             "", "-1", "9" * 40, "\x00", "🜁", "30", "today", "yes", "email", VIEWED]  # fmt: skip
    for _ in range(400):
        form = QueryDict(mutable=True)
        for place in range(chance.randint(0, 9)):
            form[f"what-{place}"] = chance.choice(words)
            for _ in range(chance.randint(0, 9)):
                form.appendlist(f"{chance.choice(names)}-{place}", chance.choice(words))
        there = rows.read(form)
        made = rows.draft(there, WORDS)
        engine.check(engine.from_json(made.rule), WORDS)
        assert len(controls.lines(there, made.complaints, WORDS)) == len(there)


def test_only_what_can_be_about_a_contact_is_offered_and_what_was_chosen_stays():
    known = engine.Catalogue(events={name: each.label for name, each in names.ALL.items()})

    def offered(row):
        [line] = controls.lines((row,), {}, known)
        [select] = [each for each in line.controls if each.name.startswith("event")]
        return {each.value: each.label for each in select.options}

    there = offered(Row("event", 0))
    assert {"page.viewed", "form.submitted", "consent.given", "deal.contact_added"} <= there.keys()
    strange = {name for name in there if name.split(".")[0] in ("company", "campaign", "user")}
    strange |= there.keys() & {"deal.won", "form.published", "segment.changed", "contact.deleted"}
    assert strange == set()
    kept = offered(Row("event", 0, given={"event": ("deal.won",)}))
    assert kept["deal.won"] == "Deal won" and "deal.lost" not in kept


def test_whatever_is_recorded_of_a_contact_is_offered_but_for_deals(ana, mia):
    companies.change(companies.create(values={"name": "One"}, by=mia), values={"city": "A"}, by=mia)
    contacts.change(ana, values={"city": "Kiel"}, by=mia)
    told = Event.objects.exclude(contact_id=None).values_list("name", flat=True)
    assert set(told) and all(names.ALL[name].person for name in told)
    others = Event.objects.filter(contact_id=None).values_list("name", flat=True)
    assert set(others) and not any(names.ALL[name].person for name in others)


def test_many_choices_are_ticked_too_and_found_by_their_words():
    states = {f"s{place}": f"State {place}" for place in range(13)}
    field = Field("State", Kind.CHOICE, states)
    row = Row("contact", 1, given={"field": ("state",), "value": ("s3", "s12")})
    made = controls.lines((Row("all", 0), row), {}, replace(WORDS, contact={"state": field}))
    control = made[1].controls[-1]
    assert control.kind == "boxes" and control.many and control.chosen == "State 3, State 12"
    few = replace(WORDS, contact={"state": replace(field, choices=CHOICES)})
    assert not controls.lines((Row("all", 0), row), {}, few)[1].controls[-1].many
