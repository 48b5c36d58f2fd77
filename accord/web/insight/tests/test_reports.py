"""The report pages answer from their address and open the rows behind a number."""

import pytest
from django.utils import timezone

from accord.insight import attribution
from accord.insight.tests.test_reports import company, day, pipeline  # noqa: F401 - fixtures
from accord.people.models import Contact
from accord.people.origins import touches
from accord.people.segments import members, saving
from accord.platform.access import preferences
from accord.platform.models import User
from accord.sales.models import Deal, Pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client):
    ann = User.objects.create_user("ann@example.com", name="Ann", roles=["analyst"])
    client.force_login(ann)
    return ann


@pytest.mark.parametrize("name", ["funnel", "winloss", "revenue", "velocity", "attribution"])
def test_every_report_is_a_page(client, ann, company, name):  # noqa: F811
    page = client.get(f"/reports/{name}/")
    assert page.status_code == 200
    assert "Show as table" in page.text


def test_a_number_opens_its_rows(client, ann, company):  # noqa: F811
    page = client.get("/reports/funnel/rows/?by=source&key=webinar&measure=won")
    assert "Ana" in page.text and "Ida" not in page.text


def test_the_export_is_raw_and_needs_the_permission(client, ann, company):  # noqa: F811
    answer = client.get("/reports/revenue/table.csv?by=owner")
    assert answer.text.splitlines()[1].startswith("Ben,1,1000.00")
    User.objects.filter(pk=ann.pk).update(roles=["read_only"])
    assert client.get("/reports/revenue/table.csv").status_code == 403


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=yesterday", "year-month-day"),
        ("as_of=2026-13-01", "year-month-day"),
        ("segment=99", "segment"),
        ("by=shoe", "cannot be cut by"),
        ("import=99", "There is no import 99."),
    ],
)
@pytest.mark.parametrize("page", ["", "rows/"])
def test_what_cannot_be_asked_is_said_above_the_filters(client, ann, company, page, asked, said):  # noqa: F811
    answer = client.get(f"/reports/funnel/{page}?{asked}&to=2026-03-31&pipeline=Fixture")
    assert answer.status_code == 422 and said in answer.text
    assert 'aria-label="Filters"' in answer.text and 'value="2026-03-31"' in answer.text
    assert 'value="Fixture" checked' in answer.text
    assert 'href="/reports/funnel/">Show without filters' in answer.text
    assert "Nothing was changed" not in answer.text and "Go to Today" not in answer.text


def test_a_page_costs_few_queries(client, ann, company, django_assert_max_num_queries):  # noqa: F811
    client.get("/reports/")
    with django_assert_max_num_queries(12):
        client.get("/reports/funnel/")


def test_the_overview_draws_four_charts_for_wide_and_narrow(client, ann, company):  # noqa: F811
    assert client.get("/reports/").text.count('<svg class="chart') == 8


def test_filters_that_are_set_stand_as_chips_that_drop_them(client, ann, company):  # noqa: F811
    page = client.get("/reports/winloss/?by=owner&from=2026-01-01&to=&pipeline=Fixture").text
    assert "From <b>1 Jan 2026</b>" in page and "Until <b>" not in page
    assert 'href="?by=owner&amp;pipeline=Fixture"' in page


def test_a_share_stands_beside_its_range(client, ann, company):  # noqa: F811
    page = client.get("/reports/winloss/?by=owner").text
    assert '<span class="range">' in page and "95 % Wilson range" in page
    assert ">from<" not in page


def test_the_reader_chooses_whose_credit_is_drawn(client, ann, company):  # noqa: F811
    page = client.get("/reports/attribution/?model=first").text
    assert "credited, First touch" in page and 'model=linear">Linear' in page
    assert "credited, U-shaped" in client.get("/reports/attribution/?model=none").text


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("funnel/rows/?by=source&key=webinar&measure=leads", "Leads: 2 people"),
        ("funnel/rows/?by=source&key=webinar&measure=won_share", "2 people, 1 of them won"),
        ("winloss/rows/?by=owner&whole=1&measure=win_rate", "Win rate: 2 deals, 1 of them won"),
        ("winloss/rows/?by=owner&key=Ben&measure=won_days_mean", "1 deal, 10 days on average"),
        ("revenue/rows/?by=owner&key=Ben&measure=revenue", "1 deal, together €1,000"),
        ("revenue/rows/?by=owner&measure=revenue", "0 deals"),
        ("velocity/rows/?key=Open&measure=median", "Median: 2 stays, 7 days on average"),
        ("attribution/rows/?measure=linear_value", "Linear: 1 deal, together €1,000"),
    ],
)
def test_a_number_says_what_its_parts_come_to(client, ann, company, address, said):  # noqa: F811
    attribution.refresh(timezone.now())
    assert said in client.get(f"/reports/{address}").text


