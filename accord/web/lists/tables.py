"""The list page of a noun: a table with filters, sort, columns and saved views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accord.people import fields
from accord.people.fields import Field, filters
from accord.platform import views
from accord.platform.access import permissions
from accord.platform.models import Record
from accord.web.http import StaffRequest
from accord.web.lists import asking, bulk, nouns, shown
from accord.web.lists.asking import Asked
from accord.web.lists.nouns import BuiltIn
from accord.web.parts import render_parts
from accord.web.staff import staff


@dataclass(frozen=True)
class Head:
    """A column's head, and how the list is sorted by it: `place` is 1 for the first key.

    url: the list sorted by this column alone. also: by this column after those it is sorted by.
    """

    field: Field
    url: str
    also: str
    order: str
    place: int
    right: bool
    width: int | None


@dataclass(frozen=True)
class Cell:
    name: str
    html: SafeString
    editable: bool
    right: bool
    width: int | None


@dataclass(frozen=True)
class Line:
    record: Record
    url: str
    cells: tuple[Cell, ...]
    beside: tuple[SafeString, ...] = ()


@dataclass(frozen=True)
class Beside:
    """The head of a column after the others, of numbers a page works out for its rows alone."""

    label: str
    tip: str


@dataclass(frozen=True)
class Chip:
    """One filter in words (field, then what it asks), and the address without it."""

    label: str
    words: str
    without: str


@dataclass(frozen=True)
class Way:
    """What to drop from a question nothing fits, and how many would then."""

    words: str
    url: str
    count: int


@dataclass(frozen=True)
class Key:
    """One key of the order: the field and whether it goes down."""

    field: Field
    down: bool


@dataclass(frozen=True)
class Choice:
    """A column that may be shown: whether it is, and how wide somebody made it."""

    field: Field
    chosen: bool
    width: int | None


@dataclass(frozen=True)
class Tab:
    name: str
    url: str
    current: bool
    shared: bool = False


@dataclass(frozen=True)
class Footer:
    """Which rows of how many; `total` is exact up to 10,000."""

    first: int
    last: int
    total: int
    before: str
    after: str


@staff()
@require_safe
def table(request: StaffRequest, plural: str) -> HttpResponse:
    noun = nouns.noun(plural)
    permissions.require(request.user, noun.read)
    asked = asking.read(noun, request.GET, request.user)
    parts = {"rows": "lists/_rows.html"}
    extra = {"change": bulk.shown(request, noun)}
    return render_parts(request, "lists/table.html", parts, context(asked) | extra)


def context(asked: Asked) -> dict[str, Any]:
    """Everything the table's templates show."""
    noun, user = asked.noun, asked.user
    total = _count(asked)
    start = (asked.page - 1) * asked.size
    page = asking.page(asked)
    noun.attach(page)
    unused = not total and not noun.rows(user).exists()
    return _bar(asked) | {
        "noun": noun,
        "asked": asked,
        "name_head": _head(asked, fields.field(noun.name, "name")),
        "heads": [_head(asked, column) for column in asked.columns],
        "lines": [_line(asked, row, start + at, total) for at, row in enumerate(page)],
        "footer": _footer(asked, start, len(page), total),
        "unused": unused,
        "ways": [] if total or unused else _ways(asked),
        "may_write": permissions.may(user, noun.write),
        "may_import": noun.imported and permissions.may(user, "import.run"),
        "may_list": noun is nouns.CONTACTS and permissions.may(user, "segment.write"),
        "may_export": permissions.may(user, "export.run"),
        "query": asked.query(),
    }


def _bar(asked: Asked) -> dict[str, Any]:
    """The views, the filters, and how the list is laid out."""
    noun, user, view = asked.noun, asked.user, asked.view
    tabs, keys = _tabs(asked), _keys(asked)
    return {
        "tabs": tabs,
        "chips": _chips(asked),
        "own_view": view if view and views.may_change(view, user) else None,
        "may_share": permissions.may(user, "view.share"),
        "changed": asked.changed if view else asked.asks not in map(_normal, noun.built_in),
        "reset": next((tab.url for tab in tabs if tab.current), tabs[0].url),
        "kept": _kept(asked),
        "order": ", then ".join(key.field.label for key in keys),
        "keys": [*keys, None, None][:2],
        "sortable": [each for each in fields.catalogue(noun.name).values() if each.sortable],
        "choices": _choices(asked),
        "sizes": asking.SIZES,
    }


