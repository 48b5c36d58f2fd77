"""What a number is made of, as a table: people, deals, stays in a stage, or touches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from accord.insight.questions import Cut, Measure, Part, Report, label
from accord.insight.reports import Made
from accord.people.models import Contact
from accord.platform import currencies
from accord.platform.models import Record, User
from accord.sales.models import Deal
from accord.web import formats
from accord.web.insight import cells
from accord.web.insight.cells import Shown

_ONE_AND_MANY = {
    "contact": ("person", "people"),
    "deal": ("deal", "deals"),
    "stay": ("stay", "stays"),
    "touch": ("touch", "touches"),
}
_HEADS = {
    "contact": ("Name", "E-mail", "Stage", "Source", "Owner", "First here"),
    "deal": ("Deal", "Company", "Owner", "Opened", "Closed"),
    "stay": ("Deal", "From", "To"),
    "touch": ("Deal", "Goal reached", "Touch", "Channel", "Source", "Campaign", "Person"),
}
_FIGURES = {"share": "Won", "days": "Days"}
_NUMERIC = frozenset({"Amount", "Days", "Share", "Worth"})


@dataclass(frozen=True)
class Head:
    """numeric: set to the right, as its column is."""

    label: str
    numeric: bool


@dataclass(frozen=True)
class Listing:
    """Heads, and for each part a cell below each of them; the first cell opens the record."""

    heads: tuple[Head, ...]
    lines: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True)
class _Seen:
    """The records that the reader of a page may see, by id."""

    contacts: dict[int, Contact]
    deals: dict[int, Deal]
    measure: Measure


def listing(noun: str, parts: Collection[Part], measure: Measure, reader: User) -> Listing:
    """The parts of one page; values as they were known, names as they are now."""
    people = Contact.objects.visible_to(reader).select_related("owner")
    deals = Deal.objects.visible_to(reader).select_related("owner", "company")
    seen = _Seen(
        people.in_bulk({part.contact for part in parts if part.contact}),
        deals.in_bulk({part.deal for part in parts if part.deal}),
        measure,
    )
    line = {"contact": _contact, "deal": _deal, "stay": _stay, "touch": _touch}[noun]
    heads = tuple(Head(name, name in _NUMERIC) for name in _heads(noun, measure))
    return Listing(heads, tuple(line(part, seen) for part in parts))


def _heads(noun: str, measure: Measure) -> tuple[str, ...]:
    if noun == "touch":
        return (*_HEADS[noun], "Share", "Worth")
    if noun == "contact" and measure.kind != "share":
        return _HEADS[noun]
    return (*_HEADS[noun], "Days" if noun == "stay" else _FIGURES.get(measure.kind, "Amount"))


def noun(known: Report, cut: Cut) -> str:
    """What one number is made of; what no touch explains is made of deals."""
    explained = known.name != "attribution" or cut.whole or cut.key is not None
    return known.noun if explained else "deal"


def said(noun: str, made: Made, measure: Measure) -> str:
    """How many parts there are and what they come to: 4,238 deals, together €10,005,534."""
    n, added = made.n, made.added
    count = f"{n:,} {_ONE_AND_MANY[noun][n != 1]}"
    match measure.kind:
        case "money":
            return f"{count}, together {formats.money(added, currencies.reporting())}"
        case "credit" if noun == "touch":
            return f"{count}, together {formats.number(round(added, 1))} deals"
        case "days" if n:
            return f"{count}, {formats.number(round(added / n, 2))} days on average"
        case "share":
            return f"{count}, {added:,.0f} of them won"
        case _:
            return count


def _contact(part: Part, seen: _Seen) -> tuple[Shown, ...]:
    found = seen.contacts.get(part.contact or 0)
    words = ("", "", "", "")
    if found:
        words = (found.email, found.stage.capitalize(), found.source or "", _owner(found))
    cells = (_linked(found, "contacts"), *(Shown(word) for word in words), _day(part.began))
    return (*cells, _figure(part, seen.measure)) if seen.measure.kind == "share" else cells


def _deal(part: Part, seen: _Seen) -> tuple[Shown, ...]:
    found = seen.deals.get(part.deal or 0)
    company = str(found.company) if found and found.company else ""
    owner = _owner(found) if found else ""
    days = (_day(part.began), _day(part.ended))
    return (
        _linked(found, "deals"),
        Shown(company),
        Shown(owner),
        *days,
        _figure(part, seen.measure),
    )


def _stay(part: Part, seen: _Seen) -> tuple[Shown, ...]:
    deal = _linked(seen.deals.get(part.deal or 0), "deals")
    figure = Shown(formats.number(round(float(part.figure or 0), 1), 1), numeric=True)
    return (deal, _day(part.began), _day(part.ended), figure)


def _touch(part: Part, seen: _Seen) -> tuple[Shown, ...]:
    deal = _linked(seen.deals.get(part.deal or 0), "deals")
    who = seen.contacts.get(part.contact or 0)
    person = Shown(str(who), f"/contacts/{who.pk}/") if who else Shown("")
    words = (label("channel", part.channel or None, empty="No touch"), part.source, part.campaign)
    earned = (
        Shown(formats.percent(part.weight, 1), numeric=True),
        Shown(formats.money(part.value, currencies.reporting()), numeric=True),
    )
    return (
        deal, _day(part.ended), _day(part.began), *(Shown(word) for word in words), person, *earned
    )  # fmt: skip


def _linked(found: Record | None, path: str) -> Shown:
    return Shown(str(found), f"/{path}/{found.pk}/") if found else Shown("Deleted since")


def _owner(found: Record) -> str:
    owner: Any = found.owner
    return str(owner) if owner else ""


def _day(moment: datetime | None) -> Shown:
    return Shown(date_format(timezone.localdate(moment), "j M Y") if moment else "")


def _figure(part: Part, measure: Measure) -> Shown:
    if measure.kind == "share":
        return Shown("Yes" if part.figure else "No")
    if part.figure is None:
        return Shown("")
    if measure.kind == "days":
        return Shown(cells.text(float(part.figure), measure, ""), numeric=True)
    return Shown(formats.money(Decimal(part.figure), currencies.reporting()), numeric=True)
