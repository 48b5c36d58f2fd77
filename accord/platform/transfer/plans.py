"""A mapping made ready for one file: which cells of a row become which value, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from django.conf import settings

from accord.engine import reference
from accord.engine.errors import Unreadable
from accord.platform.access import preferences
from accord.platform.transfer import values
from accord.platform.transfer.mapping import Fill, Mapping, Mode, Reading, Two, Wrong
from accord.platform.transfer.reading import defusing
from accord.platform.transfer.reading.sheets import Row, Sheet
from accord.platform.transfer.targets import Rule, Slot, Target

Cells = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Filled:
    """One slot with what fills it."""

    slot: Slot
    fill: Fill
    cell: Cells
    read: values.Read


@dataclass
class Line:
    """One row, read: a value for each filled slot, None where there is none; and its problems."""

    number: int
    values: list[Any]
    problem: str = ""

    def refuse(self, why: str) -> None:
        """Say one more thing that is wrong with it."""
        self.problem = f"{self.problem} {why}" if self.problem else why


@dataclass(frozen=True)
class Plan:
    target: Target
    mapping: Mapping
    filled: tuple[Filled, ...]
    empty: tuple[Slot, ...]
    rules: tuple[Rule, ...]
    mode: Mode
    width: int

    @property
    def merges(self) -> bool:
        """Whether two records that a row means are merged."""
        return self.mapping.if_two == Two.MERGE and self.mode is not Mode.CREATE

    def doubts(self, rule: Rule) -> tuple[Rule, ...]:
        """What makes two of what this rule takes for one, where nobody chose the rules."""
        if self.mapping.match or rule.own or rule.unique:
            return ()
        return tuple(other for other in self.rules if other.own)

    def place(self, slot: str) -> int | None:
        """Where in a line the value of this slot stands."""
        return next((at for at, each in enumerate(self.filled) if each.slot.name == slot), None)

    def has(self, *slots: str) -> bool:
        return any(each.slot.name in slots for each in self.filled)

    def read(self, row: Row) -> Line:
        """Read one row. Each cell that cannot be read is a problem of it."""
        line = Line(row.number, [None] * len(self.filled))
        cells = row.cells
        if len(cells) < self.width:
            cells = [*cells, *[""] * (self.width - len(cells))]
        elif any(cells[self.width :]):
            line.refuse(f"This row has {len(cells)} cells, the header has {self.width}.")
            return line
        for at, each in enumerate(self.filled):
            text = each.cell(cells)
            if not text:
                continue
            try:
                line.values[at] = each.read(text)
            except Unreadable as error:
                if each.fill.if_unreadable == "error":
                    line.refuse(f"{each.slot.label}: {error}")
        return line


def make(target: Target, mapping: Mapping, sheet: Sheet) -> Plan:
    """Fit a mapping to a file. Raises Wrong where columns, fields or rules do not exist."""
    slots = {slot.name: slot for slot in target.slots(mapping)}
    whole = _settled(mapping.reading)
    filled = [_filled(each, slots, whole, sheet) for each in mapping.fills]
    names = [each.slot.name for each in filled]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Wrong(f"Two columns fill “{slots[twice].label}”. Choose one of them, or join them.")
    filled += _taken(slots.values(), filled)
    filled += [
        Filled(slots[name], Fill(name), lambda cells: "", str)
        for name in target.derived
        if name not in names
    ]
    names = [each.slot.name for each in filled]
    if not any(set(need) <= set(names) for need in target.needs):
        raise Wrong(target.nameless)
    if mapping.if_two == Two.MERGE and target.merge is None:
        raise Wrong(f"{target.label} cannot be merged. Leave “if_two” out.")
    rules = _rules(target, mapping, set(names))
    empty = tuple(slots[name] for name in target.staged if name not in names)
    return Plan(target, mapping, tuple(filled), empty, rules, mapping.mode, len(sheet.headers))


def _settled(reading: Reading) -> Reading:
    chosen = preferences.current()
    currency = reading.currency or "reporting"
    return replace(
        reading,
        currency=chosen.reporting_currency if currency == "reporting" else _currency(currency),
        region=reading.region or chosen.phone_region,
        time_zone=reading.time_zone or settings.TIME_ZONE,
    )


def _currency(code: str) -> str:
    if code.upper() not in reference.currencies():
        raise Wrong(f"“{code}” is no currency. Write its three letters, such as EUR.")
    return code.upper()


def _filled(fill: Fill, slots: dict[str, Slot], whole: Reading, sheet: Sheet) -> Filled:
    slot = slots.get(fill.field)
    if slot is None:
        raise Wrong(f"There is no field “{fill.field}”.{_meant(fill.field, list(slots))}")
    for header in fill.columns:
        if header not in sheet.headers:
            raise Wrong(f"The file has no column “{header}”.{_meant(header, list(sheet.headers))}")
    if fill.reading.currency:
        whole = replace(whole, currency=_settled(fill.reading).currency)
        fill = replace(fill, reading=replace(fill.reading, currency=""))
    cell = _cell(fill, sheet.headers)
    samples = [cell(row.cells) for row in sheet.sample if len(row.cells) >= len(sheet.headers)]
    try:
        settled = values.manner(fill, whole, samples, slot.kind)
    except (KeyError, ValueError) as error:
        raise Wrong(f"{slot.label}: there is no time zone of this name.") from error
    return Filled(slot, fill, cell, values.reader(slot, settled))


def _taken(slots: Iterable[Slot], filled: list[Filled]) -> Iterator[Filled]:
    """Slots no column fills, read from what fills another one."""
    known = {each.slot.name: each for each in filled}
    for slot in slots:
        other = known.get(slot.taken_from)
        if other and slot.taken and slot.name not in known:
            yield Filled(slot, replace(other.fill, if_unreadable="empty"), other.cell, slot.taken)


def _cell(fill: Fill, headers: Sequence[str]) -> Cells:
    """What takes the text of a field out of a row: "" where there is none."""
    if not fill.columns:
        return lambda cells: fill.value
    repairs, prefix, between = dict(fill.repairs), fill.prefix, fill.between
    places = [headers.index(header) for header in fill.columns]

    def tidy(text: str) -> str:
        text = defusing.undo(values.plain(text))
        return repairs.get(text, text)

    def one(cells: Sequence[str], at: int = places[0]) -> str:
        text = tidy(cells[at])
        return prefix + text if prefix and text else text

    def several(cells: Sequence[str]) -> str:
        found = between.join(text for at in places if (text := tidy(cells[at])))
        return prefix + found if found else ""

    return one if len(places) == 1 else several


def _rules(target: Target, mapping: Mapping, filled: set[str]) -> tuple[Rule, ...]:
    known = {rule.name: rule for rule in target.rules()}
    for name in mapping.match:
        if name not in known:
            raise Wrong(f"There is no match rule “{name}”.{_meant(name, list(known))}")
        if missing := set(known[name].slots) - filled:
            raise Wrong(f"To match by “{name}”, fill the field “{sorted(missing)[0]}”.")
    chosen = [known[name] for name in mapping.match] or list(known.values())
    return tuple(rule for rule in chosen if set(rule.slots) <= filled)


def _meant(wrong: str, known: list[str]) -> str:
    near = get_close_matches(wrong, known, 1)
    if near:
        return f" Did you mean “{near[0]}”?"
    return f" There is {', '.join(f'“{name}”' for name in known[:12])}."
