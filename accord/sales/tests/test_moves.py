from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import contacts, lifecycle
from accord.platform.models import AuditEntry, Event
from accord.sales import deals
from accord.sales.models import Deal, StageChange
from accord.sales.pipeline import moves, reasons, stages
from accord.sales.pipeline.stages import Step

TODAY = timezone.localdate


def _closed(deal):
    return deal.outcome, deal.reason, deal.close_on, timezone.localdate(deal.closed_at)


def test_winning_closes_a_deal_and_makes_customers(deal, at, best_fit, ana, ben):
    deals.win(deal, reason=best_fit, note="Fastest rollout", version=1, by=ben)
    assert deal.stage == at["Won"] and deal.version == 2
    assert _closed(deal) == ("won", best_fit, TODAY(), TODAY())
    assert deal.reason_note == "Fastest rollout"
    won = Event.objects.get(name="deal.won")
    assert (won.deal_id, won.contact_id, won.properties["reason"]) == (deal.pk, ana.pk, "Best fit")
    assert AuditEntry.objects.filter(verb="deal.won", subject_id=deal.pk, by=ben).count() == 1
    ana.refresh_from_db()
    assert ana.stage == "customer"


def test_a_deal_is_lost_on_the_board_with_a_reason(deal, at, too_dear, ana, ben):
    deals.change(deal, values={"opened_at": "2026-01-05"}, by=ben)
    day = date(2026, 2, 1)
    deals.move(deal, to=at["Lost"], version=2, reason=too_dear, on=day, by=ben)
    assert _closed(deal) == ("lost", too_dear, day, day) and deal.stage == at["Lost"]
    assert timezone.localdate(Event.objects.get(name="deal.lost").happened_at) == day
    ana.refresh_from_db()
    assert ana.stage == "opportunity"


def test_a_closed_deal_stays_closed(deal, at, best_fit, too_dear, ben):
    deals.lose(deal, reason=too_dear, by=ben)
    for act in (
        lambda: deals.lose(deal, reason=too_dear, by=ben),
        lambda: deals.win(deal, reason=best_fit, by=ben),
        lambda: deals.move(deal, to=at["Proposal"], by=ben),
        lambda: deals.move(deal, to=at["Won"], reason=best_fit, by=ben),
        lambda: deals.change(deal, values={"stage": at["Proposal"]}, by=ben),
    ):
        with pytest.raises(deals.DealClosed, match="Reopen it first"):
            act()
    assert deal.stage == at["Lost"] and StageChange.objects.count() == 2


@pytest.mark.parametrize(
    ("closing", "sentence"),
    [
        (dict, "Say why it was won or lost"),
        (lambda: {"reason": reasons.not_recorded("won")}, "written by Accord"),
        (lambda: {"reason": reasons.to_pick("lost")[0]}, "does not go with the outcome"),
        (
            lambda: {"reason": reasons.to_pick("won")[0], "on": TODAY() + timedelta(days=1)},
            "on a day to come",
        ),
        (
            lambda: {"reason": reasons.to_pick("won")[0], "on": TODAY() - timedelta(days=1)},
            "before it was opened",
        ),
    ],
)
def test_a_deal_is_not_won_without_what_it_takes(deal, ben, closing, sentence):
    with pytest.raises(Refused, match=sentence):
        deals.win(deal, by=ben, **closing())
    deal.refresh_from_db()
    assert deal.outcome == "" and StageChange.objects.count() == 1
    assert not Event.objects.filter(name="deal.won").exists()


def test_an_archived_reason_cannot_be_given(deal, best_fit, ben, olga):
    reasons.archive(best_fit, by=olga)
    with pytest.raises(reasons.WrongReason):
        deals.win(deal, reason=best_fit, by=ben)


def test_accord_itself_may_give_the_reserved_reason(deal):
    deals.win(deal, reason=reasons.not_recorded("won"), by=None)
    assert deal.reason.reserved


def test_reopening_brings_back_stage_date_and_people(deal, at, best_fit, ana, ben):
    lifecycle.move(ana, to="sql", by=None)
    deals.change(deal, values={"close_on": "2030-12-24"}, by=ben)
    deals.move(deal, to=at["Negotiation"], by=ben)
    deals.win(deal, reason=best_fit, note="Yes!", by=ben)
    ana.refresh_from_db()
    assert (deal.close_on, ana.stage) == (TODAY(), "customer")
    deals.reopen(deal, version=deal.version, by=ben)
    assert (deal.outcome, deal.reason, deal.reason_note, deal.closed_at) == ("", None, "", None)
    assert (deal.stage, deal.close_on) == (at["Negotiation"], date(2030, 12, 24))
    ana.refresh_from_db()
    assert ana.stage == "sql"
    assert Event.objects.filter(name="deal.reopened", deal_id=deal.pk).count() == 1
    with pytest.raises(moves.DealOpen):
        deals.reopen(deal, by=ben)


