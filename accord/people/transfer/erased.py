"""Rows of a file that bring back somebody who was erased: made, and said so beside the row."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone

from accord.people.models import Address
from accord.people.privacy import erased
from accord.platform.transfer.targets import Batch

BACK = (
    "Somebody with this address was erased on {0}. The file makes a record of them anew; nothing "
    "that promotes is sent to it. Erase it again, unless they came back themselves."
)
_KINDS = {
    "email": Address.Kind.EMAIL,
    "other_email": Address.Kind.EMAIL,
    "phone": Address.Kind.PHONE,
    "other_phone": Address.Kind.PHONE,
}
_NOTE = """UPDATE {stage} AS s SET problem = told.words
FROM unnest(%(numbers)s::integer[], %(words)s::text[]) AS told (number, words)
WHERE s.number = told.number"""


def note(batch: Batch) -> None:
    """Say it beside each new row of the wave that has an address of somebody erased."""
    columns = [name for name in _KINDS if batch.has(name)]
    when = {digest: line.moment for line in erased.lines() for digest in line.digests}
    if not when or not columns:
        return
    shown = ", ".join(f"s.{name}" for name in columns)
    told: dict[int, str] = {}
    for number, *values in batch.ask(f"SELECT s.number, {shown} FROM {{stage}} AS s WHERE {{new}}"):
        given = [(_KINDS[name], value) for name, value in zip(columns, values, strict=True)]
        found = (when.get(erased.digest(kind, value)) for kind, value in given if value)
        if last := max((at for at in found if at), default=None):
            told[number] = _words(last)
    if told:
        batch.run(_NOTE, numbers=list(told), words=list(told.values()))


def _words(at: datetime) -> str:
    return BACK.format(formats.date_format(timezone.localtime(at), "j F Y"))
