"""The board: columns, sums, cards, filters, more cards, and the table beside it."""

import pytest
from django.utils import timezone

from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal
from accord.sales.pipeline import pipelines, reasons, stages

pytestmark = pytest.mark.django_db


def test_a_board_shows_columns_sums_and_cards(signed_in, deal, ben):
    tasks.add(title="Call Ana", due_at=timezone.now(), deal=deal, by=ben)
    page = signed_in.get("/deals/?as=board").text
    assert "Qualified" in page and "Won this month" in page and "€1,000" in page
    assert f'id="deal-{deal.pk}"' in page and "Call Ana" in page and "0 d in stage" in page
    assert f'data-move-url="/deals/{deal.pk}/stage/?board=1' in page


def test_a_board_costs_few_queries(signed_in, deal, ben, acme, django_assert_max_num_queries):
    for number in range(30):
        deals.create(values={"name": f"Deal {number}", "company": acme}, by=ben)
    signed_in.get("/deals/")
    with django_assert_max_num_queries(9):
        page = signed_in.get("/deals/?f=owner:is:me").text
    assert page.count('class="deal') == 25 and "Show 25 more" in page


def test_more_cards_come_in_place_of_the_column(signed_in, deal, ben, at):
    for number in range(30):
        deals.create(values={"name": f"Deal {number}"}, by=ben)
    answer = signed_in.get(f"/deals/columns/{at['Qualified'].pk}/?size=50").text
    assert answer.count('class="deal') == 31 and "Show 25 more" not in answer


def test_filters_and_views_narrow_the_board(signed_in, deal, olga):
    other = deals.create(values={"name": "Of Olga"}, by=olga)
    page = signed_in.get("/deals/?f=owner:is:me").text
    assert f'id="deal-{deal.pk}"' in page and f'id="deal-{other.pk}"' not in page
    assert "Owner is me" in page
    assert signed_in.get("/deals/?f=colour:is:red").status_code == 422


def test_another_pipeline_is_chosen_by_the_address(signed_in, deal, olga):
    partners = pipelines.add(name="Partners", by=olga)
    first = stages.of(partners)[0]
    other = deals.create(values={"name": "By partner", "stage": first}, by=olga)
    page = signed_in.get(f"/deals/?pipeline={partners.pk}").text
    assert f'id="deal-{other.pk}"' in page and f'id="deal-{deal.pk}"' not in page


def test_the_table_is_remembered(signed_in, deal, ben):
    tasks.add(title="Call Ana", due_at=timezone.now(), deal=deal, by=ben)
    page = signed_in.get("/deals/?as=table").text
    assert "<table" in page and "Call Ana" in page
    assert "<table" in signed_in.get("/deals/?f=outcome:empty").text
    assert 'id="board"' in signed_in.get("/deals/?as=board").text


def test_cards_of_others_stay_put(client, mia, deal):
    client.force_login(mia)
    page = client.get("/deals/").text
    assert 'class="deal fixed"' in page and "data-move-url" not in page
    assert Deal.objects.count() == 1


def test_the_remembered_table_opens_with_open_deals_and_all_is_one_tab_away(signed_in, deal, ben):
    lost = deals.create(values={"name": "Metering"}, by=ben)
    deals.lose(lost, reason=reasons.to_pick("lost")[0], by=ben)
    signed_in.get("/deals/?as=table")
    page = signed_in.get("/deals/").text
    assert "Grid rollout" in page and "Metering" not in page
    assert '<a href="?f=" >All' in page or '<a href="?f=">All</a>' in page
    every = signed_in.get("/deals/?f=").text
    assert "Grid rollout" in every and "Metering" in every


def test_one_tab_is_current_on_the_board(signed_in, deal):
    page = signed_in.get("/deals/?as=board").text
    tabs = page[page.index('aria-label="Saved views"') :].split("</nav>")[0]
    assert tabs.count("aria-current") == 1


def test_the_last_chip_leaves_no_filter_behind(signed_in, deal):
    page = signed_in.get("/deals/?as=table&f=outcome:empty").text
    assert 'href="?f=" aria-label="Remove filter Outcome none yet"' in page


@pytest.mark.parametrize("way", ["board", "table"])
def test_without_deals_the_page_says_what_they_are_and_where_to_begin(signed_in, way):
    page = signed_in.get(f"/deals/?as={way}").text
    assert "No deals yet" in page and "Money you hope for" in page
    assert "Nothing fits" not in page


def test_the_deals_without_a_next_step_are_one_click_away(signed_in, deal):
    page = signed_in.get("/deals/?as=board").text
    assert '<a href="/deals/?as=board&amp;f=next_step%3Aempty"' in page


def test_an_ended_deal_has_the_colour_of_its_end_in_the_table(signed_in, deal, ben):
    deals.win(deal, reason=reasons.to_pick("won")[0], by=ben)
    assert '<span class="badge ok">Won</span>' in signed_in.get("/deals/?as=table&f=").text
