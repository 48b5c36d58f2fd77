"""A mapping as the page shows it, and as its form says it again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from accord.platform.transfer.mapping import Dates, Fill, Mapping, Mode, Two, Wrong
from accord.platform.transfer.reading.sheets import Layout, Sheet

SAMPLES = 3
FREE_ROWS = 2
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Column:
    """One column of the file: its first values and what it fills, twice at most."""

    at: int
    header: str
    samples: tuple[str, ...]
    fill: Fill
    also: str
    options: bool


@dataclass(frozen=True)
class Extra:
    """A field that no single column fills: a constant, or columns in braces."""

    at: int
    field: str
    text: str


@dataclass(frozen=True)
class Shown:
    """The mapping as the page shows it. pipeline: the one all deals of the file go into."""

    columns: tuple[Column, ...]
    extras: tuple[Extra, ...]
    pipeline: str


def show(mapping: Mapping, sheet: Sheet, *, pipelines: bool) -> Shown:
    """Spread a mapping over the columns of a file. pipelines: whether one can be chosen."""
    left = list(mapping.fills)
    pipeline = ""
    if pipelines and (fill := mapping.filling("pipeline")) and not fill.columns:
        pipeline = fill.value
        left.remove(fill)
    columns = tuple(_column(at, header, left, sheet) for at, header in enumerate(sheet.headers))
    extras = [Extra(at, fill.field, _template(fill)) for at, fill in enumerate(left)]
    extras += [Extra(len(left) + more, "", "") for more in range(FREE_ROWS)]
    return Shown(columns, tuple(extras), pipeline)


def read(form: QueryDict, before: Mapping, sheet: Sheet) -> Mapping:
    """The mapping the form says. What it does not show (repairs) is kept from `before`.

    Raises Wrong with what to mend.
    """
    fills = [*_columns(form, before, sheet), *_extras(form, before)]
    pipeline = form.get("pipeline", "")
    if pipeline and not any(fill.field == "pipeline" for fill in fills):
        fills.append(Fill("pipeline", value=pipeline))
    reading = replace(
        before.reading,
        dates=_dates(form.get("dates", "")),
        decimal_mark=among(form.get("decimal_mark", ""), ("", ".", ",")),
        currency=form.get("currency", "").strip().upper(),
        region=form.get("region", "").strip().upper()[:2],
    )
    return replace(
        before,
        fills=tuple(fills),
        name=form.get("name", "").strip()[:200],
        match=tuple(form.getlist("match")),
        mode=Mode(among(form.get("mode", ""), tuple(Mode))),
        if_two=Two(among(form.get("if_two", ""), tuple(Two))),
        reading=reading,
        layout=layout(form),
        sheet=form.get("sheet", ""),
    )


def layout(query: QueryDict) -> Layout:
    """How the file is written, as the address or the form says it. Raises Wrong."""
    encoding, row = query.get("encoding", "").strip(), query.get("header_row", "").strip()
    if row and not (row.isdecimal() and 0 < int(row) < 1000):
        raise Wrong("The row with the names of the columns is a number, such as 1.")
    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        raise Wrong(f"There is no encoding “{encoding[:40]}”. Leave it empty.") from None
    delimiter = {"tab": "\t"}.get(query.get("delimiter", ""), query.get("delimiter", ""))
    if len(delimiter) > 1:
        raise Wrong("The sign between cells is one sign, such as a semicolon.")
    return Layout(encoding, delimiter, int(row or 0))


def _column(at: int, header: str, left: list[Fill], sheet: Sheet) -> Column:
    """What fills from this column alone, taken out of what is left."""
    here = [fill for fill in left if fill.columns == (header,)][:2]
    for fill in here:
        left.remove(fill)
    first = here[0] if here else Fill("")
    cells = (row.cells[at].strip() for row in sheet.sample if at < len(row.cells))
    samples = tuple(dict.fromkeys(cell[:80] for cell in cells if cell))[:SAMPLES]
    told = replace(first, columns=(), repairs={}, field="", known_by="") != Fill("")
    return Column(at, header, samples, first, here[1].field if here[1:] else "", told)


def _template(fill: Fill) -> str:
    if fill.columns:
        return fill.prefix + fill.between.join(f"{{{header}}}" for header in fill.columns)
    return fill.value


def _columns(form: QueryDict, before: Mapping, sheet: Sheet) -> Iterator[Fill]:
    for at, header in enumerate(sheet.headers):
        name, also = form.get(f"c{at}", ""), form.get(f"c{at}-also", "")
        if name:
            usual = replace(before.filling(name) or Fill(name), columns=(header,), value="")
            yield _with_options(usual, form, at)
        if also and also != name:
            kept = before.filling(also) or Fill(also)
            yield replace(kept, columns=(header,), value="")


def _with_options(fill: Fill, form: QueryDict, at: int) -> Fill:
    written = form.get(f"c{at}-multiplier", "").strip().replace(",", "")
    try:
        multiplier = Decimal(written or 1)
    except InvalidOperation:
        raise Wrong(f"“{written[:40]}” is no number to multiply with. Write 1000.") from None
    if not multiplier.is_finite() or not multiplier:
        raise Wrong("Amounts are multiplied with a number that is not 0, such as 1000.")
    return replace(
        fill,
        prefix=form.get(f"c{at}-prefix", "").strip()[:60],
        multiplier=multiplier,
        create=f"c{at}-create" in form,
        if_unreadable="empty" if f"c{at}-lenient" in form else "error",
        reading=replace(fill.reading, currency=form.get(f"c{at}-currency", "").strip()),
    )


def _extras(form: QueryDict, before: Mapping) -> Iterator[Fill]:
    at = 0
    while f"x{at}" in form:
        name, text = form.get(f"x{at}", ""), form.get(f"x{at}-text", "").strip()
        at += 1
        if not name and text:
            raise Wrong(f"Choose the field that “{text[:40]}” fills.")
        if name and text:
            kept = before.filling(name) or Fill(name)
            yield _written(replace(kept, columns=(), value="", prefix=""), text)


def _written(fill: Fill, text: str) -> Fill:
    """A constant; or {columns} with the same text between each two, and maybe some before."""
    headers = _BRACES.findall(text)
    if not headers:
        return replace(fill, value=text)
    before, *between, after = _BRACES.sub("\0", text).split("\0")
    if after or len(set(between)) > 1:
        raise Wrong("Columns are joined with the same text between each two: {city}, {country}.")
    joined = between[0] if between else " "
    return replace(fill, columns=tuple(headers), between=joined, prefix=before)


def _dates(text: str) -> Dates:
    return Dates(among(text, tuple(Dates)))


def among(text: str, known: Sequence[str]) -> str:
    """The text where it is one of these, else the first of them."""
    return text if text in known else known[0]
