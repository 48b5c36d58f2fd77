"""Credit as kept in rows is what the engine says, stays so, and is worked out behind the scenes."""

from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.engine import attribution as engine
from accord.engine.attribution import Goal, Model, Touch
from accord.insight import attribution, reports
from accord.insight.models import Credit
from accord.insight.questions import Question
from accord.insight.tests.test_reports import day, deal, person, pipeline  # noqa: F401 - fixtures
from accord.people import affiliations
from accord.people.models import Company, LifecycleChange
from accord.platform.access import preferences
from accord.platform.events import log, names, partitions
from accord.platform.models import Job
from accord.platform.queue import work
from accord.sales import deal_contacts
from accord.sales.agenda import activities
from accord.sales.models import CloseReason, Deal

pytestmark = pytest.mark.django_db
CHANNELS = ("paid_search", "email", "outbound", "referral")


def examples(number):
    shared = [HealthCheck.function_scoped_fixture]  # every example makes records of its own
    return settings(max_examples=number, deadline=None, suppress_health_check=shared)


moments = st.integers(-20, 220).map(day)
paths = st.lists(st.tuples(moments, st.sampled_from(CHANNELS)), max_size=8)
amounts = st.none() | st.decimals("-99999999999999.99", "99999999999999.99", places=2)


@pytest.fixture(autouse=True)
def touches_declared():
    if "test.touch" not in names.ALL:
        names.declare("test.touch", "A touch", team="marketing")


def touch(contact, at, channel="email", **more):
    about = log.About(contact=contact.pk)
    return log.record("test.touch", about, at=at, touch=log.Touch(channel, **more))


def kept():
    """All credit, so that two ways of coming by it can be compared."""
    rows = Credit.objects.order_by("goal", "deal_id", "model", "event_at", "event_id")
    return list(rows.values_list("goal", "deal_id", "model", "event_id", "weight", "value"))


@examples(40)
@given(paths, amounts, st.none() | moments, st.none() | moments, moments)
def test_kept_credit_is_what_the_engine_says(pipeline, path, amount, lead_at, opened, closed):  # noqa: F811
    ana = person("Ana", None, "subscriber", day(-30))
    if lead_at:
        LifecycleChange.objects.create(contact=ana, stage="mql", at=lead_at, recorded_at=lead_at)
    won = deal(pipeline, ana, amount, opened=day(0), closed=closed, outcome="won")
    Deal.objects.filter(pk=won.pk).update(opened_at=opened)
    told = [(touch(ana, at, channel).pk, at, channel) for at, channel in path]
    attribution.rebuild([won.pk])
    goals = {"won": closed} | ({"opened": opened} if opened else {})
    assert set(Credit.objects.filter(deal_id=won.pk).values_list("goal", flat=True)) == set(goals)
    for name, at in goals.items():
        goal = Goal(won.pk, at, amount, lead_at, opened)
        seen = engine.in_window([Touch(*each) for each in told], goal)
        for model in Model:
            expected = engine.credits(seen, goal, model)
            assert_same(Credit.objects.filter(deal_id=won.pk, goal=name, model=model), expected)
            check_sums(name, won.pk, model, amount)


def assert_same(rows, expected):
    total = sum((each.value or Decimal(0) for each in expected), Decimal(0))
    found = {row.event_id: row for row in rows}
    wanted = {each.event: each for each in expected if each.weight}
    assert set(found) == (set(wanted) or {None})
    for event, each in wanted.items():
        assert found[event].weight == pytest.approx(each.weight, abs=1e-9)
        if each.value is not None:
            # Weights have 15 digits: amounts of billions may be shared a cent otherwise.
            assert abs(found[event].value - each.value) <= Decimal("0.01") + abs(total) / 10**14


def check_sums(goal, deal_id, model, amount):
    rows = Credit.objects.filter(deal_id=deal_id, goal=goal, model=model)
    assert sum(row.weight for row in rows) == pytest.approx(1, abs=1e-9)
    values = [row.value for row in rows]
    assert values == [None] * len(values) if amount is None else sum(values) == amount


