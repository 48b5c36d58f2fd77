"""Whom the records are about: the people and companies that became known, with their keys."""

from __future__ import annotations

from dataclasses import dataclass

from accord.engine.simulator.process.courses import Course
from accord.engine.simulator.process.journeys import Journey
from accord.engine.simulator.process.market import Firm, Prospect
from accord.engine.simulator.process.stories import Setting, Story
from accord.engine.simulator.telling import identities
from accord.engine.simulator.telling.identities import FirmName, PersonName


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody known by now. people and firms are keyed by index, like in the market."""

    setting: Setting
    story: Story
    journeys: dict[int, Journey]
    people: dict[int, PersonName]
    firms: dict[int, FirmName]

    def person(self, index: int) -> Prospect:
        return self.setting.market.people[index]

    def firm(self, index: int) -> Firm | None:
        """The company of a person."""
        place = self.setting.market.people[index].firm
        return None if place is None else self.setting.market.firms[place]

    def seller(self, index: int) -> str:
        """Who of sales cares for a person."""
        firm = self.firm(index)
        return firm.seller if firm else self.story.pursuits[index].seller

    def company(self, index: int) -> str | None:
        """The company's key of a person."""
        place = self.setting.market.people[index].firm
        return None if place is None else company_key(place)


def cast(setting: Setting, story: Story) -> Cast:
    """Give a name to everybody who left one."""
    journeys = {each.person: each for each in story.journeys if each.named is not None}
    places = (setting.market.people[index].firm for index in journeys)
    firms = identities.firm_names(
        setting.seed, setting.market, {place for place in places if place is not None}
    )
    people = identities.person_names(setting.seed, setting.market, journeys, firms)
    return Cast(setting, story, journeys, people, firms)


def contact_key(person: int) -> str:
    return f"contact-{person:05d}"


def company_key(firm: int) -> str:
    return f"company-{firm:05d}"


def deal_key(course: Course) -> str:
    return f"deal-{course.person:05d}-{course.number}"
