"""Search: the palette's list and the page, recent records, and what somebody may not see."""

import pytest

from accord.people import contacts, lifecycle
from accord.platform.access import preferences
from accord.sales import deals
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client, ben):
    lifecycle.ensure()
    pipelines.ensure()
    client.force_login(ben)
    return client


def test_the_palette_gets_a_list_and_people_without_scripts_a_page(signed_in, ana):
    inside = signed_in.get("/search/?q=alvarez", headers=HX).text
    assert 'role="option"' in inside and f'href="/contacts/{ana.pk}/"' in inside
    assert "<html" not in inside
    page = signed_in.get("/search/?q=alvarez").text
    assert "<h1>Search</h1>" in page and f'href="/contacts/{ana.pk}/"' in page


def test_a_letter_may_be_wrong(signed_in, ana):
    assert f"/contacts/{ana.pk}/" in signed_in.get("/search/?q=alvares", headers=HX).text


def test_deals_pages_and_actions_are_found(signed_in, ben):
    deal = deals.create(values={"name": "Solar park", "owner": ben}, by=ben)
    assert f"/deals/{deal.pk}/" in signed_in.get("/search/?q=solar", headers=HX).text
    assert "/contacts/new/" in signed_in.get("/search/?q=new cont", headers=HX).text
    assert "/settings/profile/" in signed_in.get("/search/?q=profile", headers=HX).text


def test_nobody_is_offered_what_they_may_not_do(client, mia):
    mia.roles = ["read_only"]
    mia.save(update_fields=["roles"])
    client.force_login(mia)
    found = client.get("/search/?q=new").text
    assert "/contacts/new/" not in found
    assert "/settings/members/" not in client.get("/search/?q=members", headers=HX).text


def test_nobody_finds_what_they_may_not_see(signed_in, ana, mia):
    contacts.change(ana, values={"owner": mia}, by=None)
    preferences.change(seller_reads="own", by=None)
    assert f"/contacts/{ana.pk}/" not in signed_in.get("/search/?q=alvarez", headers=HX).text


def test_records_opened_lately_come_first_until_somebody_else_signs_in(signed_in, ana, acme, olga):
    signed_in.get(f"/companies/{acme.pk}/")
    signed_in.get(f"/contacts/{ana.pk}/")
    recent = signed_in.get("/search/", headers=HX).text
    assert 0 < recent.index(f"/contacts/{ana.pk}/") < recent.index(f"/companies/{acme.pk}/")
    contacts.delete(ana, by=None)
    assert f"/contacts/{ana.pk}/" not in signed_in.get("/search/", headers=HX).text
    signed_in.force_login(olga)
    assert "/companies/" not in signed_in.get("/search/", headers=HX).text


def test_a_forged_cookie_is_ignored(signed_in, ana):
    signed_in.cookies["accord_recent"] = f"contact:{ana.pk}"
    assert f"/contacts/{ana.pk}/" not in signed_in.get("/search/", headers=HX).text


@pytest.mark.parametrize("text", ["<script>x</script>", "'; --", "%5C%25_", "x" * 500])
def test_hostile_text_finds_nothing_and_breaks_nothing(signed_in, text):
    answer = signed_in.get(f"/search/?q={text}")
    assert answer.status_code == 200 and "<script>x" not in answer.text


def test_a_search_takes_few_queries(signed_in, ana, django_assert_max_num_queries):
    signed_in.get("/search/?q=alvarez", headers=HX)
    with django_assert_max_num_queries(11):
        signed_in.get("/search/?q=alvarez", headers=HX)