def test_without_people_the_company_counts(pipeline):  # noqa: F811
    acme = Company.objects.create(name="Acme")
    ana, ida = person("Ana", None, "mql", day(0)), person("Ida", None, "mql", day(0))
    affiliations.add(ana, acme, by=None)
    touch(ana, day(1), "email")
    touch(ida, day(1), "event")
    won = deal(pipeline, None, Decimal(90), opened=day(2), closed=day(5), outcome="won")
    Deal.objects.filter(pk=won.pk).update(company=acme)
    assert channels() == {"email"}
    deal_contacts.add_contact(won, ida, by=None)
    assert channels() == {"event"}
    deal_contacts.remove_contact(won, ida, by=None)
    assert channels() == {"email"}
    affiliations.remove(ana, acme, by=None)
    assert channels() == {None}


def channels():
    return {row.key for row in reports.answer(Question("attribution", "channel")).rows}


def test_touches_count_from_180_days_before_the_goal(pipeline):  # noqa: F811
    ana = person("Ana", None, "mql", day(0))
    won = deal(pipeline, ana, Decimal(90), opened=day(0), closed=day(200), outcome="won")
    for at in (19, 20, 200):
        touch(ana, day(at), source=str(at))
    touch(ana, day(200) + timedelta(seconds=1), source="late")
    attribution.rebuild([won.pk])
    counted = Credit.objects.filter(goal="won", model="linear").values_list("source", flat=True)
    assert set(counted) == {"20", "200"}


@pytest.mark.django_db(transaction=True)
def test_another_lookback_is_worked_out_by_the_worker(pipeline, monkeypatch):  # noqa: F811
    ana = person("Ana", None, "mql", day(0))
    deal(pipeline, ana, Decimal(90), opened=day(0), closed=day(60), outcome="won")
    touch(ana, day(10), "email")
    touch(ana, day(50), "event")
    attribution.refresh(timezone.now())
    assert channels() == {"email", "event"}
    preferences.change(by=None, lookback_days=30)
    monkeypatch.setattr(attribution, "WHILE_WAITING", 0)  # as with thousands of deals
    answer = reports.answer(Question("attribution", "channel"))
    assert (answer.left, {row.key for row in answer.rows}) == (1, {"email", "event"})
    assert "1 deals is still being worked out" in answer.notes[0]
    assert Job.objects.get(name="attribution.refresh").state == Job.State.READY
    work.run_due()
    monkeypatch.undo()  # others at work in the database may have it look at some rows twice
    answer = reports.answer(Question("attribution", "channel"))
    assert (answer.left, {row.key for row in answer.rows}) == (0, {"event"})


def test_a_large_change_is_left_to_the_worker_in_steps(pipeline, monkeypatch):  # noqa: F811
    monkeypatch.setattr(attribution, "WHILE_WAITING", 3)
    monkeypatch.setattr(attribution, "CHUNK", 2)
    deals = [
        deal(pipeline, None, Decimal(1), opened=day(0), closed=day(1), outcome="won").pk
        for _ in range(5)
    ]
    assert attribution.catch_up(timezone.now()) == attribution.Standing(left=5, deals=5)
    assert not Credit.objects.exists()
    assert attribution.refresh(timezone.now()) == 5
    assert set(Credit.objects.values_list("deal_id", flat=True)) == set(deals)
    assert attribution.standing().done_percent == 100
    Deal.objects.filter(pk__in=deals[:3]).update(value=7)  # as a new rate does
    assert attribution.standing().done_percent == 40
    assert attribution.catch_up(timezone.now()).left == 0
    assert set(Credit.objects.filter(value=7).values_list("deal_id", flat=True)) == set(deals[:3])
    Deal.objects.filter(pk=deals[0]).update(deleted_at=timezone.now())
    assert attribution.refresh(timezone.now()) == 1
    assert not Credit.objects.filter(deal_id=deals[0]).exists()


def take_calls_back(ana, one, at):
    for call in activities.Activity.objects.filter(contact=ana, deleted_at=None):
        activities.delete(call, by=None)


def close(ana, one, at):
    reason, _ = CloseReason.objects.get_or_create(outcome="won", label="because won")
    Deal.objects.filter(pk=one.pk).update(outcome="won", closed_at=day(at), reason=reason)


