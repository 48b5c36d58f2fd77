import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.utils import timezone

from accord.channels.models import Message
from accord.demo import loading, removing, truths
from accord.engine.consent.terms import Channel
from accord.engine.forms import spam
from accord.engine.forms.terms import Consent
from accord.engine.simulator import Size
from accord.insight import attribution
from accord.insight.models import Credit, Watermark
from accord.marketing.forms import forms, submissions
from accord.marketing.models import Confirmation, Form, Submission
from accord.people import contacts, lifecycle, timeline
from accord.people.consents import consent, ledger, purposes, suppressions
from accord.people.models import ConsentRecord, Contact, Purpose, Segment, Suppression
from accord.people.segments import checking, saving
from accord.platform.access import preferences
from accord.platform.events.log import About
from accord.platform.models import AuditEntry, Event, InstanceSetting, User
from accord.sales.models import Deal
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


BESIDES = (AuditEntry, Watermark, InstanceSetting)


def _counted():
    """How many rows every table holds; the audit log keeps that the company came and went."""
    models = [model for model in apps.get_models() if model not in BESIDES]
    return {model._meta.label: model._base_manager.count() for model in models}


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA = tmp_path
    return tmp_path


def test_the_demo_company_comes_and_goes_without_a_trace(mia, data):
    pipelines.ensure()
    lifecycle.ensure()
    mine = contacts.create(values={"first_name": "Ana", "email": "ana@mine.example"}, by=mia)
    before, chosen = _counted(), preferences.current()
    world = loading.load(7, Size.SMALL, now=NOW)
    assert Contact.objects.count() == len(world.contacts) + 1
    assert Deal.objects.exclude(value=None).count() == len(world.deals)
    with pytest.raises(loading.AlreadyHere):
        loading.load(7, Size.SMALL, now=NOW)
    attribution.refresh(timezone.now())
    assert Credit.objects.exists()
    path = truths.write(world)
    assert json.loads(path.read_text())["actual"]["won"] == sum(
        deal.outcome == "won" for deal in world.deals
    )
    removing.remove()
    left = {name: (before[name], count) for name, count in _counted().items()}
    assert {name: two for name, two in left.items() if two[0] != two[1]} == {}
    assert preferences.current() == chosen
    assert {path.name for path in data.iterdir()} <= {"secrets"}  # of the suppression list
    assert Contact.objects.get() == mine
    assert AuditEntry.objects.filter(subject_type="contact").count() == 1
    with pytest.raises(removing.NotHere):
        removing.remove()


def test_every_event_of_the_demo_is_told_in_words(data):
    """Its events are written by hand: what tells them must find what it asks for."""
    loading.load(7, Size.SMALL, now=NOW)
    about_somebody = Event.objects.exclude(contact_id=None, deal_id=None)
    for name in about_somebody.values_list("name", flat=True).distinct():
        one = about_somebody.filter(name=name).first()
        noun = "contact" if one.contact_id else "deal"
        about = About(**{noun: getattr(one, f"{noun}_id")})
        entries, _ = timeline.page(about, only=[name], size=200)
        assert entries and not any(each.title.rstrip().endswith((":", "→")) for each in entries)
        assert not any("…" in each.title or "None" in each.title for each in entries), name


def test_a_colleague_who_owns_your_record_by_now_stays(mia, olga):
    world = loading.load(3, Size.SMALL, now=NOW)
    seller = User.objects.get(external_id=f"demo:{world.users[-1].key}")
    mine = contacts.create(values={"first_name": "Ana", "owner": seller.pk}, by=olga)
    removing.remove()
    mine.refresh_from_db()
    assert mine.owner == seller


def test_a_company_that_comes_after_a_report_was_read_has_its_credit():
    attribution.refresh(NOW)
    loading.load(7, Size.SMALL, now=NOW)
    attribution.refresh(NOW)
    credited = set(Credit.objects.values_list("deal_id", flat=True))
    assert credited == set(Deal.objects.values_list("pk", flat=True))


def test_everybody_in_the_segments_of_the_demo_belongs_there(data):
    loading.load(7, Size.SMALL, now=timezone.now())
    found = checking.check_at(timezone.now())
    assert len(found) == 3 and not any(each.differed for each in found)
    assert all(each.size > 5 for each in Segment.objects.all())


