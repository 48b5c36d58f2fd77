"""Lists as files: what stands in them can be brought in again, and no cell runs as a formula."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from accord.people import fields
from accord.people.fields import Field, Kind
from accord.people.models import Affiliation, Company, Contact
from accord.platform.models import Record
from accord.platform.transfer.reading import defusing

CHUNK = 2_000
MARK = b"\xef\xbb\xbf"  # tells spreadsheets that the file is UTF-8


def _nothing(records: Sequence[Record]) -> None:
    """These records bring all that is written along."""


def written(
    columns: Sequence[Field],
    records: Iterable[Record],
    *,
    attach: Callable[[Sequence[Record]], None] = _nothing,
) -> Iterator[bytes]:
    """The file, piece by piece: CSV in UTF-8, a header of labels, one record a row.

    attach: gives a chunk of records what fields read beside them, in a few queries.

    Days and moments are written as ISO 8601 (moments in the company's time zone), amounts with
    their currency, colleagues and companies by name. Companies cost one query a chunk.
    """
    yield MARK + _line([column.label for column in columns])
    rows = iter(records)
    while chunk := list(itertools.islice(rows, CHUNK)):
        attach(chunk)
        companies = {column.name: _companies(column, chunk) for column in columns}
        yield b"".join(
            _line([_text(record, column, companies[column.name]) for column in columns])
            for record in chunk
        )


def columns(noun: str) -> list[Field]:
    """The columns of a full export: every field an import can fill, in display order."""
    return [field for field in fields.catalogue(noun).values() if field.importable]


def _line(cells: Iterable[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([defusing.defuse(cell) for cell in cells])
    return buffer.getvalue().encode()


def _text(record: Record, field: Field, companies: Mapping[int, str]) -> str:
    if field.kind is Kind.COMPANY:
        return companies.get(record.pk, "")
    match fields.read(record, field):
        case None:
            return ""
        case fields.Money() as money:
            return f"{money.amount:f} {money.currency}".strip()
        case Decimal() as number:
            return f"{number:f}"
        case datetime() as moment:
            return timezone.localtime(moment).isoformat(" ")
        case date() as day:
            return day.isoformat()
        case value:
            return fields.show(field, value)


def _companies(field: Field, chunk: Sequence[Record]) -> dict[int, str]:
    """The name of the company in a field, by record."""
    if field.kind is not Kind.COMPANY:
        return {}
    ids = [record.pk for record in chunk]
    if isinstance(chunk[0], Contact):
        primary = Affiliation.objects.filter(contact__in=ids, is_primary=True)
        alive = primary.filter(company__deleted_at=None)
        return dict(alive.values_list("contact_id", "company__name"))
    named = {record.pk: getattr(record, f"{field.path}_id") for record in chunk}
    found = Company.objects.filter(pk__in={pk for pk in named.values() if pk}, deleted_at=None)
    names = dict(found.values_list("pk", "name"))
    return {record: names[pk] for record, pk in named.items() if pk in names}
