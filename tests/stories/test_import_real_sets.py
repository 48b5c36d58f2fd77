"""Two real companies' data come in by command, both in one instance, and come out right."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count, Sum
from django.utils import timezone

from accord import commands
from accord.insight import attribution
from accord.insight.models import Credit
from accord.people.models import Company, Contact, CustomField, LifecycleChange
from accord.platform.models import Event, FieldChange, Import, ImportRow, Team, User
from accord.platform.running import startup
from accord.sales.models import Deal, DealContact, DealLine, Pipeline, Product, StageChange

EXAMPLES = Path(__file__).parents[2] / "examples" / "imports"
SETS = {
    "maven-users": ("maven-crm/sales_teams.csv", 35),
    "maven-accounts": ("maven-crm/accounts.csv", 85),
    "maven-products": ("maven-crm/products.csv", 7),
    "maven-deals": ("maven-crm/sales_pipeline.csv.gz", 8800),
    "olist-leads": ("olist/olist_marketing_qualified_leads_dataset.csv.gz", 8000),
    "olist-deals": ("olist/olist_closed_deals_dataset.csv.gz", 842),
}


@pytest.fixture
def bring(db, real_data, capsys):
    """Import a set with its example mapping, or undo an import, as the command line does."""
    for function in startup._ready:
        function()
    command = commands.load("import")

    def run(*arguments):
        options = commands.parser("import", command).parse_args([*arguments, "--json"])
        assert command.run(options) == 0
        return json.loads(capsys.readouterr().out)

    def bring(name, *more):
        file, _ = SETS[name]
        return run(str(real_data / file), "--mapping", str(EXAMPLES / f"{name}.json"), *more)

    bring.undo = lambda number: run("undo", str(number))
    return bring


def test_both_sets_come_in_whole_and_once_more_changes_nothing(bring):
    for name, (_, rows) in SETS.items():
        found = bring(name)
        assert (found["created"], found["errors"], found["error_file"]) == (rows, 0, None), name
    for name, (_, rows) in SETS.items():
        again = bring(name)
        assert (again["unchanged"], again["errors"]) == (rows, 0), name
    counts = {model: model.objects.count() for model in (Contact, Company, Deal, Product, Team)}
    assert counts == {Contact: 8000, Company: 85, Deal: 9642, Product: 7, Team: 6}


def test_olist_leads_are_mqls_from_the_day_they_first_came(bring):
    bring("olist-leads")
    sources = dict(Contact.objects.values_list("source").annotate(Count("pk")).order_by())
    assert (sources["organic_search"], sources["unknown"], sources[None]) == (2296, 1099, 60)
    assert "" not in sources
    lead = Contact.objects.get(external_id="olist:dac32acd4db4c29c230538b72f8dd87d")
    assert (lead.stage, lead.channel, lead.campaign) == ("mql", "organic_social", "")
    assert timezone.localtime(lead.acquired_at).date() == date(2018, 2, 1)
    [step] = LifecycleChange.objects.filter(contact=lead)
    assert (step.stage, step.at) == ("mql", lead.acquired_at)
    touches = Event.objects.filter(name="touch.recorded")
    assert touches.count() == 8000
    touch = touches.get(contact_id=lead.pk)
    assert (touch.source, touch.channel, touch.happened_at) == (
        "social",
        "organic_social",
        lead.acquired_at,
    )
    assert touch.properties == {"landing_page": "88740e65d5d6b056e0cda098e1ea6313"}
    assert touches.filter(source="", channel="unknown").count() == 60


def test_olist_deals_are_won_by_placeholders_and_make_customers(bring):
    bring("olist-leads")
    bring("olist-deals")
    deals = Deal.objects.filter(pipeline__name="Olist")
    assert deals.won().count() == 842
    assert set(deals.values_list("opened_at", "amount", "value")) == {(None, None, None)}
    assert set(deals.values_list("reason__label", "reason__reserved")) == {
        ("not recorded (import)", True)
    }
    deal = deals.get(external_id="olist:5420aad7fec3549a85876ba1c529bd84")
    assert (deal.name, deal.owner.name, deal.owner.is_placeholder) == (
        "pet · online_medium",
        "SR 4ef15afb",
        True,
    )
    assert User.objects.get(pk=deal.custom["sdr"]).external_id.startswith("olist:a8387c01")
    assert deal.close_on == date(2018, 2, 26)
    [person] = DealContact.objects.filter(deal=deal).select_related("contact")
    assert person.contact.stage == "customer"
    assert Contact.objects.filter(stage="customer").count() == 842
    assert set(StageChange.objects.filter(deal=deal).values_list("stage__name", "at")) == {
        ("Won", deal.closed_at)
    }
    days = sorted(
        (each.deal.close_on - timezone.localdate(each.contact.acquired_at)).days
        for each in DealContact.objects.select_related("deal", "contact")
    )
    assert (days[0] < 0 <= days[1], days[210], days[420], days[421]) == (True, 5, 14, 14)


def test_maven_comes_with_teams_parents_prices_and_repairs(bring):
    for name in ("maven-users", "maven-accounts", "maven-products", "maven-deals"):
        bring(name)
    assert Team.objects.count() == 6
    central = Team.objects.get(name="Central Melvin Marxen")
    assert central.lead.name == "Melvin Marxen"
    assert central.members.filter(roles=["seller"]).count() == 6
    acme = Company.objects.get(name="Acme Corporation")
    assert (acme.industry, acme.country, acme.founded) == ("Technology", "US", 1996)
    assert (acme.annual_revenue, acme.annual_revenue_currency) == (Decimal(1_100_040_000), "USD")
    assert Company.objects.get(name="Bluth Company").parent == acme
    assert Company.objects.exclude(parent=None).count() == 15
    assert Company.objects.get(name="Bioholding").country == "PH"
    deals = Deal.objects.filter(pipeline__name="Maven")
    won = deals.won().aggregate(revenue=Sum("value"), n=Count("pk"))
    assert (won["n"], won["revenue"]) == (4238, Decimal(10_005_534))
    assert deals.filter(outcome="lost").count() == 2473
    assert deals.filter(opened_at=None).count() == 500
    assert set(deals.filter(opened_at=None).values_list("stage__name", "stage_since")) == {
        ("Prospecting", None)
    }
    assert DealLine.objects.filter(product__name="GTX Pro").count() == 1480
    assert Product.objects.get(name="GTX Pro").currency == "EUR"


def test_a_maven_deal_has_its_way_in_its_history(bring):
    for name in ("maven-users", "maven-accounts", "maven-products", "maven-deals"):
        bring(name)
    deal = Deal.objects.get(external_id="maven:1C1I7A6R")
    assert (deal.name, deal.company.name) == ("GTX Plus Basic for Cancity", "Cancity")
    assert deal.owner == User.objects.get(name="Moses Frase")
    way = StageChange.objects.filter(deal=deal).order_by("pk")
    assert [(each.stage.name, timezone.localdate(each.at)) for each in way] == [
        ("Engaging", date(2016, 10, 20)),
        ("Won", date(2017, 3, 1)),
    ]
    assert way[1].previous == way[0].stage
    assert way[1].amount == 1054
    told = Event.objects.filter(deal_id=deal.pk).order_by("happened_at")
    assert [each.name for each in told] == ["deal.created", "deal.won"]


def test_everything_can_be_taken_back(bring):
    numbers = [bring(name)["import_id"] for name in SETS]
    assert attribution.refresh(timezone.now()) == 9642  # credit must not hold deals back
    for number in reversed(numbers):
        assert bring.undo(number) == {"import_id": number, "state": "undone", "kept": 0}
    for model in (Contact, Company, Deal, Product, Team, User, StageChange, LifecycleChange):
        assert not model.objects.exists(), model
    assert not Event.objects.exists()
    assert not FieldChange.objects.exists()
    assert not ImportRow.objects.filter(action="created").exists()
    attribution.refresh(timezone.now())
    assert not Credit.objects.exists()
    assert set(Import.objects.values_list("state", flat=True)) == {"undone"}
    assert Pipeline.objects.filter(name__in=("Maven", "Olist")).count() == 2
    assert CustomField.objects.count() == 11


def test_leads_that_became_customers_stay_when_only_the_leads_are_taken_back(bring):
    leads = bring("olist-leads")["import_id"]
    bring("olist-deals")
    assert bring.undo(leads)["kept"] == 842
    assert Contact.objects.count() == 842


def test_taking_back_the_deals_makes_customers_leads_again(bring):
    bring("olist-leads")
    deals = bring("olist-deals")["import_id"]
    assert bring.undo(deals)["kept"] == 0
    assert set(Contact.objects.values_list("stage", flat=True)) == {"mql"}
    assert not User.objects.exists()
    lead = Contact.objects.get(external_id="olist:5420aad7fec3549a85876ba1c529bd84")
    assert lead.stage_since == lead.acquired_at


def test_a_dry_run_says_the_same_and_changes_nothing(bring):
    bring("olist-leads")
    before = Event.objects.count()
    tried = bring("olist-deals", "--dry-run")
    assert (tried["created"], tried["errors"], tried["import_id"]) == (842, 0, None)
    assert len(tried["made"]) == 200
    assert {change["field"] for change in tried["changed"]} == {"stage"}
    assert Event.objects.count() == before
    assert not Deal.objects.exists()
    assert not User.objects.exists()
    assert not CustomField.objects.exists()
    assert not Pipeline.objects.filter(name="Olist").exists()
    assert Import.objects.count() == 1
