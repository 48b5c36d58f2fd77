"""What becomes of each column of a file: read from JSON and written back.

docs/imports.md shows the form. A mapping knows fields by name only; whether they exist is for
`plans` to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Keyed
from dataclasses import dataclass, fields, replace
from dataclasses import field as kept
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from accord.engine.errors import Refused
from accord.platform.transfer.reading.sheets import Layout


class Wrong(Refused):
    """This mapping cannot be used."""


class Mode(StrEnum):
    """What is done with a row: with records that are there already, and with new ones."""

    BOTH = "both"
    CREATE = "create"
    UPDATE = "update"


class Two(StrEnum):
    """What is done with a row that means two records, by different rules."""

    REFUSE = "refuse"
    MERGE = "merge"


class Dates(StrEnum):
    DETECT = ""
    ISO = "iso"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True)
class Reading:
    """How values are written where they do not say it themselves. "" is found out.

    currency: ISO 4217, or "reporting" for whatever the instance reports in.
    region:   ISO 3166 code of phone numbers without a country code.
    """

    dates: Dates = Dates.DETECT
    decimal_mark: str = ""
    currency: str = ""
    region: str = ""
    time_zone: str = ""


@dataclass(frozen=True)
class Fill:
    """One field, and what fills it: columns (several are joined) or a constant.

    prefix:     put before an id of another system, so that ids of two systems cannot meet.
    repairs:    values as they stand in the file, and what is meant.
    multiplier: amounts are written in units of it.
    create:     make what is named (a company, a colleague) where it is missing.
    known_by:   a colleague is named by "name", "email" or "external_id"; "" tries all.
    called:     what a colleague who is known by a bare id is called, before the id.
    if_unreadable: "error" refuses the row, "empty" leaves the field empty.
    """

    field: str
    columns: tuple[str, ...] = ()
    between: str = " "
    value: str = ""
    prefix: str = ""
    repairs: Keyed[str, str] = kept(default_factory=lambda: MappingProxyType({}))
    multiplier: Decimal = Decimal(1)
    create: bool = False
    known_by: str = ""
    called: str = ""
    if_unreadable: str = "error"
    reading: Reading = Reading()


_FOUND_OUT = Layout()


@dataclass(frozen=True)
class Mapping:
    """A whole mapping. match: names of rules in order, () takes the target's own.

    sections: what the target reads itself, such as fields or pipelines to add, as JSON.
    """

    into: str
    fills: tuple[Fill, ...]
    name: str = ""
    match: tuple[str, ...] = ()
    mode: Mode = Mode.BOTH
    if_two: Two = Two.REFUSE
    reading: Reading = Reading()
    layout: Layout = _FOUND_OUT
    sheet: str = ""
    sections: Keyed[str, Any] = kept(default_factory=lambda: MappingProxyType({}))

    def filling(self, name: str) -> Fill | None:
        """What fills this field."""
        return next((each for each in self.fills if each.field == name), None)


_READING = {each.name for each in fields(Reading)}
_OPTIONS = _READING | {
    *("field", "between", "prefix", "repairs", "multiplier", "create"),
    *("known_by", "called", "if_unreadable"),
}
_LAYOUT = {each.name for each in fields(Layout)} | {"sheet"}
_OWN = {"into", "name", "columns", "values", "match", "mode", "if_two", "reading"}
_AMONG = {
    "decimal_mark": ("", ".", ","),
    "known_by": ("", "name", "email", "external_id"),
    "if_unreadable": ("error", "empty"),
    "if_two": tuple(Two),
    "dates": tuple(Dates),
}
_MODES = {**{each.value: each for each in Mode}, "skip": Mode.CREATE}


def from_text(text: str) -> Mapping:
    """Read a mapping from the text of a JSON file. Raises Wrong with what to mend."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Wrong(f"The mapping is not JSON: {error}.") from error
    return from_json(found)


def from_json(given: Any) -> Mapping:
    """Read a mapping from JSON values. Raises Wrong, naming the place and what to write."""
    top = _object(given, "the mapping")
    into = _text(top.get("into"), "into")
    if not into:
        raise Wrong("The mapping does not say what it imports. Add “into”, such as “contacts”.")
    written = _object(top.get("reading", {}), "reading")
    _known(written, _READING | _LAYOUT, "reading")
    _among(top, "if_two", "the mapping")
    match = top.get("match", [])
    if not isinstance(match, list):
        raise Wrong("“match” is a list of rules in order, such as [“email”, “external_id”].")
    return Mapping(
        into=into,
        fills=(*_columns(top.get("columns", {})), *_values(top.get("values", {}))),
        name=_text(top.get("name", ""), "name"),
        match=tuple(_text(each, "match") for each in match),
        mode=_mode(top.get("mode", Mode.BOTH)),
        if_two=Two(top.get("if_two") or Two.REFUSE),
        reading=_reading(written, "reading"),
        layout=_layout(written),
        sheet=_text(written.get("sheet", ""), "reading › sheet"),
        sections=MappingProxyType({key: top[key] for key in top if key not in _OWN}),
    )


