"""A person who was three records: merged one into the other, erased as one, brought back as any."""

import itertools

import pytest

from accord.people import contacts
from accord.people.identity import merging
from accord.people.models import Contact, Erasure
from accord.people.privacy import erased, erasing
from accord.platform.queue import work
from accord.sales.agenda import activities
from accord.sales.models import Activity
from tests.stories import canary
from tests.stories.devices import NEIGHBOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(data):
    """One, merged into the second, merged into the third: everything of each is a canary."""
    first = canary.build()
    return [first, canary.once_more(first), canary.once_more(first)]


def merged(chain):
    for gone, kept in itertools.pairwise(chain):
        gone.refresh_from_db()
        kept.refresh_from_db()
        merging.merge(kept, gone, choices={}, by=None)
    return chain[-1]


def states():
    return set(Erasure.objects.values_list("state", flat=True))


def test_an_erasure_follows_a_chain_of_merges(chain):
    last = merged(chain)
    assert erasing.run_all(erasing.begin(last, by=None))
    assert canary.traces() == []
    assert Erasure.objects.count() == 3 and states() == {"done"}
    left = Contact.objects.filter(deleted_at=None)
    assert list(left.values_list("email", flat=True)) == [NEIGHBOUR]


def test_the_worker_erases_a_chain_too(chain):
    erasing.begin(merged(chain), by=None)
    work.run_due()
    assert canary.traces() == [] and states() == {"done"}


def test_names_of_merged_records_are_the_persons_own(chain):
    for each in chain:
        each.refresh_from_db()
        contacts.change(each, values={"first_name": "Zqxcanary", "last_name": "Ones"}, by=None)
    last = merged(chain)
    other = Contact.objects.create(last_name="Neighbour")
    activities.log(kind="note", body="Zqxcanary Ones called.", contact=other, by=None)
    assert not erasing.preview(last).shares_name
    erasing.run_all(erasing.begin(last, by=None))
    assert canary.traces() == []
    assert Activity.objects.filter(body="[erased] called.").exists()


@pytest.mark.parametrize("merges", [0, 1, 2])
def test_a_chain_that_a_backup_brings_back_is_erased_again(chain, merges):
    """However many of the merges the backup has: it may be older than all of them."""
    for each in chain:
        each.refresh_from_db()
        line = erased.Line(
            "2099-01-01T00:00:00+00:00", each.pk, erased.mark(each), tuple(erased.digests(each))
        )
        erased.note(line)
    merged(chain[: merges + 1])
    assert erasing.again() >= 1
    assert canary.traces() == [] and states() == {"done"}
    assert erasing.again() == 0


def test_an_erasure_a_backup_caught_halfway_is_ended(chain):
    made = erasing.begin(merged(chain), by=None)
    assert canary.traces()
    erasing.again()
    made.refresh_from_db()
    assert made.state == "done" and canary.traces() == []
