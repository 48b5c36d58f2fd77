from datetime import UTC, datetime, timedelta
from itertools import pairwise

import orjson
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.channels import jobs  # noqa: F401 - registers them
from accord.channels.intake import counts, repeats, taking
from accord.channels.models import (
    DaySalt,
    DayVisitor,
    FailedEvent,
    PageCount,
    Receipt,
    SeenMessage,
    WriteKey,
)
from accord.people import contacts
from accord.people.identity import following, forgetting
from accord.people.models import Evidence, KeyChange, Visitor
from accord.platform.models import Event, Job
from accord.platform.queue import work
from accord.platform.trail import logbooks

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def bo(ana):
    return contacts.create(values={"first_name": "Bo", "email": "bo@acme.example"}, by=None)


@pytest.fixture
def site(db):
    return WriteKey.objects.create(key="site", name="acme.example", kind="browser")


@pytest.fixture
def shop(db):
    return WriteKey.objects.create(key="shop", name="Shop", kind="server")


def receive(key, *said, at=NOON, **more):
    body = orjson.dumps({"batch": list(said)})
    values = {"agent": CHROME, "address": "192.0.2.0", "body": body, "events": len(said)} | more
    return Receipt.objects.create(received_at=at, key=key, kind="batch", **values)


def take():
    while taking.take(NOON):
        pass


def page(path="/", minute=0, *, who="v-1", **more):
    found = {
        "type": "page",
        "anonymousId": who,
        "messageId": f"{who}{path}{minute}",
        "timestamp": (NOON - timedelta(hours=2) + timedelta(minutes=minute)).isoformat(),
        "properties": {"url": f"https://acme.example{path}", "path": path.partition("?")[0]},
    }
    return found | more


def track(event="Ordered", minute=0, **more):
    return page(event, minute) | {"type": "track", "event": event, "properties": {}} | more


def identify(email, minute=0, **more):
    return page(email, minute) | {"type": "identify", "traits": {"email": email}} | more


def events():
    return list(Event.objects.order_by("happened_at", "id"))


def test_a_page_becomes_an_event_of_a_visitor(site):
    receive(site, page("/?utm_source=google&utm_medium=cpc&utm_campaign=spring", 5))
    take()
    [event] = events()
    [visitor] = Visitor.objects.all()
    assert (event.name, event.team, event.actor) == ("page.viewed", "marketing", "human")
    assert (event.channel, event.source, event.campaign) == ("paid_search", "google", "spring")
    assert event.visitor_id == visitor.pk and event.contact_id is None
    assert event.properties["path"] == "/"
    assert (visitor.by, visitor.name, visitor.key_id) == ("device", "v-1", site.pk)
    assert visitor.first_seen_at == visitor.last_seen_at == event.happened_at
    assert event.session_id == event.happened_at.timestamp() * 1e6
    assert not Receipt.objects.exists()


def test_every_kind_has_its_event(site):
    more = {"groupId": "acme", "previousId": "v-0", "event": "Ordered", "name": "Home"}
    kinds = ("track", "identify", "page", "screen", "group", "alias")
    receive(site, *(page("/", n) | more | {"type": kind} for n, kind in enumerate(kinds)))
    receive(site, track("form.submitted", 9))
    take()
    assert [event.name for event in events()] == [
        "track", "visitor.identified", "page.viewed", "screen.viewed", "visitor.grouped",
        "visitor.renamed", "form.submitted",
    ]  # fmt: skip


def test_a_repeat_is_dropped_and_a_conflict_is_kept_and_marked(site):
    receive(site, page(), page(sentAt=None), page(properties={"url": "https://acme.example/x"}))
    take()
    receive(site, page(), page(properties={"url": "https://acme.example/y"}))
    take()
    urls = {each.properties["url"][-1]: each.properties.get("conflict") for each in events()}
    assert urls == {"/": None, "x": True, "y": True}


def test_another_key_has_ids_of_its_own_and_no_id_is_no_repeat(site, shop):
    receive(site, page(), page(messageId=None), page(messageId=None))
    receive(shop, page())
    take()
    assert len(events()) == 4


