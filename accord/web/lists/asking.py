"""A list's question: filters, sort, columns, page and view, kept whole in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from accord.people import fields, search
from accord.people.fields import Field, filters
from accord.platform import views
from accord.platform.models import SavedView, User
from accord.web.lists.nouns import Noun, Rows

SIZES = (25, 50, 100)
KEPT = ("q", "f", "sort", "columns", "widths", "density", "size")
COUNTED = 10_001
WIDEST, NARROWEST = 640, 64


@dataclass(frozen=True)
class Asked:
    """What the address asks: filter texts and their meaning, sort, columns, view, page.

    widths: pixels by column, where somebody set one. changed: not as its view, or any, was kept.
    """

    noun: Noun
    user: User
    texts: tuple[str, ...]
    filters: tuple[filters.Filter, ...]
    words: str
    sort: str
    columns: tuple[Field, ...]
    widths: Mapping[str, int]
    compact: bool
    size: int
    page: int
    view: SavedView | None
    changed: bool

    def query(self, **changes: Any) -> str:
        """The address's query with some parts replaced; None drops a part, pages start anew.

        With a view it always holds the sort: bare, the view would bring back what was dropped.
        """
        parts: dict[str, Any] = {
            "view": self.view.pk if self.view else None,
            "q": self.words or None,
            "f": list(self.texts),
            "sort": self.sort if self.view or self.sort != self.noun.sort else None,
            "columns": self.column_text(),
            "widths": ",".join(f"{name}:{width}" for name, width in self.widths.items()),
            "density": "compact" if self.compact else None,
            "size": self.size if self.size != SIZES[1] else None,
        }
        return encode(parts | changes)

    @property
    def asks(self) -> str:
        """The question alone, the same text for the same list, with or without a view."""
        sort = self.sort if self.sort != self.noun.sort else None
        return self.query(view=None, sort=sort)

    def column_text(self) -> str | None:
        names = tuple(column.name for column in self.columns)
        return None if names == self.noun.columns else ",".join(names)


def encode(parts: Mapping[str, Any]) -> str:
    """Parts of a query as text; empty ones are left out."""
    return urlencode({k: v for k, v in parts.items() if v not in (None, "", [])}, doseq=True)


def read(noun: Noun, query: QueryDict, user: User) -> Asked:
    """Read the address. A saved view gives what the address leaves out.

    Raises Refused with a sentence where a filter or column does not exist.
    """
    view = _view(noun, query.get("view", ""), user)
    if not view:
        return _read(noun, query, user, None)
    kept = _read(noun, QueryDict(view.query), user, view)
    if not any(name in query for name in KEPT):
        return replace(kept, page=_page(query.get("page", "")))
    asked = _read(noun, query, user, view)
    return replace(asked, changed=asked.asks != kept.asks)


def _read(noun: Noun, query: QueryDict, user: User, view: SavedView | None) -> Asked:
    texts = tuple(text for text in query.getlist("f") if text)
    columns = _columns(noun, query.get("columns", ""))
    return Asked(
        noun=noun,
        user=user,
        texts=texts,
        filters=filters.parse(noun.name, texts, timezone.now(), user=user),
        words=query.get("q", "").strip(),
        sort=query.get("sort") or noun.sort,
        columns=columns,
        widths=_widths(query.get("widths", ""), {"name", *(each.name for each in columns)}),
        compact=query.get("density") == "compact",
        size=_size(query.get("size", "")),
        page=_page(query.get("page", "")),
        view=view,
        changed=False,
    )


def rows(asked: Asked) -> Rows:
    """The rows asked for, in order, as far as this person may see them."""
    found = asked.noun.rows(asked.user).filter(filters.condition(asked.filters))
    if asked.words:
        found = found.filter(search.matching(asked.words))
    order = filters.sort(asked.noun.name, asked.sort)
    return found.order_by(*order)


def beside(noun: Noun, pk: int | None, question: str, at: int, total: int) -> str:
    """The address of a record that knows its place in the list it was opened from."""
    if pk is None:
        return ""
    place = encode({"in": question, "n": str(at), "of": str(total) if total else None})
    return f"/{noun.plural}/{pk}/?{place}"


def page(asked: Asked) -> list[Any]:
    """The rows of the page asked for, with what they show.

    Which ones is asked of the narrow table first: what a row shows is joined to those alone.
    """
    start = (asked.page - 1) * asked.size
    wanted = rows(asked).values("pk")[start : start + asked.size]
    order = filters.sort(asked.noun.name, asked.sort)
    return list(asked.noun.rows(asked.user).filter(pk__in=wanted).order_by(*order))


def _view(noun: Noun, text: str, user: User) -> SavedView | None:
    if not text.isdecimal():
        return None
    return next((each for each in views.usable(noun.name, user) if str(each.pk) == text), None)


def _columns(noun: Noun, text: str) -> tuple[Field, ...]:
    catalogue = {each.name: each for each in fields.catalogue(noun.name).values() if each.listed}
    names = [name for name in text.split(",") if name in catalogue and name != "name"]
    return tuple(catalogue[name] for name in dict.fromkeys(names or noun.columns))


def _widths(text: str, names: set[str]) -> dict[str, int]:
    """Column widths from "stage:120,company:240"; what makes no sense is left out."""
    pairs = (part.partition(":") for part in text.split(","))
    return {
        name: min(WIDEST, max(NARROWEST, int(width)))
        for name, _, width in pairs
        if name in names and width.isdecimal() and len(width) < 5
    }


def _size(text: str) -> int:
    return int(text) if text in map(str, SIZES) else SIZES[1]


def _page(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
