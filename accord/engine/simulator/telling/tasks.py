"""What is to be done: next steps of open deals, first calls, and what was ticked off before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.telling import phrases
from accord.engine.simulator.telling.cast import Cast, contact_key
from accord.engine.simulator.words import notes
from accord.engine.simulator.world import Activity, Deal, Task

_PAST = {
    "call": "Call {first}",
    "meeting": "Prepare the meeting with {first}",
    "email": "Write to {first}",
}
_HOUSE = (
    ("noor", "todo", "Read this month's returned hand-offs with Tobias", 1),
    ("noor", "todo", "Enter the agency's invoice under its campaign", -2),
    ("emil", "todo", "Lower the bid on searches for our name", 0),
    ("emil", "todo", "New pictures for the calculator ad", 4),
    ("kasia", "email", "Ask two customers for a quote in the next Meter Notes", 0),
    ("kasia", "todo", "Choose the speaker of the next webinar", 6),
    ("tobias", "meeting", "Pipeline review with all of sales", 2),
    ("henrike", "todo", "Comment on the goals for the next quarter", 3),
)


def next_step(cast: Cast, course: Course, deal: Deal) -> Task | None:
    """The next step of an open deal: some overdue, some due today, and some deals have none."""
    dice = streams.stream(cast.setting.seed, "next step", course.person, course.number)
    draw, clock = dice.random(), cast.setting.clock
    if draw < (0.55 if course.stalled else 0.12):
        return None
    kind, text = dice.choice(notes.NEXT_STEPS[deal.stage])
    days = _days(dice, draw, stalled=course.stalled)
    day = clock.today + timedelta(days=days)
    if days:
        day = clocks.working_day(day) if days > 0 else clocks.last_working_day(day)
    person = course.person
    made = deal.steps[-1].at
    return Task(
        key=f"task-{deal.key}",
        title=phrases.filled(cast, dice, text, person, points=course.quote.points),
        kind=kind,
        due_at=clock.at(day, 9.5 + int(dice.random() * 14) / 2),
        all_day=kind in ("todo", "email"),
        owner=deal.owner,
        contact=contact_key(person),
        company=deal.company,
        deal=deal.key,
        created_at=made,
        done_at=None,
    )


def first_call(cast: Cast, pursuit: Pursuit) -> Task | None:
    """The next attempt to call an accepted lead, while nobody was reached and nobody gave up."""
    reached = any(call.reached for call in pursuit.calls)
    if pursuit.answer != "accepted" or pursuit.answered_at is None or reached or pursuit.gave_up:
        return None
    last = pursuit.calls[-1].at if pursuit.calls else pursuit.answered_at
    due = clocks.working_hour(last, 1, 0.2)
    title = f"Call {cast.people[pursuit.person].first}, attempt {len(pursuit.calls) + 1}"
    return _about(cast, pursuit, ("first", "call", title), due, last)


def again(cast: Cast, pursuit: Pursuit) -> Task | None:
    """A contact put off comes back on a day; until then the seller keeps a task for it."""
    if pursuit.again is None or pursuit.answered_at is None:
        return None
    if pursuit.again < cast.setting.clock.today:
        return None
    due = cast.setting.clock.at(clocks.working_day(pursuit.again), 9.0)
    title = f"Ask {cast.people[pursuit.person].first} whether it is time now"
    return _about(cast, pursuit, ("again", "todo", title), due, pursuit.answered_at)


def past(cast: Cast, activity: Activity, person: int, known_at: datetime) -> Task | None:
    """Some of what was done had been a task before, ticked off when it was done."""
    dice = streams.stream(cast.setting.seed, "past task", activity.key)
    if activity.kind not in _PAST or dice.random() > 0.3:
        return None
    planned = activity.at - timedelta(days=1 + int(dice.random() * 6))
    return Task(
        key=f"done-{activity.key}",
        title=_PAST[activity.kind].format(first=cast.people[person].first),
        kind=activity.kind,
        due_at=activity.at - timedelta(days=int(dice.random() * 1.3)),
        all_day=True,
        owner=activity.by,
        contact=activity.contact,
        company=activity.company,
        deal=activity.deal,
        created_at=max(planned, known_at),
        done_at=activity.at,
    )


def of_the_house(clock: Clock) -> Iterator[Task]:
    """What the teams have to do besides."""
    for number, (owner, kind, title, days) in enumerate(_HOUSE):
        day = clock.today + timedelta(days=days)
        yield Task(
            key=f"house-{number}",
            title=title,
            kind=kind,
            due_at=clock.at(clocks.working_day(day) if days > 0 else day, 10.0),
            all_day=kind != "meeting",
            owner=owner,
            contact=None,
            company=None,
            deal=None,
            created_at=clocks.working_hour(clock.now - timedelta(days=9), 0, 0.4),
            done_at=None,
        )


def _days(dice: Random, draw: float, *, stalled: bool) -> int:
    """Days from today; a task of a stalled deal lies behind."""
    if stalled or draw < 0.3:
        return -1 - int(dice.expovariate(1 / 4.0))
    return 0 if draw < 0.46 else 1 + int(dice.expovariate(1 / 5.0))


def _about(
    cast: Cast, pursuit: Pursuit, what: tuple[str, str, str], due: datetime, made: datetime
) -> Task:
    name, kind, title = what
    return Task(
        key=f"{name}-{pursuit.person:05d}",
        title=title,
        kind=kind,
        due_at=due,
        all_day=kind != "call",
        owner=pursuit.seller,
        contact=contact_key(pursuit.person),
        company=cast.company(pursuit.person),
        deal=None,
        created_at=made,
        done_at=None,
    )