def test_what_was_seen_is_forgotten_after_a_week(site):
    receive(site, page())
    take()
    repeats.forget(NOON + timedelta(days=6))
    assert SeenMessage.objects.count() == 1
    repeats.forget(NOON + timedelta(days=8))
    assert SeenMessage.objects.count() == 0


def test_what_cannot_be_taken_is_kept_with_its_reason(site):
    receive(site, page(), {"type": "track", "anonymousId": "v-1"}, "no object", origin="https://a")
    take()
    assert len(events()) == 1
    said, text = FailedEvent.objects.order_by("pk")
    assert said.reason == "What was tracked has no name: send it as event."
    assert orjson.loads(said.said) == {"batch": [{"type": "track", "anonymousId": "v-1"}]}
    assert (said.kind, said.key, said.origin) == ("batch", site, "https://a")
    assert text.said == '{"batch":["no object"]}'
    assert not Receipt.objects.exists()


def test_a_receipt_that_makes_it_fail_is_set_aside_and_the_others_are_taken(site, monkeypatch):
    receive(site, page("/1", 1))
    bad = receive(site, page("/2", 2))
    receive(site, page("/3", 3))
    Receipt.objects.filter(pk=bad.pk).update(kind="")  # a kind no collect server writes
    real = taking.arrivals.of

    def of(receipts):
        if any(not each.kind for each in receipts):
            raise ZeroDivisionError
        return real(receipts)

    monkeypatch.setattr(taking.arrivals, "of", of)
    take()
    assert [event.properties["path"] for event in events()] == ["/1", "/3"]
    assert FailedEvent.objects.get().reason == taking.GAVE_UP


def test_an_identified_visitor_is_the_contact_with_what_came_before(site, ana):
    receive(site, page("/prices", 0))
    take()
    receive(site, identify("Ana@acme.example", 5), page("/docs", 6))
    take()
    seen = [event for event in events() if event.visitor_id]
    assert {event.contact_id for event in seen} == {ana.pk} and len(seen) == 3
    proof = Evidence.objects.get()
    assert (proof.email, proof.user_id, proof.strength) == ("ana@acme.example", "", "said")
    [told] = Event.objects.filter(name="visitor.recognised")
    assert (told.contact_id, told.properties["by"]) == (ana.pk, "device")


def test_a_second_person_splits_the_device_and_takes_nothing_over(site, ana, bo):
    receive(site, page("/late", 9), identify("bo@acme.example", 5))
    take()
    receive(site, page("/early", 1), page("/between", 4), identify("ana@acme.example", 2))
    take()
    seen = {each.properties.get("path"): each.contact_id for each in events() if each.visitor_id}
    assert (seen["/early"], seen["/between"], seen["/late"]) == (ana.pk, ana.pk, bo.pk)
    assert Visitor.objects.get().contact_id == bo.pk


def test_who_becomes_a_contact_later_is_recognised_then(site):
    receive(site, page("/", 0), identify("ana@acme.example", 1))
    take()
    assert not any(each.contact_id for each in events())
    ana = contacts.create(values={"first_name": "Ana", "email": "ana@acme.example"}, by=None)
    work.discover()
    work.tick()
    work.run_due()
    assert {each.contact_id for each in events() if each.visitor_id} == {ana.pk}
    [address] = ana.addresses.all()
    contacts.remove_address(address, by=None)
    following.catch_up(timezone.now())
    assert {each.contact_id for each in events() if each.visitor_id} == {None}
    assert Event.objects.filter(name="visitor.released", contact_id=ana.pk).count() == 1


def test_an_id_that_came_with_an_address_is_that_person_on_every_device(site, shop, ana):
    server = {"type": "track", "event": "Paid", "userId": "u-7", "messageId": "m"}
    receive(shop, server, agent="analytics-python/2.3")
    receive(site, page("/app", 3, who="v-2", userId="u-7"))
    take()
    assert not any(each.contact_id for each in events() if each.visitor_id)
    receive(site, identify("ana@acme.example", 1, userId="u-7"))
    take()
    following.catch_up(timezone.now() + timedelta(seconds=3))
    assert {each.contact_id for each in events() if each.visitor_id} == {ana.pk}


