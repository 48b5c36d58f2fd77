from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from accord.engine.capture import sessions
from accord.engine.capture.sessions import Moment

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def visit(*minutes, campaigns=()):
    named = dict(campaigns)
    return [
        Moment(n, NOON + timedelta(minutes=minute), named.get(n, ""))
        for n, minute in enumerate(minutes)
    ]


def groups(moments, zone=UTC):
    found = {}
    for pk, name in sessions.cut(moments, zone).items():
        found.setdefault(name, []).append(pk)
    return sorted(found.values())


def test_half_an_hour_without_anything_ends_a_session():
    assert groups(visit(0, 30, 61, 62)) == [[0, 1], [2, 3]]


def test_midnight_where_the_company_is_ends_a_session():
    late = visit(10 * 60 + 55, 11 * 60 + 5)  # 22:55 and 23:05 UTC
    assert groups(late) == [[0, 1]]
    assert groups(late, ZoneInfo("Europe/Berlin")) == [[0], [1]]


def test_another_campaign_begins_a_session_the_same_does_not():
    assert groups(visit(0, 1, 2, 3, campaigns={0: "a", 2: "b"}.items())) == [[0, 1], [2, 3]]
    assert groups(visit(0, 1, 2, campaigns={0: "a", 2: "a"}.items())) == [[0, 1, 2]]
    assert groups(visit(0, 1, campaigns={1: "a"}.items())) == [[0, 1]]


def test_a_session_is_called_by_its_first_instant():
    (name,) = set(sessions.cut(visit(0, 5), UTC).values())
    assert datetime.fromtimestamp(name / 1e6, UTC) == NOON


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["", "a", "b"])), max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_changes_nothing(drawn, random):
    moments = [
        Moment(n, NOON + timedelta(minutes=minute), campaign)
        for n, (minute, campaign) in enumerate(drawn)
    ]
    shuffled = random.sample(moments, len(moments))
    assert sessions.cut(moments, UTC) == sessions.cut(shuffled, UTC)


@given(st.lists(st.integers(0, 5000), max_size=15))
def test_a_day_is_cut_alike_without_its_neighbours(minutes):
    moments = visit(*minutes)
    whole = sessions.cut(moments, UTC)
    for day in {each.at.date() for each in moments}:
        alone = [each for each in moments if each.at.date() == day]
        assert sessions.cut(alone, UTC) == {each.id: whole[each.id] for each in alone}
