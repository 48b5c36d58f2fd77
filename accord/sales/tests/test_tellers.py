from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from accord.people import fields, timeline
from accord.people.fields import Money
from accord.platform.events.log import About
from accord.sales import deals
from accord.sales.agenda import activities, tasks
from accord.sales.pricing import products

DAY = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Berlin"))


def _told(**about):
    entries, _ = timeline.page(About(**about), size=100)
    return [(entry.title, entry.body) for entry in reversed(entries)]


def test_a_deal_tells_its_way(deal, at, best_fit, ben, olga):
    deals.change(deal, values={"amount": "2500 EUR", "close_on": "", "name": "Grid"}, by=ben)
    deals.move(deal, to=at["Proposal"], by=ben)
    meter = products.add(name="Meter", price=Decimal(5), by=olga)
    deals.set_lines(deal, [deals.Line(meter)], by=ben)
    deals.win(deal, reason=best_fit, by=ben)
    deals.reopen(deal, by=ben)
    deals.delete(deal, by=ben)
    deals.restore(deal, by=ben)
    amount = fields.field("deal", "amount")
    thousand, more = (fields.show(amount, Money(Decimal(n), "EUR")) for n in (1000, 2500))
    assert _told(deal=deal.pk) == [
        ("Deal opened: Grid", "Qualified"),
        (f"Amount: {thousand} → {more}; Name changed", ""),
        ("Grid: Qualified → Proposal", ""),
        ("Products of Grid changed", ""),
        ("Won Grid", "Best fit"),
        ("Reopened Grid", "Proposal"),
        ("Deleted Grid", ""),
        ("Restored Grid", ""),
    ]
    entries, _ = timeline.page(About(deal=deal.pk))
    assert {(entry.kind, entry.record_id, entry.team) for entry in entries} == {
        ("deal", deal.pk, "sales")
    }


def test_people_come_and_go(deal, ana, ben):
    deals.remove_contact(deal, ana, by=ben)
    deals.add_contact(deal, ana, role="Signs", by=ben)
    assert _told(deal=deal.pk)[1:] == [
        ("Ana Alvarez left Grid rollout", ""),
        ("Ana Alvarez joined Grid rollout", "Signs"),
    ]


def test_activities_tell_what_they_say_now(deal, ana, ben):
    note = activities.log(kind="note", body="Wants a pilot.", contact=ana, by=ben)
    call = activities.log(kind="call", outcome="Reached", minutes=12, contact=ana, by=ben)
    activities.edit(note, body="Wants two pilots.", by=ben)
    activities.delete(call, by=ben)
    told = _told(contact=ana.pk)[-4:]
    assert set(told) == {
        ("Note", "Wants two pilots."),
        ("Call (deleted)", ""),
        ("Note corrected", ""),
        ("Call deleted", ""),
    }
    activities.restore(call, by=ben)
    assert ("Call · Reached · 12 min", "") in _told(contact=ana.pk)


def test_tasks_tell_what_is_to_be_done(ana, ben):
    task = tasks.add(title="Call Ana", due_at=DAY, contact=ana, by=ben)
    tasks.finish(task, by=ben)
    assert _told(contact=ana.pk)[-2:] == [
        ("Task planned: Call Ana", "Due 24 Nov 2026"),
        ("Task done: Call Ana", "Due 24 Nov 2026"),
    ]


def test_a_page_of_the_timeline_asks_little(deal, at, ana, ben, django_assert_max_num_queries):
    for name in ("Discovery", "Proposal", "Negotiation") * 5:
        deals.move(deal, to=at[name], by=ben)
        activities.log(kind="note", body="Moved.", deal=deal, by=ben)
        tasks.add(title="Next", due_at=DAY, deal=deal, by=ben)
    with django_assert_max_num_queries(12):
        timeline.page(About(contact=ana.pk))