def test_an_erased_address_names_nobody_though_it_comes_late(site, ana):
    receive(site, identify("ana@acme.example", 1), page("/a", 2))
    take()
    forgetting.forget({"ana@acme.example"}, at=NOON)
    receive(site, identify("ana@acme.example", 5, messageId="late"))
    take()
    following.look_at_all()
    assert not any(each.contact_id for each in events() if each.visitor_id)
    assert not Evidence.objects.filter(email__contains="ana").exists()
    assert Evidence.objects.filter(email__startswith="erased:").count() == 2


def test_a_server_knows_a_person_by_their_id(shop, ana):
    type(ana).objects.filter(pk=ana.pk).update(external_id="u-7")
    said = {"type": "track", "event": "Paid", "userId": "u-7", "messageId": "m"}
    receive(shop, said, agent="analytics-python/2.3")
    take()
    event = Event.objects.get(name="track")
    assert (event.contact_id, event.session_id, event.actor) == (ana.pk, None, "unknown")
    assert Evidence.objects.get().strength == "known"


def test_what_a_machine_says_of_a_device_proves_nothing(site, ana):
    receive(site, identify("ana@acme.example"), agent="Googlebot/2.1")
    take()
    assert Visitor.objects.get().contact_id is None
    assert Event.objects.get(name="visitor.identified").actor == "bot"


def test_an_opt_out_of_the_browser_stays_with_the_visitor(site):
    receive(site, page("/", 0), opted_out=True)
    receive(site, page("/", 5))
    take()
    assert Visitor.objects.get().opted_out


def test_an_event_that_comes_late_joins_its_visit(site):
    receive(site, page("/b", 20))
    take()
    receive(site, page("/c", 60))
    take()
    assert len({event.session_id for event in events()}) == 2
    receive(site, page("/bc", 45), page("/a", 0))
    take()
    first, *_ = events()
    assert {event.session_id for event in events()} == {first.session_id}


def test_a_visitors_event_follows_and_nothing_else_of_it_changes(site):
    receive(site, page())
    take()
    with logbooks.following():
        Event.objects.update(contact_id=7)
    assert events()[0].contact_id == 7
    for values in ({"name": "x"}, {"properties": {}}, {"actor": "bot"}, {"visitor_id": 0}):
        with pytest.raises(Exception, match="append-only"), logbooks.following():
            Event.objects.update(**values)
    with pytest.raises(Exception, match="append-only"), logbooks.following():
        Event.objects.all().delete()
    with pytest.raises(Exception, match="append-only"):
        Event.objects.update(contact_id=8)


def test_events_of_nobodys_visit_do_not_follow(ana):
    with pytest.raises(Exception, match="append-only"), logbooks.following():
        Event.objects.update(contact_id=None)


def unrecognised(path="/", n=0, **more):
    found = page(path, 0, messageId=f"{path}{n}", anonymous=True) | more
    return {name: value for name, value in found.items() if name != "anonymousId"}


def test_who_is_not_to_be_recognised_is_only_counted(site):
    receive(site, unrecognised("/?utm_source=list&utm_medium=email"), unrecognised("/b"))
    receive(site, unrecognised("/b", 1), unrecognised("/b", 1), agent=CHROME + " Edg/1")
    receive(site, unrecognised("/b", 2), agent="Googlebot/2.1")
    take()
    counted = set(PageCount.objects.values_list("page", "channel", "views", "visitors"))
    assert counted == {("acme.example/", "email", 1, 1), ("acme.example/b", "", 2, 1)}
    assert not Event.objects.exists() and not Visitor.objects.exists()
    assert DayVisitor.objects.count() == 2


def test_days_cannot_be_linked_and_their_salt_goes(site):
    receive(site, unrecognised("/", 0))
    receive(site, unrecognised("/", 1), at=NOON + timedelta(days=1))
    take()
    one, two = DayVisitor.objects.values_list("digest", flat=True)
    assert bytes(one) != bytes(two)
    counts.forget(NOON + timedelta(days=2))
    assert [each.day for each in DaySalt.objects.all()] == [NOON.date() + timedelta(days=1)]
    assert DayVisitor.objects.count() == 1
    assert sum(PageCount.objects.values_list("visitors", flat=True)) == 2


