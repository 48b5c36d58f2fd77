"""Forms and children: the date of birth is asked for, and what a child agrees to is no basis."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.marketing.forms import forms, questions
from accord.marketing.forms.tests.conftest import asking, box
from accord.marketing.models import Form
from accord.people import contacts, lifecycle
from accord.people.consents import consent
from accord.people.models import ConsentRecord, Contact, Visitor
from accord.platform.access import preferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(mia, news):
    """A form with a box, published while children may be reached."""
    lifecycle.ensure()
    preferences.change(may_reach_children=True, by=None)
    born = replace(questions.catalogue()["born_on"], required=True)

    draft = asking(boxes=[box(news)])
    made = forms.create(name="Ask us", by=mia)
    forms.write(made, draft, by=mia)
    with pytest.raises(forms.NotReady, match="Ask for the date of birth, always"):
        forms.publish(made, by=mia)
    forms.write(made, replace(draft, questions=(*draft.questions, born)), by=mia)
    return forms.publish(made, by=mia)


def aged(years):
    return (timezone.localdate() - timedelta(days=years * 366)).isoformat()


def may(contact):
    return consent.may_send(contact, consent.question("news", Channel.EMAIL), timezone.now())


def test_where_the_switch_is_off_nothing_is_asked(publish, news):
    assert publish(boxes=[box(news)])


def test_open_forms_that_ask_for_consent_and_no_age_are_named(publish, news):
    born = replace(questions.catalogue()["born_on"], required=True)
    email = replace(questions.catalogue()["email"], required=True)
    found = [
        publish(boxes=[box(news)], name="Boxes").form,
        publish("born_on", boxes=[box(news)], name="Asked, not required").form,
    ]
    publish(name="No boxes")
    publish(boxes=[box(news)], questions=(email, born), name="Asked as required")
    forms.close(publish(boxes=[box(news)], name="Closed").form, by=None)
    assert forms.asking_no_age(Form.objects.order_by("pk")) == []
    preferences.change(may_reach_children=True, by=None)
    assert forms.asking_no_age(Form.objects.order_by("pk")) == found
    forms.write(found[0], replace(forms.draft(found[0]), questions=(email, born)), by=None)
    assert forms.asking_no_age([found[0]]) == found[:1]  # people see the version of before
    forms.publish(found[0], by=None)
    assert forms.asking_no_age(Form.objects.order_by("pk")) == found[1:]


def test_a_childs_box_is_kept_as_said_by_a_child(form, send):
    send(form, born_on=aged(10), consent__news__email="on", visitor="device-of-the-child")
    child = Contact.objects.get()
    assert child.born_on.isoformat() == aged(10)
    assert ConsentRecord.objects.get().source == "child"
    assert may(child).words == "Refused: this person is a child, and no parent agreed."
    assert not Visitor.objects.exists()


def test_who_is_grown_up_agrees_themselves(form, send):
    send(form, born_on=aged(40), consent__news__email="on", visitor="device")
    assert ConsentRecord.objects.get().source == "person"
    assert may(Contact.objects.get())
    assert Visitor.objects.exists()


@pytest.mark.parametrize(("known", "written"), [(40, 10), (10, 40)])
def test_either_the_record_or_the_answer_may_say_child(form, send, ana, known, written):
    contacts.change(ana, values={"born_on": aged(known)}, by=None)
    send(form, born_on=aged(written), consent__news__email="on", visitor="device")
    ana.refresh_from_db()
    assert ana.born_on.isoformat() == aged(known)
    assert ConsentRecord.objects.get().source == "child"
    assert not may(ana) and not Visitor.objects.exists()


def test_the_date_of_birth_must_be_a_day(form, send):
    assert send(form, born_on="", consent__news__email="on") is None
    assert send(form, born_on="long ago", consent__news__email="on") is None
