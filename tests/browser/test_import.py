"""Files come in through the wizard, in a real browser: two looks, two widths, real data."""

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from django.db.models import Sum
from django.test import Client
from playwright.sync_api import expect

from accord.insight import reports
from accord.insight.questions import Question
from accord.people import companies, contacts
from accord.people.consents import purposes
from accord.people.models import Company
from accord.platform.events import partitions
from accord.platform.models import Import
from accord.platform.queue import work
from accord.platform.running import startup
from accord.platform.transfer import imports, mapping, runs
from accord.sales.models import Deal
from tests.browser.conftest import overflow
from tests.browser.looks import WIDTHS

pytestmark = pytest.mark.django_db(transaction=True)
FILE = (
    "account,sector,office_location,revenue,founded on\n"
    "Umbrella,technolgy,Philipines,1.5,1996\n"
    "Hooli,Retail,Atlantis,2,1999\n"
    "Initech,retail,United States,3,2001\n"
    "Acme,Banking,Germany,4,\n"
)
COLUMNS = {
    "account": "name",
    "sector": {"field": "industry", "repairs": {}},
    "office_location": "country",
    "revenue": {"field": "annual_revenue", "currency": "USD", "multiplier": "1000000"},
}
REVENUE = {
    "Dustin Brinkmann": 1_094_363,
    "Summer Sewald": 1_964_750,
    "Melvin Marxen": 2_251_930,
    "Rocco Neubert": 1_960_545,
    "Celia Rouche": 1_603_897,
    "Cara Losch": 1_130_049,
}


@pytest.fixture
def house(olga):
    for function in startup._ready:
        function()
    partitions.ensure({datetime.now(UTC).date()})
    return olga


@pytest.fixture
def enter(house, page, live_server):
    """`enter(theme, width)` opens a page on which Olga is signed in."""
    client = Client()
    client.force_login(house)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    def opened(theme="light", width=1440):
        new = page(theme, width, base_url=live_server.url)
        address = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}
        new.context.add_cookies([address])
        return new

    return opened


def _upload(page, path, into):
    page.goto(f"/imports/new/?into={into}")
    page.get_by_label("Drop a CSV or Excel file here").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Save and go on").wait_for()


def _choose(page, **fields):
    for header, label in fields.items():
        page.get_by_label(f"{header} goes into", exact=True).select_option(label=label)


def _work():
    for _ in range(5):
        work.run_due()


def _run(page):
    """From the check to the result, with the worker's part done here."""
    page.get_by_text("The dry run is at work").wait_for()
    _work()
    page.get_by_role("heading", name="What the import will do").wait_for(timeout=60_000)
    page.locator("footer").get_by_role("button", name="Import").click()
    page.get_by_text("Waiting for the worker").wait_for()
    _work()
    page.get_by_text("is imported").wait_for()


