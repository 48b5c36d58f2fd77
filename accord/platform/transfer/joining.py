"""Rows that mean two records by different rules: the two are made one, where somebody chose it."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.transfer.batches import Batch
from accord.platform.transfer.plans import Plan
from accord.platform.transfer.targets import Pair, Rule

OPEN = "s.wave = %(wave)s AND s.problem IS NULL AND s.action IS NULL"
_REFUSE = "UPDATE {stage} AS s SET problem = %(why)s WHERE s.number = %(number)s"
# Who means a record that is another one by now is asked again, after this wave.
_AGAIN = f"""
UPDATE {{stage}} AS s SET wave = s.wave + 1, object_id = NULL
WHERE {OPEN} AND (s.object_id = ANY(%(gone)s) OR s.number = ANY(%(later)s))
"""
_TELL = """
UPDATE {stage} AS s SET problem = told.words, also = true
FROM unnest(%(numbers)s::integer[], %(words)s::text[]) AS told (number, words)
WHERE s.number = told.number AND s.wave = %(wave)s AND s.problem IS NULL
"""


def join(batch: Batch) -> None:
    """Make the two records one that a row of the wave means; a row that may not is refused."""
    act = batch.plan.target.join
    gone: set[int] = set()
    later: set[int] = set()
    for pair in _pairs(batch) if act else ():
        if gone & {pair.kept, pair.gone}:
            later.add(pair.number)
            continue
        try:
            words = act(batch, pair) if act else ""
            batch.joined[pair.number] = f"{batch.joined.get(pair.number, '')} {words}".strip()
        except Refused as refusal:
            batch.run(
                _REFUSE, number=pair.number, why=f"Two records could not be merged: {refusal}"
            )
        else:
            gone.add(pair.gone)
    if gone:
        batch.run(_AGAIN, gone=sorted(gone), later=sorted(later))
        # What the rows write follows what merging wrote: the undo goes back in that order.
        batch.values["now"] = timezone.now()


def tell(batch: Batch) -> None:
    """Say it beside the rows, once they are decided: their records are others than before."""
    if batch.joined:
        batch.run(_TELL, numbers=list(batch.joined), words=list(batch.joined.values()))


def unique(plan: Plan) -> Iterator[Rule]:
    """The rules two records can never share, but for the first one: it decides whose row it is."""
    filled = {each.slot.name for each in plan.filled}
    for rule in plan.target.rules():
        if rule.unique and set(rule.slots) <= filled and rule.name != plan.rules[0].name:
            yield rule


def given(rule: Rule) -> str:
    """Whether a row has what a rule asks for."""
    return " AND ".join(f"s.{slot} IS NOT NULL" for slot in rule.slots)


def _pairs(batch: Batch) -> list[Pair]:
    found: dict[tuple[int, int], Pair] = {}
    for rule in unique(batch.plan):
        rows = batch.ask(
            f"SELECT number, object_id, other FROM (SELECT s.number, s.object_id, ({rule.sql}) "
            f"AS other FROM {{stage}} AS s WHERE {OPEN} AND {given(rule)}) AS found "
            "WHERE other <> object_id ORDER BY number"
        )
        for row in rows:
            found.setdefault((row[1], row[2]), Pair(*row))
    return sorted(found.values(), key=lambda pair: pair.number)
