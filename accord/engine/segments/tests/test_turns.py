from datetime import UTC, date, datetime, timedelta

from accord.engine.segments import turns_at
from accord.engine.segments.language import All, AnyOf
from accord.engine.segments.person import ConsentAnswer
from accord.engine.segments.tests.cast import BERLIN, NOON, ana, contact, did, rule

DAY = timedelta(days=1)


def turn(asked, person, now=NOON):
    return turns_at(asked, person, now, BERLIN)


def test_an_event_leaves_a_window_when_its_span_has_passed():
    month = rule(event="page.viewed", when={"within_last": "30 days"})
    assert turn(month, did(NOON - DAY)) == NOON + 29 * DAY
    assert turn(month, did(NOON - 40 * DAY)) is None


def test_at_least_three_ends_when_the_third_last_leaves():
    asked = rule(event="page.viewed", times={"at_least": 3}, when={"within_last": "30 days"})
    person = did(NOON - 4 * DAY, NOON - 3 * DAY, NOON - 2 * DAY, NOON - DAY)
    assert turn(asked, person) == NOON + 27 * DAY


def test_a_group_turns_when_its_answer_does_not_when_a_line_does():
    seen = rule(event="page.viewed", when={"within_last": "30 days"})
    city = contact("city", "text", is_="Bonn")
    either = AnyOf((seen, city))
    assert turn(either, did(NOON)) == NOON + 30 * DAY
    bonn = ana(traits={"city": "Bonn"}, events=did(NOON).events)
    assert turn(either, bonn) is None


def test_calendar_days_turn_at_midnight_of_the_zone():
    old = contact("birthday", "date", before="30 days ago")
    person = ana(traits={"birthday": date(2026, 3, 1)})
    assert turn(old, person) == datetime(2026, 3, 31, 22, tzinfo=UTC)


def test_consent_ends_at_its_moment():
    answer = ConsentAnswer(1, "news", "email", True, NOON - DAY, expires_at=NOON + DAY)
    given = rule(consent="news", channel="email", state="given")
    assert turn(given, ana(answers=(answer,))) == NOON + DAY


def test_an_anniversary_that_never_helps_is_asked_again_after_ten_years():
    born = ana(traits={"birthday": date(1990, 5, 2)})
    today = contact("birthday", "date", anniversary_within=1)
    assert turn(today, born) == datetime(2026, 5, 1, 22, tzinfo=UTC)
    assert turn(All((AnyOf(()), today)), born) == datetime(2036, 2, 29, 23, tzinfo=UTC)


def test_what_does_not_ask_for_time_never_turns():
    for asked in (
        contact("city", "text", is_="Bonn"),
        rule(list=3),
        rule(bucket="a", from_=0, below=10),
        rule(event="page.viewed"),
    ):
        assert turn(asked, did(NOON)) is None