def test_a_touch_stands_with_its_deal_person_share_and_worth(client, ann, company):  # noqa: F811
    touches.record(company["ana"], source="google / cpc", at=day(3), campaign="spring", by=None)
    page = client.get("/reports/attribution/?by=channel").text
    assert "/reports/attribution/rows/?by=channel&amp;measure=linear_value&amp;whole=1" in page
    parts = client.get("/reports/attribution/rows/?by=channel&whole=1&measure=linear_value").text
    for words in ("4 Mar 2026", "google / cpc", "spring", "Ana", "100.0%", "€1,000"):
        assert words in parts
    assert f"/deals/{company['won'].pk}/" in parts


def test_a_seller_who_reads_his_own_opens_his_own_only(client, company):  # noqa: F811
    kim = User.objects.create_user("kim@example.com", name="Kim", roles=["seller"])
    client.force_login(kim)
    touches.record(company["ana"], source="fair", at=day(3), by=None)
    Contact.objects.filter(pk=company["ana"].pk).update(owner=company["ben"])
    attribution.refresh(timezone.now())
    won = "/reports/revenue/rows/?by=owner&key=Ben&measure=revenue"
    touched = "/reports/attribution/rows/?by=channel&whole=1&measure=linear_deals"
    assert "1 deal" in client.get(won).text and "Ana" in client.get(touched).text
    preferences.change(by=None, seller_reads="own")
    assert "0 deals" in client.get(won).text and "0 touches" in client.get(touched).text
    Deal.objects.filter(pk=company["won"].pk).update(owner=kim)  # the deal is his, Ana is not
    parts = client.get(touched).text
    assert "1 touch" in parts and "Ana" not in parts


def test_several_pipelines_and_imports_may_be_chosen(client, ann, company):  # noqa: F811
    Pipeline.objects.create(name="Renewals")
    page = client.get("/reports/winloss/?by=owner&pipeline=Fixture&pipeline=Renewals").text
    assert page.count('name="pipeline"') >= 2 and page.count(" checked") == 2
    assert "Pipeline <b>Fixture, Renewals</b>" in page


def test_a_pipeline_that_is_gone_is_said_in_words(client, ann, company):  # noqa: F811
    answer = client.get("/reports/winloss/?pipeline=Gone")
    assert answer.status_code == 422 and "Use one of: Fixture" in answer.text


def test_a_whole_period_stands_beside_the_one_before(client, ann, company):  # noqa: F811
    page = client.get("/reports/winloss/?by=owner&from=2026-03-16&to=2026-03-20").text
    assert "11 Mar 2026 to 15 Mar 2026" in page
    assert "from=2026-03-11&amp;to=2026-03-15&amp;measure=lost&amp;whole=1" in page
    assert " to 15 Mar 2026" not in client.get("/reports/winloss/?by=owner&from=2026-03-16").text
    turned = client.get("/reports/winloss/?from=2026-04-30&to=2026-04-01")
    assert turned.status_code == 422 and "Swap the two days" in turned.text


def test_a_report_is_asked_of_a_segment(client, ann, company):  # noqa: F811
    fair = saving.create(name="Fair", by=None)
    members.add(fair, people=[company["ida"].pk], by=None)
    page = client.get(f"/reports/funnel/?segment={fair.pk}")
    assert f'<option value="{fair.pk}" selected>Fair</option>' in page.text
    assert f"segment={fair.pk}&amp;" in page.text  # what a number opens is of the segment too
    rows = client.get(f"/reports/funnel/rows/?by=source&whole=1&measure=leads&segment={fair.pk}")
    assert ">Ida<" in rows.text and ">Ana<" not in rows.text and "Fair" in rows.text
    table = client.get(f"/reports/winloss/table.csv?by=owner&segment={fair.pk}")
    assert "Ben,0," in table.text
    assert "no such segment" in client.get("/reports/funnel/?segment=999").text
    saving.archive(fair, by=None)
    assert "was put away" in client.get(f"/reports/funnel/?segment={fair.pk}").text


def test_velocity_of_owners_is_a_page_and_opens_its_stays(client, ann, company):  # noqa: F811
    page = client.get("/reports/velocity/?by=owner").text
    assert "Open: Ben" in page and "opened to won: Ben" in page
    asked = {"by": "owner", "key": "Open: Ben", "measure": "n"}
    rows = client.get("/reports/velocity/rows/", asked)
    assert rows.status_code == 200 and "n: 2 stays" in rows.text
