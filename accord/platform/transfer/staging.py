"""The staging table: one chunk of a file, typed, beside the tables it is about to change.

It is temporary: it is never written ahead, nobody else sees it, and it goes with the connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.db import connection

from accord.platform.transfer import values
from accord.platform.transfer.plans import Line, Plan
from accord.platform.transfer.targets import Rule, Slot

MOMENTS = frozenset({"datetime", "closing"})
STAGE, CHANGES = "import_stage", "import_change"
# The planner has to know how many rows there are, and little about them.
_FEW_STATISTICS = "ALTER TABLE {} ALTER {} SET STATISTICS 5"
_TYPES = {
    "number": "numeric",
    "whole": "bigint",
    "money": "numeric",
    "date": "date",
    "datetime": "timestamptz",
    "closing": "timestamptz",
    "boolean": "boolean",
    "choices": "text[]",
    "tags": "text[]",
    "person": "bigint",
    "named": "bigint",
    "key": "bigint",
}
_OWN = (
    ("number", "integer"),
    ("wave", "integer"),
    ("problem", "text"),
    ("first", "jsonb"),
    ("custom", "jsonb"),
)


def columns(slot: Slot) -> tuple[tuple[str, str], ...]:
    """The columns of a slot that are filled from the file, and their types."""
    typed = ((slot.name, _TYPES.get(slot.kind, "text")),)
    return (*typed, (f"{slot.name}_currency", "text")) if slot.kind == "money" else typed


# A chunk's rows are written several times over; with the usual 8 MB they would go to disk.
# It cannot change once a connection has used a temporary table: one that did keeps what it has.
_ROOM = """
DO $$ BEGIN
    PERFORM set_config('temp_buffers', '64MB', false);
EXCEPTION WHEN invalid_parameter_value THEN NULL;
END $$
"""


def make(plan: Plan) -> None:
    """Make the two temporary tables for this plan, in place of those of an earlier run."""
    typed = [*_OWN, *_of(plan)]
    typed += [each for slot in plan.empty for each in columns(slot)]
    slots = [*(each.slot for each in plan.filled), *plan.empty]
    typed += [(slot.staged, "bigint") for slot in slots if slot.kind == "reference"]
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute(f"DROP TABLE IF EXISTS {STAGE}")
        cursor.execute(
            f"CREATE TEMP TABLE {STAGE} ({', '.join(f'{name} {kind}' for name, kind in typed)}, "
            "object_id bigint, action text, also boolean NOT NULL DEFAULT false)"
        )
        for name in ("number", "wave", "problem", "action", "object_id"):
            cursor.execute(_FEW_STATISTICS.format(STAGE, name))
    make_changes()


def make_changes() -> None:
    """Make the temporary table of changes, in place of that of an earlier run."""
    with connection.cursor() as cursor:
        cursor.execute(_ROOM)
        cursor.execute(f"DROP TABLE IF EXISTS {CHANGES}")
        cursor.execute(
            f"CREATE TEMP TABLE {CHANGES} (object_id bigint, field text, old jsonb, new jsonb)"
        )
        for name in ("object_id", "field"):
            cursor.execute(_FEW_STATISTICS.format(CHANGES, name))


def fill(plan: Plan, lines: Iterable[Line]) -> int:
    """Put these lines into the empty staging table; answers how many waves they make.

    Lines that share a key with an earlier one come in a later wave, so that within a wave
    nothing is made twice.
    """
    waves = _Waves(plan)
    shape = tuple(
        (each.slot.name, each.slot.custom, each.slot.kind == "money") for each in plan.filled
    )
    names = [name for name, _ in (*_OWN, *_of(plan))]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {STAGE}, {CHANGES}")
        with cursor.copy(f"COPY {STAGE} ({', '.join(names)}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row(_row(shape, line, waves.of(line)))
        cursor.execute(f"ANALYZE {STAGE} (number, wave, problem)")
    return waves.count


_Places = tuple[int, ...]
_Shape = tuple[tuple[str, bool, bool], ...]  # of each column: its slot, if custom, if money
_NOTHING: frozenset[int] = frozenset()


class _Waves:
    """Which wave each line goes into: one after the last line that may mean the same record.

    Such lines share a key. Where lines that share it are two by what they have of their own
    (see `Plan.doubts`), such as people with one switchboard, they need not wait for each other.
    """

    def __init__(self, plan: Plan) -> None:
        known = [*plan.rules, *(rule for rule in plan.target.rules() if rule.unique)]
        self._keys = {
            places: tuple(own for rule in plan.doubts(each) for own in _places(plan, rule))
            for each in known
            if (places := _places(plan, each))
        }
        self._last: dict[tuple[Any, ...], dict[frozenset[int], int]] = {}
        self.count = 1

    def of(self, line: Line) -> int:
        if line.problem:
            return 1
        found, wave, seen = line.values, 1, []
        for places, others in self._keys.items():
            values = [found[at] for at in places]
            if None in values:
                continue
            own = frozenset(at for at in others if found[at] is not None) if others else _NOTHING
            last = self._last.setdefault((places, *map(_folded, values)), {})
            wave = max([wave, *(before + 1 for other, before in last.items() if not own & other)])
            seen.append((last, own))
        for last, own in seen:
            last[own] = wave
        self.count = max(self.count, wave)
        return wave


def _places(plan: Plan, rule: Rule) -> _Places:
    """Where the values of a rule stand in a line; () where the file lacks one."""
    found = [plan.place(slot) for slot in rule.slots]
    return () if None in found else tuple(at for at in found if at is not None)


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _of(plan: Plan) -> list[tuple[str, str]]:
    return [
        each for filled in plan.filled if not filled.slot.custom for each in columns(filled.slot)
    ]


def _row(shape: _Shape, line: Line, wave: int) -> Sequence[Any]:
    typed: list[Any] = []
    first: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for (name, is_custom, is_money), value in zip(shape, line.values, strict=True):
        # Of a row that is refused nothing is kept; what could be read of it is looked over still.
        if value is not None and not line.problem:
            kept = value if type(value) is str else values.to_json(value)
            (custom if is_custom else first)[name] = kept
        if is_custom:
            continue
        if is_money:
            typed += (None, None) if value is None else (value.amount, value.currency)
        else:
            typed.append(list(value) if type(value) is tuple else value)
    own = orjson.dumps(custom).decode() if custom else None
    kept = orjson.dumps(first | custom if custom else first).decode()
    return (line.number, wave, line.problem or None, kept, own, *typed)
