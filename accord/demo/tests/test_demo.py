import json
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.utils import timezone

from accord.demo import loading, removing, truths
from accord.engine.simulator import Size
from accord.insight import attribution
from accord.insight.models import Credit, Watermark
from accord.people import contacts, lifecycle, timeline
from accord.people.models import Contact
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
    assert (_counted(), preferences.current()) == (before, chosen)
    assert list(data.iterdir()) == []
    assert Contact.objects.get() == mine
    assert AuditEntry.objects.filter(subject_type="contact").count() == 1
    with pytest.raises(removing.NotHere):
        removing.remove()


def test_every_event_of_the_demo_is_told_in_words(data):
    """Its events are written by hand: what tells them must find what it asks for."""
    loading.load(7, Size.SMALL, now=NOW)
    for name in Event.objects.values_list("name", flat=True).distinct():
        one = Event.objects.filter(name=name).first()
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
