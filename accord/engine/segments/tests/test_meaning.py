from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accord.engine.money import Money
from accord.engine.segments.language import Outcome
from accord.engine.segments.person import (
    ConsentAnswer,
    Deal,
    Event,
    StageEntry,
    bucket,
    bucket_edge,
    folded,
)
from accord.engine.segments.tests.cast import BERLIN, NOON, ana, contact, did, holds, rule

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_value_satisfies_denials_and_nothing_else(value):
    person = ana(traits={"city": value})
    assert holds(contact("city", "text", is_not="Bonn"), person)
    assert holds(contact("city", "text", lacks="on"), person)
    assert holds(contact("city", "text", empty=True), person)
    assert not holds(contact("city", "text", is_="Bonn"), person)
    assert not holds(contact("city", "text", filled=True), person)


def test_without_a_company_every_field_of_it_is_empty():
    assert holds(rule(company="employees", kind="number", empty=True), ana())
    assert not holds(rule(company="employees", kind="number", below=10), ana())


def test_text_compares_without_regard_to_case_but_with_accents():
    person = ana(traits={"city": "ŁÓDŹ"})
    assert holds(contact("city", "text", is_="łódź"), person)
    assert not holds(contact("city", "text", is_="lodz"), person)
    assert folded("ΣΑΣ İzmir") == "σασ izmir"


def test_choices_and_tags_compare_exactly():
    person = ana(traits={"stage": "mql", "tags": ("VIP",)})
    assert not holds(contact("stage", "stage", is_="MQL"), person)
    assert not holds(contact("tags", "tags", is_="vip"), person)
    assert holds(contact("tags", "tags", has_all=["VIP"]), person)
    assert holds(contact("tags", "tags", is_not=["vip"]), person)


def test_amounts_compare_within_their_currency():
    person = ana(traits={"budget": Money(Decimal(500), "USD")})
    assert holds(contact("budget", "money", at_least=500), person)
    assert holds(contact("budget", "money", between=[500, 500], currency="USD"), person)
    assert not holds(contact("budget", "money", at_least=1, currency="EUR"), person)


def test_the_far_edge_of_a_window_is_left_out_and_now_is_in_it():
    month = rule(event="page.viewed", when={"within_last": "30 days"})
    assert not holds(month, did(NOON - 30 * DAY))
    assert holds(month, did(NOON - 30 * DAY + TICK))
    assert holds(month, did(NOON))
    assert not holds(month, did(NOON + TICK))


def test_what_has_not_happened_yet_does_not_count():
    tomorrow = NOON + DAY
    assert holds(rule(event="page.viewed", times={"exactly": 0}), did(tomorrow))
    assert not holds(rule(event="page.viewed", when={"after": "today"}), did(tomorrow))


def test_days_are_those_of_the_zone():
    """Half past midnight in Berlin is the day before in London."""
    at = datetime(2026, 2, 28, 23, 30, tzinfo=UTC)
    assert holds(rule(event="page.viewed", when={"on": "2026-03-01"}), did(at))
    assert not holds(rule(event="page.viewed", when={"before": "today"}), did(at))


def test_a_day_of_23_hours_ends_with_its_midnight():
    """Clocks go forward on 29 March: the day after begins at 22:00 UTC."""
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    edge = datetime(2026, 3, 29, 22, tzinfo=UTC)
    sunday = rule(event="page.viewed", when={"on": "1 day ago"})
    assert holds(sunday, did(edge - TICK), now)
    assert not holds(sunday, did(edge), now)


def test_a_month_before_its_31st_is_the_last_day_there_is():
    now = datetime(2028, 3, 31, 12, tzinfo=UTC)
    born = contact("birthday", "date", on="1 month ago")
    assert holds(born, ana(traits={"birthday": date(2028, 2, 29)}), now)


def test_a_leap_day_is_kept_on_28_february():
    born = ana(traits={"birthday": date(2000, 2, 29)})
    today = contact("birthday", "date", anniversary_within=1)
    assert holds(today, born, datetime(2027, 2, 28, 12, tzinfo=UTC))
    assert not holds(today, born, datetime(2028, 2, 28, 12, tzinfo=UTC))
    assert holds(today, born, datetime(2028, 2, 29, 12, tzinfo=UTC))


def test_the_last_days_of_a_date_count_today():
    week = contact("birthday", "date", within_last="7 days")
    assert holds(week, ana(traits={"birthday": date(2026, 3, 1)}))
    assert holds(week, ana(traits={"birthday": date(2026, 2, 23)}))
    assert not holds(week, ana(traits={"birthday": date(2026, 2, 22)}))


@pytest.mark.parametrize(
    ("raw", "meets"),
    [
        (5, True),
        (5.0, True),
        ("5", True),
        ("5.0", True),
        (True, False),
        ("1e3", False),
        (None, False),
    ],
)
def test_a_number_property_is_a_json_number_or_a_text_that_is_one(raw, meets):
    five = [{"property": "n", "kind": "number", "is": 5}]
    assert holds(rule(event="page.viewed", where=five), did(NOON, n=raw)) is meets


