from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.engine.capture import fingerprints, messages
from accord.engine.capture.fingerprints import Meeting
from accord.engine.capture.messages import Around, Kind, Message, Untaken

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TRACK = {"type": "track", "event": "Ordered", "anonymousId": "v-1", "messageId": "m-1"}


def one(said, kind="track"):
    return messages.read(kind, said, Around(), NOW)


def taken(**said):
    found = one(TRACK | said)
    assert isinstance(found, Message), found
    return found


def refused(kind="track", **said):
    found = one(TRACK | said, kind)
    assert isinstance(found, Untaken), found
    return found.reason


def test_a_batch_comes_apart_in_order_and_names_what_it_cannot_take():
    body = {"batch": [TRACK, "nothing", {**TRACK, "type": "dance"}, {**TRACK, "type": "page"}]}
    found = messages.take_apart("batch", orjson.dumps(body), NOW)
    assert [type(each) for each in found] == [Message, Untaken, Untaken, Message]
    assert found[3].kind is Kind.PAGE
    assert "JSON object" in found[1].reason
    assert found[2].reason.startswith("The type is none of track")


def test_a_batch_says_once_what_holds_for_all():
    late = {**TRACK, "timestamp": "2026-11-25T14:00:00Z", "context": {"locale": "de"}}
    around = {"sentAt": "2026-11-25T14:05:00Z", "context": {"locale": "en", "app": "Shop"}}
    (found,) = messages.take_apart("batch", orjson.dumps({**around, "batch": [late]}), NOW)
    assert found.happened_at == NOW - timedelta(minutes=5)
    assert found.context == {"locale": "de", "app": "Shop"}
    (bad,) = messages.take_apart("batch", orjson.dumps({"context": 1, "batch": [late]}), NOW)
    assert isinstance(bad, Untaken)


def test_a_batch_may_ask_for_all_of_it_that_nothing_is_sold():
    more = {"context": {"gpc": True}, "batch": [TRACK, {**TRACK, "context": {"locale": "de"}}]}
    found = messages.take_apart("batch", orjson.dumps(more), NOW)
    assert [each.opted_out for each in found] == [True, True]


def test_what_a_batch_says_for_all_is_no_larger_than_a_message():
    body = {"context": {"a": "x" * 33_000}, "batch": [TRACK, TRACK]}
    (found,) = messages.take_apart("batch", orjson.dumps(body), NOW)
    assert isinstance(found, Untaken) and "larger than 32 KB" in found.reason


def test_every_kind_is_taken():
    more = {"groupId": "g", "previousId": "p"}
    kinds = [one({**TRACK, **more, "type": kind}, "").kind for kind in Kind]
    assert kinds == list(Kind)


def test_a_wrong_clock_shows_in_when_the_client_says_it_sent():
    wrong = NOW + timedelta(hours=3)
    said = taken(timestamp=(wrong - timedelta(minutes=5)).isoformat(), sentAt=wrong.isoformat())
    assert said.happened_at == NOW - timedelta(minutes=5)


def test_nothing_happens_after_it_arrived():
    assert taken(timestamp="2026-11-26T12:00:00Z").happened_at == NOW
    assert taken().happened_at == NOW
    assert taken(timestamp="2026-11-25T11:00:00").happened_at == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"anonymousId": None}, "names nobody"),
        ({"event": " "}, "no name"),
        ({"event": "x" * 201}, "longer than 200"),
        ({"userId": {"$ne": 1}}, "neither text nor a number"),
        ({"timestamp": "yesterday"}, "cannot be understood"),
        ({"timestamp": 17}, "cannot be understood"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, "cannot be understood"),
        ({"timestamp": "2020-01-01T00:00:00Z"}, "more than 730 days"),
        ({"properties": [1]}, "have to be objects"),
        ({"properties": {"a": "x" * 40_000}}, "larger than 32 KB"),
        ({"properties": {str(n): n for n in range(251)}}, "more than 250 names"),
        ({"properties": {"n" * 101: 1}}, "longer than 100"),
    ],
)
def test_what_cannot_be_taken_says_why(said, reason):
    assert reason in refused(**said)


def test_a_group_names_its_group_and_an_alias_who_it_was():
    assert "groupId" in refused("group")
    assert "previousId" in refused("alias")


def test_values_that_lie_too_deep_are_refused():
    deep = {}
    for _ in range(9):
        deep = {"in": deep}
    assert "levels deep" in refused(properties=deep)


def test_values_become_fit_to_be_kept():
    found = taken(properties={"a\0": "b\0", "big": 2**63, "list": [1, None, True, 1.5]})
    assert found.properties == {"a": "b", "big": str(2**63), "list": [1, None, True, 1.5]}


def test_a_page_that_may_only_be_counted_names_nobody():
    found = one({"type": "page", "anonymous": True}, "page")
    assert found.counted_only and not found.anonymous_id


def test_a_message_sent_again_is_a_repeat_and_another_body_a_conflict():
    first, again = taken(sentAt=NOW.isoformat()), taken(sentAt="2026-11-25T12:00:09Z")
    other = taken(properties={"revenue": 2})
    assert fingerprints.meeting(first.fingerprint, again.fingerprint) is Meeting.REPEAT
    assert fingerprints.meeting(first.fingerprint, other.fingerprint) is Meeting.CONFLICT
    assert fingerprints.of({"a": 1, "b": 2}) == fingerprints.of({"b": 2, "a": 1})


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = plain | st.lists(plain, max_size=3) | st.dictionaries(st.text(max_size=5), plain)
NAMES = ("type", "event", "anonymousId", "userId", "timestamp", "sentAt", "properties", "context",
         "traits", "messageId", "groupId", "batch")  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), anything), st.sampled_from([*Kind, "batch"]))
def test_whatever_is_sent_is_taken_or_named(said, kind):
    try:
        body = orjson.dumps(said)
    except (TypeError, ValueError):
        return
    for found in messages.take_apart(kind, body, NOW):
        assert isinstance(found, Message | Untaken)
        if isinstance(found, Untaken):
            assert found.reason.endswith(".")
        else:
            assert found.happened_at <= NOW


@given(st.binary(max_size=300))
def test_bytes_are_never_too_much(body):
    assert all(isinstance(each, Untaken) for each in messages.take_apart("batch", body, NOW))


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://acme.example/prices/?plan=team#top", "/prices/"),
        ("https://acme.example", "/"),
        ("/prices/?plan=team", "/prices/"),
        ("prices", ""),
        ("http://[", ""),
        (7, ""),
    ],
)
def test_a_page_that_names_only_its_url_has_its_path(url, path):
    said = {"type": "page", "userId": "u-1", "properties": {"url": url}}
    assert one(said, "page").page("path") == path


def test_a_path_that_was_sent_stays():
    said = {"userId": "u-1", "properties": {"url": "https://acme.example/app#/a", "path": "/a"}}
    assert one(said, "page").page("path") == "/a"
