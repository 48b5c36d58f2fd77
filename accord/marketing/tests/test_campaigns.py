from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.engine.errors import Refused
from accord.marketing import campaigns, jobs, results
from accord.marketing.models import Campaign, CampaignCost
from accord.people import contacts, lifecycle, search
from accord.people.fields import filters
from accord.platform import currencies
from accord.platform.access import preferences
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event
from accord.platform.queue import work
from accord.platform.trail import history


@pytest.fixture
def spring(mia):
    values = {"name": "Spring Sale 2026", "channel": "paid_search", "starts_on": "2026-03-01"}
    return campaigns.create(values=values, by=mia)


def _state():
    tables = (Campaign, CampaignCost, AuditEntry, Event)
    return [sorted(map(str, table.objects.values_list())) for table in tables]


def test_a_campaign_gets_a_mark_made_of_its_name(spring, mia):
    assert (spring.marks, spring.owner, spring.version) == (["spring-sale-2026"], mia, 1)
    assert campaigns.by_mark(" Spring-SALE-2026 ") == spring
    assert campaigns.by_mark("autumn") is campaigns.by_mark("") is None
    assert AuditEntry.objects.get(verb="campaign.created").by == mia
    assert Event.objects.get(name="campaign.created").properties["campaign"] == spring.pk


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Give the campaign a name"),
        ({"name": "A", "channel": "pigeon"}, "not one of the choices"),
        ({"name": "A", "starts_on": "2026-02-02", "ends_on": "2026-02-01"}, "cannot end before"),
        (
            {"name": "A", "marks": "x, SPRING-sale-2026"},
            "belongs to the campaign “Spring Sale 2026”",
        ),
        ({"name": "Spring Sale 2026"}, "Another campaign has this name"),
        ({"name": "A", "budget": "5"}, "no field “budget”"),
    ],
)
def test_a_bad_campaign_is_refused_with_a_sentence(spring, mia, values, sentence):
    before = _state()
    with pytest.raises(Refused, match=sentence):
        campaigns.create(values=values, by=mia)
    assert _state() == before


def test_a_change_is_kept_and_told_and_not_over_others(spring, mia, olga):
    campaigns.change(
        spring, values={"marks": "Spring, sale26", "goal": "50 leads"}, version=1, by=mia
    )
    assert (spring.marks, spring.version) == (["spring", "sale26"], 2)
    assert {each.field for each in history.of(spring)} == {"marks", "goal"}
    assert Event.objects.get(name="campaign.changed").properties["fields"] == ["goal", "marks"]
    with pytest.raises(campaigns.Conflict):
        campaigns.change(spring, values={"goal": "60 leads"}, version=1, by=olga)
    with pytest.raises(campaigns.EndsTooEarly):
        campaigns.change(spring, values={"ends_on": "2026-02-01"}, by=mia)
    with pytest.raises(campaigns.Nameless):
        campaigns.change(spring, values={"name": ""}, by=mia)


def test_only_marketers_and_admins_write_campaigns(spring, ben, lars, mia):
    cost = campaigns.add_cost(spring, on=date(2026, 3, 1), amount=Decimal(5), by=mia)
    before = _state()
    for who in (ben, lars):
        acts = (
            lambda by: campaigns.create(values={"name": "Mine"}, by=by),
            lambda by: campaigns.change(spring, values={"goal": "Mine"}, by=by),
            lambda by: campaigns.delete(spring, by=by),
            lambda by: campaigns.add_cost(spring, on=date(2026, 3, 1), amount=Decimal(5), by=by),
            lambda by: campaigns.remove_cost(cost, by=by),
        )
        for act in acts:
            with pytest.raises(Forbidden):
                act(who)
    assert _state() == before


def test_a_deleted_campaign_gives_its_name_and_mark_free(spring, mia):
    campaigns.delete(spring, by=mia)
    assert campaigns.by_mark("spring-sale-2026") is None
    again = campaigns.create(values={"name": "Spring Sale 2026"}, by=mia)
    with pytest.raises(campaigns.MarkTaken):
        campaigns.restore(spring, by=mia)
    campaigns.change(again, values={"marks": ""}, by=mia)
    with pytest.raises(campaigns.NameTaken):
        campaigns.restore(spring, by=mia)
    campaigns.delete(again, by=mia)
    campaigns.restore(spring, by=mia)
    assert campaigns.by_mark("spring-sale-2026") == spring