def test_maven_comes_in_through_the_wizard_with_its_repairs(enter, real_data, shoot):
    page = enter()
    folder = real_data / "maven-crm"

    _upload(page, folder / "sales_teams.csv", "users")
    _choose(page, sales_agent="Name", manager="Manager", regional_office="Leave out")
    _extra(page, 1, "Team", "{regional_office} {manager}")
    _extra(page, 2, "Hats", "seller")
    page.get_by_role("button", name="Save and go on").click()
    _run(page)

    _upload(page, folder / "accounts.csv", "companies")
    _choose(page, account="Name", sector="Industry", office_location="Country")
    _choose(page, year_established="Founded", revenue="Annual revenue", employees="Employees")
    _choose(page, subsidiary_of="Parent company")
    page.get_by_text("Options of revenue").click()
    page.locator("#c3-currency").fill("USD")
    page.locator("#c3-multiplier").fill("1000000")
    page.get_by_role("button", name="Save and go on").click()
    assert _proposed(page, "technolgy") == "Technology"
    assert _proposed(page, "Philipines") == "Philippines"
    shoot(page, "import-maven-values")
    page.get_by_role("button", name="Check").click()
    _run(page)

    _upload(page, folder / "products.csv", "products")
    _choose(page, product="Name", series="Series", sales_price="List price")
    page.get_by_role("button", name="Save and go on").click()
    _run(page)

    _upload(page, folder / "sales_pipeline.csv.gz", "deals")
    _choose(page, opportunity_id="External id", sales_agent="Owner", product="Product")
    _choose(page, account="Company", deal_stage="Stage", engage_date="Opened")
    _choose(page, close_date="Close date", close_value="Amount")
    _extra(page, 1, "Name", "{product} for {account}")
    page.get_by_label("Or a new one, named").fill("Maven")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("Stages of the new pipeline “Maven”").wait_for()
    names = [page.get_by_label(f"Name of stage {at}").input_value() for at in range(1, 5)]
    assert names == ["Prospecting", "Engaging", "Won", "Lost"]
    page.get_by_label("The day a deal was opened").select_option(label="Engaging")
    shoot(page, "import-maven-stages")
    page.get_by_role("button", name="Save and go on").click()
    assert _proposed(page, "GTXPro") == "GTX Pro"
    page.get_by_role("button", name="Check").click()
    _run(page)
    shoot(page, "import-maven-result")

    counts = list(Import.objects.order_by("pk").values_list("created", "errors"))
    assert counts == [(35, 0), (85, 0), (7, 0), (8800, 0)]
    assert Company.objects.filter(country="PH").exists()
    assert Company.objects.filter(industry="Technology").exists()
    assert not Company.objects.filter(industry="technolgy").exists()
    assert not Deal.objects.filter(name__contains="GTXPro").exists()
    _figures()
    page.get_by_role("link", name="Show the new deals").click()
    page.get_by_role("columnheader", name="Name").wait_for()
    assert page.locator("tbody tr").count() == 50


def _figures():
    deals = Deal.objects.filter(pipeline__name="Maven")
    lost = deals.filter(outcome="lost")
    assert (deals.count(), deals.won().count(), lost.count()) == (8800, 4238, 2473)
    assert deals.won().aggregate(total=Sum("value"))["total"] == 10_005_534
    assert deals.filter(opened_at=None).count() == 500
    asked = Question(report="revenue", by="manager", pipelines=("Maven",))
    answer = reports.answer(asked).as_json()
    found = {row["key"]: row for row in answer["rows"]}
    named = {each: Decimal(row["revenue"]) for each, row in found.items() if each}
    assert {_last(each): value for each, value in named.items()} == {
        _last(each): Decimal(value) for each, value in REVENUE.items()
    }, answer["rows"]


def _last(name):
    return str(name).split()[-1]


def _extra(page, number, field, text):
    page.get_by_label(f"Field {number}", exact=True).select_option(label=field)
    page.get_by_label(f"What field {number} gets").fill(text)


def _proposed(page, value):
    field = page.get_by_label(f"Written instead of {value}", exact=True)
    field.wait_for()
    assert page.get_by_label(f"Repair {value}", exact=True).is_checked()
    return field.input_value()


@pytest.fixture
def jobs(house):
    """One import at each step: mapped, tried, done, running, stopped, undone."""
    companies.create(values={"name": "Initech", "industry": "Banking"}, by=house)
    wanted = mapping.from_json({"into": "companies", "columns": COLUMNS})

    def begun(name):
        job = imports.begin(io.BytesIO(FILE.encode()), name=name, into="companies", by=house)
        return imports.set_mapping(job, wanted, by=house)

    found = {"draft": begun("accounts.csv"), "tried": begun("accounts tried.csv")}
    imports.rehearse(found["tried"], by=house)
    _work()
    done = begun("accounts done.csv")
    imports.start(done, by=house)
    runs.run(done.pk)
    found |= {"people": _two(house)}
    running = begun("accounts running.csv")
    Import.objects.filter(pk=running.pk).update(state="running", rows=8000, rows_done=4960)
    return found | {"done": done, "running": running}