def test_reopening_looks_past_a_won_stage_that_was_archived(deal, at, best_fit, ana, ben, olga):
    signed = stages.add(deal.pipeline, Step("Signed", "won", Decimal(1)), by=olga)
    deals.win(deal, reason=best_fit, by=ben)
    stages.archive(at["Won"], move_to=signed, by=olga)
    deal.refresh_from_db()
    assert (deal.outcome, deal.stage) == ("won", signed)
    deals.reopen(deal, by=ben)
    ana.refresh_from_db()
    assert (deal.stage, deal.close_on, ana.stage) == (at["Qualified"], None, "opportunity")


def test_a_corrected_close_date_is_not_what_was_expected(deal, best_fit, ben):
    deals.change(deal, values={"close_on": "2030-12-24"}, by=ben)
    deals.change(deal, values={"opened_at": "2026-01-05"}, by=ben)
    deals.win(deal, reason=best_fit, by=ben)
    deals.change(deal, values={"close_on": "2026-02-02"}, by=ben)
    assert timezone.localdate(deal.closed_at) == date(2026, 2, 2)
    deals.reopen(deal, by=ben)
    assert deal.close_on == date(2030, 12, 24)


def test_who_bought_something_else_stays_a_customer(deal, best_fit, ana, ben):
    other = deals.create(values={"name": "Second", "contacts": [ana]}, by=ben)
    deals.win(deal, reason=best_fit, by=ben)
    deals.win(other, reason=best_fit, by=ben)
    deals.reopen(deal, by=ben)
    ana.refresh_from_db()
    assert ana.stage == "customer"


def test_a_deal_reopens_in_another_stage_where_its_own_is_gone(deal, at, too_dear, ben, olga):
    deals.lose(deal, reason=too_dear, by=ben)
    stages.archive(at["Qualified"], by=olga)
    deals.reopen(deal, by=ben)
    assert deal.stage == at["Discovery"]
    deals.lose(deal, reason=too_dear, by=ben)
    deals.reopen(deal, to=at["Proposal"], by=ben)
    assert deal.stage == at["Proposal"]


def test_a_closed_deal_may_be_corrected_but_keeps_day_and_reason(deal, best_fit, too_dear, ben):
    deals.win(deal, reason=best_fit, by=ben)
    other = reasons.to_pick("won")[1]
    deals.change(deal, values={"reason": str(other.pk), "amount": "1200 EUR"}, by=ben)
    assert deal.reason == other and deal.value == Decimal(1200)
    for values, sentence in (
        ({"reason": ""}, "choose a reason"),
        ({"reason": str(too_dear.pk)}, "does not go with"),
        ({"reason": str(reasons.not_recorded("won").pk)}, "written by Accord"),
        ({"close_on": ""}, "keeps the day it closed on"),
        ({"close_on": "2150-01-01"}, "day to come"),
        ({"close_on": "1999-01-01"}, "before it was opened"),
        ({"name": ""}, "Give the deal a name"),
    ):
        with pytest.raises(Refused, match=sentence):
            deals.change(deal, values=values, by=ben)


def test_an_open_deal_has_no_reason(deal, too_dear, ben):
    with pytest.raises(Refused, match="Only a closed deal has a reason"):
        deals.change(deal, values={"reason": str(too_dear.pk)}, by=ben)


def test_a_new_person_on_a_won_deal_is_a_customer(deal, best_fit, ben, olga):
    deals.win(deal, reason=best_fit, by=ben)
    otto = contacts.create(values={"first_name": "Otto"}, by=olga)
    deals.add_contact(deal, otto, by=ben)
    otto.refresh_from_db()
    assert otto.stage == "customer"


def test_a_stage_is_never_entered_before_the_one_it_follows(deal, at, best_fit, ben):
    deals.change(deal, values={"opened_at": "2026-01-05"}, by=ben)
    deals.move(deal, to=at["Proposal"], by=ben)
    deals.win(deal, reason=best_fit, on=date(2026, 2, 1), by=ben)
    entered = [each.at for each in StageChange.objects.order_by("pk")]
    assert entered[2] >= entered[1] and deal.close_on == date(2026, 2, 1)
    assert Deal.objects.get().stage == StageChange.objects.order_by("at", "pk").last().stage
