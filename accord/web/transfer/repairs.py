"""The third step: values that are probably misspelt, and what is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accord.engine import reference
from accord.engine.cleaning import choices
from accord.people.models import Company
from accord.platform.models import Import, User
from accord.platform.transfer import imports, values
from accord.platform.transfer.mapping import Fill, Mapping
from accord.platform.transfer.reading import defusing
from accord.platform.transfer.reading.sheets import Sheet
from accord.platform.transfer.targets import Slot
from accord.web.http import StaffRequest
from accord.web.staff import staff
from accord.web.transfer import drafts

MOST_VALUES = 5_000
MOST_NAMES = 5_000
SHOWN = 300


@dataclass(frozen=True)
class Odd:
    """A value of a column that no list knows, how often it stands there, and what is meant.

    refused: left as it is, its rows would be refused.
    """

    at: int
    column: str
    label: str
    value: str
    count: int
    meant: str
    refused: bool
    known: str


@dataclass(frozen=True)
class Known:
    """The values a field knows. strict: others are refused. also: what else names the same."""

    names: tuple[str, ...]
    strict: bool
    also: tuple[str, ...] = ()

    @cached_property
    def folded(self) -> frozenset[str]:
        return frozenset(name.casefold() for name in (*self.names, *self.also))


@staff("import.run")
@require_http_methods(["GET", "HEAD", "POST"])
@drafts.step
def page(request: StaffRequest, job: Import) -> HttpResponse:
    wanted = drafts.wanted(job)
    if request.method == "POST":
        imports.set_mapping(job, repaired(wanted, request.POST), by=request.user)
        imports.rehearse(job, by=request.user)
        return redirect("import-check", job.pk)
    found = odd(job, wanted)
    lists = {each.known: lists_of(job, wanted)[each.known].names for each in found}
    context = drafts.shown(job, 2) | {"odd": found[:SHOWN], "more": len(found[SHOWN:])}
    context["lists"] = {name: names[:MOST_VALUES] for name, names in lists.items()}
    return render(request, "transfer/values.html", context)


def odd(job: Import, wanted: Mapping) -> list[Odd]:
    """The values of the file that are no value of their field's list but near one, or refused."""
    known = lists_of(job, wanted)
    fills = [fill for fill in wanted.fills if len(fill.columns) == 1 and fill.field in known]
    if not fills:
        return []
    slots = drafts.slots(job, wanted)
    counts = counted(drafts.sheet(job, wanted), {fill.columns[0] for fill in fills})
    found: list[Odd] = []
    for fill in fills:
        listed = known[fill.field]
        for value, count in counts[fill.columns[0]].most_common():
            meant = _meant(value, fill, listed)
            if meant is not None:
                place = (len(found), fill.columns[0], slots[fill.field].label)
                found.append(Odd(*place, value, count, meant, listed.strict, fill.field))
    return found


def repaired(wanted: Mapping, form: QueryDict) -> Mapping:
    """The mapping with the repairs the form accepts, in every fill that reads their column."""
    taken: dict[str, dict[str, str]] = {}
    at = 0
    while f"column-{at}" in form:
        column, value = form.get(f"column-{at}", ""), form.get(f"value-{at}", "")
        meant = form.get(f"meant-{at}", "").strip()
        at += 1
        accepted = meant if f"use-{at - 1}" in form else ""
        taken.setdefault(column, {})[value] = accepted
    return replace(wanted, fills=tuple(_mended(fill, taken) for fill in wanted.fills))


def counted(sheet: Sheet, headers: Collection[str]) -> dict[str, Counter[str]]:
    """How often each value stands in these columns; at most 5,000 values of a column."""
    places = {header: sheet.headers.index(header) for header in headers if header in sheet.headers}
    found: dict[str, Counter[str]] = {header: Counter() for header in headers}
    for row in sheet:
        for header, at in places.items():
            text = row.cells[at] if at < len(row.cells) else ""
            seen = found[header]
            if text and (text in seen or len(seen) < MOST_VALUES):
                seen[text] += 1
    return {header: _tidied(seen) for header, seen in found.items()}


def lists_of(job: Import, wanted: Mapping) -> dict[str, Known]:
    """What is known, by field: price list, industries, countries, stages, people, companies."""
    filled = {fill.field: fill for fill in wanted.fills}
    found: dict[str, Known] = {}
    for slot in drafts.slots(job, wanted).values():
        if slot.name in filled and (listed := _known(slot, filled[slot.name], wanted)):
            found[slot.name] = listed
    return found


def _known(slot: Slot, fill: Fill, wanted: Mapping) -> Known | None:
    match slot.kind:
        case "country":
            return Known(reference.country_names(), True)
        case "choice" | "stage" | "key":
            labels = dict.fromkeys(each.label for each in slot.choices)
            names = [*labels, *_declared(slot.name, wanted)]
            return Known(tuple(names), fill.if_unreadable == "error") if names else None
        case "person":
            return _colleagues(fill) if User.objects.people().exists() else None
        case "reference" if slot.name == "company":
            rows = Company.objects.filter(deleted_at=None).order_by("pk")
            return Known(tuple(rows.values_list("name", flat=True)[:MOST_NAMES]), False)
        case _ if slot.listed:
            strict = slot.kind == "named" and not fill.create
            return Known(tuple(slot.listed()), strict)
    return None


def _colleagues(fill: Fill) -> Known | None:
    """Everybody who may own records, by what the column calls them."""
    if fill.known_by == "external_id":
        return None  # one id is never meant for another
    people = list(User.objects.people().values_list("name", "email", "external_id")[:MOST_NAMES])
    names, addresses, ids = (tuple(filter(None, each)) for each in zip(*people, strict=True))
    if fill.known_by == "email":
        return Known(addresses, not fill.create)
    return Known(names, not fill.create, () if fill.known_by else (*addresses, *ids))


def _declared(name: str, wanted: Mapping) -> list[str]:
    """The stages, or pipelines, a mapping will add before its first row."""
    added = [each for each in wanted.sections.get("pipelines", []) if isinstance(each, dict)]
    if name == "pipeline":
        return [str(each.get("name", "")) for each in added]
    if name == "stage":
        return [str(stage.get("name", "")) for each in added for stage in each.get("stages", [])]
    return []


def _meant(value: str, fill: Fill, listed: Known) -> str | None:
    """What a value seems to mean, "" where nobody knows; None where it is right as it is."""
    if value in fill.repairs:
        return fill.repairs[value]
    if value.casefold() in listed.folded:
        return None
    if listed.names is reference.country_names() and reference.country(value):
        return None
    near = choices.closest(value, listed.names) or choices.closest(value, listed.also)
    if near is None and not listed.strict:
        return None
    return near.choice if near else ""


def _tidied(seen: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text, count in seen.items():
        if plain := defusing.undo(values.plain(text)):
            found[plain] += count
    return found


def _mended(fill: Fill, taken: dict[str, dict[str, str]]) -> Fill:
    answers = {v: m for column in fill.columns for v, m in taken.get(column, {}).items()}
    kept = {value: meant for value, meant in fill.repairs.items() if value not in answers}
    return replace(fill, repairs=kept | {v: m for v, m in answers.items() if m and m != v})
