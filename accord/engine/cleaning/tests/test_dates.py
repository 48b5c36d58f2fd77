from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.cleaning import dates
from accord.engine.errors import Ambiguous, Unreadable

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEARS_EVE = date(2026, 12, 31)
days = st.dates(date(1969, 1, 1), date(2068, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        *("2026-12-31", " 2026-12-31 ", "2026/12/31", "2026.12.31", "20261231", "31.12.2026"),
        *("12/31/2026", "31/12/2026", "31-12-2026", "12.31.2026", "31.12.26", "12/31/26"),
        *("31 Dec 2026", "31-Dec-2026", "31-Dec-26", "Dec 31, 2026", "December 31st, 2026"),
        *("31. Dezember 2026", "31 décembre 2026", "31 de diciembre de 2026", "2026 Dec 31"),
        *("31 Dec '26", "31 DEZ. 2026", "46387", "46387.75", "31.12.2026 15:45", "31.12.2026 5:45"),
        *("12/31/2026 3:45 PM", "2026-12-31T15:45:00Z", "2026-12-31 15:45:00+02:00"),
        "31\u00a0Dec\u00a02026",
    ],
)
def test_a_day_is_read_as_people_write_it(text):
    assert dates.read(text) == NEW_YEARS_EVE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 mai 2026", date(2026, 5, 1)),
        ("le 1er août 2026", date(2026, 8, 1)),
        ("3. März 2026", date(2026, 3, 3)),
        ("4 ago 2026", date(2026, 8, 4)),
        ("5 Jänner 2026", date(2026, 1, 5)),
        ("6 sept. 2026", date(2026, 9, 6)),
        ("1/1/70", date(1970, 1, 1)),
        ("1/1/68", date(2068, 1, 1)),
        ("29.2.2024", date(2024, 2, 29)),
        ("43157.832569", date(2018, 2, 26)),
    ],
)
def test_months_and_short_years_are_understood(text, expected):
    assert dates.read(text) == expected


def test_the_order_of_the_column_settles_which_is_the_month():
    assert dates.read("03/04/2026", day_first=True) == date(2026, 4, 3)
    assert dates.read("03/04/2026", day_first=False) == date(2026, 3, 4)
    assert dates.read("03.04.2026") == date(2026, 4, 3)
    assert dates.read("03.04.2026", day_first=False) == date(2026, 3, 4)
    assert dates.read("03/03/2026") == date(2026, 3, 3)


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-26", "03/04/2026 10:00"])
def test_an_order_that_is_not_known_is_not_guessed(text):
    with pytest.raises(Ambiguous) as caught:
        dates.read(text)
    assert "can be 3 April or 4 March. Say whether days or months come first" in str(caught.value)


@pytest.mark.parametrize(("text", "first"), [("12/31/2026", True), ("31.12.2026", False)])
def test_a_day_that_does_not_fit_its_column_is_refused(text, first):
    with pytest.raises(Unreadable, match="has no month 31, and"):
        dates.read(text, day_first=first)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "An empty cell is not a date. Write it like 2026-12-31."),
        ("tomorrow", "“tomorrow” is not a date. Write it like 2026-12-31."),
        ("2026", "“2026” is not a date"),
        ("90210", "“90210” is not a date"),
        ("3 jui 2026", "is not a date"),
        ("Dec 2026", "is not a date"),
        ("12 31 2026", "is not a date"),
        ("31 Dec 026", "is not a date"),
        ("９/31/2026", "is not a date"),
        ("1" * 70, "is not a date"),
        ("2026-02-30", "“2026-02-30” is not a day in the calendar. Write it like 2026-12-31."),
        ("31.02.2026", "is not a day in the calendar"),
        ("0026-01-01", "is not a date between 1800 and 2199. Check the year."),
        ("31.12.2026 25:45", "has no possible time. Write it like 2026-12-31 15:45."),
        ("12/31/2026 13:00 PM", "has no possible time"),
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Unreadable) as caught:
        dates.read(text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-02-26 19:58:54", datetime(2018, 2, 26, 19, 58, 54, tzinfo=BERLIN)),
        ("2018-02-26T19:58:54Z", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("2018-02-26 19:58:54 UTC", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        ("2018-02-26T19:58:54.000+0000", datetime(2018, 2, 26, 19, 58, 54, tzinfo=UTC)),
        (
            "26.02.2018 19:58 -05:30",
            datetime(2018, 2, 26, 19, 58, tzinfo=timezone(-timedelta(hours=5, minutes=30))),
        ),
        ("2/26/18, 12:05 am", datetime(2018, 2, 26, 0, 5, tzinfo=BERLIN)),
        ("2/26/18 12:05 p.m.", datetime(2018, 2, 26, 12, 5, tzinfo=BERLIN)),
        ("26.02.2018 15:45 Uhr", datetime(2018, 2, 26, 15, 45, tzinfo=BERLIN)),
        ("2018-02-26", datetime(2018, 2, 26, tzinfo=BERLIN)),
        ("43157.75", datetime(2018, 2, 26, 18, tzinfo=BERLIN)),
        ("2018-07-26 19:58:54", datetime(2018, 7, 26, 19, 58, 54, tzinfo=BERLIN)),
    ],
)
def test_a_moment_is_where_it_was_written_down(text, expected):
    found = dates.read_moment(text, zone=BERLIN)
    assert found == expected
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize("text", ["2018-02-26 99:58:54", "3:45", "2018-02-30 10:00:00", "soon", ""])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(Unreadable):
        dates.read_moment(text, zone=BERLIN)


@pytest.mark.parametrize(
    ("samples", "first"),
    [
        (["01/02/2026", "31/12/2026"], True),
        (["12/31/2026 10:00", "1/2/26"], False),
        (["31.12.2026"], True),
        (["1/13/2026", "13/1/2026"], None),
        (["1/2/2026", "2026-12-31", "", "soon", "45/45/2026"], None),
        ([], None),
    ],
)
def test_a_column_tells_whether_days_come_first(samples, first):
    assert dates.infer_day_first(samples) is first


@given(days)
def test_every_shape_of_a_day_reads_as_that_day(day):
    for shape in ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%d.%m.%y"):
        assert dates.read(day.strftime(shape)) == day
    assert dates.read(day.strftime("%d/%m/%Y"), day_first=True) == day
    assert dates.read(day.strftime("%m/%d/%y"), day_first=False) == day
    assert dates.read(str((day - date(1899, 12, 30)).days)) == day


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_moment_survives_being_written(moment):
    assert dates.read_moment(moment.isoformat(), zone=BERLIN) == moment
    assert dates.read_moment(str(moment), zone=BERLIN) == moment


@given(st.text("0123456789./-: TZapmDecjun,'+", max_size=30), st.sampled_from([None, True, False]))
def test_no_text_is_worse_than_unreadable(text, first):
    for attempt in (
        lambda: dates.read(text, day_first=first),
        lambda: dates.read_moment(text, zone=BERLIN, day_first=first),
    ):
        try:
            attempt()
        except Unreadable as refusal:
            assert str(refusal).endswith(".")
    dates.infer_day_first([text])


@pytest.mark.parametrize("letter", ["1", "a", "º", " ", "1a"])
def test_a_long_text_that_is_no_day_is_refused_at_once(letter):
    """Repeats within repeats would try 2**59 ways; the test would not end."""
    with pytest.raises(Unreadable):
        dates.read((letter * 60)[:59] + "!")