def _two(house):
    """An import of a row that means two people, who are merged."""
    contacts.create(values={"first_name": "Ana", "email": "ana@acme.example"}, by=house)
    contacts.create(values={"first_name": "Ann", "external_id": "a-2"}, by=house)
    text = b"Mail,Id\nana@acme.example,a-2\n"
    job = imports.begin(io.BytesIO(text), name="people.csv", into="contacts", by=house)
    columns = {"Mail": "email", "Id": "external_id"}
    wanted = mapping.from_json({"into": "contacts", "columns": columns, "if_two": "merge"})
    imports.set_mapping(job, wanted, by=house)
    imports.rehearse(job, by=house)
    _work()
    return job


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_every_step_can_be_used_by_everybody(enter, jobs, axe, shoot, theme, width):
    page = enter(theme, width)
    places = {
        "upload": "/imports/new/?into=companies",
        "map": f"/imports/{jobs['draft'].pk}/map/",
        "values": f"/imports/{jobs['draft'].pk}/values/",
        "map-people": f"/imports/{jobs['people'].pk}/map/#two-merge",
        "check-people": f"/imports/{jobs['people'].pk}/check/",
        "check": f"/imports/{jobs['tried'].pk}/check/",
        "result": f"/imports/{jobs['done'].pk}/",
        "running": f"/imports/{jobs['running'].pk}/",
        "list": "/imports/",
    }
    faults = []
    for name, address in places.items():
        page.goto(address)
        shoot(page, f"import-{name}-{width}-{theme}")
        try:
            axe(page)
        except AssertionError as error:
            faults.append(f"{name}: {error}")
        assert overflow(page) == 0, name
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("width", "theme"), WIDTHS)
def test_it_is_stated_what_people_may_be_written_to_on(enter, house, axe, shoot, theme, width):
    purposes.add(label="News", by=None)
    job = imports.begin(
        io.BytesIO(b"Mail\nzoe@x.example\n"), name="a.csv", into="contacts", by=house
    )
    wanted = mapping.from_json({"into": "contacts", "columns": {"Mail": "email"}})
    imports.set_mapping(job, wanted, by=house)
    page = enter(theme, width)

    page.goto(f"/imports/{job.pk}/check/")
    begin = page.locator("footer").get_by_role("button", name="Import")
    expect(page.get_by_label("Where the list is from")).to_be_hidden()
    page.get_by_label("They agreed").check()
    expect(page.get_by_label("News, by letter")).to_be_visible()
    begin.click()
    expect(page.get_by_role("alert")).to_contain_text("A basis counts only with")
    page.complaints.clear()  # the browser notes that the page came with 422
    expect(page.get_by_label("They agreed")).to_be_checked()
    _agree(page)
    page.locator(".origin").scroll_into_view_if_needed()
    shoot(page, f"import-origin-{width}-{theme}")
    axe(page)
    assert overflow(page) == 0
    begin.click()
    page.get_by_text("Waiting for the worker").wait_for()
    _work()
    page.goto(f"/imports/{job.pk}/")
    expect(page.get_by_text("Fair, Hannover 2026")).to_be_visible()
    expect(page.get_by_role("link", name="form.pdf")).to_be_visible()
    shoot(page, f"import-origin-told-{width}-{theme}")
    axe(page)
    assert overflow(page) == 0


def _agree(page):
    proof = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    page.get_by_label("News, by e-mail").check()
    page.get_by_label("Where the list is from").fill("Fair, Hannover 2026")
    page.get_by_label("Of which day").fill("2026-03-01")
    page.get_by_label("A file that proves it").set_input_files(proof)


def test_a_dropped_file_that_is_no_table_says_so(enter, tmp_path, axe):
    wrong = tmp_path / "page.csv"
    wrong.write_text("<!doctype html><p>No table")
    page = enter()
    page.goto("/imports/new/?into=contacts")
    page.get_by_label("Drop a CSV or Excel file here").set_input_files(wrong)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("alert").wait_for()
    page.complaints.clear()
    axe(page)
