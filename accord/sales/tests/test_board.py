from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.people import contacts, fields
from accord.people.fields import filters
from accord.platform.access import preferences
from accord.sales import deals
from accord.sales.agenda import tasks
from accord.sales.models import Deal
from accord.sales.pipeline import board


@pytest.fixture
def full(pipeline, at, ben, ana, acme, best_fit):
    """Three deals in Qualified, one in Proposal, one won."""
    contacts.change(ana, values={"source": "google", "channel": "paid_search"}, by=None)
    for amount in (100, 200, None):
        values = {"name": f"Deal {amount}", "company": acme, "contacts": [ana]}
        deals.create(values=values | {"amount": f"{amount} EUR" if amount else None}, by=ben)
    values = {"name": "Proposed", "amount": "1000 EUR", "stage": at["Proposal"]}
    deals.create(values=values, by=ben)
    won = deals.create(values={"name": "Won", "amount": "50 EUR"}, by=ben)
    deals.win(won, reason=best_fit, by=ben)
    return pipeline


def _asked(*texts):
    return filters.parse("deal", texts, timezone.now())


def test_the_board_counts_sums_and_weighs(full, ben):
    found = board.board(full, ben)
    qualified, _, proposal, _, won, lost = found.columns
    assert (qualified.count, qualified.value, qualified.weighted) == (3, 300, Decimal("30.00"))
    assert (qualified.without_amount, qualified.without_step) == (1, 3)
    assert [card.deal.name for card in qualified.cards] == ["Deal None", "Deal 200", "Deal 100"]
    assert (proposal.value, proposal.weighted, won.value, lost.count) == (1000, 500, 50, 0)
    totals = found.totals
    assert (totals.count, totals.value, totals.weighted) == (4, 1300, Decimal("530.00"))
    assert (totals.without_amount, totals.without_step, totals.stale) == (1, 4, 0)
    assert (totals.won_count, totals.won_value, found.currency) == (1, 50, "EUR")


def test_a_card_shows_next_step_age_and_origin(full, ben):
    deal = Deal.objects.get(name="Deal 100")
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=15))
    late = timezone.now() - timedelta(days=2)
    step = tasks.add(title="Call Ana", due_at=late, deal=deal, by=ben)
    found = board.board(full, ben)
    card = found.columns[0].cards[2]
    assert (card.deal, card.step, card.overdue) == (deal, step, True)
    assert (card.days, card.stale) == (15, "warn")
    assert (card.source, card.channel) == ("google", "paid_search")
    assert (found.totals.stale, found.totals.without_step) == (1, 3)
    Deal.objects.filter(pk=deal.pk).update(stage_since=timezone.now() - timedelta(days=28))
    assert board.card(deal, ben).stale == "bad"
    won = found.columns[4].cards[0]
    assert (won.stale, won.step, won.channel) == ("", None, "")


def test_a_column_shows_so_many_cards_and_then_more(full, at, ben):
    first = board.board(full, ben, size=2).columns[0]
    assert len(first.cards) == 2 and first.count == 3
    more = board.column(at["Qualified"], ben, offset=2, size=2)
    assert [card.deal.pk for card in more.cards] == [first.following]
    assert (more.following, more.count, more.value) == (None, 3, 300)


def test_the_board_shows_what_the_filters_ask_for(full, at, ben, olga):
    asked = _asked("amount:gt:150", "outcome:empty")
    found = board.board(full, ben, asked)
    assert [column.count for column in found.columns] == [1, 0, 1, 0, 0, 0]
    assert board.column(at["Qualified"], ben, asked).count == 1
    for text, names in (
        ("channel:is:paid_search", {"Deal 100", "Deal 200", "Deal None"}),
        ("channel:not:paid_search", {"Proposed", "Won"}),
        ("source:empty", {"Proposed", "Won"}),
        ("source:has:goo", {"Deal 100", "Deal 200", "Deal None"}),
        ("next_step:empty", {"Deal 100", "Deal 200", "Deal None", "Proposed", "Won"}),
        ("next_step_due:within:-7", set()),
        ("stage:is:Proposal", {"Proposed"}),
        ("reason:filled", {"Won"}),
        ("owner:is:Olga", set()),
        ("company:is:Acme", {"Deal 100", "Deal 200", "Deal None"}),
        ("company:empty", {"Proposed", "Won"}),
    ):
        cards = [
            card for each in board.board(full, ben, _asked(text)).columns for card in each.cards
        ]
        assert {card.deal.name for card in cards} == names, text


def test_closed_columns_may_begin_with_a_day(full, ben):
    tomorrow = timezone.localdate() + timedelta(days=1)
    found = board.board(full, ben, closed_since=tomorrow)
    assert (found.columns[4].count, found.columns[4].cards, found.columns[0].count) == (0, (), 3)
    assert found.totals.won_count == 1


def test_the_board_shows_only_what_somebody_may_see(full, ben, olga):
    preferences.change(seller_reads="own", by=olga)
    deal = deals.create(values={"name": "Olga's"}, by=olga)
    assert board.board(full, ben).columns[0].count == 3
    assert board.board(full, olga).columns[0].count == 4
    assert board.card(deal, ben) is None and board.card(deal, olga).deal == deal


def test_the_board_takes_at_most_six_queries(full, ben, at, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        board.board(full, ben)
    with django_assert_max_num_queries(5):
        board.column(at["Qualified"], ben)


def test_stalled_deals_are_found_by_a_filter_as_the_board_counts_them(full, ben):
    old = Deal.objects.get(name="Deal 100")
    Deal.objects.filter(pk=old.pk).update(stage_since=timezone.now() - timedelta(days=15))
    Deal.objects.filter(name="Won").update(stage_since=timezone.now() - timedelta(days=400))
    Deal.objects.filter(name="Deal 200").update(stage_since=None)
    found = board.board(full, ben, _asked("stalled:is:yes"))
    assert (found.totals.count, found.totals.stale) == (1, 1)
    rest = Deal.objects.filter(filters.condition(_asked("stalled:is:no")))
    assert set(rest.values_list("name", flat=True)) == {"Deal 200", "Deal None", "Proposed", "Won"}
    asked = fields.field("deal", "stalled")
    told = {each.name for each in Deal.objects.all() if fields.read(each, asked)}
    assert told == {"Deal 100"}
    with pytest.raises(filters.BadFilter, match="cannot be asked “empty”"):
        _asked("stalled:empty")
