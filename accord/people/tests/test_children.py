"""Children: what they agree to is no basis, what a parent agreed to is one until the birthday."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accord.engine.consent.terms import Basis, Channel, Source
from accord.people import contacts
from accord.people.consents import answers, consent, parents, preference_centre, purposes
from accord.people.consents.consent import Given, Reach
from accord.people.consents.ledger import Proof
from accord.people.consents.parents import Parent
from accord.people.identity import merging
from accord.people.models import Contact
from accord.people.privacy import erasing
from accord.people.segments import excluding
from accord.people.segments.excluding import Why
from accord.platform.access import preferences
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry
from accord.platform.transfer import imports
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL
NEWS = Given("news", MAIL)
MOTHER = Parent("Her mother, Eva", "Called back at school")
BIRTHDAY = datetime(2027, 6, 1, tzinfo=UTC)
TODAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(settings, tmp_path):
    settings.DATA = tmp_path
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture
def child(ana):
    """Ana is 15, in Germany, and the company may reach children."""
    news = purposes.add(label="News", by=None)
    purposes.word(news, language="en", text="Send me news.", by=None)
    preferences.change(may_reach_children=True, by=None)
    values = {"born_on": date(2011, 6, 1), "country": "DE"}
    return contacts.change(ana, values=values, by=None)


def may(contact, at=None):
    return consent.may_send(contact, consent.question("news", MAIL), at or timezone.now())


def test_what_a_child_agreed_to_is_kept_as_said_by_a_child_and_is_no_basis(child, mia):
    row = consent.give(child, Given("news", MAIL, source=Source.PERSON), by=mia)
    assert (row.source, row.what) == ("child", "consent")
    assert may(child).words == "Refused: this person is a child, and no parent agreed."
    contacts.change(child, values={"born_on": date(1990, 1, 1)}, by=None)
    assert may(child).words == "Refused: they agreed as a child, which is no basis."


def test_a_child_agrees_to_nothing_that_rules_find(child, ana):
    consent.give(child, NEWS, by=None)
    parents.give(child, NEWS, MOTHER, by=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_consentanswer")
        assert cursor.fetchone() == (0,)
        contacts.change(child, values={"born_on": None}, by=None)
        consent.give(child, NEWS, by=None)
        cursor.execute("SELECT count(*) FROM people_consentanswer")
        assert cursor.fetchone() == (1,)


def test_a_parents_consent_counts_until_the_birthday(child, mia):
    row = parents.give(child, NEWS, MOTHER, by=mia)
    assert (row.what, row.source, row.by) == ("parent", "staff", mia)
    assert row.note == "Parent: Her mother, Eva. Checked: Called back at school"
    decision = may(child)
    assert (decision.basis, decision.basis_id, decision.until) == (Basis.PARENT, row.pk, BIRTHDAY)
    assert not may(child, BIRTHDAY)
    assert AuditEntry.objects.filter(verb="consent.given", by=mia).exists()
    with time_machine.travel(BIRTHDAY):
        own = consent.give(child, Given("news", MAIL, source=Source.PERSON), by=None)
        assert own.source == "person"
        assert may(child).basis_id == own.pk


def test_it_is_withdrawn_as_any_consent(child, mia):
    parents.give(child, NEWS, MOTHER, by=mia)
    consent.withdraw(child, Reach("news", MAIL), by=mia)
    assert may(child).words == "Refused: consent was withdrawn."


def test_only_for_a_child_by_who_may_with_a_parent_and_the_switch(child, ben, mia):
    contacts.change(child, values={"owner": mia.pk}, by=None)
    with pytest.raises(Forbidden):
        parents.give(child, NEWS, MOTHER, by=ben)
    for nobody in (Parent(" ", "Called"), Parent("Eva", "")):
        with pytest.raises(parents.NoParent):
            parents.give(child, NEWS, nobody, by=None)
    preferences.change(may_reach_children=False, by=None)
    with pytest.raises(parents.NotReached):
        parents.give(child, NEWS, MOTHER, by=None)
    preferences.change(may_reach_children=True, by=None)
    for born_on in (None, date(1990, 1, 1)):
        contacts.change(child, values={"born_on": born_on}, by=None)
        with pytest.raises(parents.NotAChild):
            parents.give(child, NEWS, MOTHER, by=None)


def test_where_the_company_does_not_reach_children_it_never_does(child):
    parents.give(child, NEWS, MOTHER, by=None)
    preferences.change(may_reach_children=False, by=None)
    assert may(child).words.endswith("a child, and the company does not reach children.")


def test_without_a_date_of_birth_nothing_changes(child):
    contacts.change(child, values={"born_on": None}, by=None)
    assert consent.give(child, NEWS, by=None).source == "staff"
    assert may(child)


def test_the_reach_of_a_segment_names_children(child):
    question = consent.question("news", MAIL)
    told = excluding.among([child], question, timezone.now(), size=1)
    assert (told.counts[Why.CHILD], told.reached) == (1, 0)
    assert told.rows[0].reason == "Refused: this person is a child, and no parent agreed."
    assert not answers.standing(child, BIRTHDAY).child
    assert answers.standing(child, timezone.now()).child
    parents.give(child, NEWS, MOTHER, by=None)
    assert excluding.among([child], question, timezone.now(), size=1).reached == 1


def test_a_child_can_only_switch_off_what_a_parent_agreed_to(child):
    now = timezone.now()
    assert preference_centre.topics(child, answers.standing(child, now), "en") == ()
    parents.give(child, NEWS, MOTHER, by=None)
    later = timezone.now() + timedelta(seconds=1)
    [topic] = preference_centre.topics(child, answers.standing(child, later), "en")
    assert [each.on for each in topic.choices] == [True]
    preference_centre.choose(child, (), language="en", proof=Proof(), now=later)
    assert not may(child, later)


def test_a_file_brings_dates_of_birth_and_its_undo_takes_them_back(child, bring):
    preferences.change(may_reach_children=False, by=None)
    consent.give(child, NEWS, by=None)
    text = "Mail,Geburtsdatum\nbo@acme.example,24.12.2015\nana@acme.example,1990-01-31\n"
    wanted = {"into": "contacts", "columns": {"Mail": "email", "Geburtsdatum": "born_on"}}
    job = bring(text, wanted)
    bo = Contact.objects.get(email="bo@acme.example")
    assert bo.born_on == date(2015, 12, 24)
    child.refresh_from_db()
    assert child.born_on == date(1990, 1, 31)
    imports.undo(job, by=None)
    undoing.run(job.pk)
    child.refresh_from_db()
    assert child.born_on == date(2011, 6, 1)


def test_an_erasure_takes_the_date_of_birth(child):
    erasing.run_all(erasing.begin(child, by=None))
    assert Contact.objects.get(pk=child.pk).born_on is None


def test_merged_with_somebody_grown_up_a_child_stays_one(child, mia):
    other = contacts.create(
        values={"email": "anna@acme.example", "country": "DE", "born_on": date(1990, 1, 1)}, by=None
    )
    consent.give(other, NEWS, by=None)
    merging.merge(other, child, choices={}, by=mia)
    other.refresh_from_db()
    assert other.born_on == date(1990, 1, 1)
    assert may(other).words == "Refused: this person is a child, and no parent agreed."
    assert parents.give(other, NEWS, MOTHER, by=mia).source == "staff"
    assert may(other).basis == Basis.PARENT