def to_json(mapping: Mapping) -> dict[str, Any]:
    """The mapping as JSON values; `from_json` reads the same mapping back."""
    columns: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for fill in mapping.fills:
        options = _options(fill)
        if len(fill.columns) == 1:
            columns.setdefault(fill.columns[0], []).append({"field": fill.field, **options})
        elif fill.columns:
            values[fill.field] = {"join": list(fill.columns), **options}
        else:
            values[fill.field] = {"value": fill.value, **options}
    reading = _given(mapping.reading) | _given(mapping.layout)
    found = {
        "into": mapping.into,
        "name": mapping.name,
        "columns": columns,
        "values": values,
        "match": list(mapping.match),
        "mode": mapping.mode.value,
        "if_two": mapping.if_two.value if mapping.if_two != Two.REFUSE else "",
        "reading": reading | ({"sheet": mapping.sheet} if mapping.sheet else {}),
    }
    return {key: value for key, value in found.items() if value} | dict(mapping.sections)


def _columns(given: Any) -> Iterator[Fill]:
    for header, what in _object(given, "columns").items():
        place = f"columns › {header}"
        for each in what if isinstance(what, list) else [what]:
            if each is None:
                continue
            options = {"field": each} if isinstance(each, str) else _object(each, place)
            name = _text(options.get("field"), place)
            if not name:
                raise Wrong(f"{place}: say which field it fills, such as “email”.")
            yield replace(_fill(name, options, place, set()), columns=(header,))


def _values(given: Any) -> Iterator[Fill]:
    for name, what in _object(given, "values").items():
        place = f"values › {name}"
        options = _object(what, place) if isinstance(what, dict) else {"value": what}
        fill = _fill(name, options, place, {"value", "join"})
        joined = options.get("join", [])
        if not isinstance(joined, list):
            raise Wrong(f"{place}: “join” is a list of columns.")
        yield replace(
            fill,
            columns=tuple(_text(each, place) for each in joined),
            value=_text(options.get("value", ""), place),
        )


def _fill(name: str, options: Keyed[str, Any], place: str, more: set[str]) -> Fill:
    _known(options, _OPTIONS | more, place)
    repairs = _object(options.get("repairs", {}), f"{place} › repairs")
    for key in ("known_by", "if_unreadable"):
        _among(options, key, place)
    try:
        multiplier = Decimal(str(options.get("multiplier", 1)))
    except InvalidOperation:
        raise Wrong(f"{place}: “multiplier” is a number, such as 1000000.") from None
    return Fill(
        field=name,
        between=_text(options.get("between", " "), place),
        prefix=_text(options.get("prefix", ""), place),
        repairs=MappingProxyType({key: _text(each, place) for key, each in repairs.items()}),
        multiplier=multiplier,
        create=options.get("create") is True,
        known_by=_text(options.get("known_by", ""), place),
        called=_text(options.get("called", ""), place),
        if_unreadable=_text(options.get("if_unreadable", "error"), place),
        reading=_reading(options, place),
    )


def _reading(given: Keyed[str, Any], place: str) -> Reading:
    for key in ("dates", "decimal_mark"):
        _among(given, key, place)
    texts = {key: _text(given[key], place) for key in _READING & given.keys()}
    return Reading(**{**texts, "dates": Dates(texts.get("dates", ""))})  # type: ignore[arg-type]


def _layout(given: Keyed[str, Any]) -> Layout:
    row = given.get("header_row", 0)
    if not isinstance(row, int):
        raise Wrong("reading › header_row is the number of a row, such as 1.")
    encoding = _text(given.get("encoding", ""), "reading › encoding")
    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        raise Wrong(f"reading › encoding: there is no encoding “{encoding}”.") from None
    return Layout(encoding, _text(given.get("delimiter", ""), "reading › delimiter"), row)


def _options(fill: Fill) -> dict[str, Any]:
    found = _given(fill, besides={"field", "columns", "value", "reading"})
    if "repairs" in found:
        found["repairs"] = dict(fill.repairs)
    if "multiplier" in found:
        found["multiplier"] = str(fill.multiplier)
    return found | _given(fill.reading)


def _given(of: Reading | Layout | Fill, besides: Iterable[str] = ()) -> dict[str, Any]:
    """What differs from the usual, by name."""
    usual = type(of)("") if isinstance(of, Fill) else type(of)()
    names = [each.name for each in fields(of) if each.name not in besides]
    return {name: getattr(of, name) for name in names if getattr(of, name) != getattr(usual, name)}


def _mode(given: Any) -> Mode:
    if given not in _MODES:
        raise Wrong(f"“mode” is {_one_of(_MODES)}.")
    return _MODES[given]


def _object(given: Any, place: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Wrong(f"{place}: write names and values in braces, {{“…”: “…”}}.")
    return given


def _text(given: Any, place: str) -> str:
    if given is None:
        return ""
    if not isinstance(given, str | int | float):
        raise Wrong(f"{place}: write a text in quotes.")
    return given if isinstance(given, str) else str(given)


def _known(given: Keyed[str, Any], names: Iterable[str], place: str) -> None:
    if strange := sorted(set(given) - set(names)):
        raise Wrong(f"{place}: there is no “{strange[0]}” here. There is {_one_of(sorted(names))}.")


def _among(given: Keyed[str, Any], key: str, place: str) -> None:
    if given.get(key, "") not in (*_AMONG[key], ""):
        raise Wrong(f"{place} › {key} is {_one_of(each for each in _AMONG[key] if each)}.")


def _one_of(names: Iterable[str]) -> str:
    *most, last = [f"“{name}”" for name in names]
    return f"{', '.join(most)} or {last}" if most else last
