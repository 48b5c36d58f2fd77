"""What visitors and readers did, as the event log tells it; the first event of a visit is a touch.

People who did not agree to measurement are seen from the moment they leave their name: what came
before happened, and moved them, but nobody ever recorded it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from accord.engine.simulator import streams
from accord.engine.simulator.process.journeys import LEVER, Journey, Touch
from accord.engine.simulator.process.pursuits import Pursuit
from accord.engine.simulator.telling.cast import Cast, contact_key
from accord.engine.simulator.words import house
from accord.engine.simulator.words.plans import LEVERS, PLANS
from accord.engine.simulator.world import Event

_ADS = {"subject_search", "brand_search", "paid_social", "retargeting"}
# How somebody comes who knows where to go: source, channel, mark of the link.
_KNOWN_WAYS = (
    (("direct", "direct", ""), 5.0),
    (("google / organic", "organic_search", ""), 2.5),
    (("google / cpc", "paid_search", "search-brand"), 3.0),
    (("referral", "referral", ""), 1.2),
    (("", "unknown", ""), 0.8),
)


@dataclass(frozen=True, slots=True)
class _Way:
    source: str
    channel: str
    campaign: str


class Teller:
    """Tells what one person did; `now` cuts off what has not happened yet."""

    def __init__(self, cast: Cast, journey: Journey) -> None:
        self._cast = cast
        self._clock = cast.setting.clock
        self._journey = journey
        self._dice = streams.stream(cast.setting.seed, "tell", journey.person)
        self._contact = contact_key(journey.person)
        self._company = cast.company(journey.person)

    def events(self, busy: bool) -> list[Event]:
        """Everything, in no order. busy: is on an open deal, so looks at our pages these days."""
        pursuit = self._cast.story.pursuits.get(self._journey.person)
        found = [event for touch in self._visible() for event in self._touch(touch)]
        if self._journey.lead is not None:
            found.extend(self._asks(self._journey.lead))
        for position in self._returns(pursuit, busy):
            found.extend(self._visit(position, self._known_way(), ""))
        return [event for event in found if event.at <= self._clock.now]

    def _visible(self) -> Iterable[Touch]:
        recalls = self._cast.person(self._journey.person).recalls
        since = 0.0 if recalls else self._journey.named or 0.0
        return (touch for touch in self._journey.touches if touch.position >= since)

    def _touch(self, touch: Touch) -> Iterator[Event]:
        lever = LEVERS[touch.lever]
        if lever.name == "outbound":
            return  # told with its note, among the activities
        way = _way(self._dice, touch)
        plan = PLANS[touch.plan] if touch.plan >= 0 else None
        if lever.name == "newsletter":
            yield from self._reads(touch.position, way)
        elif lever.name == "partner":
            yield self._event(touch.position, "partner.introduced", way, title="Partner installer")
        elif plan and touch.named and lever.name == "webinar":
            yield self._event(touch.position, "webinar.attended", way, plan.landing, plan.name)
        elif lever.name == "fair":
            if touch.named:
                yield self._event(touch.position, "fair.talked", way, "", plan.name if plan else "")
        else:
            yield from self._arrives(touch, way, plan.landing if plan else "")

    def _arrives(self, touch: Touch, way: _Way, landing: str) -> Iterator[Event]:
        if LEVERS[touch.lever].name in _ADS:
            yield self._event(touch.position, "ad.clicked", way, landing)
            if self._dice.random() < 0.3:
                yield from self._visit(touch.position + 1e-5, None, "")
        else:
            yield from self._visit(touch.position, way, landing)
        if touch.named:
            yield self._event(touch.position + 4e-5, "form.submitted", None, landing, "Guide")

    def _reads(self, position: float, way: _Way) -> Iterator[Event]:
        issue = house.ISSUES[int(position) // 2 % len(house.ISSUES)]
        yield self._event(position, "mail.opened", way, title=issue)
        if self._dice.random() < 0.22:
            page, _ = streams.weighted(self._dice, house.PAGES)
            yield self._event(position + 1e-5, "mail.clicked", way, page, issue)
            yield from self._visit(position + 2e-5, None, page)

    def _asks(self, position: float) -> Iterator[Event]:
        """The form that makes a lead, and the way to it: often one they know by heart."""
        dice = self._dice
        recent = [t for t in self._journey.touches if position - 0.4 < t.position <= position]
        here = recent and LEVERS[recent[-1].lever].name not in {"outbound", "partner", "fair"}
        way = _way(dice, recent[-1]) if here and dice.random() < 0.6 else self._known_way()
        path, title = streams.weighted(dice, house.FORMS)
        yield self._event(position, "form.submitted", way, path, title)

    def _returns(self, pursuit: Pursuit | None, busy: bool) -> Iterator[float]:
        """Visits after the name is known: more the further somebody got, and some this morning."""
        dice, end = self._dice, self._clock.end
        since = self._journey.lead
        if since is not None and pursuit is not None:
            mean = 0.4 + 1.4 * (pursuit.mql_at is not None) + 1.4 * (pursuit.sql_at is not None)
            for _ in range(streams.poisson(dice, mean)):
                yield since + dice.expovariate(1 / 5.0)
        fresh = since is not None and end - since < 4
        if (busy or fresh) and dice.random() < 0.35:
            yield max(end - 0.07 * dice.random(), since or 0.0)

    def _visit(self, position: float, way: _Way | None, page: str) -> Iterator[Event]:
        """A look at one to three pages; only the first says how they came."""
        titles = dict(pair for pair, _ in house.PAGES)
        for count in range(1 + int(self._dice.random() * 1.4)):
            path, title = streams.weighted(self._dice, house.PAGES)
            if page and not count:
                path, title = page, titles.get(page, "")
            at = position + 2e-4 * count
            yield self._event(at, "page.viewed", None if count else way, path, title)

    def _known_way(self) -> _Way:
        return _Way(*streams.weighted(self._dice, _KNOWN_WAYS))

    def _event(
        self, position: float, name: str, way: _Way | None, page: str = "", title: str = ""
    ) -> Event:
        moment = self._clock.moment(position)
        return Event(
            at=moment,
            name=name,
            contact=self._contact,
            company=self._company,
            source=way.source if way else "",
            channel=way.channel if way else "",
            campaign=way.campaign if way else "",
            page=page,
            title=title,
        )


def _way(dice: Random, touch: Touch) -> _Way:
    """How a touch is recorded: mostly well, at times by an odd name, at times without its mark."""
    lever = LEVERS[touch.lever]
    source = lever.sources[0] if dice.random() < 0.85 else dice.choice(lever.sources)
    plan = PLANS[touch.plan] if touch.plan >= 0 else None
    marked = plan is not None and dice.random() < 0.95
    mark = dice.choice((plan.mark, *plan.more_marks)) if plan and marked else ""
    if dice.random() < 0.04 and touch.lever == LEVER["paid_social"]:
        return _Way("", "unknown", "")
    return _Way(source, lever.channel, mark)
