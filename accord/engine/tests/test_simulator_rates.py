"""The demo company is believable: what it converts, wins, waits and pays is what such firms do.

Rates of a small company scatter, so four of them are pooled.
"""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from statistics import mean, median

import pytest

from accord.engine import simulator
from accord.engine.simulator import Size

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
STAGES = ("lead", "mql", "accepted", "sql", "opportunity")
RANK = {name: rank for rank, name in enumerate(("subscriber", *STAGES, "customer", "advocate"))}


@pytest.fixture(scope="module")
def worlds():
    return [simulator.simulate(seed, Size.SMALL, NOW) for seed in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("before", "after", "least", "most"),
    [
        ("lead", "mql", 0.25, 0.45),
        ("mql", "accepted", 0.70, 0.90),
        ("accepted", "sql", 0.40, 0.65),
        ("sql", "opportunity", 0.40, 0.70),
        ("opportunity", "won", 0.18, 0.35),
    ],
)
def test_the_funnel_narrows_as_funnels_do(worlds, before, after, least, most):
    counted = sum((_funnel(world) for world in worlds), Counter())
    assert least <= counted[after] / counted[before] <= most


def test_a_fifth_to_two_fifths_of_closed_deals_are_won(worlds):
    closed = Counter(deal.outcome for world in worlds for deal in world.deals if deal.outcome)
    assert 0.20 <= closed["won"] / closed.total() <= 0.40


def test_a_won_deal_takes_six_to_thirteen_weeks(worlds):
    days = [
        (deal.closed_at - deal.opened_at).days
        for world in worlds
        for deal in world.deals
        if deal.outcome == "won"
    ]
    assert 40 <= mean(days) <= 90


def test_amounts_are_lognormal_around_some_ten_thousand(worlds):
    amounts = [float(deal.amount) for world in worlds for deal in world.deals]
    assert 12_000 <= median(amounts) <= 25_000
    assert mean(amounts) > 1.1 * median(amounts)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_lead_costs_what_leads_cost(worlds, seed):
    world = worlds[seed - 1]
    leads = Counter(each.channel for each in world.contacts if _reached(each) >= RANK["lead"])
    for channel, spent in _spent(world).items():
        if channel != "email":  # the newsletter goes to those who are known already
            assert 15 <= spent / leads[channel] <= 400, channel


def test_some_hand_offs_come_back_with_different_reasons(worlds):
    reasons = Counter(
        event.reason
        for world in worlds
        for event in world.events
        if event.name == "handoff.returned"
    )
    assert len(reasons) >= 6


def _funnel(world) -> Counter[str]:
    """A contact counts where it got to, or further; being on a deal makes an opportunity."""
    furthest = {each.key: _reached(each) for each in world.contacts}
    won = set()
    for deal in world.deals:
        for each in deal.contacts:
            furthest[each.contact] = max(furthest[each.contact], RANK["opportunity"])
            if deal.outcome == "won":
                won.add(each.contact)
    counted = Counter({s: sum(r >= RANK[s] for r in furthest.values()) for s in STAGES})
    counted["won"] = len(won)
    return counted


def _reached(contact) -> int:
    return max(RANK[step.stage] for step in contact.lifecycle)


def _spent(world) -> dict[str, Decimal]:
    spent: dict[str, Decimal] = {}
    for campaign in world.campaigns:
        total = sum((cost.amount for cost in campaign.costs), Decimal(0))
        spent[campaign.channel] = spent.get(campaign.channel, Decimal(0)) + total
    return spent
