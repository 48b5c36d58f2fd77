"""Deals and products come in from files."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.people import contacts
from accord.people.models import Company
from accord.platform import currencies
from accord.platform.models import Event
from accord.platform.transfer import imports
from accord.platform.transfer.undo import undoing
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal, DealContact, DealLine, Product, StageChange
from accord.sales.pipeline import pipelines, reasons, stages
from accord.sales.pricing import products

pytestmark = pytest.mark.django_db


@pytest.fixture
def sell(bring):
    """Import deals by these columns and values."""
    pipelines.ensure()

    def run(text, columns, values=None, **more):
        by = more.pop("by", None)
        wanted = {"into": "deals", "columns": columns, "values": values or {}, **more}
        return bring(text, wanted, by=by)

    return run


def why(job):
    rows = job.result_rows.exclude(reason="").order_by("number")
    return list(rows.values_list("reason", flat=True))


def taken_back(job):
    imports.undo(job, by=None)
    undoing.run(job.pk)
    job.refresh_from_db()


COLUMNS = {
    "Id": "external_id",
    "Name": "name",
    "Stage": "stage",
    "Amount": "amount",
    "Opened": "opened_at",
    "Close": "close_on",
}
HEAD = "Id,Name,Stage,Amount,Opened,Close\n"


def test_a_deal_has_its_stage_amount_and_days(sell):
    job = sell(HEAD + "1,Big,Discovery,1200 USD,2026-01-02,2026-12-24\n", COLUMNS)
    assert (job.created, job.errors) == (1, 0), why(job)
    deal = Deal.objects.get()
    assert (deal.stage.name, deal.amount, deal.currency) == ("Discovery", 1200, "USD")
    assert (timezone.localdate(deal.opened_at), deal.close_on) == (
        date(2026, 1, 2),
        date(2026, 12, 24),
    )
    way = StageChange.objects.order_by("pk")
    assert [(each.stage.name, each.at) for each in way] == [
        ("Qualified", deal.opened_at),
        ("Discovery", None),
    ]
    assert deal.stage_since is None


def test_a_deal_nobody_dated_keeps_its_days_empty(sell):
    sell("Name\nBig\n", {"Name": "name"})
    deal = Deal.objects.get()
    assert (deal.opened_at, deal.close_on, deal.stage.name, deal.owner) == (
        None,
        None,
        "Qualified",
        None,
    )
    assert list(StageChange.objects.values_list("stage__name", "at")) == [("Qualified", None)]


def test_a_closed_deal_gets_its_reason_or_the_reserved_one(sell):
    rows = ("1,A,Lost,too expensive,2026-01-05", "2,B,Won,,2026-01-06", "3,C,Lost,nope,")
    text = "\n".join(["Id,Name,Stage,Why,Close", *rows]) + "\n"
    job = sell(text, COLUMNS | {"Why": "reason", "Amount": None, "Opened": None} | {})
    assert (job.created, job.errors) == (2, 1)
    lost, won = Deal.objects.order_by("external_id")
    assert (lost.reason.label, lost.outcome, lost.close_on) == (
        "Too expensive",
        "lost",
        date(2026, 1, 5),
    )
    assert won.reason == reasons.not_recorded("won")
    assert timezone.localtime(won.closed_at).hour == 12
    assert why(job)[0].startswith("Reason: “nope” is not one of the choices")


def test_a_status_column_closes_deals_where_no_stage_does(sell):
    job = sell(
        "Name,Status,Won time\nA,Won,2026-01-05 10:00\nB,Lost,\nC,Open,\n",
        {"Name": "name", "Status": "outcome", "Won time": "closed_at"},
    )
    assert (job.created, job.errors) == (3, 0), why(job)
    found = dict(Deal.objects.values_list("name", "stage__name"))
    assert found == {"A": "Won", "B": "Lost", "C": "Qualified"}
    assert Deal.objects.get(name="A").close_on == date(2026, 1, 5)


def test_a_known_open_deal_moves_and_closes_and_is_put_back(sell, ana):
    first = sell(HEAD + "1,Big,Discovery,1200,2026-01-02,2026-12-24\n", COLUMNS)
    deal = Deal.objects.get()
    deals.add_contact(deal, ana, by=None)
    job = sell(HEAD + "1,Big,Won,1500,,2026-02-03\n", COLUMNS)
    assert (job.updated, job.errors) == (1, 0), why(job)
    deal.refresh_from_db()
    ana.refresh_from_db()
    assert (deal.outcome, deal.amount, deal.value, ana.stage) == ("won", 1500, 1500, "customer")
    assert Event.objects.filter(name="deal.won", deal_id=deal.pk).count() == 1
    again = sell(HEAD + "1,Big,Won,1500,,2026-02-03\n", COLUMNS)
    assert (again.unchanged, again.updated) == (1, 0)
    taken_back(job)
    deal.refresh_from_db()
    ana.refresh_from_db()
    assert (deal.outcome, deal.stage.name, deal.amount, deal.value) == (
        "",
        "Discovery",
        1200,
        1200,
    )
    assert (deal.closed_at, deal.reason, deal.close_on) == (None, None, date(2026, 12, 24))
    assert ana.stage == "opportunity"
    assert StageChange.objects.filter(deal=deal).count() == 2
    taken_back(first)
    assert first.kept_on_undo == 1


def test_what_a_deal_is_worth_follows_its_amount_there_and_back(sell, olga):
    currencies.set_rate(currency="USD", on=date(2026, 1, 1), rate=Decimal("0.5"), by=olga)
    first = sell(HEAD + "1,One,,1200 USD,,\n2,Two,,100,,\n3,Three,,,,\n", COLUMNS)
    assert worths() == {"1": 600, "2": 100, "3": None}
    second = sell(HEAD + "1,One,,70,,\n2,Two,,80 USD,,\n3,Three,,90,,\n", COLUMNS)
    assert (first.created, second.updated) == (3, 3)
    assert worths() == {"1": 70, "2": 40, "3": 90}
    taken_back(second)
    assert worths() == {"1": 600, "2": 100, "3": None}


def worths():
    return dict(Deal.objects.values_list("external_id", "value"))


def test_a_closed_deal_stays_closed(sell):
    sell(HEAD + "1,Big,Won,1200,2026-01-02,2026-02-03\n", COLUMNS)
    job = sell(HEAD + "1,Big,Discovery,,,\n", COLUMNS)
    assert why(job) == ["This deal is closed. Reopen it first."]
    assert Deal.objects.get().outcome == "won"


def test_an_undo_does_not_tear_an_ending_apart(sell, olga):
    sell(HEAD + "1,Big,Discovery,1200,2026-01-02,\n", COLUMNS)
    job = sell(HEAD + "1,Big,Lost,1300,,2026-02-03\n", COLUMNS)
    deal = Deal.objects.get()
    deals.change(deal, values={"reason": str(reasons.to_pick("lost")[0].pk)}, by=olga)
    taken_back(job)
    deal.refresh_from_db()
    assert (deal.outcome, deal.amount, job.kept_on_undo) == ("lost", 1200, 1)


def test_people_companies_and_products_are_linked(sell, ana, olga):
    contacts.change(ana, values={"external_id": "p-1"}, by=None)
    products.add(name="GTX Pro", price=Decimal(4821), by=olga)
    columns = {
        "Name": "name",
        "Person": {"field": "contact", "prefix": "p-"},
        "Firm": "company",
        "Product": {"field": "product", "repairs": {"GTXPro": "GTX Pro"}},
        "N": "quantity",
        "Id": "external_id",
    }
    text = "Id,Name,Person,Firm,Product,N\n1,Big,1,acme,GTXPro,2\n"
    job = sell(text, columns)
    assert (job.created, job.errors) == (1, 0), why(job)
    deal = Deal.objects.get()
    line = DealLine.objects.get(deal=deal)
    assert (deal.company.name, line.product.name, line.quantity, line.price) == (
        "Acme",
        "GTX Pro",
        2,
        4821,
    )
    assert DealContact.objects.get(deal=deal).contact == ana
    ana.refresh_from_db()
    assert ana.stage == "opportunity"
    assert sell(text, columns).unchanged == 1
    created = Event.objects.get(name="deal.created")
    assert (created.contact_id, created.company_id) == (ana.pk, deal.company_id)


def test_names_nobody_knows_are_refused_with_what_is_near(sell, olga):
    products.add(name="GTX Pro", by=olga)
    columns = {
        "Name": "name",
        "Product": "product",
        "Firm": "company",
        "Mail": "contact_email",
        "Stage": "stage",
    }
    job = sell(
        "Name,Product,Firm,Mail,Stage\nA,GTXPor,,,\nB,,Nobody,,\nC,,,x@y.example,\nD,,,,Wonn\n",
        columns,
    )
    assert job.created == 0
    assert [reason.partition(".")[0] for reason in why(job)] == [
        "Product: “GTXPor” is not one of the choices",
        "Company: there is no company “Nobody”",
        "Contact: there is no contact with this id or address",
        "Stage: “Wonn” is not one of the choices",
    ]


def test_what_is_missing_is_made_where_the_mapping_says_so(sell):
    columns = {
        "Name": "name",
        "Product": {"field": "product", "create": True},
        "Firm": {"field": "company", "create": True},
        "Owner": {"field": "owner", "create": True},
    }
    job = sell("Name,Product,Firm,Owner\nA,Widget,Globex,Kim\nB,Widget,globex,Kim\n", columns)
    assert (job.created, job.errors) == (2, 0), why(job)
    assert (Product.objects.get().name, Company.objects.get().name) == ("Widget", "Globex")
    taken_back(job)
    assert not Product.objects.exists()
    assert not Company.objects.exists()


def test_one_row_a_product_makes_one_deal_with_lines(sell, olga):
    for name in ("A", "B"):
        products.add(name=name, by=olga)
    columns = {"Id": "external_id", "Name": "name", "Product": "product"}
    job = sell("Id,Name,Product\n1,Big,A\n1,Big,B\n", columns)
    assert (job.created, job.updated) == (1, 1)
    assert DealLine.objects.count() == 2


def test_the_declared_pipeline_is_added_once_and_says_where_deals_begin(sell):
    more = {
        "pipelines": [
            {
                "name": "Maven",
                "opened_in": "Engaging",
                "stages": [
                    {"name": "Prospecting", "probability": 0.1},
                    {"name": "Engaging", "probability": "0.4"},
                    {"name": "Won", "kind": "won"},
                    {"name": "Lost", "kind": "lost"},
                ],
            }
        ]
    }
    text = "Id,Stage,Opened\n1,Engaging,2026-01-02\n2,Prospecting,\n3,Won,2026-01-02\n"
    values = {"pipeline": "Maven", "name": "A deal"}
    columns = {"Id": "external_id", "Stage": "stage", "Opened": "opened_at"}
    sell(text, columns, values, **more)
    job = sell(text, columns, values, **more)
    assert job.unchanged == 3
    ways = StageChange.objects.order_by("deal__external_id", "pk")
    assert list(ways.values_list("deal__external_id", "stage__name")) == [
        ("1", "Engaging"),
        ("2", "Prospecting"),
        ("3", "Engaging"),
        ("3", "Won"),
    ]
    [pipeline] = [each for each in pipelines.every() if each.name == "Maven"]
    assert [stage.name for stage in stages.of(pipeline, "open")] == ["Prospecting", "Engaging"]


def test_a_day_to_come_neither_opens_nor_closes_a_deal(sell):
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()
    job = sell(HEAD + f"1,A,Discovery,,{tomorrow},\n2,B,Discovery,,,{tomorrow}\n", COLUMNS)
    assert (job.created, job.errors) == (1, 1)


def test_a_deal_with_a_task_stays_when_the_import_is_taken_back(sell, ben):
    job = sell("Name\nA\nB\n", {"Name": "name"})
    deal = Deal.objects.get(name="A")
    tasks.add(title="Call", due_at=timezone.now(), deal=deal, by=ben)
    taken_back(job)
    assert (list(Deal.objects.values_list("name", flat=True)), job.kept_on_undo) == (["A"], 1)


def test_a_price_list_comes_in_and_is_kept_up(bring):
    columns = {"Product": "name", "Series": "series", "Price": {"field": "price"}}
    wanted = {"into": "products", "columns": columns}
    bring("Product,Series,Price\nGTX Pro,GTX,4821\n", wanted)
    job = bring("Product,Series,Price\ngtx pro,GTX,5000 USD\n", wanted)
    assert (job.updated, job.created) == (1, 0)
    product = Product.objects.get()
    assert (product.price, product.currency) == (5000, "USD")
    taken_back(job)
    product.refresh_from_db()
    assert (product.price, product.currency) == (4821, "EUR")


def test_a_mail_provider_s_domain_is_no_buyer(sell):
    columns = {"Name": "name", "Domain": {"field": "company_domain", "create": True}}
    job = sell("Name,Domain\nBig,www.gmail.com\n", columns)
    assert (job.created, job.errors) == (1, 0), why(job)
    assert Deal.objects.get().company is None and not Company.objects.exists()


def test_deals_of_one_name_with_ids_of_their_own_are_two(sell, acme):
    columns = {"Id": "external_id", "Deal": "name", "Firm": "company"}
    text = "Id,Deal,Firm\n1,Renewal,Acme\n2,Renewal,Acme\n2,Renewal,Acme\n"
    job = sell(text, columns)
    assert (job.created, job.unchanged, job.errors) == (2, 1, 0)


def test_every_name_and_cell_that_is_wrong_is_told(sell):
    names = ("name", "stage", "product", "contact", "company", "amount", "opened_at")
    text = ",".join(names) + "\nBig,Nope,Thing,7,Globex,much,1930-01-01\n"
    job = sell(text, {name: name for name in names})
    [told] = why(job)
    for each in ("Stage: ", "Product: ", "Contact: ", "Company: ", "Amount: ", "Opened or closed"):
        assert told.count(each) == 1, (each, told)
    assert not Deal.objects.exists()


def test_a_row_that_is_refused_adds_no_product(sell):
    columns = {"Name": "name", "Product": {"field": "product", "create": True}, "Sum": "amount"}
    job = sell("Name,Product,Sum\nBig,Thing,much\n", columns)
    [told] = why(job)
    assert told.startswith("Amount: ") and "Product" not in told
    assert (job.errors, Product.objects.filter(name="Thing").exists()) == (1, False)
