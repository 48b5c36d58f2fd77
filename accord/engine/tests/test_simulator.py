"""The demo company hangs together: times, keys, money and stages contradict nowhere."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from accord.engine import simulator
from accord.engine.simulator import Size, World
from accord.engine.simulator.process import rollouts
from accord.engine.simulator.process.rollouts import RHYTHM as ROLLOUTS
from accord.engine.simulator.process.stories import Setting
from accord.engine.simulator.words.plans import LEVERS

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def world() -> World:
    return simulator.simulate(1, Size.SMALL, NOW)


def test_the_same_seed_size_and_moment_give_the_same_world(world):
    assert simulator.simulate(1, Size.SMALL, NOW) == world
    assert simulator.simulate(2, Size.SMALL, NOW).contacts != world.contacts


def test_small_is_as_big_as_it_says(world):
    assert 830 <= len(world.contacts) <= 1000
    assert 320 <= len(world.companies) <= 380
    assert 220 <= len(world.deals) <= 300
    assert 11_000 <= len(world.events) <= 14_000
    assert 12 <= len(world.campaigns) <= 20
    assert 8 <= len(world.users) <= 10


def test_nothing_happened_after_now(world):
    moments = [event.at for event in world.events]
    moments += [activity.at for activity in world.activities]
    moments += [step.at for contact in world.contacts for step in contact.lifecycle]
    moments += [step.at for deal in world.deals for step in deal.steps]
    moments += [push.at for deal in world.deals for push in deal.pushes]
    moments += [task.created_at for task in world.tasks]
    moments += [task.done_at for task in world.tasks if task.done_at]
    assert max(moments) <= NOW
    assert all(moment.tzinfo is UTC for moment in moments)
    assert max(cost.on for each in world.campaigns for cost in each.costs) <= NOW.date()


def test_nothing_happened_before_the_contact_was_first_seen(world):
    first = {contact.key: contact.first_seen for contact in world.contacts}
    assert all(event.at >= first[event.contact] for event in world.events)
    assert all(contact.lifecycle[0].at >= contact.known_at for contact in world.contacts)
    assert all(contact.known_at >= contact.first_seen for contact in world.contacts)
    known = {contact.key: contact.known_at for contact in world.contacts}
    assert all(each.at >= known[each.contact] for each in world.activities)
    for deal in world.deals:
        assert all(deal.opened_at >= known[each.contact] for each in deal.contacts)


def test_every_key_is_unique_and_leads_somewhere(world):
    kinds = (
        world.users,
        world.contacts,
        world.companies,
        world.deals,
        world.activities,
        world.tasks,
        world.campaigns,
        world.products,
        world.stages,
        world.teams,
    )
    keys = [{row.key for row in rows} for rows in kinds]
    assert [len(found) for found in keys] == [len(rows) for rows in kinds]
    users, contacts, companies, deals, activities = keys[:5]
    marks = {mark for campaign in world.campaigns for mark in campaign.marks} | {""}
    for event in world.events:
        assert event.name in simulator.EVENTS
        assert event.contact in contacts
        assert event.company in companies | {None}
        assert event.deal in deals | {None}
        assert event.user in users | {None}
        assert event.activity in activities | {None}
        assert event.campaign in marks
    owners = {*world.contacts, *world.companies, *world.deals, *world.tasks, *world.campaigns}
    assert {row.owner for row in owners} <= users | {None}
    assert {each.parent for each in world.companies} <= companies | {None}
    assert {each.company for each in world.contacts} <= companies | {None}
    assert {task.deal for task in world.tasks} <= deals | {None}


def test_who_belongs_to_a_deal_works_for_its_company(world):
    company = {contact.key: contact.company for contact in world.contacts}
    for deal in world.deals:
        people = [each.contact for each in deal.contacts]
        assert people
        assert len(set(people)) == len(people)
        assert {company[person] for person in people} == {deal.company}
        roles = {"decides", "signs", "uses", "advises", "champions"}
        assert {each.role for each in deal.contacts} <= roles


def test_addresses_are_unique_and_lead_nowhere_real(world):
    emails = [contact.email for contact in world.contacts]
    assert len(set(emails)) == len(emails)
    assert all(email.isascii() and email == email.lower() for email in emails)
    assert all(email.endswith(".example") for email in emails)
    domains = [company.domain for company in world.companies]
    assert len(set(domains)) == len(domains)
    assert all(domain.endswith(".example") for domain in domains)
    for contact in world.contacts:
        private = contact.email.partition("@")[2] in simulator.FREE_MAIL
        assert private == (contact.company is None)


def test_people_come_from_many_countries_and_write_their_names_their_way(world):
    letters = {letter for contact in world.contacts for letter in contact.last_name}
    assert len({contact.country for contact in world.contacts}) >= 15
    assert set("üöäßøłç") & letters == set("üöäßøł") | ({"ç"} & letters)
    assert any(letter > "Ͱ" for letter in letters)  # another script than Latin


def test_some_companies_have_a_parent_and_never_themselves(world):
    parents = {company.key: company.parent for company in world.companies if company.parent}
    assert 5 <= len(parents) <= 40
    assert all(child > parent for child, parent in parents.items())  # so there is no circle


def test_stages_of_a_contact_are_in_order_and_the_last_is_now(world):
    for contact in world.contacts:
        moments = [step.at for step in contact.lifecycle]
        assert moments == sorted(moments)
        assert contact.stage == contact.lifecycle[-1].stage
        stages = [step.stage for step in contact.lifecycle]
        assert all(one != other for one, other in pairwise(stages))
    recycled = [
        contact
        for contact in world.contacts
        if [s.stage for s in contact.lifecycle].count("lead") > 1
    ]
    assert recycled


def test_stages_of_a_deal_are_in_order_and_the_last_is_now(world):
    order = [stage.key for stage in world.stages]
    for deal in world.deals:
        moments = [step.at for step in deal.steps]
        assert moments == sorted(set(moments))
        places = [order.index(step.stage) for step in deal.steps]
        assert places == sorted(set(places))
        assert deal.steps[0].at == deal.opened_at
        assert (deal.stage, deal.amount, deal.owner) == (
            deal.steps[-1].stage,
            deal.steps[-1].amount,
            deal.steps[-1].owner,
        )


def test_a_closed_deal_says_when_and_why_and_an_open_one_does_not(world):
    for deal in world.deals:
        if deal.outcome:
            assert deal.stage == deal.outcome
            assert deal.closed_at == deal.steps[-1].at
            assert deal.close_on == deal.closed_at.astimezone(BERLIN).date()
            assert deal.reason
        else:
            assert (deal.closed_at, deal.reason, deal.note) == (None, "", "")


def test_money_is_positive_and_lines_add_up(world):
    amounts = [step.amount for deal in world.deals for step in deal.steps]
    amounts += [cost.amount for campaign in world.campaigns for cost in campaign.costs]
    amounts += [product.price for product in world.products]
    assert min(amounts) > 0
    for deal in world.deals:
        total = sum((line.price * line.quantity for line in deal.lines), Decimal(0))
        assert not deal.lines or total == deal.amount
        assert deal.lines or deal.outcome != "won"
    dollars = sum(deal.currency == "USD" for deal in world.deals)
    assert 1 <= dollars <= 0.1 * len(world.deals)
    assert min(rate.on for rate in world.rates) <= min(d.opened_at for d in world.deals).date()


def test_close_dates_are_pushed_one_from_the_other(world):
    pushed = [deal for deal in world.deals if deal.pushes]
    assert len(pushed) > 0.1 * len(world.deals)
    for deal in pushed:
        moments = [push.at for push in deal.pushes]
        assert moments == sorted(set(moments))
        assert deal.opened_at < moments[0]
        assert all(push.new > push.old for push in deal.pushes)
        assert not {push.at for push in deal.pushes} & {step.at for step in deal.steps}


def test_christmas_does_not_put_pushes_out_of_order():
    """Two dates that fell on the same working day once came in the wrong order."""
    now = datetime(2027, 4, 26, 12, 30, tzinfo=UTC)
    for deal in simulator.simulate(14, Size.SMALL, now).deals:
        moments = [push.at for push in deal.pushes]
        assert moments == sorted(set(moments))


def test_activities_and_events_tell_of_each_other(world):
    told = Counter(event.activity for event in world.events if event.activity)
    written = {activity.key: activity for activity in world.activities}
    assert set(told.values()) == {1}
    assert set(told) == {key for key, each in written.items() if each.kind != "note"}
    for event in world.events:
        if event.activity:
            each = written[event.activity]
            assert (event.at, event.contact, event.user) == (each.at, each.contact, each.by)


def test_sales_works_in_working_hours(world):
    for activity in world.activities:
        local = activity.at.astimezone(BERLIN)
        assert local.weekday() < 5
        assert 9 <= local.hour < 17


def test_notes_are_filled_in_and_varied(world):
    bodies = [activity.body for activity in world.activities]
    assert not any("{" in body or "}" in body for body in bodies)
    assert not any("{" in task.title for task in world.tasks)
    assert len(set(bodies)) > 0.35 * len(bodies)


def test_a_hand_off_is_answered_once_and_in_working_minutes(world):
    made = {event.contact: event for event in world.events if event.name == "handoff.made"}
    answers = [
        event
        for event in world.events
        if event.name in ("handoff.accepted", "handoff.returned", "handoff.recycled")
    ]
    assert len({event.contact for event in answers}) == len(answers)
    for event in answers:
        assert event.at > made[event.contact].at
        assert event.minutes
        assert (event.reason != "") == (event.name != "handoff.accepted")
        assert (event.until is not None) == (event.name == "handoff.recycled")
        if event.until:
            assert event.until > event.at.date()


def test_this_morning_looks_alive(world):
    day = NOW.date()
    today = [event for event in world.events if event.at.astimezone(BERLIN).date() == day]
    assert len(today) >= 10
    pending = [contact for contact in world.contacts if contact.stage == "mql"]
    assert pending
    week = [event for event in world.events if event.at > NOW - timedelta(days=7)]
    assert Counter(event.name for event in week)["handoff.made"] >= 4
    assert sum(each.lifecycle[-1].at > NOW - timedelta(days=7) for each in world.contacts) >= 10


def test_open_deals_have_next_steps_overdue_today_later_or_none(world):
    still = {deal.key for deal in world.deals if not deal.outcome}
    steps = [task for task in world.tasks if task.deal in still and task.done_at is None]
    days = [task.due_at.astimezone(BERLIN).date() for task in steps]
    assert 25 <= len(still) <= 70
    assert any(day < NOW.date() for day in days)
    assert any(day == NOW.date() for day in days)
    assert any(day > NOW.date() for day in days)
    assert len({task.deal for task in steps}) < len(still)


def test_summer_is_quiet_and_quarters_end_busily(world):
    days = Counter(event.at.date().replace(day=1) for event in world.events)
    assert days[date(2026, 8, 1)] < 0.8 * days[date(2026, 10, 1)]
    late = [d for d in world.deals if d.outcome == "won" and _days_left(d.closed_at.date()) < 14]
    won = [deal for deal in world.deals if deal.outcome == "won"]
    assert len(late) > 14 / 91 * len(won)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # the hour the clocks go forward
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # and back
        datetime(2027, 1, 1, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 6, 8, 0, 0, tzinfo=ZoneInfo("America/New_York")),
    ],
)
def test_any_moment_will_do(now):
    world = simulator.simulate(3, Size.SMALL, now)
    assert world.events[-1].at <= now
    assert world.now == now
    assert world.events[-1].at > now - timedelta(days=3)


def _days_left(day: date) -> int:
    month = (day.month - 1) // 3 * 3 + 3
    return (date(day.year + month // 12, month % 12 + 1, 1) - day).days


DAYS = [
    *("2026-11-25", "2027-01-29", "2027-02-17", "2027-05-12", "2027-08-20", "2027-12-15"),
    *("2026-03-29", "2028-02-29", "2026-06-30", "2029-10-14"),
]


@pytest.mark.parametrize("seed", [9, 7])
@pytest.mark.parametrize("day", DAYS)
def test_whatever_day_it_is_this_month_has_deals_won(seed, day):
    """The customers with a roll-out sign on working days of their own, beside what luck wins."""
    now = datetime.fromisoformat(f"{day}T12:00:00+02:00")
    deals = simulator.simulate(seed, Size.SMALL, now).deals
    won = [deal.closed_at.astimezone(BERLIN).date() for deal in deals if deal.outcome == "won"]
    month = now.date().replace(day=1)
    signed = sum(rollouts.signing_day(month, place) <= now.date() for place, _ in ROLLOUTS)
    assert signed >= 2
    assert sum(closed >= month for closed in won) >= signed
    before = (month - timedelta(days=1)).replace(day=1)
    assert sum(before <= closed < month for closed in won) >= len(ROLLOUTS)
    still = Counter(deal.stage for deal in deals if not deal.outcome)
    assert min(still[stage] for stage in ("qualified", "discovery", "proposal", "negotiation")) > 0


def test_a_roll_out_signs_on_working_days_also_where_a_month_has_few():
    for place, day in ((1, 1), (7, 9), (15, 21), (40, 23)):
        assert rollouts.signing_day(date(2026, 12, 31), place) == date(2026, 12, day)
    assert rollouts.signing_day(date(2027, 1, 20), 1) == date(2027, 1, 4)


def test_no_lever_decides_a_roll_out():
    setting = Setting(4, Size.SMALL, NOW)
    agreed = {person.index for person in setting.market.people if person.agreed}
    everything = frozenset(range(len(LEVERS)))
    with_, without = (
        [course for course in setting.story(off).courses if course.person in agreed]
        for off in (frozenset(), everything)
    )
    assert with_ == without and len(with_) >= sum(since for _, since in ROLLOUTS)
