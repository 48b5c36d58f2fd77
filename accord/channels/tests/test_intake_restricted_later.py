"""What arrived of restricted people, and what comes of it later."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accord.channels.intake import failures, taking
from accord.channels.models import FailedEvent
from accord.channels.tests.test_intake import bo, identify, page, receive, shop, site, track
from accord.channels.tests.test_intake_restricted import ANA, BO, ana, arrive, kept, whose
from accord.people.consents import consent
from accord.people.identity import devices, following
from accord.people.models import Evidence, RestrictedPair, Restriction, Visitor
from accord.people.privacy import agreed, erasing, persons
from accord.platform.models import Event

__all__ = ["ana", "bo", "shop", "site"]


def say(key, minute, user_id="u-7", **more):
    said = identify(ANA, minute, userId=user_id, anonymousId=None, messageId=f"i{minute}")
    arrive(key, said | more, agent="analytics-python/2.3")


def order(key, minute, user_id="u-7"):
    sent = {"phone": "0049-123", "order": minute}
    said = track("Ordered", minute, userId=user_id, anonymousId=None, properties=sent)
    arrive(key, said | {"messageId": f"t{minute}"}, agent="analytics-python/2.3")


def take():
    while taking.take(timezone.now()):
        pass


def test_an_id_said_with_their_address_is_theirs_in_what_arrives_later(shop, ana):
    consent.restrict(ana, by=None)
    before = kept()
    say(shop, 1)
    order(shop, 2)
    assert kept() == before
    ordered = Event.objects.get(name="track")
    assert (ordered.visitor_id, ordered.properties) == (None, {"event": "Ordered"})
    pairs = RestrictedPair.objects.values_list("email", "user_id", "is_known")
    assert list(pairs) == [(ANA, "u-7", True)]


def test_nobody_is_recognised_by_what_was_said_together_then(shop, ana):
    consent.restrict(ana, by=None)
    say(shop, 1)
    consent.unrestrict(ana, by=None)
    order(shop, 2)
    following.look_at_all()
    assert Event.objects.get(name="track").contact_id is None
    say(shop, 3)
    following.look_at_all()
    assert Event.objects.get(name="track").contact_id == ana.pk


@pytest.mark.parametrize("ordered", ["before", "during", "after"])
def test_an_erasure_finds_what_was_done_by_an_id_said_with_their_address(
    ordered, shop, ana, settings, tmp_path
):
    settings.DATA = tmp_path
    if ordered == "before":
        order(shop, 6)
    consent.restrict(ana, by=None)
    say(shop, 5)
    if ordered == "during":
        order(shop, 6)
    consent.unrestrict(ana, by=None)
    if ordered == "after":
        order(shop, 6)
        arrive(shop, track("Ordered", 7, who="v-7", userId="u-7", properties={"phone": "0049-123"}))
    assert "u-7" in str(list(agreed._stops(persons.of(ana))))
    erasing.run_all(erasing.begin(ana, by=None))
    names = Visitor.objects.values_list("name", flat=True)
    left = str([*Event.objects.values_list("properties", flat=True), *names])
    assert "0049-123" not in left and "u-7" not in left
    assert not RestrictedPair.objects.exists()


def test_what_a_machine_or_a_rejected_word_says_together_is_not_set_aside(site, ana):
    said = {"userId": "u-7", "anonymousId": "v-2"}
    arrive(site, identify(ANA, 1, **said))
    devices.reject(ana, Visitor.objects.get(name="v-2"), by=None)
    consent.restrict(ana, by=None)
    arrive(site, identify(ANA, 2, **said))
    arrive(site, identify(ANA, 3, userId="u-8"), agent="Googlebot/2.1")
    assert not RestrictedPair.objects.exists()


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_a_rejected_word_said_again_takes_nothing_from_the_other(
    restricted, together, site, ana, bo
):
    arrive(site, identify(BO, 1, anonymousId="v-2"), identify(ANA, 2, anonymousId="v-2"))
    devices.reject(ana, Visitor.objects.get(name="v-2"), by=None)
    if restricted:
        consent.restrict(ana, by=None)
    said = [identify(ANA, 3, anonymousId="v-2"), page("/", 5, who="v-2")]
    for some in [said] if together else [[each] for each in said]:
        arrive(site, *some)
    assert whose()["/"] == (bo.pk, True)


def test_who_was_not_named_once_is_not_bare_because_somebody_else_is_restricted(site, ana, bo):
    consent.restrict(ana, by=None)
    arrive(site, identify(ANA, 1, anonymousId="v-2"))
    consent.unrestrict(ana, by=None)
    arrive(site, page("/one", 3, who="v-2"))
    consent.restrict(bo, by=None)
    arrive(site, page("/two", 4, who="v-2"))
    arrive(site, page("/three", 5, who="v-2"), identify(BO, 6, anonymousId="v-2"))
    arrive(site, page("/his", 7, who="v-2"))
    none = (None, True)
    assert whose() == {"/one": none, "/two": none, "/three": none, "/his": (None, False)}


def test_who_is_restricted_again_within_the_hour_is_not_followed_either(site, ana):
    for minute in (1, 3):
        consent.restrict(ana, by=None)
        arrive(site, identify(ANA, minute, anonymousId="v-2"))
        arrive(site, page(f"/{minute}", minute + 1, who="v-2"))
        consent.unrestrict(ana, by=None)
    assert whose() == {"/1": (None, False), "/3": (None, False)}


@pytest.mark.parametrize("more", [{"opted_out": True}, {}])
def test_that_a_restricted_persons_browser_opted_out_is_noted_and_nothing_else(more, site, ana):
    context = {} if more else {"context": {"gpc": True}}
    consent.restrict(ana, by=None)
    arrive(site, page("/", 2, **context), identify(ANA, 3, anonymousId="v-2", **context), **more)
    arrive(site, identify(ANA, 4, anonymousId=None, **context), **more)
    [hers, strange] = Visitor.objects.order_by("pk")
    assert (hers.name, hers.opted_out) == ("v-1", True)
    assert hers.last_seen_at == hers.first_seen_at
    assert (strange.name, strange.opted_out) == ("v-2", True)


def test_who_had_to_wait_records_what_arrived_after_the_wait(site, ana, monkeypatch):
    asked = []
    alone = following.alone
    monkeypatch.setattr(following, "alone", lambda: [alone(), asked.append(timezone.now())])
    arrive(site, page("/", 2))
    assert Event.objects.get(properties__path="/").recorded_at > asked[0]


def test_what_arrived_while_it_held_and_waits_is_nobodys_after(site, ana, bo):
    consent.restrict(ana, by=None)
    receive(site, page("/", 2), identify(ANA, 3, anonymousId="v-2"), at=timezone.now())
    consent.unrestrict(ana, by=None)
    receive(site, page("/hers", 4), page("/strange", 5, who="v-2"), at=timezone.now())
    receive(site, page("/his", 6, who="v-3"), identify(BO, 5, anonymousId="v-3"), at=timezone.now())
    take()
    pages = {"/": (None, False), "/hers": (ana.pk, True), "/strange": (None, True)}
    assert whose() == pages | {"/his": (bo.pk, True)}
    assert not Evidence.objects.filter(visitor__name="v-2", email=ANA).exists()


@pytest.mark.parametrize(
    ("since", "until", "is_nobodys"),
    [(-2, -1, False), (-1, 1, True), (0, 1, True), (-1, 0, False), (1, 2, False), (1, None, True)],
)
def test_when_it_arrived_or_that_it_holds_counts(since, until, is_nobodys, site, ana):
    now = timezone.now()
    asked = {"at": _later(now, since), "lifted_at": until if until is None else _later(now, until)}
    Restriction.objects.create(contact=ana, **asked)
    receive(site, page("/", 2), at=now)
    take()
    assert whose()["/"] == ((None, False) if is_nobodys else (ana.pk, True))


def _later(now: datetime, minutes: int) -> datetime:
    return now + timedelta(minutes=minutes)


def test_what_failed_while_it_held_and_is_tried_again_is_nobodys(site, ana, mia, monkeypatch):
    monkeypatch.setattr("accord.platform.access.permissions.require", lambda *args: None)
    consent.restrict(ana, by=None)
    receive(site, page("/failed", 2), at=timezone.now())
    with monkeypatch.context() as broken:
        broken.delattr(taking.events, "write")
        take()
    consent.unrestrict(ana, by=None)
    failures.replay(FailedEvent.objects.get(), by=mia)
    take()
    assert whose() == {"/failed": (None, False)}