def _head(asked: Asked, column: Field) -> Head:
    name, parts = column.name, asked.sort.split(",")
    names = [part.removeprefix("-") for part in parts]
    place = names.index(name) + 1 if name in names else 0
    order = "" if not place else "descending" if parts[place - 1] == f"-{name}" else "ascending"
    turned = f"-{name}" if order == "ascending" else name
    also = [*parts[: place - 1], turned, *parts[place:]] if place else [*parts, name]
    return Head(
        field=column,
        url="?" + asked.query(sort=turned) if column.sortable else "",
        also="?" + asked.query(sort=",".join(also)),
        order=order,
        place=place,
        right=column.kind in shown.RIGHT,
        width=asked.widths.get(name),
    )


def _line(asked: Asked, record: Record, at: int, total: int) -> Line:
    editable = permissions.may(asked.user, asked.noun.write, record)
    url = asking.beside(asked.noun, record.pk, asked.query(), at, total)
    cells = tuple(
        Cell(
            name=each.name,
            html=shown.cell(record, each),
            editable=editable and each.editable,
            right=each.kind in shown.RIGHT,
            width=asked.widths.get(each.name),
        )
        for each in asked.columns
    )
    return Line(record, url, cells)


def chip(each: filters.Filter, without: str) -> Chip:
    """A filter as its chip; `without` is the query that drops it."""
    label = each.field.label
    words = filters.sentence(each).removeprefix(label).strip()
    still_open = each.field.name == "outcome" and each.op == "empty"
    return Chip(label, "none yet" if still_open else words, f"?{without}")


def _chips(asked: Asked) -> list[Chip]:
    texts = asked.texts
    return [
        chip(each, _filtered(asked, [*texts[:at], *texts[at + 1 :]]))
        for at, each in enumerate(asked.filters)
    ]


def _filtered(asked: Asked, texts: list[str]) -> str:
    """The query with these filters; none is said so, or a view would bring its own back."""
    return asked.query(f=texts) if texts else "&".join(filter(None, (asked.query(f=None), "f=")))


def _ways(asked: Asked) -> list[Way]:
    """The filters, and the words, that alone keep the list empty."""
    ways = []
    for at, each in enumerate(_chips(asked)):
        left = [*asked.filters[:at], *asked.filters[at + 1 :]]
        count = _count(replace(asked, filters=tuple(left)))
        ways.append(Way(f"{each.label} {each.words}", each.without, count))
    if asked.words:
        count = _count(replace(asked, words=""))
        ways.append(Way(f"“{asked.words}”", "?" + asked.query(q=None), count))
    return [way for way in ways if way.count]


def _count(asked: Asked) -> int:
    return asking.rows(asked).order_by()[: asking.COUNTED].count()


def _tabs(asked: Asked) -> list[Tab]:
    now = asked.query(columns=None, widths=None, density=None, sort=None, size=None)
    built_in = [
        Tab(
            name=each.name,
            url="?" + (each.query or "f="),
            current=asked.view is None and now == _normal(each, sort=False),
        )
        for each in asked.noun.built_in
    ]
    saved = views.usable(asked.noun.name, asked.user)
    return built_in + [
        Tab(each.name, f"?view={each.pk}", each == asked.view, each.shared) for each in saved
    ]


def _normal(view: BuiltIn, *, sort: bool = True) -> str:
    """The question of a built-in view as `Asked.asks` writes it."""
    parts = dict(QueryDict(view.query).lists())
    return asking.encode({name: parts[name] for name in parts if sort or name != "sort"})


def _kept(asked: Asked) -> list[tuple[str, str]]:
    """What the search field carries along, as names and values of hidden fields."""
    lists = QueryDict(asked.query(q=None)).lists()
    return [(name, value) for name, values in lists for value in values]


def _keys(asked: Asked) -> list[Key]:
    catalogue = fields.catalogue(asked.noun.name)
    parts = [(part.removeprefix("-"), part.startswith("-")) for part in asked.sort.split(",")]
    return [Key(catalogue[name], down) for name, down in parts if name in catalogue]


def _choices(asked: Asked) -> list[Choice]:
    """Every column but the name: the shown ones in their order, then the rest."""
    rest = [each for each in fields.catalogue(asked.noun.name).values() if each.name != "name"]
    rest = [each for each in rest if each.listed and each not in asked.columns]
    shown_first = [(each, True) for each in asked.columns] + [(each, False) for each in rest]
    return [Choice(field, chosen, asked.widths.get(field.name)) for field, chosen in shown_first]


def _footer(asked: Asked, start: int, shown_now: int, total: int) -> Footer:
    more = start + shown_now < total or (total == asking.COUNTED and shown_now == asked.size)
    before = "?" + asked.query(page=asked.page - 1) if asked.page > 1 else ""
    after = "?" + asked.query(page=asked.page + 1) if more else ""
    return Footer(start + 1 if shown_now else 0, start + shown_now, total, before, after)