def test_a_day_that_is_none_is_no_date():
    any_day = [{"property": "d", "kind": "date", "after": "2000-01-01"}]
    assert holds(rule(event="page.viewed", where=any_day), did(NOON, d="2028-02-29"))
    assert not holds(rule(event="page.viewed", where=any_day), did(NOON, d="2027-02-29"))


def test_times_are_bounds():
    twice = did(NOON - DAY, NOON)
    assert holds(rule(event="page.viewed", times={"exactly": 2}), twice)
    assert holds(rule(event="page.viewed", times={"at_most": 2}), twice)
    assert holds(rule(event="page.viewed", times={"at_most": 2}), ana())
    assert not holds(rule(event="page.viewed", times={"at_least": 3}), twice)


def test_the_first_time_is_picked_before_its_conditions_are_asked():
    person = ana(
        events=(
            Event(2, "page.viewed", NOON - DAY, {"url": "/pricing"}),
            Event(1, "page.viewed", NOON - 2 * DAY, {"url": "/"}),
        )
    )
    pricing = [{"property": "url", "kind": "text", "is": "/pricing"}]
    assert not holds(rule(first="page.viewed", where=pricing), person)
    assert holds(rule(last="page.viewed", where=pricing), person)


def test_a_sequence_needs_its_second_step_after_and_near():
    steps = [{"event": "page.viewed"}, {"event": "form.submitted"}]
    viewed = Event(1, "page.viewed", NOON - 3 * DAY)

    def then(at, id=2):
        return ana(events=(Event(id, "form.submitted", at), viewed))

    near = rule(sequence=steps, within="1 day")
    assert holds(near, then(viewed.at + DAY))
    assert not holds(near, then(viewed.at + DAY + TICK))
    assert not holds(near, then(viewed.at - TICK))
    assert holds(near, then(viewed.at)), "at the same instant, but recorded later"
    assert not holds(near, then(viewed.at, id=0))


def test_one_event_is_not_both_steps():
    twice = rule(sequence=[{"event": "page.viewed"}, {"event": "page.viewed"}])
    assert not holds(twice, did(NOON))
    assert holds(twice, did(NOON, NOON))


def test_the_lifecycle_remembers_where_people_were():
    entry = StageEntry("mql", "lead", NOON - DAY)
    person = ana(traits={"stage": "sql"}, entries=(entry,))
    for stage in ("sql", "mql", "lead"):
        assert holds(rule(lifecycle="was", stages=[stage]), person)
    assert not holds(rule(lifecycle="was", stages=["customer"]), person)
    changed = rule(lifecycle="changed", to=["mql"], from_=["lead"], when={"within_last": "2 days"})
    assert holds(changed, person)
    assert not holds(changed, person, NOON + 2 * DAY)


def test_every_condition_on_a_deal_is_asked_of_the_same_deal():
    over = {"field": "amount", "kind": "money", "above": 100}
    offer = {"field": "stage", "kind": "stage", "is": "4"}
    rich = Deal(Outcome.OPEN, {"amount": Money(Decimal(500), "EUR"), "stage": "1"})
    late = Deal(Outcome.OPEN, {"amount": None, "stage": "4"})
    assert holds(rule(deal="open", where=[over]), ana(deals=(rich, late)))
    assert not holds(rule(deal="open", where=[over, offer]), ana(deals=(rich, late)))
    assert not holds(rule(deal="won"), ana(deals=(rich,)))


def test_consent_is_what_the_latest_answer_says_until_it_ends():
    given = ConsentAnswer(1, "news", "email", True, NOON - 3 * DAY, expires_at=NOON)
    taken = ConsentAnswer(2, "news", "email", False, NOON - DAY)

    def state(name, *answers):
        return holds(rule(consent="news", channel="email", state=name), ana(answers=answers))

    assert state("never")
    assert state("expired", given)
    assert state("withdrawn", given, taken)
    assert not state("given", given, taken)


def test_buckets_are_stable_and_even():
    assert bucket("holdout", 1) == 7409
    share = sum(bucket("salt", number) < 1000 for number in range(10_000))
    assert 900 < share < 1100
    assert bucket_edge(0) == "00000000"
    assert bucket_edge(10_000) == "g"


def test_groups_of_nothing():
    assert holds(rule(all=[]), ana())
    assert not holds(rule(any=[]), ana())
    assert holds(rule(not_={"any": []}), ana())


def test_moments_of_one_zone_are_told_apart_when_clocks_go_back():
    """Half past two comes twice on 25 October: the second is an hour after the first."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    second = first.replace(fold=1)
    hour = rule(event="page.viewed", when={"within_last": "60 minutes"})
    assert not holds(hour, did(first), second)
    assert holds(hour, did(first + TICK), second)
