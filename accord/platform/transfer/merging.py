"""Rows that mean two records by different rules: they are merged, where somebody chose that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.transfer.batches import Batch
from accord.platform.transfer.plans import Plan
from accord.platform.transfer.targets import Merged, Pair, Rule

UNDECIDED = "s.wave = %(wave)s AND s.action IS NULL"  # those that are refused as well
OPEN = f"{UNDECIDED} AND s.problem IS NULL"
_REFUSE = "UPDATE {stage} AS s SET problem = %(why)s WHERE s.number = %(number)s"
# Who means a record that is another one by now is asked again, after this wave.
_AGAIN = f"""
UPDATE {{stage}} AS s SET wave = s.wave + 1, object_id = NULL
WHERE {OPEN} AND (s.object_id = ANY(%(gone)s) OR s.number = ANY(%(later)s))
"""
# Such a row counts as an update, whatever else it writes.
_ALSO = "UPDATE {stage} AS s SET also = true WHERE s.number = %(number)s"


def merge(batch: Batch) -> None:
    """Merge the records that a row of the wave means: all of them, or the row is refused."""
    act = batch.plan.target.merge
    if act is None:
        return
    touched: set[int] = set()
    gone: set[int] = set()
    later: set[int] = set()
    for number, found in groupby(_pairs(batch), key=lambda pair: pair.number):
        pairs = list(found)
        means = {pk for pair in pairs for pk in (pair.kept, pair.gone)}
        if touched & means:
            # Its records are others by now: it is asked again as a whole.
            later.add(number)
            continue
        try:
            with transaction.atomic():
                done = [_merged(pair, act(batch, pair)) for pair in pairs]
                _all(batch, number)
        except Refused as refusal:
            why = f"Two records could not be merged: {refusal}"
            batch.run(_REFUSE, number=number, why=why)
        else:
            batch.merged += done
            batch.run(_ALSO, number=number)
            touched |= means
            gone |= {pair.gone for pair in pairs}
    if gone:
        batch.run(_AGAIN, gone=sorted(gone), later=sorted(later))
        # What the rows write follows what merging wrote: the undo goes back in that order.
        batch.values["now"] = timezone.now()


def _all(batch: Batch, number: int) -> None:
    """Refuse a row that means yet another record now: nothing of it may stay merged."""
    for rule in unique(batch.plan):
        if batch.ask(_others(rule, "AND s.number = %(number)s"), number=number):
            raise Refused(rule.unique)


def unique(plan: Plan) -> Iterator[Rule]:
    """The rules two records can never share, but for the first one: it decides whose row it is."""
    filled = {each.slot.name for each in plan.filled}
    for rule in plan.target.rules():
        if rule.unique and set(rule.slots) <= filled and rule.name != plan.rules[0].name:
            yield rule


def given(rule: Rule) -> str:
    """Whether a row has what a rule asks for."""
    return " AND ".join(f"s.{slot} IS NOT NULL" for slot in rule.slots)


def _merged(pair: Pair, taken: tuple[str, ...]) -> Merged:
    return Merged(pair.number, pair.kept, pair.gone, taken)


def _pairs(batch: Batch) -> list[Pair]:
    found: dict[tuple[int, int], Pair] = {}
    for rule in unique(batch.plan):
        for row in batch.ask(_others(rule)):
            found.setdefault((row[1], row[2]), Pair(*row))
    return sorted(found.values(), key=lambda pair: pair.number)


def _others(rule: Rule, which: str = "") -> str:
    """The rows for which a rule finds another record than the one they mean."""
    return (
        f"SELECT number, object_id, other FROM (SELECT s.number, s.object_id, ({rule.sql}) "
        f"AS other FROM {{stage}} AS s WHERE {OPEN} AND {given(rule)} {which}) AS found "
        "WHERE other <> object_id ORDER BY number"
    )
