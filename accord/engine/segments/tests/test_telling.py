from datetime import timedelta
from decimal import Decimal

import pytest

from accord.engine.money import Money
from accord.engine.segments import describe, explain, from_json
from accord.engine.segments.language import Outcome
from accord.engine.segments.person import Deal, Event
from accord.engine.segments.tests.cast import BERLIN, NOON, WORDS, ana, did

VIEWED = {"event": "page.viewed"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"contact": "city", "kind": "text", "is": ["Bonn", "Köln"]}, "City is “Bonn” or “Köln”."),
        ({"contact": "stage", "kind": "stage", "is_not": "mql"}, "Lifecycle stage is not MQL."),
        ({"contact": "owner", "kind": "person", "is": 7}, "Owner is Ben."),
        ({"contact": "tags", "kind": "tags", "has_all": ["a", "b"]}, "Tags includes “a” and “b”."),
        ({"contact": "agreed", "kind": "boolean", "answer": False}, "Agreed is no."),
        (
            {"contact": "acquired_at", "kind": "datetime", "within_last": "1 day"},
            "First contact is in the last day.",
        ),
        (
            {"contact": "birthday", "kind": "date", "anniversary_within": 7},
            "Birthday has its anniversary in the next 7 days.",
        ),
        (
            {"contact": "budget", "kind": "money", "above": 10000, "currency": "EUR"},
            "Budget is more than 10,000 EUR.",
        ),
        (
            {"company": "employees", "kind": "number", "empty": True},
            "Company’s employees is empty.",
        ),
        ({"company": "id", "kind": "company", "is": 2}, "Company is Acme."),
        ({**VIEWED, "times": {"exactly": 0}}, "Never viewed a page."),
        (
            {
                **VIEWED,
                "times": {"at_least": 3},
                "when": {"between": ["2026-01-01", "today"]},
                "where": [{"property": "url", "kind": "text", "contains": "pricing"}],
            },
            "Viewed a page at least 3 times from 1 Jan 2026 to today where url contains “pricing”.",
        ),
        ({"first": "page.viewed", "when": {"on": "today"}}, "First viewed a page today."),
        (
            {"sequence": [VIEWED, {"event": "form.submitted"}], "within": "3 days"},
            "Viewed a page, then submitted a form within 3 days.",
        ),
        ({"not": VIEWED}, "Never viewed a page."),
        (
            {"not": {**VIEWED, "times": {"at_least": 2}}},
            "Not (viewed a page at least 2 times).",
        ),
        ({"event": "deal.lost"}, "Had the event “Deal lost”."),
        ({"event": "deal.lost", "times": {"exactly": 0}}, "Never had the event “Deal lost”."),
        (
            {"event": "shoe.tied", "times": {"at_most": 2}},
            "Had the event “shoe.tied” at most 2 times.",
        ),
        ({"lifecycle": "was", "stages": ["mql"]}, "Is or was MQL."),
        (
            {"lifecycle": "changed", "to": ["mql"], "from": ["lead"], "when": {"before": "today"}},
            "Became MQL from Lead before today.",
        ),
        (
            {"deal": "open", "where": [{"field": "stage", "kind": "stage", "is": "4"}]},
            "Has an open deal whose stage is Offer.",
        ),
        (
            {"not": {"consent": "news", "channel": "email", "state": "given"}},
            "Has not given consent to Newsletter by e-mail.",
        ),
        ({"not": {"list": 3}}, "Is not on list Fair."),
        ({"not": {"deal": "open"}}, "Has no open deal."),
        ({"bucket": "b", "from": 0, "below": 1050}, "Is in the random share 0 % to 10.5 % of “b”."),
        ({"all": []}, "Everybody."),
        ({"segment": 99}, "Is in segment “99”."),
    ],
)
def test_every_line_is_a_sentence(data, sentence):
    assert describe(from_json(data), WORDS) == sentence


def test_groups_within_groups_stand_in_brackets():
    city = {"contact": "city", "kind": "text", "is": "Bonn"}
    rule = from_json({"all": [city, {"any": [VIEWED, {"not": {"all": [{"list": 3}, city]}}]}]})
    assert describe(rule, WORDS) == (
        "City is “Bonn”, and (viewed a page, or not (is on list Fair, and city is “Bonn”))."
    )


def test_a_test_of_a_person_ticks_every_line_and_shows_what_was_seen():
    rule = from_json(
        {
            "all": [
                {"contact": "city", "kind": "text", "is": "Bonn"},
                {"any": [{**VIEWED, "times": {"at_least": 2}}, {"deal": "won"}]},
                {"not": {"contact": "budget", "kind": "money", "above": 1}},
            ]
        }
    )
    person = ana(
        traits={"city": "bonn", "budget": Money(Decimal(500), "EUR")},
        events=(Event(1, "page.viewed", NOON - timedelta(days=1)),),
        deals=(Deal(Outcome.OPEN),),
    )
    line = explain(rule, person, NOON, BERLIN, WORDS)
    assert (line.holds, line.seen) == (False, "1 of 3 hold")
    city, group, denial = line.lines
    assert (city.holds, city.seen) == (True, "“bonn”")
    assert [each.seen for each in group.lines] == [
        "1 time, the latest on 28 Feb 2026, 13:00",
        "0 of 1 deal",
    ]
    assert (denial.holds, denial.lines[0].holds, denial.lines[0].seen) == (False, True, "500 EUR")


def test_what_is_missing_is_said():
    lines = {
        "no company": {"company": "employees", "kind": "number", "above": 1},
        "empty": {"contact": "city", "kind": "text", "filled": True},
        "never": {"last": "page.viewed"},
        "no pair": {"sequence": [VIEWED, VIEWED]},
        "no such change": {"lifecycle": "changed"},
        "no stage": {"lifecycle": "was", "stages": ["mql"]},
        "not on the list": {"list": 3},
        "0 times": VIEWED,
    }
    for seen, data in lines.items():
        assert explain(from_json(data), ana(), NOON, BERLIN, WORDS).seen == seen
    once = explain(from_json({"last": "page.viewed"}), did(NOON), NOON, BERLIN, WORDS)
    assert once.seen == "on 1 Mar 2026, 13:00"
