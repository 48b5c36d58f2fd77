"""What a row asks of a value, how often and when: its controls to and from the JSON form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from accord.engine.errors import Refused
from accord.engine.segments.notation.questions import QUESTIONS, allowed
from accord.engine.segments.terms import KEYS, PROPERTY_KINDS, Kind
from accord.people import fields

Given = Mapping[str, tuple[str, ...]]

MONEY = Kind.MONEY
NOTHING = ("empty", "filled")
SPANS = ("within_last", "within_next")
LISTS = ("is", "is_not", "has_all")


class Asking(Protocol):
    def one(self, name: str, default: str = "") -> str: ...

    def all(self, name: str) -> tuple[str, ...]: ...


def chosen(row: Asking, kind: Kind) -> str:
    """Which question stands in the row; the first its kind can be asked where none fits."""
    can = allowed(kind)
    return row.one("op") if row.one("op") in can else can[0]


def property_kind(row: Asking) -> Kind:
    """The kind of an event's property a row names; text where it names none there is."""
    text = row.one("kind", "text")
    return Kind(text) if text in PROPERTY_KINDS else Kind.TEXT


def question(row: Asking, kind: Kind) -> Any:
    """The question as JSON, None where its value is not filled in yet."""
    op = chosen(row, kind)
    if op in NOTHING:
        return {op: True}
    value = _value(row, kind, op)
    if value is None:
        return None
    currency = row.one("currency") if kind is MONEY else ""
    return {op: value} | ({"currency": currency} if currency else {})


def answered(rule: Any, kind: Kind) -> Given:
    """The controls of a question in its JSON form."""
    op = next(key for key in rule if key in QUESTIONS and key != "currency")
    value = rule[op]
    found: dict[str, tuple[str, ...]] = {"op": (op,)}
    if "currency" in rule:
        found["currency"] = (rule["currency"],)
    if op in NOTHING:
        return found
    if op == "answer":
        return found | {"value": ("yes" if value else "no",)}
    if op in SPANS:
        return found | _span("value", "unit", value)
    if op == "between":
        return found | {"value": (str(value[0]),), "value2": (str(value[1]),)}
    if op in LISTS:
        return found | {"value": _listed(value, kind)}
    return found | {"value": (str(value),)}


def times(row: Asking) -> Any:
    """How often, as JSON; nothing for at least once."""
    often, count = row.one("often", "at_least"), row.one("count", "1")
    if often == "never":
        return {"times": {"exactly": 0}}
    if not re.fullmatch("[0-9]{1,9}", count):
        return {"times": {often: count}}  # which is refused with a sentence
    if often == "at_least" and int(count) == 1:
        return {}
    return {"times": {often: int(count)}}


def when(row: Asking) -> Any:
    """When, as JSON; nothing for at any time."""
    at, day, second = row.one("when"), row.one("day"), row.one("day2")
    match at:
        case "within_last":
            return {"when": {at: f"{day or 30} {row.one('dayunit', 'days')}"}}
        case "before" | "after" | "on":
            return {"when": {at: day or "today"}}
        case "between":
            return {"when": {at: [day or "30 days ago", second or "today"]}}
        case _:
            return {}


def written(rule: Any) -> Given:
    """The controls of how often and when."""
    found: dict[str, tuple[str, ...]] = {}
    often = rule.get("times", {})
    for name in ("at_least", "at_most", "exactly"):
        if name in often:
            found |= {"often": (name,), "count": (str(often[name]),)}
    if often == {"exactly": 0}:
        found["often"] = ("never",)
    for at, value in rule.get("when", {}).items():
        found["when"] = (at,)
        if at == "within_last":
            found |= _span("day", "dayunit", value)
        elif at == "between":
            found |= {"day": (value[0],), "day2": (value[1],)}
        else:
            found["day"] = (value,)
    return found


def _value(row: Asking, kind: Kind, op: str) -> Any:
    if op in LISTS:
        return _values(row, kind) or None
    text = row.one("value")
    if op == "between":
        second = row.one("value2")
        return [text, second] if text and second else None
    if op == "answer":
        return (text or "yes") == "yes"
    if not text:
        return None
    if op in SPANS:
        return f"{text} {row.one('unit', 'days')}"
    if op == "anniversary_within":
        return int(text) if re.fullmatch("[0-9]{1,5}", text) else text
    return text


def _values(row: Asking, kind: Kind) -> list[Any]:
    texts = [*row.all("value"), *split(row.one("text"))]
    if kind is Kind.COMPANY:
        whole = _company(row.one("text")) if row.one("text") else ""
        if isinstance(whole, int):  # a name may hold a comma
            texts = [*row.all("value"), f"#{whole}"]
        return [_company(each) for each in texts if each.strip()]
    if kind in KEYS:
        return [int(each) for each in texts if re.fullmatch("[0-9]{1,18}", each)]
    return [each.strip() for each in texts if each.strip()]


def split(text: str) -> list[str]:
    r"""Values between commas; a comma within one is written \, and a backslash \\ ."""
    parts = re.findall(r"((?:\\.|[^,\\])+)", text)
    return [re.sub(r"\\(.)", r"\1", part).strip() for part in parts]


def together(values: tuple[str, ...]) -> str:
    """Values as `split` reads them."""
    return ", ".join(each.replace("\\", "\\\\").replace(",", "\\,") for each in values)


def _company(text: str) -> Any:
    """The id of a company by its name; a text nothing knows is refused with a sentence."""
    if re.fullmatch("#[0-9]{1,18}", text.strip()):
        return int(text.strip()[1:])
    try:
        return fields.parse(fields.field("contact", "company"), text)
    except Refused:
        return text


def _listed(value: Any, kind: Kind) -> tuple[str, ...]:
    texts = tuple(str(each) for each in (value if isinstance(value, list) else [value]))
    if kind is Kind.COMPANY:
        return tuple(f"#{each}" for each in texts)
    return texts


def _span(count: str, unit: str, text: str) -> dict[str, tuple[str, ...]]:
    number, _, name = text.partition(" ")
    return {count: (number,), unit: (name if name.endswith("s") else f"{name}s",)}
