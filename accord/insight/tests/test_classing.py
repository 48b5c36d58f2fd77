"""The past is looked at and classed anew, in steps, by the rules there are then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.insight import attribution, classing
from accord.insight.models import Classing, Credit
from accord.insight.tests.test_reports import day, deal, person, pipeline  # noqa: F401 - fixtures
from accord.people.models import Visitor
from accord.people.origins import channel_rules
from accord.platform.access.permissions import Forbidden
from accord.platform.events import partitions
from accord.platform.models import AuditEntry, Event
from accord.platform.queue import work
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
NEWS = {"part": "source", "how": "is", "text": "acme news", "channel": "email"}
SITE = "https://acme.example"


@pytest.fixture
def visitor(db):
    now = timezone.now()
    return Visitor.objects.create(
        by="device", name="v", first_seen_at=now, last_seen_at=now, key_id=1
    )


def viewed(visitor, query, channel, *, at=None, referrer="", **more):
    at = at or timezone.now() - timedelta(days=3)
    partitions.ensure({at.date()})
    told = {"url": f"{SITE}/{query}", "referrer": referrer} if query is not None else {}
    values = {"visitor_id": visitor.pk, "properties": told, "channel": channel} | more
    return Event.objects.create(
        name="page.viewed", happened_at=at, recorded_at=timezone.now(), **values
    )


def looked(by):
    run = classing.look(by=by)
    work.run_due()
    run.refresh_from_db()
    return run


def channel_of(event):
    event.refresh_from_db()
    return event.channel


@pytest.fixture
def past(visitor):
    """Two visits by a newsletter nobody knew, an ad, a bot, and what stays as it is."""
    news = "?utm_source=acme+news"
    return {
        "first": viewed(visitor, news, "other"),
        "second": viewed(visitor, news, "other"),
        "ad": viewed(visitor, "?gclid=1", "paid_search"),
        "within": viewed(visitor, "x", "", referrer=f"{SITE}/"),
        "bot": viewed(visitor, news, "other", actor="bot"),
        "erased": viewed(visitor, None, "other"),
    }


def test_looking_tells_what_would_change_and_changes_nothing(past, olga):
    channel_rules.add(NEWS, by=olga)
    run = looked(olga)
    ids = [past["first"].pk, past["second"].pk]
    assert (run.state, run.looked, run.found) == ("seen", 4, 2)
    assert run.changes == [["other", "email", 2, ids]]
    assert run.first_at == past["first"].happened_at
    assert channel_of(past["first"]) == "other"


def test_classing_sets_just_what_was_found(past, olga):
    channel_rules.add(NEWS, by=olga)
    run = looked(olga)
    classing.start(run, by=olga)
    work.run_due()
    run.refresh_from_db()
    assert (run.state, run.changed) == ("done", 2)
    now = {name: channel_of(event) for name, event in past.items()}
    assert now == {
        "first": "email", "second": "email", "ad": "paid_search",
        "within": "", "bot": "other", "erased": "other",
    }  # fmt: skip
    assert AuditEntry.objects.get(verb="channels.past_classed").details == {"events": 2}
    assert looked(olga).found == 0


def test_removing_the_rules_brings_the_past_back(past, olga):
    rule = channel_rules.add(NEWS, by=olga)
    for _ in range(2):
        classing.start(looked(olga), by=olga)
        work.run_due()
        if rule.pk:
            assert channel_of(past["first"]) == "email"
            channel_rules.remove(rule, by=olga)
            rule.pk = None
    assert channel_of(past["first"]) == "other"


def test_it_goes_on_where_it_stopped(past, olga, monkeypatch):
    channel_rules.add(NEWS, by=olga)
    monkeypatch.setattr(classing, "STEP", 1)
    run = classing.look(by=olga)
    assert classing._step(run.pk)
    run.refresh_from_db()
    assert (run.state, run.looked, run.reached) == ("looking", 1, past["first"].pk)
    classing.work_off(run.pk)
    classing.work_off(run.pk)
    run.refresh_from_db()
    assert (run.state, run.looked, run.found) == ("seen", 4, 2)


def test_what_was_not_seen_or_seen_by_other_rules_is_not_set(past, olga, ben):
    rule = channel_rules.add(NEWS, by=olga)
    run = classing.look(by=olga)
    with pytest.raises(classing.UnderWay):
        classing.look(by=olga)
    with pytest.raises(classing.UnderWay):
        classing.start(run, by=olga)
    work.run_due()
    channel_rules.change(rule, NEWS | {"channel": "pr"}, by=olga)
    with pytest.raises(classing.RulesChanged):
        classing.start(run, by=olga)
    run = looked(olga)
    classing.start(run, by=olga)
    work.run_due()
    with pytest.raises(classing.NotSeen):
        classing.start(run, by=olga)
    for act in (lambda: classing.look(by=ben), lambda: classing.start(run, by=ben)):
        with pytest.raises(Forbidden):
            act()
    assert Classing.objects.count() == 2


def test_nothing_but_the_channel_of_a_visitors_event_may_be_set(past, ana):
    with pytest.raises(Exception, match="append-only"), logbooks.classing():
        Event.objects.update(source="x")
    with pytest.raises(Exception, match="append-only"), logbooks.classing():
        Event.objects.update(visitor_id=None, channel="email")
    with pytest.raises(Exception, match="append-only"), logbooks.classing():
        Event.objects.all().delete()


def test_credit_follows(pipeline, visitor, olga):  # noqa: F811
    ana = person("Ana", None, "mql", day(0))
    won = deal(pipeline, ana, Decimal(90), opened=day(2), closed=day(5), outcome="won")
    viewed(visitor, "?utm_source=acme+news", "other", at=day(1), contact_id=ana.pk)
    attribution.rebuild([won.pk])
    channel_rules.add(NEWS, by=olga)
    run = looked(olga)
    assert (run.found, run.credited) == (1, 1)
    assert _credited() == {"other"}
    classing.start(run, by=olga)
    for _ in range(2):
        work.run_due()
    assert _credited() == {"email"}


def _credited():
    return set(Credit.objects.filter(goal="won").values_list("channel", flat=True))
