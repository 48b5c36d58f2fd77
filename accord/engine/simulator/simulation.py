"""The demo company, put together: first what happened, then how it was recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from accord.engine.simulator.clocks import Clock
from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.stories import Setting
from accord.engine.simulator.telling import activities, contacts, deals, handoffs, tasks
from accord.engine.simulator.telling.cast import Cast, cast
from accord.engine.simulator.telling.contacts import Dossier
from accord.engine.simulator.telling.touches import Teller
from accord.engine.simulator.words import house
from accord.engine.simulator.words.plans import OWNERS
from accord.engine.simulator.world import Activity, Deal, Event, Rate, Size, Task, World


def simulate(seed: int, size: Size, now: datetime) -> World:
    """The demo company with its last 18 months, up to `now` (aware).

    The same seed, size and moment always give the same world; nothing in it happened after now.
    """
    setting = Setting(seed, size, now)
    known = cast(setting, setting.story())
    return _Telling(known).world()


class _Telling:
    """Gathers the records of a cast."""

    def __init__(self, known: Cast) -> None:
        self._cast = known
        self._activities: list[Activity] = []
        self._events: dict[int, list[Event]] = {index: [] for index in known.journeys}
        self._done: dict[int, list[Activity]] = {index: [] for index in known.journeys}
        self._deals: list[tuple[Course, Deal]] = []
        self._joined: dict[int, list[Course]] = {}

    def world(self) -> World:
        self._tell_deals()
        self._tell_people()
        dossiers = [self._dossier(index) for index in sorted(self._cast.journeys)]
        people = tuple(contacts.contact(self._cast, dossier) for dossier in dossiers)
        setting = self._cast.setting
        return World(
            name=house.NAME,
            seed=setting.seed,
            size=setting.size,
            start=setting.clock.start,
            now=setting.clock.now,
            teams=house.TEAMS,
            users=house.USERS,
            products=house.PRODUCTS,
            stages=house.STAGES,
            rates=tuple(_rates(setting.clock)),
            campaigns=setting.calendar.campaigns(OWNERS),
            companies=contacts.companies(self._cast, people),
            contacts=people,
            deals=tuple(sorted((d for _, d in self._deals), key=lambda d: (d.opened_at, d.key))),
            events=tuple(
                sorted(
                    (event for each in dossiers for event in each.events),
                    key=lambda event: (event.at, event.contact),
                )
            ),
            activities=tuple(
                sorted(
                    (done for each in dossiers for done in each.activities),
                    key=lambda done: (done.at, done.key),
                )
            ),
            tasks=tuple(self._tasks(dossiers)),
        )

    def _tell_deals(self) -> None:
        colleagues: dict[int, list[int]] = {}
        for index in sorted(self._cast.journeys):
            firm = self._cast.person(index).firm
            if firm is not None:
                colleagues.setdefault(firm, []).append(index)
        veterans: dict[int, dict[int, None]] = {}
        for course in self._cast.story.courses:
            known = veterans.setdefault(course.firm, {})
            drawn = deals.helpers(self._cast, course, colleagues[course.firm], known)
            record = deals.deal(self._cast, course, drawn)
            self._deals.append((course, record))
            for person in (course.person, *drawn):
                known[person] = None
                self._joined.setdefault(person, []).append(course)
            self._note(activities.dealing(self._cast, course, record.owner, drawn))

    def _tell_people(self) -> None:
        busy = {
            person
            for person, joined in self._joined.items()
            if any(not course.outcome for course in joined)
        }
        for index, journey in self._cast.journeys.items():
            self._events[index].extend(Teller(self._cast, journey).events(index in busy))
            self._note(activities.prospecting(self._cast, journey))
        for pursuit in self._cast.story.pursuits.values():
            self._events[pursuit.person].extend(handoffs.events(self._cast, pursuit))
            self._note(activities.qualifying(self._cast, pursuit))

    def _note(self, found: Iterable[activities.Done]) -> None:
        for done in found:
            person = int(done.activity.contact.rpartition("-")[2])
            self._done[person].append(done.activity)
            if done.event is not None:
                self._events[person].append(done.event)

    def _dossier(self, index: int) -> Dossier:
        return Dossier(
            person=index,
            events=sorted(self._events[index], key=lambda event: event.at),
            activities=sorted(self._done[index], key=lambda done: done.at),
            lifecycle=handoffs.lifecycle(self._cast, index, self._joined.get(index, ())),
        )

    def _tasks(self, dossiers: Iterable[Dossier]) -> Iterable[Task]:
        found: list[Task | None] = list(tasks.of_the_house(self._cast.setting.clock))
        for course, record in self._deals:
            if not course.outcome:
                found.append(tasks.next_step(self._cast, course, record))
        for pursuit in self._cast.story.pursuits.values():
            found.append(tasks.first_call(self._cast, pursuit))
            found.append(tasks.again(self._cast, pursuit))
        for dossier in dossiers:
            _, known_at = contacts.seen(self._cast, dossier)
            for done in dossier.activities:
                found.append(tasks.past(self._cast, done, dossier.person, known_at))
        made = (task for task in found if task is not None)
        return sorted(made, key=lambda task: (task.due_at, task.key))


def _rates(clock: Clock) -> Iterable[Rate]:
    """What a dollar was worth, by quarter; deals in dollars are few."""
    for quarter in range(7):
        rate = Decimal("0.92") + Decimal(quarter % 3 - 1) / 100
        yield Rate("USD", clock.start + timedelta(weeks=13 * quarter), rate)