def test_what_the_people_of_the_demo_agreed_to_holds(data):
    loading.load(7, Size.SMALL, now=NOW)
    people = set(ConsentRecord.objects.values_list("contact", flat=True))
    assert [row for pk in people for row in ledger.broken(pk)] == []
    asked = consent.question("newsletter", Channel.EMAIL)
    every = [consent.may_send(each, asked, NOW) for each in Contact.objects.filter(pk__in=people)]
    assert 10 < sum(map(bool, every)) < len(every) - 10
    assert len({each.words for each in every}) > 4, "a demo shows more than one reason"


def test_the_forms_of_the_demo_were_sent_by_its_people(data):
    loading.load(7, Size.SMALL, now=NOW)
    for form in Form.objects.all():
        counts = submissions.of(form)
        assert counts["accepted"] > 20 and counts["spam"] == 3
        held = Submission.objects.filter(form=form, verdict="spam")
        assert all(each.score >= spam.HELD and each.reasons for each in held)
        assert forms.unpublished(form, forms.ready(forms.draft(form))[0]) is False
    assert Submission.objects.filter(verdict="pending").exists()
    agreed = ConsentRecord.objects.filter(what="confirmed").count()
    assert Confirmation.objects.exclude(used_at=None).count() == agreed
    assert Message.objects.count() == 0, "loading a demo mails nobody"


def test_what_of_yours_asks_for_a_segment_of_the_demo_keeps_it(data, mia):
    loading.load(7, Size.SMALL, now=NOW)
    asked = Segment.objects.get(name="Newsletter readers in German")
    saving.create(name="Mine", rule={"segment": asked.pk}, by=None)
    mine = contacts.create(values={"first_name": "Ana", "email": "ana@mine.example"}, by=mia)
    consent.give(mine, consent.Given("newsletter", Channel.EMAIL), by=None)
    day = timezone.now() + timezone.timedelta(days=9)
    purposes.assess(
        purposes.get("events_and_webinars"),
        channel=Channel.POST, countries=["DE"], text="They asked.", until=day, by=None,
    )  # fmt: skip
    removing.remove()
    assert {each.name for each in Segment.objects.all()} == {"Mine", asked.name}
    assert consent.history(mine).count() == 1
    assert {each.pk for each in Purpose.objects.all()} == {"newsletter", "events_and_webinars"}


def test_your_own_stop_and_form_stay_beside_those_of_the_demo(data):
    world = loading.load(7, Size.SMALL, now=NOW)
    address, stop = world.contacts[0].email, Suppression.Way.SUPPRESSED
    suppressions.add(address, channel=Channel.EMAIL, way=stop, at=NOW)
    theirs = {each.name for each in Form.objects.all()}
    mine = [forms.create(name=name, by=None) for name in theirs]
    for form in mine:
        forms.publish(form, by=None)
    removing.remove()
    assert suppressions.of(address, Channel.EMAIL).get().way == stop
    told = Event.objects.filter(name__startswith="form.").values_list("name", "properties__id")
    each = ("form.created", "form.published")
    assert sorted(told) == sorted((name, form.pk) for name in each for form in mine)


def test_a_purpose_that_only_a_rule_of_yours_names_stays(data):
    loading.load(7, Size.SMALL, now=NOW)
    rule = {"consent": "newsletter", "channel": "email", "state": "given"}
    saving.create(name="Mine", rule={"not": rule}, by=None)
    removing.remove()
    assert [each.pk for each in Purpose.objects.all()] == ["newsletter"]


def test_a_name_you_gave_your_company_beside_the_demo_stays(data):
    loading.load(7, Size.SMALL, now=NOW)
    preferences.change(by=None, company_name="Acme")
    removing.remove()
    assert preferences.current().company_name == "Acme"


def test_a_purpose_that_a_form_of_yours_ever_asked_for_stays(data):
    """Somebody may still have that page open, or a mail that asks them to confirm."""
    loading.load(7, Size.SMALL, now=NOW)
    form = forms.create(name="Mine", by=None)
    plain, box = forms.draft(form), Consent("newsletter", "email", 0, 0, "", "")
    for draft in (replace(plain, consents=(box,)), plain):
        forms.write(form, draft, by=None)
        forms.publish(form, by=None)
    removing.remove()
    assert [each.pk for each in Purpose.objects.all()] == ["newsletter"]


@pytest.mark.long
def test_the_medium_company_comes_and_goes_too(data):
    pipelines.ensure()
    lifecycle.ensure()
    before = _counted()
    world = loading.load(9, Size.MEDIUM, now=NOW)
    assert 9_000 <= Contact.objects.count() == len(world.contacts)
    assert Deal.objects.count() == len(world.deals) > 2_400
    removing.remove()
    assert _counted() == before
