"""A rule while somebody builds it: rows as a form sends them, to and from the rule's JSON form.

Rows stand in the order of the page; `depth` says which group, event or deal a row belongs to.
A row may be half filled in: it then has a complaint and is left out of the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from accord.engine import segments as engine
from accord.engine.segments import BadRule
from accord.engine.segments.terms import Kind
from accord.web.segments.asked import Given, answered, property_kind, question, times, when, written

GROUPS = ("all", "any")
PARENTS = (*GROUPS, "event", "first", "last", "sequence", "deal")
MOST = 320


class Unfinished(Exception):
    """A row lacks something; the sentence says what."""


@dataclass(frozen=True)
class Row:
    """One row. given: what stands in its controls, by the control's name."""

    what: str
    depth: int
    denied: bool = False
    given: Given = field(default_factory=dict)

    def one(self, name: str, default: str = "") -> str:
        return next(iter(self.given.get(name, ())), default).strip()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(filter(None, self.given.get(name, ())))


@dataclass(frozen=True)
class Draft:
    """Rows as the rule they make. rule: of the finished rows; complaints: by place of the row."""

    rows: tuple[Row, ...]
    rule: Any
    complaints: Mapping[int, str]

    @property
    def bare(self) -> bool:
        """Whether there are rows and none is finished: such a rule says nothing yet."""
        group = self.rule.get("not", self.rule)
        return bool(self.complaints) and not any(group.values())


START = (Row("all", 0), Row("contact", 1))


def read(form: QueryDict) -> tuple[Row, ...]:
    """The rows of a form. The first is always a group, and none stands deeper than it can."""
    rows: list[Row] = []
    for place in range(MOST):
        what = form.get(f"what-{place}", "")
        if not what:
            break
        deepest = _below(rows[-1]) if rows else 0
        depth = form.get(f"depth-{place}", "0")
        at = min(int(depth) if depth.isdecimal() and len(depth) < 3 else 0, deepest)
        given = {
            name.rpartition("-")[0]: tuple(form.getlist(name))
            for name in form
            if name.rpartition("-")[2] == str(place)
        }
        rows.append(Row(what, max(at, 1) if rows else 0, f"not-{place}" in form, given))
    if not rows or rows[0].what not in GROUPS:
        return START
    return tuple(rows)


def of(rule: Any) -> tuple[Row, ...]:
    """The rows of a rule in its JSON form."""
    top = rule if any(key in rule for key in GROUPS) else {"all": [rule]}
    return tuple(_rows(top, 0, False))


def draft(rows: tuple[Row, ...], catalogue: engine.Catalogue) -> Draft:
    """The rule the finished rows make, and what the others lack."""
    complaints: dict[int, str] = {}
    rule = _Making(rows, catalogue, complaints).node(0)
    return Draft(rows, rule or {"all": []}, complaints)


def added(rows: tuple[Row, ...], parent: int, what: str) -> tuple[Row, ...]:
    """The rows with a new one at the end of a group, event or deal."""
    if not 0 <= parent < len(rows) or rows[parent].what not in PARENTS or len(rows) >= MOST:
        return rows
    end, depth = _end(rows, parent), rows[parent].depth + 1
    new = [Row(what, depth)]
    if what in GROUPS:
        new.append(Row("contact", depth + 1))
    return (*rows[:end], *new, *rows[end:])


def removed(rows: tuple[Row, ...], place: int) -> tuple[Row, ...]:
    """The rows without one and what belongs to it; the outermost group stays."""
    if not 0 < place < len(rows):
        return rows
    return (*rows[:place], *rows[_end(rows, place) :])


