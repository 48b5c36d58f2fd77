"""Today: what each hat sees, first steps, figures, and how few queries it takes."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from accord.marketing import campaigns
from accord.people import contacts, lifecycle
from accord.people.models import LifecycleChange
from accord.platform.access import preferences
from accord.platform.trail import logbooks
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal, Stage
from accord.sales.pipeline import moves, pipelines, reasons
from accord.web import hats
from accord.web.today import month

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trade(db):
    lifecycle.ensure()
    pipelines.ensure()


@pytest.fixture
def signed_in(client, ben):
    client.force_login(ben)
    return client


def opened(name, owner, amount=1000):
    values = {"name": name, "owner": owner, "amount": f"{amount} EUR"}
    return deals.create(values=values, by=None)


def won(name, owner, on, amount=1000):
    deal = opened(name, owner, amount)
    deals.change(deal, values={"opened_at": timezone.now() - timedelta(days=90)}, by=None)
    moves.win(deal, reason=reasons.to_pick("won")[0], on=on, by=None)
    return deal


def test_tasks_due_come_with_the_overdue_first(signed_in, ben, ana):
    tasks.add(title="Today's", due_at=timezone.now(), contact=ana, by=ben)
    tasks.add(title="Late", due_at=timezone.now() - timedelta(days=2), contact=ana, by=ben)
    page = signed_in.get("/").text
    assert page.index("Late") < page.index("Today&#x27;s") and "1 overdue" in page


def test_new_leads_are_mine_or_nobody_s(signed_in, ben, mia, ana):
    lifecycle.move(ana, to="lead", by=None)
    assert "Ana Alvarez" in signed_in.get("/").text
    contacts.change(ana, values={"owner": ben}, by=None)
    assert "Ana Alvarez" in signed_in.get("/").text
    contacts.change(ana, values={"owner": mia}, by=None)
    assert "Ana Alvarez" not in signed_in.get("/").text


def test_an_old_lead_is_not_new(signed_in, ana):
    lifecycle.move(ana, to="lead", by=None)
    with logbooks.opened():
        LifecycleChange.objects.update(at=timezone.now() - timedelta(days=9))
    assert "Ana Alvarez" not in signed_in.get("/").text


def test_deals_without_next_step_are_named_until_they_have_one(signed_in, ben):
    deal = opened("Solar park", ben)
    assert "No next step" in signed_in.get("/").text
    tasks.add(title="Call", due_at=timezone.now() + timedelta(days=3), deal=deal, by=ben)
    assert "No next step" not in signed_in.get("/").text


def test_a_stale_deal_is_named_though_it_has_a_next_step(signed_in, ben):
    deal = opened("Solar park", ben)
    tasks.add(title="Call", due_at=timezone.now() + timedelta(days=3), deal=deal, by=ben)
    deal.stage_since = timezone.now() - timedelta(days=60)
    deal.save(update_fields=["stage_since"])
    assert "60 days in" in signed_in.get("/").text


@pytest.mark.parametrize(
    ("then", "now", "title"),
    [
        ("2026-11-17", "2026-11-18", "Since yesterday"),
        ("2026-11-20", "2026-11-21", "Since yesterday"),
        ("2026-11-20", "2026-11-22", "Since Friday"),
        ("2026-11-20", "2026-11-23", "Since Friday"),
    ],
)
def test_what_moved_since_the_last_working_day_is_told_once_a_deal(
    signed_in, ben, then, now, title
):
    with time_machine.travel(f"{then}T10:00+00:00", tick=False):
        deal = opened("Solar park", ben)
        second = Stage.objects.filter(pipeline=deal.pipeline, kind="open").order_by("position")[1]
        moves.move(deal, to=second, by=ben)
    with time_machine.travel(f"{now}T10:00+00:00", tick=False):
        page = signed_in.get("/").text
    changed = page[page.index(title) :]
    assert changed.count("Solar park") == 1 and second.name in changed and "Ben" in changed


def test_a_seller_sees_their_own_and_a_lead_the_team_s(client, ben, lars, mia):
    opened("Ben's deal", ben)
    opened("Mia's deal", mia)
    for user, seen, unseen in (
        (ben, "Ben&#x27;s", "Mia&#x27;s"),
        (lars, "Ben&#x27;s", "Mia&#x27;s"),
    ):
        client.force_login(user)
        page = client.get("/").text
        assert f"{seen} deal" in page and f"{unseen} deal" not in page
    client.force_login(mia)
    page = client.get("/").text
    assert "Deals that need you" not in page and "Everybody’s" in page


def test_the_month_is_compared_with_the_same_day_of_the_last(ben):
    now, before = month.spans(date(2026, 3, 31))
    assert (now.first, now.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (before.first, before.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month.spans(date(2026, 1, 5))[1].last == date(2025, 12, 5)


def test_the_month_counts_what_was_won_in_it(client, olga, ben):
    today = timezone.localdate()
    now, before = month.spans(today)
    won("Now", ben, now.last, 84000)
    won("Then", ben, before.first, 50000)
    opened("Open", ben, 12000)
    client.force_login(olga)
    page = client.get("/").text
    for text in ("€84k", "last month €50k", "€12k"):
        assert text in page


def test_the_month_s_leads_are_of_people_who_are_there(olga, lars, ben, ana):
    lifecycle.move(ana, to="lead", by=None)
    contacts.change(ana, values={"owner": olga}, by=None)
    now = timezone.now()

    def counted(user):
        return month.figures(user, hats.of(user), now).leads

    assert (counted(olga), counted(lars)) == (1, 0)
    contacts.change(ana, values={"owner": ben}, by=None)
    assert (counted(olga), counted(lars)) == (1, 1)
    contacts.delete(ana, by=None)
    assert (counted(olga), counted(lars)) == (0, 0)


def test_first_steps_are_told_by_the_data_and_can_be_hidden(client, olga, ben):
    client.force_login(olga)
    page = client.get("/").text
    assert "First steps" in page and "1 of 7 done" in page
    preferences.change(company_name="Heliogrid", by=None)
    opened("First", ben)
    assert "3 of 7 done" in client.get("/").text
    client.get("/reports/funnel/")
    tasks.add(title="Call", due_at=timezone.now(), deal=Deal.objects.get(), by=ben)
    campaigns.create(values={"name": "Fair"}, by=None)
    assert "6 of" in client.get("/").text
    client.post("/today/first-steps/")
    olga.refresh_from_db()
    assert olga.checklist_hidden and 'id="first-steps"' not in client.get("/").text
    client.post("/today/first-steps/", {"show": "1"})
    assert 'id="first-steps"' in client.get("/").text


def test_everybody_has_a_page_that_takes_few_queries(
    client, olga, ben, ana, django_assert_max_num_queries
):
    lifecycle.move(ana, to="lead", by=None)
    opened("Solar park", olga)
    tasks.add(title="Call", due_at=timezone.now(), contact=ana, by=olga)
    client.force_login(olga)
    client.get("/")
    with django_assert_max_num_queries(12):
        client.get("/")


def test_names_are_escaped(client, olga, ben):
    opened("<img src=x onerror=alert(1)>", ben)
    client.force_login(olga)
    page = client.get("/").text
    assert "<img src=x" not in page and "&lt;img src=x" in page
