"""Which column fills which field: guessed from the headers that known systems write.

The table is ours, made from the headers of Salesforce, HubSpot, Pipedrive, Zoho, Mautic,
Mailchimp and Odoo exports; headers in German, French and Spanish that are in common use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz import fuzz, process

from accord.engine.cleaning import choices, wording
from accord.platform.models import Import
from accord.platform.transfer import files, targets
from accord.platform.transfer.mapping import Fill, Mapping
from accord.platform.transfer.targets import Slot

SURE, LIKELY = 1.0, 90.0
_BEFORE = re.compile(r"^(deal|person|organization|organisation|lead) - ", re.IGNORECASE)


@dataclass(frozen=True)
class Suggestion:
    """A column that seems to fill a field. share: how sure, 1 is a header we know."""

    header: str
    field: str
    label: str
    share: float


@dataclass(frozen=True)
class Export:
    """A system whose export we know.

    prefix: put before its ids, so that those of two systems cannot meet.
    marks:  headers it writes.
    ids:    fields, beside the external id, that it fills with ids.
    joined: fields that two of its columns fill together.
    left:   columns that say something else than elsewhere.
    nothing: what it writes where there is no id.
    """

    system: str
    into: str
    prefix: str
    marks: frozenset[str]
    ids: frozenset[str]
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    left: frozenset[str]
    nothing: str


def suggest(into: str, headers: Sequence[str], slots: Iterable[Slot]) -> list[Suggestion]:
    """A field for each column that seems to fill one, each field once, the surest column first.

    slots: what can be filled; their labels and names are known headers too.
    """
    known = _known(into, slots)
    labels = {slot.name: slot.label for slot in slots}
    found = [each for header in headers for each in _guess(header, known, labels)]
    chosen: dict[str, Suggestion] = {}
    for each in sorted(found, key=lambda each: -each.share):
        taken = {other.header for other in chosen.values()}
        if each.field not in chosen and each.header not in taken:
            chosen[each.field] = each
    order = {header: at for at, header in enumerate(headers)}
    return sorted(chosen.values(), key=lambda each: order[each.header])


def recognise(headers: Sequence[str], into: str = "") -> Export | None:
    """The system this file was exported from, where its headers say so."""
    present = {plain(header) for header in headers}
    candidates = [each for each in _exports() if not into or each.into == into]
    share = {each: len(each.marks & present) / len(each.marks) for each in candidates}
    best = max(share, key=lambda each: share[each], default=None)
    return best if best and share[best] >= 0.8 else None


def mapping_for(job: Import) -> Mapping:
    """The mapping the headers of an import's file suggest."""
    slots = targets.named(job.into).slots(Mapping(job.into, ()))
    return suggested(job.into, files.sheet(job).headers, list(slots))


def suggested(into: str, headers: Sequence[str], slots: Sequence[Slot]) -> Mapping:
    """The mapping that headers suggest, with what we know of the system they come from."""
    export = recognise(headers, into)
    if export is None:
        found = suggest(into, headers, slots)
        return Mapping(into, tuple(Fill(each.field, (each.header,)) for each in found))
    kept = [header for header in headers if plain(header) not in export.left]
    fills = {each.field: Fill(each.field, (each.header,)) for each in suggest(into, kept, slots)}
    fills |= _joined(export, headers)
    fills |= {name: _numbered(fills[name], export) for name in fills if name in export.ids}
    return Mapping(into, tuple(fills.values()), name=export.system)


def _joined(export: Export, headers: Sequence[str]) -> dict[str, Fill]:
    """Fields that several columns fill, where the file has all of them."""
    present = {plain(header): header for header in headers}
    return {
        field: Fill(field, tuple(present[part] for part in parts))
        for field, parts in export.joined
        if set(parts) <= present.keys()
    }


def _numbered(fill: Fill, export: Export) -> Fill:
    """What fills a field with ids of the system."""
    known_by = "external_id" if fill.field == "owner" else ""
    repairs = {export.nothing: ""} if export.nothing else {}
    return replace(fill, prefix=export.prefix, known_by=known_by, repairs=repairs)


def plain(header: str) -> str:
    """A header as the table has it: small words with single spaces, FirstName as first name."""
    text = _BEFORE.sub("", header.strip())
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.findall(r"[^\W_]+", wording.folded(text)))


def _guess(header: str, known: Keyed[str, str], labels: Keyed[str, str]) -> list[Suggestion]:
    text = plain(header)
    if text in known:
        return [Suggestion(header, known[text], labels[known[text]], SURE)]
    if len(text) < choices.SHORT:
        return [Suggestion(header, field, labels[field], 0.5) for field in _short(text, known)]
    near = process.extractOne(text, known.keys(), scorer=fuzz.ratio, score_cutoff=LIKELY)
    if near is None:
        return []
    return [Suggestion(header, known[near[0]], labels[known[near[0]]], near[1] / 101)]


def _short(text: str, known: Keyed[str, str]) -> list[str]:
    """The field a short header means where only one can be meant, and no letter is another one."""
    found = {field for each, field in known.items() if _is_slip(text, each)}
    return list(found) if len(found) == 1 else []


def _is_slip(text: str, word: str) -> bool:
    if len(word) == len(text) and sorted(word) != sorted(text):
        return False
    return choices.closest(text, (word,)) is not None


def _known(into: str, slots: Iterable[Slot]) -> dict[str, str]:
    slots = [slot for slot in slots if slot.label]
    names = {slot.name for slot in slots}
    known = {
        text: field
        for field, texts in _synonyms().get(into, {}).items()
        if field in names
        for text in texts
    }
    for slot in slots:
        known[plain(slot.name)] = known[plain(slot.label)] = slot.name
    return known


@cache
def _synonyms() -> Keyed[str, Keyed[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = _read("synonyms.json")
    return found


@cache
def _exports() -> tuple[Export, ...]:
    return tuple(
        Export(
            each["system"],
            each["into"],
            each["prefix"],
            marks=frozenset(each["marks"]),
            ids=frozenset(("external_id", *each.get("ids", ()))),
            joined=tuple((name, tuple(parts)) for name, parts in each.get("joined", {}).items()),
            left=frozenset(each.get("left", ())),
            nothing=each.get("nothing", ""),
        )
        for each in _read("exports.json")
    )


def _read(name: str) -> Any:
    return json.loads((resources.files(__name__) / name).read_text(encoding="utf-8"))
