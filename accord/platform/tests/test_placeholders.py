import pytest

from accord.platform.access import accounts, placeholders
from accord.platform.access.permissions import Forbidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa(olga):
    return accounts.placeholder(name="Rosa", external_id="SDR-4", by=olga)


def test_references_outside_foreign_keys_move_too(rosa, ben, olga, monkeypatch):
    seen = []
    monkeypatch.setattr(placeholders, "_movers", [lambda old, new: seen.append((old, new))])
    placeholders.merge(rosa, into=ben, by=olga)
    assert seen == [(rosa.pk, ben.pk)]


def test_a_person_is_never_merged_away(ben, mia, rosa, olga):
    for user in (ben, mia):
        user.set_password("correct horse battery")
        user.save(update_fields=["password"])
    with pytest.raises(placeholders.NotPlaceholder):
        placeholders.merge(ben, into=mia, by=olga)
    with pytest.raises(placeholders.MergeIntoPerson):
        placeholders.merge(rosa, into=rosa, by=olga)


def test_merging_needs_the_right_to_manage_members(rosa, ben, mia):
    with pytest.raises(Forbidden):
        placeholders.merge(rosa, into=ben, by=mia)


def test_a_placeholder_is_merged_once(rosa, ben, olga):
    placeholders.merge(rosa, into=ben, by=olga)
    with pytest.raises(placeholders.NotPlaceholder):
        placeholders.merge(rosa, into=ben, by=olga)