def test_a_worker_takes_in_what_waits_without_being_asked(site):
    work.discover()
    work.tick()
    assert not Job.objects.filter(name="intake.take").exists()
    receive(site, page(), at=timezone.now())
    assert work.tick() and not work.tick()
    work.run_due()
    assert not Receipt.objects.exists()


NASTY = ["\0", "http://[", "?utm_source=%00", "😀" * 300, "' OR 1=1 --", -1, 2**63, 1e308, [], {}]
anything = st.sampled_from(NASTY) | st.text(max_size=9) | st.none() | st.booleans()
messages = st.fixed_dictionaries(
    {"type": st.sampled_from(["page", "track", "identify", "group", "alias", "screen", "x"])},
    optional={
        name: anything | st.dictionaries(st.text(max_size=5), anything, max_size=3)
        for name in ("anonymousId", "userId", "event", "messageId", "timestamp", "sentAt", "name",
                     "groupId", "previousId", "anonymous")
    } | {
        name: st.dictionaries(st.sampled_from(["url", "referrer", "path", "email"]), anything)
        for name in ("properties", "traits", "context")
    },
)  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(messages, min_size=1, max_size=5))
def test_whatever_arrives_is_an_event_a_count_or_a_named_failure(site, said):
    receive(site, *said)
    take()
    assert not Receipt.objects.exists()
    assert not FailedEvent.objects.filter(reason=taking.GAVE_UP).exists()
    assert not FailedEvent.objects.exclude(reason__endswith=".").exists()


said = st.builds(
    lambda kind, who, minute, mark, body: (
        identify(f"{kind}@acme.example", minute, anonymousId=who, messageId=f"{kind}{who}{minute}")
        | ({"userId": f"u-{body}"} if mark else {})
        if len(kind) < 4
        else page(f"/{mark}", minute, who=who, messageId=f"{who}{minute}")
        | {"properties": {"url": f"https://acme.example/{mark}", "n": body}}
    ),
    st.sampled_from(["page", "page", "page", "ana", "bo", "x"]),
    st.sampled_from(["v-1", "v-2"]),
    st.integers(0, 200),
    st.sampled_from(["", "?utm_campaign=a&utm_source=x", "?utm_campaign=b&utm_source=y"]),
    st.integers(0, 1),
)


def outcome(site, batches):
    """Everything that is there afterwards, by names instead of numbers."""
    with logbooks.opened():
        Event.objects.filter(visitor_id__isnull=False).delete()
    for model in (Evidence, Visitor, SeenMessage, KeyChange):
        model.objects.all().delete()
    for batch in batches:
        receive(site, *batch)
        take()
    following.catch_up(timezone.now() + timedelta(seconds=3))
    names = {each.pk: each.name for each in Visitor.objects.all()}
    rows = []
    marks = 0
    for event in Event.objects.filter(visitor_id__isnull=False):
        marks += bool(event.properties.pop("conflict", False))
        told = orjson.dumps(event.properties, option=orjson.OPT_SORT_KEYS)
        whose = (names[event.visitor_id], event.contact_id, event.session_id)
        rows.append((event.happened_at, event.name, event.channel, event.campaign, told, *whose))
    seen = Visitor.objects.values_list("name", "first_seen_at", "last_seen_at", "contact_id")
    return sorted(rows, key=str), sorted(seen), marks


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(said, min_size=1, max_size=12), st.randoms(use_true_random=False), st.data())
def test_order_and_repeats_change_nothing(site, ana, bo, messages, random, data):
    straight = outcome(site, [messages])
    shuffled = random.sample(messages, len(messages)) + random.choices(messages, k=3)
    inner = data.draw(st.sets(st.integers(1, len(shuffled)), max_size=4))
    cuts = sorted({0, len(shuffled), *inner})
    batches = [shuffled[a:b] for a, b in pairwise(cuts)]
    assert outcome(site, batches) == straight
