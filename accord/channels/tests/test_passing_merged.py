"""Whom a letter is for is asked as it leaves: they may be one with somebody else by then."""

import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from accord.channels import evidence, outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.identity import merging
from accord.people.models import ConsentRecord
from accord.platform.access import preferences

YES = Given("news", Channel.EMAIL, source=Source.PERSON)
State = Message.State


@pytest.fixture
def ann(settings, tmp_path):
    settings.DATA = tmp_path
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    settings.MAIL_FROM = "Acme <sales@acme.example>"
    preferences.change(postal_address="1 Sun Road", by=None)
    purposes.add(label="News", by=None)
    made = contacts.create(values={"first_name": "Ann", "email": "ann@acme.example"}, by=None)
    consent.give(made, YES, by=None)
    return made


@pytest.fixture
def letter(ann):
    why = Why(ann, "news")
    return outbox.send(key="news:1", to=ann.email, subject="News", text="News.", why=why)


@pytest.fixture
def meanwhile(monkeypatch):
    """Have something happen after a letter was composed and before it is asked about again."""

    def happens(act):
        maildir = outbox.PROVIDERS["maildir"]

        def deliver(letter, begin, url):
            act()
            return maildir(letter, begin, url)

        monkeypatch.setitem(outbox.PROVIDERS, "maildir", deliver)

    return happens


@pytest.mark.django_db
def test_a_stop_of_who_they_became_meanwhile_stops_the_letter(ana, ann, letter, meanwhile):
    consent.withdraw(ana, by=None)
    meanwhile(lambda: merging.merge(ana, ann, choices={}, by=None))
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.contact) == (State.SUPPRESSED, ana)
    assert letter.reply == "Refused: consent was withdrawn."


@pytest.mark.django_db
def test_a_letter_to_who_was_one_before_it_was_written_is_theirs(ana, ann, meanwhile):
    contacts.change(ana, values={"country": "DE"}, by=None)
    contacts.change(ann, values={"country": "DE"}, by=None)
    done = merging.merge(ana, ann, choices={}, by=None)
    consent.give(ana, YES, by=None)
    why = Why(ann, "news")
    letter = outbox.send(key="news:1", to=ann.email, subject="News", text="News.", why=why)
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.contact) == (State.SENT, ana)
    assert evidence.check().well
    merging.unmerge(done, by=None)
    assert evidence.check().well


@pytest.mark.django_db
def test_a_letter_of_who_came_back_meanwhile_is_theirs_again(ana, ann, letter, meanwhile):
    done = merging.merge(ana, ann, choices={}, by=None)

    def two_again():
        merging.unmerge(done, by=None)
        consent.withdraw(ana, by=None)

    meanwhile(two_again)
    outbox.deliver(letter.pk)
    letter.refresh_from_db()
    assert (letter.state, letter.contact) == (State.SENT, ann)
    assert evidence.check().well


WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def waits():
    """Come back once somebody waits for a lock."""
    until = time.monotonic() + 20
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        while not other.execute(WAITING).fetchone()[0]:
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_letter_waits_for_a_merge_and_then_hears_of_it(ana, ann, letter):
    consent.withdraw(ana, by=None)

    def send():
        try:
            outbox.deliver(letter.pk)
        finally:
            connection.close()

    sending = threading.Thread(target=send)
    with transaction.atomic():
        merging.merge(ana, ann, choices={}, by=None)
        sending.start()
        waits()
    sending.join(120)
    letter.refresh_from_db()
    assert (letter.state, letter.contact) == (State.SUPPRESSED, ana)


@pytest.mark.django_db
def test_a_letter_that_left_before_its_permission_was_taken_back_was_lawful(ana, ann, letter):
    merging.merge(ana, ann, choices={}, by=None)
    outbox.deliver(letter.pk)
    consent.retract(ConsentRecord.objects.get(), by=None)
    assert evidence.check().well
    why = Why(ana, "news")
    later = outbox.send(key="news:2", to=ann.email, subject="News", text="News.", why=why)
    assert later.state == State.SUPPRESSED and evidence.check().well
