"""What restricted people do (GDPR article 18) is taken in as nobody's, and others' as theirs."""

import itertools
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accord.channels.intake import arrivals, restricted, taking
from accord.channels.intake.repeats import Fresh
from accord.channels.models import Receipt
from accord.channels.tests.test_intake import bo, identify, page, receive, shop, site, track
from accord.people.consents import consent
from accord.people.identity import devices, following, merging
from accord.people.models import Contact, Evidence, Visitor, VisitorSpan
from accord.platform.models import Event

__all__ = ["bo", "shop", "site"]
ANA, BO = "ana@acme.example", "bo@acme.example"


@pytest.fixture
def ana(ana, site):
    """Ana, who is known on the device v-1, and by an id."""
    Contact.objects.filter(pk=ana.pk).update(external_id="u-ana")
    arrive(site, identify(ANA, 0))
    return ana


def arrive(key, *said, **more):
    receive(key, *said, at=timezone.now(), **more)
    while taking.take(timezone.now()):
        pass


def whose():
    """Whose each page is: the contact, and whether it hangs on a visitor."""
    rows = Event.objects.filter(name="page.viewed").order_by("happened_at", "id")
    return {row.properties["path"]: (row.contact_id, row.visitor_id is not None) for row in rows}


def kept():
    """All that is kept of who is whom."""
    return [
        list(Visitor.objects.order_by("pk").values()),
        list(Evidence.objects.order_by("pk").values()),
        list(VisitorSpan.objects.order_by("pk").values()),
    ]


def test_what_is_done_on_their_device_is_nobodys_and_counted(site, ana):
    arrive(site, page("/before", 1))
    consent.restrict(ana, by=None)
    before = kept()
    sent = {"properties": {"phone": "1", "order": 7}, "context": {"page": {"title": "Thanks"}}}
    arrive(site, page("/late?e=ana", 0), page("/", 3), track("Ordered", 4, userId="u-x", **sent))
    assert kept() == before
    assert whose() == {"/before": (ana.pk, True), "/late": (None, False), "/": (None, False)}
    order = Event.objects.get(name="track")
    assert (order.contact_id, order.visitor_id, order.session_id) == (None, None, None)
    assert order.properties == {"event": "Ordered", "title": "Thanks"}
    late = Event.objects.get(properties__path="/late").properties
    assert late == {"url": "https://acme.example/late", "path": "/late"}
    consent.unrestrict(ana, by=None)
    arrive(site, page("/after", 9))
    following.look_at_all()
    assert whose()["/after"] == (ana.pk, True) and whose()["/"] == (None, False)


@pytest.mark.parametrize(
    "more",
    [
        {"traits": {"email": "Ana@Acme.example ", "phone": "1"}},
        {"userId": "u-ana", "traits": {"phone": "1"}},
        {"userId": "u-ana", "traits": {"email": "new@acme.example"}},
        {"userId": "u-new", "traits": {"email": ANA}},
        {"userId": "u-ana", "traits": {}, "anonymousId": None},
        {"userId": ANA, "traits": {}, "anonymousId": None},
        {"userId": "u-next", "previousId": "u-ana", "type": "alias", "anonymousId": None},
    ],
)
def test_what_names_them_is_kept_without_it(more, site, shop, ana):
    consent.restrict(ana, by=None)
    before = kept()
    said = identify("", 5) | more
    arrive(shop, said, agent="analytics-python/2.3")
    arrive(site, said | {"messageId": "m"}, agent="Googlebot/2.1")
    assert kept() == before
    for event in Event.objects.order_by("-pk")[:2]:
        assert (event.contact_id, event.visitor_id) == (None, None)
        assert event.properties == {}


def test_an_id_said_with_their_address_beside_is_theirs(site, ana):
    consent.restrict(ana, by=None)
    before = kept()
    arrive(site, identify(ANA, 1, userId="u-7"), page("/", 2, who="v-1", userId="u-7"))
    assert kept() == before and whose()["/"] == (None, False)


@pytest.mark.parametrize("together", [True, False])
def test_who_shares_the_device_keeps_what_is_theirs(together, site, ana, bo):
    consent.restrict(ana, by=None)
    said = [
        page("/hers", 1),
        identify(BO, 2),
        page("/his", 3),
        identify(ANA, 4),
        page("/hers-again", 5),
        identify(BO, 6),
        page("/his-again", 7),
    ]
    for some in [said] if together else [[each] for each in said]:
        arrive(site, *some)
    hers, his = (None, False), (bo.pk, True)
    paths = ("/hers", "/his", "/hers-again", "/his-again")
    assert whose() == dict(zip(paths, (hers, his, hers, his), strict=True))
    assert Evidence.objects.filter(email=ANA).count() == 1
    consent.unrestrict(ana, by=None)
    following.look_at_all()
    assert whose()["/hers-again"] == hers


@pytest.mark.parametrize("together", [True, False])
def test_a_device_they_are_said_on_first_is_not_theirs(together, site, ana, bo):
    consent.restrict(ana, by=None)
    said = [
        page("/", 1, who="v-2"),
        identify(ANA, 2, anonymousId="v-2"),
        page("/next", 3, who="v-2"),
    ]
    for some in [said] if together else [[each] for each in said]:
        arrive(site, *some)
    assert {contact for contact, _ in whose().values()} == {None}
    assert whose()["/next"] == (None, False)
    assert not Evidence.objects.filter(visitor__name="v-2", email=ANA).exists()
    consent.unrestrict(ana, by=None)
    arrive(site, identify(ANA, 9, anonymousId="v-2"), page("/mine", 10, who="v-2"))
    arrive(site, identify(BO, 20, anonymousId="v-2"))
    assert whose()["/"][0] is None and whose()["/next"][0] is None
    assert whose()["/mine"] == (ana.pk, True)