HAPPENS = {
    "touch": lambda ana, one, at: touch(ana, day(at)),
    "call": lambda ana, one, at: activities.log(
        kind="call", contact=ana, happened_at=day(at), by=None
    ),
    "take calls back": take_calls_back,
    "join": lambda ana, one, at: deal_contacts.add_contact(one, ana, by=None),
    "leave": lambda ana, one, at: deal_contacts.remove_contact(one, ana, by=None),
    "value": lambda ana, one, at: Deal.objects.filter(pk=one.pk).update(value=at),
    "close": close,
    "step": lambda ana, one, at: LifecycleChange.objects.create(
        contact=ana, stage="mql", at=day(at), recorded_at=timezone.now()
    ),
}
what_happens = st.lists(
    st.tuples(
        st.sampled_from(list(HAPPENS)), st.integers(0, 2), st.integers(0, 2), st.integers(0, 100)
    ),
    max_size=12,
)


@examples(25)
@given(what_happens)
def test_following_changes_comes_to_the_same_as_working_all_out_anew(pipeline, happened):  # noqa: F811
    people = [person(name, None, "subscriber", day(0)) for name in ("Ana", "Ida", "Uli")]
    deals = [deal(pipeline, who, Decimal(100), opened=day(40)) for who in people]
    for what, who, which, at in happened:
        HAPPENS[what](people[who], deals[which], at)
        attribution.refresh(timezone.now())
    attribution.refresh(timezone.now())
    followed = kept()
    attribution.ask(afresh=True)
    attribution.refresh(timezone.now())
    assert kept() == followed


@pytest.mark.django_db(transaction=True)
def test_a_touch_of_a_long_transaction_counts_once_that_ends(pipeline):  # noqa: F811
    """Written after a savepoint, before we look; committed after it."""
    ana = person("Ana", None, "mql", day(0))
    won = deal(pipeline, ana, Decimal(90), opened=day(0), closed=day(60), outcome="won")
    partitions.ensure([day(10).date()])
    attribution.refresh(timezone.now())
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("UPDATE people_contact SET city = 'Kiel'")  # its number is the lower one
        with other.transaction():
            other.execute(
                "INSERT INTO platform_event (name, happened_at, contact_id, channel)"
                " VALUES ('test.touch', %s, %s, 'email')",
                [day(10), ana.pk],
            )
        Deal.objects.filter(pk=won.pk).update(name="Other")  # a later transaction has ended
        attribution.refresh(timezone.now())
    attribution.refresh(timezone.now())
    found = Credit.objects.filter(deal_id=won.pk, goal="won", model="first")
    assert [each.channel for each in found] == ["email"]


def test_a_touch_without_a_source_is_not_called_unattributed(pipeline):  # noqa: F811
    ana = person("Ana", None, "mql", day(0))
    deal(pipeline, ana, Decimal(90), opened=day(0), closed=day(60), outcome="won")
    deal(pipeline, None, Decimal(10), opened=day(0), closed=day(60), outcome="won")
    touch(ana, day(10), "direct")
    rows = {row.key: row for row in reports.answer(Question("attribution", "source")).rows}
    assert {key: row.label for key, row in rows.items()} == {
        "": "No source recorded",
        None: "Unattributed",
    }
    assert (rows[""].values["first_value"], rows[None].values["first_value"]) == ("90.00", "10.00")


def test_the_page_says_what_is_still_being_worked_out(client, pipeline, monkeypatch):  # noqa: F811
    from accord.platform.models import User

    client.force_login(User.objects.create_user("ann@example.com", name="Ann", roles=["analyst"]))
    for _ in range(2):
        deal(pipeline, None, Decimal(1), opened=day(0), closed=day(1), outcome="won")
    monkeypatch.setattr(attribution, "WHILE_WAITING", 1)
    page = client.get("/reports/attribution/").text
    assert "credit of 2 of 2 deals is still being worked out" in page
    assert 'hx-trigger="load delay:2s"' in page
    work.run_due()
    again = {"hx-request": "true", "hx-target": "div#answer"}
    part = client.get("/reports/attribution/", headers=again).text.strip()
    assert part.startswith('<div class="dash scroll"') and "worked out" not in part
    assert "Unattributed" in part
