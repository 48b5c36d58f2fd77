"""What sidebar, phone bars and keyboard offer: only pages that exist and may be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """A page the product may have. `go` is the letter typed after G; `needs` names a permission."""

    icon: str
    name: str
    url_name: str
    go: str = ""
    needs: str = ""


@dataclass(frozen=True)
class Link:
    """A page that works and that this person may open."""

    icon: str
    name: str
    url: str
    go: str
    current: bool


@dataclass(frozen=True)
class Group:
    """Links under one heading; the first group has none."""

    heading: str
    links: tuple[Link, ...]


Menu = dict[str, tuple[Entry, ...]]

MAIN: Menu = {
    "": (
        Entry("home", "Today", "today", "t"),
        Entry("inbox", "Inbox", "inbox", "i"),
        Entry("checkbox", "Tasks", "tasks", "k"),
    ),
    "Sell": (
        Entry("briefcase", "Deals", "deals", "d", "deal.read"),
        Entry("users", "Contacts", "contacts", "c", "contact.read"),
        Entry("building", "Companies", "companies", "o", "company.read"),
        Entry("arrows-exchange", "Hand-offs", "handoffs", "h"),
    ),
    "Market": (
        Entry("chart-pie", "Segments", "segments", "m"),
        Entry("speakerphone", "Campaigns", "campaigns", "p", "campaign.read"),
        Entry("mail", "E-mails", "emails", "e"),
        Entry("route", "Journeys", "journeys", "j"),
        Entry("forms", "Forms", "forms", "f", "form.read"),
    ),
    "Understand": (
        Entry("scale", "Alignment", "alignment", "a"),
        Entry("report-analytics", "Reports", "reports", "r", "report.read"),
    ),
}
FOOT: Menu = {"": (Entry("settings", "Settings", "settings", "s"),)}
SETTINGS: Menu = {
    "You": (
        Entry("user", "Profile", "settings-profile"),
        Entry("shield-check", "Security", "settings-security"),
    ),
    "Company": (
        Entry("building", "Company", "settings-company", needs="settings.manage"),
        Entry("star", "Brand", "settings-brand", needs="settings.manage"),
        Entry("users", "Members", "settings-members", needs="members.manage"),
        Entry("users-group", "Teams", "settings-teams", needs="members.manage"),
        Entry("user-cog", "Roles", "settings-roles"),
        Entry("layout-kanban", "Pipelines", "settings-pipelines", needs="settings.manage"),
        Entry("flag", "Reasons", "settings-reasons", needs="settings.manage"),
        Entry("list-details", "Lifecycle", "settings-lifecycle", needs="settings.manage"),
        Entry("forms", "Fields", "settings-fields", needs="settings.manage"),
        Entry("currency-euro", "Currencies", "settings-currencies", needs="settings.manage"),
        Entry("tags", "Price list", "settings-products", needs="product.write"),
    ),
    "House": (
        Entry("target", "Tracking", "settings-tracking", needs="tracking.manage"),
        Entry("route", "Channels", "settings-channels", needs="settings.manage"),
        Entry("shield-check", "Consent", "settings-consent", needs="consent.manage"),
        Entry("mail-x", "Suppression list", "settings-suppression", needs="suppression.write"),
        Entry("user-check", "Privacy requests", "settings-privacy", needs="privacy.manage"),
        Entry("file-import", "Imports", "settings-imports", needs="import.run"),
        Entry("trash", "Deleted", "settings-deleted", needs="contact.write"),
        Entry("history", "Audit log", "settings-audit", needs="audit.read"),
        Entry("server", "System", "settings-system", needs="system.manage"),
    ),
}


def groups(menu: Menu, *, path: str, may: Callable[[str], bool]) -> tuple[Group, ...]:
    """The menu's entries whose page resolves and whose permission `may` grants; no empty groups."""
    shown = ((heading, tuple(_links(entries, path, may))) for heading, entries in menu.items())
    return tuple(Group(heading, links) for heading, links in shown if links)


def address(name: str, *parts: object) -> str:
    """The address of a page by its URL's name, "" where there is no such page."""
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""


def _links(entries: Iterable[Entry], path: str, may: Callable[[str], bool]) -> Iterable[Link]:
    for entry in entries:
        url = address(entry.url_name)
        if url and (not entry.needs or may(entry.needs)):
            yield Link(entry.icon, entry.name, url, entry.go, _is_current(url, path))


def _is_current(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