def test_what_was_anonymous_then_is_not_theirs_once_they_say_who_they_are(site, ana):
    arrive(site, page("/before", 1, who="v-2"))
    consent.restrict(ana, by=None)
    arrive(site, page("/between", 2, who="v-2"))
    consent.unrestrict(ana, by=None)
    arrive(site, page("/after", 3, who="v-2"), identify(ANA, 4, anonymousId="v-2"))
    found = {path: contact for path, (contact, _) in whose().items()}
    assert found == {"/before": ana.pk, "/between": None, "/after": ana.pk}
    assert [each.visitor.name for each in devices.of(ana)] == ["v-2", "v-1"]


def test_what_turns_out_to_have_been_theirs_is_not_the_others_either(site, ana, bo):
    consent.restrict(ana, by=None)
    arrive(site, identify(BO, 1, anonymousId="v-2"), page("/", 9, who="v-2"))
    assert whose()["/"] == (bo.pk, True)
    consent.unrestrict(ana, by=None)
    arrive(site, identify(ANA, 5, anonymousId="v-2"))
    assert whose()["/"] == (None, True)


def test_who_merged_with_them_is_held_too(site, ana, bo):
    consent.restrict(bo, by=None)
    arrive(site, page("/before", 1))
    merging.merge(ana, bo, choices={}, by=None)
    arrive(site, page("/", 2), identify(BO, 3, anonymousId="v-2"))
    assert whose() == {"/before": (ana.pk, True), "/": (None, False)}
    assert not Evidence.objects.filter(email=BO).exists()


def test_what_stands_on_the_record_stays_through_a_merge_and_its_undo(site, ana, bo):
    consent.restrict(ana, by=None)
    arrive(site, identify(BO, 1, anonymousId="v-2"), page("/his", 2, who="v-2"))
    consent.unrestrict(ana, by=None)
    done = merging.merge(ana, bo, choices={}, by=None)
    following.look_at_all()
    assert whose()["/his"] == (ana.pk, True)
    merging.unmerge(done, by=None)
    assert whose()["/his"] == (bo.pk, True)


def test_the_others_word_is_kept_without_their_id(site, ana, bo):
    consent.restrict(ana, by=None)
    arrive(site, identify(BO, 1, anonymousId="v-2", userId="u-ana"), page("/", 2, who="v-2"))
    assert whose()["/"] == (bo.pk, True)
    assert Evidence.objects.get(visitor__name="v-2").user_id == ""
    assert "user" not in Event.objects.filter(contact_id=bo.pk).first().properties


def test_a_device_a_person_says_is_not_theirs_is_the_others(site, ana, bo):
    arrive(site, identify(BO, 1, anonymousId="v-2"), identify(ANA, 2, anonymousId="v-2"))
    devices.reject(ana, Visitor.objects.get(name="v-2"), by=None)
    consent.restrict(ana, by=None)
    arrive(
        site,
        identify(ANA, 3, anonymousId="v-2"),
        identify(BO, 4, anonymousId="v-2"),
        page("/", 5, who="v-2"),
    )
    assert whose()["/"] == (bo.pk, True)


def test_it_is_one_query_more_where_nobody_is_restricted_and_two_where_they_are_not_met(
    site, ana, bo
):
    arrive(site, *(page("/", n, who=f"v-{n}") for n in range(5)))
    asked = [_queries(site)]
    consent.restrict(ana, by=None)
    arrive(site, page("/", 9))
    asked.append(_queries(site))
    assert asked == [1, 2]


_count = itertools.count(100)


def _queries(site):
    receipt = receive(site, *(page("/", next(_count), who=f"v-{n}") for n in range(2, 5)))
    arrived, _ = arrivals.of([receipt])
    fresh = [Fresh(each, False) for each in arrived]
    with CaptureQueriesContext(
        connection,
    ) as found:
        restricted.part(fresh, fresh)
    Receipt.objects.all().delete()
    return len(found)


@pytest.mark.parametrize("device", ["v-1", "v-2"])
def test_whoever_takes_turns_however_it_is_sent_each_page_is_whose_it_should_be(
    device, site, ana, bo
):
    consent.restrict(ana, by=None)
    rng = random.Random(device)
    said, asked, names = [], {}, [ANA] if device == "v-1" else []
    turns = [rng.choice([ANA, BO, None, None]) for _ in range(60)]
    for minute, name in enumerate(turns, 1):
        names += [name] if name else []
        if name:
            said.append(identify(name, minute, anonymousId=device, messageId=f"i{minute}"))
        else:
            said.append(page(f"/{minute}", minute, who=device))
            asked[f"/{minute}"] = len(names)
    while said:
        some, said = said[: (n := rng.randint(1, 9))], said[n:]
        arrive(site, *some)
    last = {path: names[max(n - 1, 0)] for path, n in asked.items()}
    his = {path: bo.pk if name == BO else None for path, name in last.items()}
    assert {path: contact for path, (contact, _) in whose().items()} == his
    consent.unrestrict(ana, by=None)
    arrive(site, identify(ANA, 99, anonymousId=device))
    following.look_at_all()
    assert {path: contact for path, (contact, _) in whose().items()} == his
    assert Evidence.objects.filter(email=ANA).count() == 2
