"""Campaigns: the list, the page, the form, costs, and who may do what."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.insight import attribution
from accord.insight.tests.test_reports import company, day, pipeline  # noqa: F401 - fixtures
from accord.marketing import campaigns
from accord.marketing.models import Campaign
from accord.people import contacts, lifecycle
from accord.people.origins import touches

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, mia):
    lifecycle.ensure()
    client.force_login(mia)
    return client


@pytest.fixture
def spring(mia):
    lifecycle.ensure()
    values = {"name": "Spring <fair>", "marks": ("spring-26",), "channel": "event"}
    return campaigns.create(values=values, by=mia)


def test_the_list_tells_cost_leads_and_cost_per_lead(
    signed_in, mia, spring, django_assert_max_num_queries
):
    who = {"last_name": "Ruiz", "campaign": "Spring-26", "source": "fair"}
    lifecycle.move(contacts.create(values=who, by=None), to="lead", by=None)
    signed_in.post(f"/campaigns/{spring.pk}/costs/", {"amount": "1,200.50", "on": "2026-02-01"})
    signed_in.get("/campaigns/")
    with django_assert_max_num_queries(12):
        page = signed_in.get("/campaigns/").text
    assert "Spring &lt;fair&gt;" in page and "<fair>" not in page
    assert page.count("€1,200.50") == 2


def test_the_won_value_of_the_list_is_what_was_worked_out_last(client, company, mia):  # noqa: F811
    client.force_login(mia)
    values = {"name": "Webinar", "marks": ("web-26",), "channel": "event"}
    campaigns.create(values=values, by=mia)
    touches.record(company["ana"], source="webinar", at=day(1), campaign="web-26", by=None)
    assert "€1,000" not in client.get("/campaigns/").text
    attribution.refresh(timezone.now())
    assert "€1,000" in client.get("/campaigns/").text


def test_the_list_is_filtered_searched_sorted_and_kept_as_a_view(signed_in, spring, mia):
    today = timezone.localdate()
    values = {"name": "Now on", "channel": "email", "starts_on": today}
    on = campaigns.create(values=values, by=None)
    gone = values | {"name": "Over", "starts_on": date(2020, 1, 1), "ends_on": date(2020, 2, 1)}
    campaigns.create(values=gone, by=None)
    assert on.runs_on(today) and not spring.runs_on(today)
    for asked, names in {
        "": {"Spring", "Now on", "Over"},
        "?f=running:is:yes": {"Now on"},
        "?f=running:is:no": {"Spring", "Over"},
        "?f=owner:is:me": {"Spring"},
        "?f=channel:is:email&sort=-name": {"Now on", "Over"},
        "?q=sprin": {"Spring"},
    }.items():
        lines = signed_in.get(f"/campaigns/{asked}").context["lines"]
        assert {str(line.record).partition(" <")[0] for line in lines} == names, asked
    kept = signed_in.post("/campaigns/views/", {"name": "Mail", "query": "f=channel:is:email"})
    assert "Mail" in signed_in.get(kept.url).text
    answer = signed_in.get("/campaigns/?q=zzz").text
    assert "Nothing fits" in answer and "/imports/new/" not in answer


def test_the_page_opens_the_people_behind_its_numbers(signed_in, spring):
    who = {"last_name": "Ruiz", "campaign": "spring-26", "source": "fair"}
    lifecycle.move(contacts.create(values=who, by=None), to="mql", by=None)
    page = signed_in.get(f"/campaigns/{spring.pk}/").text
    link = "/reports/funnel/rows/?by=campaign&amp;measure=leads&amp;key=spring-26"
    assert link in page and "Event" in page
    assert "Ruiz" in signed_in.get(link.replace("&amp;", "&")).text


def test_a_campaign_is_made_changed_and_conflicts_are_told(signed_in):
    form = {"name": "Autumn", "marks": "autumn-26, herbst", "starts_on": "2026-09-01"}
    made = signed_in.post("/campaigns/new/", form)
    autumn = Campaign.objects.get()
    assert made.url == f"/campaigns/{autumn.pk}/" and autumn.marks == ["autumn-26", "herbst"]
    url = f"/campaigns/{autumn.pk}/change/"
    assert 'value="autumn-26, herbst"' in signed_in.get(url).text
    form |= {"name": "Autumn fair", "marks": "autumn-26", "version": autumn.version}
    assert signed_in.post(url, form).status_code == 302
    autumn.refresh_from_db()
    assert (autumn.name, autumn.marks) == ("Autumn fair", ["autumn-26"])
    stale = signed_in.post(url, form | {"name": "Late", "channel": "event"})
    assert stale.status_code == 409 and "Take theirs" in stale.text
    assert "changed this to “Autumn fair”" in stale.text and 'value="Late"' in stale.text
    assert "changed this to “nothing”" in stale.text  # the channel
    assert stale.text.count("changed this to") == 2
    autumn.refresh_from_db()
    assert autumn.name == "Autumn fair"
    again = form | {"name": "Late", "version": autumn.version}
    assert signed_in.post(url, again).status_code == 302
    autumn.refresh_from_db()
    assert autumn.name == "Late"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": ""}, "required"),
        ({"name": "A", "starts_on": "soon"}, "soon"),
        ({"name": "A", "starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "cannot end"),
        ({"name": "A", "marks": "spring-26"}, "belongs to the campaign"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(signed_in, spring, form, said):
    answer = signed_in.post("/campaigns/new/", form)
    assert answer.status_code == 422 and said in answer.text and Campaign.objects.count() == 1


def test_costs_come_and_go(signed_in, spring):
    url = f"/campaigns/{spring.pk}/costs/"
    signed_in.post(url, {"amount": "99.50 USD", "on": "2026-02-01", "note": "Stand"})
    cost = spring.costs.get()
    assert (cost.amount, cost.currency, cost.note) == (Decimal("99.50"), "USD", "Stand")
    assert "without an exchange rate" in signed_in.get(f"/campaigns/{spring.pk}/").text
    for amount in ("much", "0", "-3", ""):
        assert signed_in.post(url, {"amount": amount}).status_code == 422
    signed_in.post(f"{url}{cost.pk}/removal/")
    assert not spring.costs.exists()


def test_a_deleted_campaign_comes_back(signed_in, spring):
    assert "Bring it back" in signed_in.post(f"/campaigns/{spring.pk}/deletion/").text
    assert signed_in.get(f"/campaigns/{spring.pk}/").status_code == 404
    signed_in.post(f"/campaigns/{spring.pk}/restoration/")
    assert signed_in.get(f"/campaigns/{spring.pk}/").status_code == 200


def test_sellers_read_and_do_not_write(client, ben, spring):
    client.force_login(ben)
    page = client.get(f"/campaigns/{spring.pk}/").text
    assert "/change/" not in page and "cost-amount" not in page
    before = Campaign.objects.values().get()
    for path in ("change", "deletion", "restoration", "costs"):
        assert client.post(f"/campaigns/{spring.pk}/{path}/", {"name": "X"}).status_code == 403
    assert Campaign.objects.values().get() == before


def test_without_campaigns_the_page_teaches(signed_in):
    assert "utm_campaign" in signed_in.get("/campaigns/").text
