import pytest

from accord.channels.tests.test_intake import events, page, receive, shop, site, take
from accord.people.identity import devices
from accord.people.models import Evidence, Visitor

__all__ = ["shop", "site"]
SERVER = {"agent": "analytics-python/2.3"}


@pytest.fixture
def ana(ana):
    type(ana).objects.filter(pk=ana.pk).update(external_id="u-1")
    return ana


def alias(previous, **more):
    named = {"type": "alias", "userId": "u-1", "previousId": previous}
    return page("/alias", 5, anonymousId=None) | named | more


def whose():
    return {each.properties.get("path"): each.contact_id for each in events() if each.visitor_id}


@pytest.mark.parametrize("late", [False, True])
def test_what_the_device_of_an_alias_did_is_the_persons(site, shop, ana, late):
    steps = [(site, page("/before", 1)), (shop, alias("v-1")), (site, page("/after", 9))]
    for key, said in steps[::-1] if late else steps:
        receive(key, said, **SERVER)
        take()
    assert {whose()[path] for path in ("/before", "/after")} == {ana.pk}
    proof = Evidence.objects.get(visitor__name="v-1")
    assert (proof.user_id, proof.strength, proof.visitor.by) == ("u-1", "known", "device")
    known = {each.visitor.name: each.by for each in devices.of(ana)}
    assert known["v-1"] == devices.Teller.SERVER


def test_an_alias_takes_nothing_from_who_was_known_on_the_device_before(site, shop, ana):
    receive(site, page("/hers", 1, userId="x@acme.example"), page("/later", 9))
    receive(shop, alias("v-1"), **SERVER)
    take()
    assert (whose()["/hers"], whose()["/later"]) == (None, ana.pk)


def test_an_alias_that_says_nobody_or_comes_from_a_machine_links_nothing(site, shop, ana):
    receive(site, page("/", 1), page("/", 1, who="v-2"))
    receive(shop, alias("v-1", userId=None, anonymousId="v-3"), **SERVER)
    receive(site, alias("v-2"), agent="Googlebot/2.1")
    take()
    assert whose()["/"] is None
    assert not Evidence.objects.exists() and Visitor.objects.filter(by="device").count() == 3
