"""A deal's page: stages, people, products, history, credit; and a new deal."""

from decimal import Decimal

import pytest

from accord.people import contacts
from accord.platform.models import User
from accord.sales import deals
from accord.sales.models import Deal, DealContact
from accord.sales.pricing import lines, products

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def grid_product(olga):
    return products.add(name="Grid", price=Decimal(100), currency="EUR", by=olga)


def test_a_deal_tells_where_it_stands(signed_in, deal, at, ben, acme, ana):
    deals.move(deal, to=at["Proposal"], by=ben)
    page = signed_in.get(f"/deals/{deal.pk}/").text
    assert "<h1>Grid rollout</h1>" in page and "€1,000" in page
    assert f"/companies/{acme.pk}/" in page and f"/contacts/{ana.pk}/" in page
    assert "No next step." in page and "Qualified →" in page
    assert f'hx-get="/deals/{deal.pk}/outcome/?stage={at["Lost"].pk}"' in page


def test_a_deal_page_costs_a_bounded_number_of_queries(
    signed_in, deal, at, ben, django_assert_max_num_queries
):
    signed_in.get(f"/deals/{deal.pk}/")
    for name in ("Udo", "Eva", "Kim", "Lea"):
        deals.add_contact(deal, contacts.create(values={"first_name": name}, by=ben), by=ben)
    for stage in ("Discovery", "Proposal"):
        deals.move(deal, to=at[stage], by=ben)
    with django_assert_max_num_queries(12):
        signed_in.get(f"/deals/{deal.pk}/")


def test_a_value_is_edited_where_it_stands(signed_in, deal):
    url = f"/deals/{deal.pk}/fields/amount/"
    answer = signed_in.post(url, {"value": "2000 EUR", "version": 1}, headers=HX)
    assert answer.status_code == 200 and "€2,000" in answer.text
    deal.refresh_from_db()
    assert deal.amount == 2000


def test_people_are_found_added_given_a_role_and_removed(signed_in, deal, ben):
    udo = contacts.create(values={"first_name": "Udo", "last_name": "Veit"}, by=ben)
    url = f"/deals/{deal.pk}/people/"
    found = signed_in.get(url, {"q": "udo"}, headers=HX).text
    assert f'value="{udo.pk}"' in found
    assert "Nobody of that name" in signed_in.get(url, {"q": "xyzzy"}, headers=HX).text
    for role in ("", "Signs"):
        assert signed_in.post(url, {"contact": udo.pk, "role": role}).status_code == 302
    assert DealContact.objects.get(deal=deal, contact=udo).role == "Signs"
    assert "<option selected>Signs</option>" in signed_in.get(f"/deals/{deal.pk}/").text
    signed_in.post(url, {"remove": udo.pk})
    assert not DealContact.objects.filter(contact=udo).exists()


def test_products_are_set_with_quantity_and_price(signed_in, deal, grid_product):
    url = f"/deals/{deal.pk}/products/"
    assert "Grid (€100)" in signed_in.get(url, headers=HX).text
    rows = {"product": [grid_product.pk, ""], "quantity": ["3", "1"], "price": ["", ""]}
    answer = signed_in.post(url, rows, headers=HX)
    assert answer.headers["HX-Redirect"] == f"/deals/{deal.pk}/"
    assert lines.total(lines.of(deal)) == 300
    page = signed_in.get(f"/deals/{deal.pk}/").text
    assert "3 × €100" in page and "€300" in page
    bad = signed_in.post(url, rows | {"quantity": ["none", "1"]}, headers=HX)
    assert bad.status_code == 422 and "A quantity is more than 0" in bad.text


def test_credit_shows_what_each_touch_earned(signed_in, deal):
    url = f"/deals/{deal.pk}/credit/"
    answer = signed_in.get(url, headers=HX).text
    assert "nothing explains this deal" in answer and "Linear" in answer
    assert "All credit to the first touch." in signed_in.get(url, {"model": "first"}).text


def test_a_deal_is_created_for_the_person_somebody_came_from(signed_in, at, ana, acme, ben):
    page = signed_in.get(f"/deals/new/?contact={ana.pk}").text
    assert 'value="Acme"' in page and "Ana Alvarez" in page
    values = {"name": "Portal", "company": "Acme", "stage": at["Discovery"].pk, "contact": ana.pk}
    values |= {"amount": "1500", "currency": "EUR", "owner": ben.pk, "close_on": "2027-01-31"}
    made = signed_in.post("/deals/new/", values)
    deal = Deal.objects.get()
    assert made.url == f"/deals/{deal.pk}/"
    assert (deal.stage, deal.amount, deal.currency) == (at["Discovery"], 1500, "EUR")
    assert (deal.company, deal.owner, list(deal.contacts.all())) == (acme, ben, [ana])
    assert str(acme) in signed_in.get(f"/deals/new/?company={acme.pk}").text


def test_what_cannot_be_read_is_said_and_nothing_is_lost(signed_in, at):
    values = {"name": "Portal", "company": "Nobody Ltd", "amount": "much"}
    answer = signed_in.post("/deals/new/", values | {"stage": at["Discovery"].pk})
    assert answer.status_code == 422 and 'value="Portal"' in answer.text
    assert not Deal.objects.exists()


def test_a_colleague_who_may_not_write_sees_no_buttons(client, mia, deal):
    client.force_login(mia)
    page = client.get(f"/deals/{deal.pk}/").text
    assert "Grid rollout" in page and "deal-people" not in page and "Plan one" not in page
    assert client.post(f"/deals/{deal.pk}/products/", {}).status_code == 403
    assert client.get("/deals/new/").status_code == 403
    assert User.objects.filter(pk=mia.pk).exists()
