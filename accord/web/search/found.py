"""What search shows: records, pages and things to do, each with its address."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from accord.people import search
from accord.platform.access import permissions
from accord.platform.models import User
from accord.web import navigation

KINDS = {
    "contact": ("user", "contacts"),
    "company": ("building", "companies"),
    "deal": ("briefcase", "deals"),
    "campaign": ("speakerphone", "campaigns"),
}


@dataclass(frozen=True)
class Found:
    """A record in the list of results."""

    noun: str
    pk: int
    title: str
    detail: str

    @property
    def icon(self) -> str:
        return KINDS[self.noun][0]

    @property
    def url(self) -> str:
        return f"/{KINDS[self.noun][1]}/{self.pk}/"


@dataclass(frozen=True)
class Action:
    """Something to do that has a page. `route`: its URL's name and what stands in it."""

    icon: str
    name: str
    needs: str
    route: tuple[str, ...]


ACTIONS = (
    Action("user-plus", "New contact", "contact.write", ("list-new", "contacts")),
    Action("building", "New company", "company.write", ("list-new", "companies")),
    Action("briefcase", "New deal", "deal.write", ("list-new", "deals")),
    Action("checkbox", "New task", "contact.write", ("tasks",)),
    Action("speakerphone", "New campaign", "campaign.write", ("campaign-new",)),
    Action("file-import", "Import a file", "import.run", ("import-new",)),
)


def records(text: str, user: User, limit: int) -> list[Found]:
    """The records that fit the text best, at most `limit` of each noun."""
    hits = search.find(text, user, limit)
    return [Found(hit.noun, hit.pk, hit.title, hit.detail) for hit in hits if hit.noun in KINDS]


def actions(text: str, user: User) -> list[navigation.Link]:
    """What this person may do whose name has every word of the text."""
    return [
        navigation.Link(action.icon, action.name, url, "", False)
        for action in ACTIONS
        if (url := navigation.address(*action.route)) and permissions.may(user, action.needs)
        if _fits(text, action.name)
    ]


def pages(text: str, user: User, menus: tuple[navigation.Menu, ...]) -> list[navigation.Link]:
    """The pages of these menus that this person may open whose name has every word."""
    may = partial(permissions.may, user)
    groups = [group for menu in menus for group in navigation.groups(menu, path="", may=may)]
    return [link for group in groups for link in group.links if _fits(text, link.name)]


def _fits(text: str, name: str) -> bool:
    words = text.lower().split()
    return bool(words) and all(word in name.lower() for word in words)
