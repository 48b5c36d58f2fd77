"""People who share a device, and what each of them did on it."""

import random

import pytest

from accord.channels.models import SeenMessage
from accord.channels.tests.test_intake import bo, page, receive, shop, site, take
from accord.people.models import Evidence, Visitor
from accord.platform.models import Event
from accord.platform.trail import logbooks

__all__ = ["bo", "shop", "site"]


@pytest.fixture
def users(ana, bo):
    """The numbers of Ana and Bo, by their ids."""
    found = {"u-ana": ana.pk, "u-bo": bo.pk}
    for name, pk in found.items():
        type(ana).objects.filter(pk=pk).update(external_id=name)
    return found


def whose():
    seen = Event.objects.filter(name="page.viewed").order_by("happened_at")
    return list(seen.values_list("contact_id", flat=True))


def forget_all():
    with logbooks.opened():
        Event.objects.filter(visitor_id__isnull=False).delete()
    for model in (Evidence, Visitor, SeenMessage):
        model.objects.all().delete()


def test_two_who_take_turns_within_an_hour_keep_what_is_theirs_in_any_order(site, users):
    names = ["u-ana"] * 19 + [None, "u-bo", None, None, "u-ana", *["u-ana", None] * 16]
    last = [next(filter(None, names[minute::-1])) for minute in range(len(names))]
    said = [page("/", minute, userId=user) for minute, user in enumerate(names)]
    rng = random.Random(1)
    for order in (said, said[::-1], *(rng.sample(said, len(said)) for _ in range(3))):
        for some in range(0, len(order), 7):  # some arrive twice
            receive(site, *order[some : some + 9])
            take()
        assert whose() == [users[user] for user in last]
        forget_all()


def test_of_evidence_from_before_the_first_and_the_last_moment_count(site, users):
    receive(site, *(page("/", minute, userId="u-ana") for minute in (0, 18, 25)))
    take()
    Evidence.objects.update(moments=[])
    receive(site, page("/", 20, userId="u-bo"), page("/", 30, userId="u-ana"))
    take()
    ana_s, bo_s = users.values()
    assert whose() == [ana_s, ana_s, bo_s, ana_s, ana_s]
    row = Evidence.objects.get(user_id="u-ana")
    assert [each.minute for each in row.moments] == [0, 25, 30]


def test_what_a_server_says_of_a_person_is_kept_without_its_moments(shop, users):
    for minute in (5, 1, 9):
        receive(shop, page("/", minute, userId="u-ana", anonymousId=None))
        take()
    row = Evidence.objects.get()
    assert (row.first_at.minute, row.last_at.minute, row.moments) == (1, 9, [])
