import threading

import pytest
from django.db import connections, transaction

from accord.platform import memory
from accord.platform.access import preferences
from accord.platform.models import InstanceSetting, User

pytestmark = pytest.mark.django_db(transaction=True)


def called(name):
    InstanceSetting.objects.update_or_create(name="company_name", defaults={"value": name})


def elsewhere(act):
    """What a thread with a connection of its own answers."""
    found = []

    def run():
        try:
            found.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def test_one_query_reads_everything_and_the_next_one_only_looks(django_assert_num_queries):
    with django_assert_num_queries(1):
        known = preferences.current()
    with django_assert_num_queries(0):
        assert preferences.current() is known
    memory.look_again()
    with django_assert_num_queries(1):
        assert preferences.current() is known


def test_a_change_nobody_told_of_is_seen_by_the_next_request():
    called("Before")
    assert preferences.current().company_name == "Before"
    elsewhere(lambda: called("After"))
    memory.look_again()
    assert preferences.current().company_name == "After"


def test_nobody_is_told_what_was_while_somebody_else_looks_again(monkeypatch):
    """However long ago it was read: an idle process may have read it yesterday."""
    called("Before")
    assert preferences.current().company_name == "Before"
    elsewhere(lambda: called("After"))
    read, reading, go_on = memory._read, threading.Event(), threading.Event()

    def slowly(known):
        reading.set()
        assert go_on.wait(10)
        return read(known)

    monkeypatch.setattr(memory, "_read", slowly)
    memory.look_again()
    found = []
    first = threading.Thread(
        target=lambda: found.append(elsewhere(lambda: preferences.current().company_name))
    )
    first.start()
    assert reading.wait(10)
    threading.Timer(0.2, go_on.set).start()
    assert preferences.current().company_name == "After"
    first.join()
    assert found == ["After"]


def test_a_row_taken_away_and_another_one_written_is_a_change():
    called("Before")
    assert preferences.current().company_name == "Before"
    InstanceSetting.objects.filter(name="company_name").delete()
    InstanceSetting.objects.create(name="phone_region", value="AT")
    memory.look_again()
    chosen = preferences.current()
    assert (chosen.company_name, chosen.phone_region) == ("My company", "AT")


def test_what_a_transaction_writes_twice_is_not_taken_for_the_same():
    with transaction.atomic():
        called("First")
        assert preferences.current().company_name == "First"
        called("Second")
    memory.look_again()
    assert preferences.current().company_name == "Second"


def test_only_the_thread_that_changes_something_sees_it_before_it_is_kept():
    called("Before")
    with transaction.atomic():
        preferences.change(by=None, company_name="After")
        assert preferences.current().company_name == "After"
        assert elsewhere(preferences.current).company_name == "Before"
    assert preferences.current().company_name == "After"
    assert elsewhere(preferences.current).company_name == "After"


def test_what_was_taken_back_is_forgotten():
    called("Before")
    with transaction.atomic():
        preferences.change(by=None, company_name="After")
        assert preferences.current().company_name == "After"
        transaction.set_rollback(True)
    assert preferences.current().company_name == "Before"


@pytest.fixture
def users():
    kept = memory.Table(User, "name", "email")
    yield kept
    memory._tables.remove(kept)


def test_a_table_that_is_kept_later_is_read_too(users, olga):
    preferences.current()
    kept = next(each for each in users.rows() if each.pk == olga.pk)
    assert (kept.name, kept.email) == ("Olga", olga.email)


def test_what_is_not_kept_of_a_row_is_read_when_asked_for(users, olga):
    kept = next(each for each in users.rows() if each.pk == olga.pk)
    assert kept.roles == ["owner"]
