"""What sales did and wrote down: calls, meetings, mails and notes, with the event each one is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accord.engine.simulator import clocks, streams
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.journeys import LEVER, Journey
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.telling import phrases
from accord.engine.simulator.telling.cast import Cast, company_key, contact_key, deal_key
from accord.engine.simulator.words import notes
from accord.engine.simulator.words.plans import PLANS
from accord.engine.simulator.world import Activity, Event

_EVENT = {"call": "call.made", "meeting": "meeting.held", "email": "mail.written"}
# What usually happens in a stage, in this order.
_USUAL = {
    "qualified": ("call", "email", "call"),
    "discovery": ("meeting", "email", "call", "meeting"),
    "proposal": ("email", "call", "meeting", "note"),
    "negotiation": ("call", "meeting", "email", "call"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """An activity and its event; a note has none."""

    activity: Activity
    event: Event | None


@dataclass(frozen=True, slots=True)
class _Act:
    """Something done on a deal, by its owner, with the person who began it or one of the others."""

    name: str
    kind: str
    at: datetime
    owner: str
    others: tuple[int, ...]


def prospecting(cast: Cast, journey: Journey) -> Iterator[Done]:
    """Calls to people who had not asked yet."""
    dice = streams.stream(cast.setting.seed, "prospecting", journey.person)
    since = 0.0 if cast.person(journey.person).recalls else journey.named or 0.0
    cold = (t for t in journey.touches if t.lever == LEVER["outbound"] and t.position >= since)
    for number, touch in enumerate(cold):
        at = clocks.working_hour(cast.setting.clock.moment(touch.position), 0, dice.random())
        if at > cast.setting.clock.now:
            return
        key = f"call-{journey.person:05d}-cold{number}"
        talk = dice.random() < 0.4
        text = dice.choice(notes.FIRST_CALLS if talk else notes.NO_ANSWERS)
        body = phrases.filled(cast, dice, text, journey.person)
        yield _done(
            Activity(
                key=key,
                kind="call",
                at=at,
                by=cast.seller(journey.person) if cast.firm(journey.person) else "zeynep",
                contact=contact_key(journey.person),
                company=cast.company(journey.person),
                deal=None,
                body=body,
                outcome="connected" if talk else "no answer",
                minutes=3 + int(dice.random() * 9) if talk else None,
            ),
            "cold call",
            PLANS[touch.plan].mark,
        )


def qualifying(cast: Cast, pursuit: Pursuit) -> Iterator[Done]:
    """Attempts to talk to a lead that sales accepted, and the talk that made it an SQL."""
    dice = streams.stream(cast.setting.seed, "qualifying", pursuit.person)
    for number, call in enumerate(pursuit.calls):
        text = dice.choice(notes.FIRST_CALLS if call.reached else notes.NO_ANSWERS)
        outcome = "connected" if call.reached else "no answer"
        minutes = 5 + int(dice.random() * 20) if call.reached else None
        yield _with(cast, dice, pursuit, (f"{number}", "call", call.at, text, outcome, minutes))
    if pursuit.sql_at:
        text = dice.choice(notes.QUALIFYING)
        minutes = 30 + 5 * int(dice.random() * 7)
        yield _with(cast, dice, pursuit, ("sql", "meeting", pursuit.sql_at, text, "held", minutes))


def dealing(cast: Cast, course: Course, owner: str, others: tuple[int, ...]) -> Iterator[Done]:
    """Work on a deal, stage by stage, until it is closed, now, or nobody cares any more.

    others: who else is on it.
    """
    dice = streams.stream(cast.setting.seed, "dealing", course.person, course.number)
    now = cast.setting.clock.now
    ends = [at for _, at in course.steps[1:]] + [now]
    for (stage, begins), until in zip(course.steps, ends, strict=True):
        if stage not in _USUAL:
            return
        left = course.stalled and until == now
        cares = min(now, begins + timedelta(days=16)) if left else until
        for number, at in enumerate(_moments(dice, begins, cares)):
            kind = _USUAL[stage][number % len(_USUAL[stage])]
            yield _on_deal(cast, dice, course, _Act(f"{stage}-{number}", kind, at, owner, others))


def _moments(dice: Random, begins: datetime, until: datetime) -> Iterable[datetime]:
    """Working moments in a stage, about one in nine days."""
    at = begins
    while True:
        at = clocks.working_hour(at, 2 + dice.expovariate(1 / 7.5), dice.random())
        if at >= until:
            return
        yield at


def _on_deal(cast: Cast, dice: Random, course: Course, act: _Act) -> Done:
    kind = act.kind
    person = dice.choice((course.person, course.person, *act.others))
    pool = {
        "call": notes.FOLLOW_UPS,
        "meeting": notes.MEETINGS,
        "email": notes.MAILS,
        "note": notes.NOTES,
    }[kind]
    missed = kind == "call" and dice.random() < 0.3
    text = dice.choice(notes.NO_ANSWERS if missed else pool)
    minutes = {"call": 4 + int(dice.random() * 25), "meeting": 30 + 15 * int(dice.random() * 5)}
    outcome = {"call": "no answer" if missed else "connected", "meeting": "held"}.get(kind, "")
    return _done(
        Activity(
            key=f"{deal_key(course)}-{act.name}",
            kind=kind,
            at=act.at,
            by=act.owner,
            contact=contact_key(person),
            company=company_key(course.firm),
            deal=deal_key(course),
            body=phrases.filled(cast, dice, text, person, points=course.quote.points),
            outcome=outcome,
            minutes=None if missed else minutes.get(kind),
        ),
        "sales",
        "",
    )


def _with(
    cast: Cast,
    dice: Random,
    pursuit: Pursuit,
    what: tuple[str, str, datetime, str, str, int | None],
) -> Done:
    name, kind, at, text, outcome, minutes = what
    return _done(
        Activity(
            key=f"{kind}-{pursuit.person:05d}-{name}",
            kind=kind,
            at=at,
            by=pursuit.seller,
            contact=contact_key(pursuit.person),
            company=cast.company(pursuit.person),
            deal=None,
            body=phrases.filled(cast, dice, text, pursuit.person),
            outcome=outcome,
            minutes=minutes,
        ),
        "sales",
        "",
    )


def _done(activity: Activity, source: str, campaign: str) -> Done:
    """With its event: a touch of the channel outbound, wherever somebody was really reached."""
    if activity.kind == "note":
        return Done(activity, None)
    reached = activity.outcome != "no answer"
    return Done(
        activity,
        Event(
            at=activity.at,
            name=_EVENT[activity.kind],
            contact=activity.contact,
            company=activity.company,
            deal=activity.deal,
            user=activity.by,
            source=source if reached else "",
            channel="outbound" if reached else "",
            campaign=campaign if reached else "",
            minutes=activity.minutes,
            activity=activity.key,
        ),
    )