def begun(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows without the empty one a rule begins with, where another stands beside it."""
    empty = rows[1:2] and rows[1].what == "contact" and not rows[1].one("field")
    if empty and not rows[1].denied and len(children(rows, 0)) > 1:
        return removed(rows, 1)
    return rows


def wrapped(rows: tuple[Row, ...], place: int) -> tuple[Row, ...]:
    """The rows with one put into a group of its own, to stand beside others there."""
    if not 0 < place < len(rows) or rows[place].what == "where":
        return rows
    end, depth = _end(rows, place), rows[place].depth
    inner = tuple(replace(each, depth=each.depth + 1) for each in rows[place:end])
    return (*rows[:place], Row("any", depth), *inner, *rows[end:])


def children(rows: tuple[Row, ...], place: int) -> list[int]:
    """The places of what belongs to a row, one level down."""
    inside = range(place + 1, _end(rows, place))
    return [at for at in inside if rows[at].depth == rows[place].depth + 1]


def _end(rows: tuple[Row, ...], place: int) -> int:
    after = range(place + 1, len(rows))
    return next((at for at in after if rows[at].depth <= rows[place].depth), len(rows))


def _below(row: Row) -> int:
    return row.depth + 1 if row.what in PARENTS else row.depth


@dataclass
class _Making:
    rows: tuple[Row, ...]
    catalogue: engine.Catalogue
    complaints: dict[int, str]

    def node(self, place: int) -> Any:
        row = self.rows[place]
        inner = [(at, self.rows[at]) for at in children(self.rows, place)]
        if row.what in GROUPS:
            parts = [made for at, _ in inner if (made := self.node(at)) is not None]
            if place and not inner:
                self.complaints[place] = "Add a condition to this group, or remove it."
            return _denied(row, {row.what: parts}) if parts or not place else None
        asked = [(each, self.condition(at, row)) for at, each in inner if each.what == "where"]
        where = [(each, made) for each, made in asked if made is not None]
        try:
            leaf = _leaf(row, where, self.catalogue)
            read = engine.from_json(leaf)
            engine.check(read, self.catalogue)
        except (Unfinished, BadRule) as problem:
            self.complaints[place] = _plainly(problem)
            return None
        return _denied(row, leaf)

    def condition(self, place: int, parent: Row) -> Any:
        row = self.rows[place]
        try:
            made = _where(row, parent.what, self.catalogue)
            whole = {"deal": "any", "where": [made]} if parent.what == "deal" else None
            engine.from_json(whole or {"event": "any", "where": [made]})
        except (Unfinished, BadRule) as problem:
            self.complaints[place] = _plainly(problem)
            return None
        return made


def _plainly(problem: Exception) -> str:
    """The sentence without the place in the JSON form, which the page shows by itself."""
    if isinstance(problem, BadRule):
        return str(problem).partition(": ")[2]
    return str(problem)


def _denied(row: Row, made: Any) -> Any:
    return {"not": made} if row.denied else made


def _leaf(row: Row, where: list[tuple[Row, Any]], catalogue: engine.Catalogue) -> Any:
    conditions = {"where": [made for _, made in where]} if where else {}
    match row.what:
        case "contact" | "company":
            fields = catalogue.contact if row.what == "contact" else catalogue.company
            return _trait(row, row.what, fields)
        case "event":
            return {"event": _need(row, "event", "Choose an event."), **times(row), **when(row)} | (
                conditions
            )
        case "first" | "last":
            event = _need(row, "event", "Choose an event.")
            return {row.what: event, **when(row), **conditions}
        case "sequence":
            return _sequence(row, where)
        case "was":
            return {"lifecycle": "was", "stages": _several(row, "to", "Choose a stage.")}
        case "changed":
            ends = {name: list(row.all(name)) for name in ("to", "from") if row.all(name)}
            return {"lifecycle": "changed", **ends, **when(row)}
        case "deal":
            return {"deal": row.one("outcome", "open"), **conditions}
        case _:
            return _member(row)


def _member(row: Row) -> Any:
    match row.what:
        case "consent":
            purpose = _need(row, "purpose", "Choose what the consent is for.")
            state = row.one("state", "given")
            return {"consent": purpose, "channel": row.one("channel", "email"), "state": state}
        case "list" | "segment":
            return {row.what: _whole(row, "id", f"Choose a {row.what}.")}
        case "bucket":
            first, below = (_percent(row, name) for name in ("from", "below"))
            salt = _need(row, "salt", "Name the random share: the same name is the same people.")
            return {"bucket": salt, "from": first, "below": below}
        case _:
            raise Unfinished("Choose what to ask.")


def _trait(row: Row, noun: str, fields: engine.catalogue.Fields) -> Any:
    name = _need(row, "field", "Choose a field.")
    if name not in fields:
        raise Unfinished("There is no such field any more. Choose another field.")
    kind = fields[name].kind
    return {noun: name, "kind": kind.value, **_question(row, kind)}


def _where(row: Row, parent: str, catalogue: engine.Catalogue) -> Any:
    if parent == "deal":
        name = _need(row, "field", "Choose a field of the deal.")
        if name not in catalogue.deal:
            raise Unfinished("There is no such field any more. Choose another field.")
        kind = catalogue.deal[name].kind
        return {"field": name, "kind": kind.value, **_question(row, kind)}
    name = _need(row, "property", "Name a property of the event, such as path.")
    kind = property_kind(row)
    return {"property": name, "kind": kind.value, **_question(row, kind)}


def _sequence(row: Row, where: list[tuple[Row, Any]]) -> Any:
    steps = []
    for side, name in (("1", "event"), ("2", "then")):
        conditions = [made for each, made in where if each.one("side", "1") == side]
        step: dict[str, Any] = {"event": _need(row, name, "Choose both events.")}
        steps.append(step | ({"where": conditions} if conditions else {}))
    count = row.one("within")
    near = {"within": f"{count} {row.one('withinunit', 'days')}"} if count else {}
    return {"sequence": steps, **near, **when(row)}


def _question(row: Row, kind: Kind) -> Any:
    asked = question(row, kind)
    if asked is None:
        raise Unfinished("Fill in what to compare it with.")
    return asked


def _need(row: Row, name: str, sentence: str) -> str:
    found = row.one(name)
    if not found:
        raise Unfinished(sentence)
    return found


def _several(row: Row, name: str, sentence: str) -> list[str]:
    if not row.all(name):
        raise Unfinished(sentence)
    return list(row.all(name))


def _whole(row: Row, name: str, sentence: str) -> int:
    text = row.one(name)
    if not re.fullmatch("[0-9]{1,18}", text):
        raise Unfinished(sentence)
    return int(text)


def _percent(row: Row, name: str) -> int:
    text = row.one(name, "0" if name == "from" else "10")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) or float(text) > 100:
        raise Unfinished("Write both ends of the share in per cent, 0 to 100.")
    return round(float(text) * 100)


def _rows(rule: Any, depth: int, denied: bool) -> Iterator[Row]:
    if "not" in rule:
        yield from _rows(rule["not"], depth, not denied)
        return
    group = next((key for key in GROUPS if key in rule), "")
    if group:
        yield Row(group, depth, denied)
        for part in rule[group]:
            yield from _rows(part, depth + 1, False)
        return
    what, given = _unpacked(rule)
    yield Row(what, depth, denied, given)
    yield from _conditions(rule, what, depth + 1)


def _conditions(rule: Any, what: str, depth: int) -> Iterable[Row]:
    steps = rule["sequence"] if what == "sequence" else [rule]
    for side, step in enumerate(steps, 1):
        for made in step.get("where", ()):
            name = "field" if "field" in made else "property"
            kind = Kind(made["kind"])
            given = {name: (made[name],), "kind": (kind.value,), "side": (str(side),)}
            yield Row("where", depth, False, {**given, **answered(made, kind)})


def _unpacked(rule: Any) -> tuple[str, Given]:
    """What kind of row a line is, and what stands in its controls."""
    key = next(key for key in _UNPACK if key in rule)
    found: tuple[str, Given] = _UNPACK[key](rule)
    return found


def _of_trait(noun: str, rule: Any) -> tuple[str, Given]:
    kind = Kind(rule["kind"])
    return noun, {"field": (rule[noun],), **answered(rule, kind)}


def _of_event(what: str, rule: Any) -> tuple[str, Given]:
    return what, {"event": (rule[what],), **written(rule)}


def _of_sequence(rule: Any) -> tuple[str, Given]:
    first, then = (step["event"] for step in rule["sequence"])
    count, _, unit = rule.get("within", "").partition(" ")
    unit = unit if unit.endswith("s") or not unit else f"{unit}s"
    near = {"within": (count,), "withinunit": (unit,)} if count else {}
    return "sequence", {"event": (first,), "then": (then,), **near, **written(rule)}


def _of_lifecycle(rule: Any) -> tuple[str, Given]:
    if rule["lifecycle"] == "was":
        return "was", {"to": tuple(rule["stages"])}
    ends = {name: tuple(rule.get(name, ())) for name in ("to", "from")}
    return "changed", {**ends, **written(rule)}


def _of_consent(rule: Any) -> tuple[str, Given]:
    return "consent", {
        "purpose": (rule["consent"],),
        "channel": (rule["channel"],),
        "state": (rule["state"],),
    }


def _of_bucket(rule: Any) -> tuple[str, Given]:
    ends = {name: (f"{rule[name] / 100:g}",) for name in ("from", "below")}
    return "bucket", {"salt": (rule["bucket"],), **ends}


_UNPACK: Mapping[str, Any] = {
    "contact": lambda rule: _of_trait("contact", rule),
    "company": lambda rule: _of_trait("company", rule),
    "event": lambda rule: _of_event("event", rule),
    "first": lambda rule: _of_event("first", rule),
    "last": lambda rule: _of_event("last", rule),
    "sequence": _of_sequence,
    "lifecycle": _of_lifecycle,
    "deal": lambda rule: ("deal", {"outcome": (rule["deal"],)}),
    "consent": _of_consent,
    "list": lambda rule: ("list", {"id": (str(rule["list"]),)}),
    "segment": lambda rule: ("segment", {"id": (str(rule["segment"]),)}),
    "bucket": _of_bucket,
}