def test_costs_are_added_and_taken_away(spring, mia):
    cost = campaigns.add_cost(
        spring, on=date(2026, 3, 2), amount=Decimal("99.999"), currency="usd", note=" Ads ", by=mia
    )
    assert (cost.amount, cost.currency, cost.note) == (Decimal("100.00"), "USD", "Ads")
    campaigns.remove_cost(cost, by=mia)
    campaigns.remove_cost(cost, by=mia)
    told = [each.new for each in reversed(history.of(spring, "cost"))]
    assert told == [{"on": "2026-03-02", "amount": "100.00", "currency": "USD"}, None]
    assert Event.objects.filter(name="campaign.cost_removed").count() == 1
    for amount in ("0", "-1", "0.001", "NaN", "1e13"):
        with pytest.raises(campaigns.BadCost):
            campaigns.add_cost(spring, on=date(2026, 3, 2), amount=Decimal(amount), by=mia)
    campaigns.delete(spring, by=mia)
    with pytest.raises(campaigns.Deleted):
        campaigns.add_cost(spring, on=date(2026, 3, 2), amount=Decimal(1), by=mia)


def _person(name, stage, mark, by):
    values = {"first_name": name, "source": "google", "campaign": mark}
    contact = contacts.create(values=values, by=by)
    if stage != "subscriber":
        lifecycle.move(contact, to=stage, by=None)
    return contact


def test_what_a_campaign_brought_is_counted_by_the_furthest_step(
    spring, mia, olga, django_assert_max_num_queries
):
    lifecycle.ensure()
    campaigns.change(spring, values={"marks": "spring, ad-2"}, by=mia)
    _person("Ana", "customer", "Spring", mia)
    back = _person("Bea", "sql", "spring", mia)
    lifecycle.move(back, to="lead", by=None)
    _person("Cleo", "subscriber", "ad-2", mia)
    _person("Dora", "mql", "autumn", mia)
    gone = _person("Eva", "customer", "spring", mia)
    contacts.delete(gone, by=mia)
    currencies.set_rate(currency="USD", on=date(2026, 3, 1), rate=Decimal("0.5"), by=olga)
    for day, amount, currency in ((2, "100", "EUR"), (3, "50", "USD"), (3, "70", "GBP")):
        campaigns.add_cost(
            spring, on=date(2026, 3, day), amount=Decimal(amount), currency=currency, by=mia
        )
    quiet = campaigns.create(values={"name": "Quiet"}, by=mia)
    with django_assert_max_num_queries(6):
        found = results.of([spring, quiet], mia)
    assert found[spring.pk] == results.Result(
        touches=4,
        people=3,
        leads=2,
        mqls=2,
        accepted=2,
        sqls=2,
        opportunities=1,
        customers=1,
        cost=Decimal("125.00"),
        without_rate=1,
    )
    assert found[spring.pk].cost_per_lead == Decimal("62.50")
    assert found[spring.pk].cost_per_customer == Decimal("125.00")
    assert found[quiet.pk] == results.Result() and results.Result().cost_per_lead is None


def test_sellers_who_see_their_own_people_count_those(spring, ben, mia, olga):
    ana = _person("Ana", "lead", "spring-sale-2026", mia)
    contacts.change(ana, values={"owner": mia}, by=mia)
    preferences.change(seller_reads="own", by=olga)
    assert results.of([spring], ben)[spring.pk] == results.Result()
    assert results.of([spring], mia)[spring.pk].people == 1


def test_campaigns_are_listed_and_found(spring, mia, ben):
    asked = filters.parse(
        "campaign", ["channel:is:paid_search", "marks:any:spring-sale-2026"], timezone.now()
    )
    assert Campaign.objects.visible_to(ben).get(filters.condition(asked)) == spring
    [hit] = search.find("sprnig sale", ben)
    assert (hit.noun, hit.title, hit.detail) == ("campaign", "Spring Sale 2026", "Paid search")


def test_campaigns_deleted_long_ago_are_purged(spring, mia):
    campaigns.add_cost(spring, on=date(2026, 3, 2), amount=Decimal(1), by=mia)
    campaigns.delete(spring, by=mia)
    Campaign.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert "marketing.purge" in work.discover()
    jobs.purge({})
    assert not Campaign.objects.exists() and not CampaignCost.objects.exists()


def test_people_are_counted_by_the_month_they_came_with_gaps_as_nothing(spring, mia):
    for month, name in ((1, "Ruiz"), (3, "Vogt"), (3, "Sievers")):
        at = datetime(2026, month, 9, tzinfo=UTC)
        values = {"last_name": name, "campaign": "Spring-Sale-2026", "acquired_at": at}
        contacts.create(values=values, by=None)
    counted = results.by_month(spring, mia)
    assert counted == [(date(2026, 1, 1), 1), (date(2026, 2, 1), 0), (date(2026, 3, 1), 2)]
