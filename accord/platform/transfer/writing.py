"""A staged chunk becomes records, in sets: match, refuse, make, change, write down.

Everything here runs in the transaction of its chunk. Column names come from models and slots,
never from a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import GeneratedField

from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.transfer import merging, targets
from accord.platform.transfer.batches import Batch
from accord.platform.transfer.mapping import Mode
from accord.platform.transfer.merging import OPEN, UNDECIDED, given
from accord.platform.transfer.targets import Rule, Slot

# Whoever mends a file wants to know all that is wrong with a row, not what was found first.
_TOO = "concat_ws(' ', s.problem, %(reason)s)"


def write(batch: Batch) -> None:
    """Write one wave of the staged chunk. Each of its rows has an action afterwards."""
    target = batch.plan.target
    _match(batch)
    _refuse(batch)
    target.check(batch)
    if batch.plan.merges:
        merging.merge(batch)
        _refuse_shared(batch)
    _decide(batch)
    target.relate(batch)
    _compare(batch)
    # The planner has to know what these tables hold by now: they are joined with each other.
    batch.run("ANALYZE {stage} (number, wave, action, object_id, problem)")
    batch.run("ANALYZE {change} (object_id, field)")
    _change(batch)
    _create(batch)
    _write_down(batch)
    target.after(batch)
    _name_actions(batch)


def keep_rows(batch: Batch) -> dict[str, int]:
    """Keep what became of each row of the chunk; answers how many rows had which action."""
    batch.run("UPDATE {stage} SET action = 'error' WHERE problem IS NOT NULL AND action IS NULL")
    found = batch.ask("SELECT action, count(*) FROM {stage} GROUP BY action")
    batch.run(
        'INSERT INTO platform_importrow (import_id, number, "values", action, object_id, reason) '
        "SELECT %(import_id)s, s.number, CASE WHEN s.action = 'created' THEN s.first "
        "WHEN s.action IN ('error', 'skipped') THEN '{}' "
        f"ELSE {batch.plan.target.kept} END, s.action, s.object_id, coalesce(s.problem, '') "
        "FROM {stage} AS s"
    )
    return {str(action): int(count) for action, count in found}


def _match(batch: Batch) -> None:
    """Find the record of each row by the first rule that finds one."""
    ways = [_way(batch, rule) for rule in batch.plan.rules]
    found = f"coalesce({', '.join([*ways, 'NULL::bigint'])})"
    batch.run(f"UPDATE {{stage}} AS s SET object_id = {found} WHERE {UNDECIDED}")
    # Two rows may mean one record by different rules: the later one waits for the next wave.
    batch.run(
        "UPDATE {stage} AS s SET wave = s.wave + 1, object_id = NULL FROM "
        "(SELECT object_id, min(number) AS first FROM {stage} "
        "WHERE wave = %(wave)s AND problem IS NULL GROUP BY object_id HAVING count(*) > 1) AS t "
        f"WHERE {OPEN} AND s.object_id = t.object_id AND s.number > t.first"
    )
    batch.run(
        f"SELECT 1 FROM {_table(batch)} AS c WHERE id IN (SELECT object_id FROM {{stage}} "
        "WHERE wave = %(wave)s AND problem IS NULL) ORDER BY id FOR NO KEY UPDATE"
    )


def _way(batch: Batch, rule: Rule) -> str:
    """The record a rule finds, unless it has another address or number of its own than the row."""
    found = f"({rule.sql})"
    if doubts := batch.plan.doubts(rule):
        others = " OR ".join(f"({given(own)} AND {_differs(batch, own)})" for own in doubts)
        found = f"(SELECT c.id FROM {_table(batch)} AS c WHERE c.id = {found} AND NOT ({others}))"
    return f"CASE WHEN {given(rule)} THEN {found} END"


def _differs(batch: Batch, own: Rule) -> str:
    """Whether what the record `c` has of its own is there, and something else."""
    columns = {slot.name: slot.column for slot in _columns(batch)}
    pairs = [(f"c.{columns[name]}", f"s.{name}") for name in own.slots]
    return " AND ".join(f"{kept} <> '' AND {kept} <> {new}" for kept, new in pairs)


def _refuse(batch: Batch) -> None:
    """Rows that lack what a new record needs, share what is unique, or are not theirs to write."""
    plan = batch.plan
    filled = {each.slot.name for each in plan.filled}
    needs = [need for need in plan.target.needs if set(need) <= filled]
    enough = " OR ".join(
        f"({' AND '.join(f's.{slot} IS NOT NULL' for slot in need)})" for need in needs
    )
    batch.run(
        f"UPDATE {{stage}} AS s SET problem = %(reason)s "
        f"WHERE {OPEN} AND s.object_id IS NULL AND NOT ({enough})",
        reason=plan.target.nameless,
    )
    if not plan.merges:
        _refuse_shared(batch)
    if batch.by is not None:
        _refuse_strangers(batch, batch.by)


def _refuse_shared(batch: Batch) -> None:
    """Rows with something of their own that another record has than the one they mean."""
    # What is refused already is not merged, so it may mean two.
    which = OPEN if batch.plan.merges else UNDECIDED
    for rule in merging.unique(batch.plan):
        batch.run(
            f"UPDATE {{stage}} AS s SET problem = {_TOO} "
            f"WHERE {which} AND {given(rule)} AND ({rule.sql}) <> coalesce(s.object_id, 0)",
            reason=rule.unique,
        )


class _Owner:
    """Whoever has this owner, as the policy wants to see a record."""

    def __init__(self, owner: User) -> None:
        self.owner: User | None = owner
        self.owner_id: int | None = owner.pk


def _refuse_strangers(batch: Batch, by: User) -> None:
    permission = batch.plan.target.write
    if permissions.Scope.ALL in permissions.scopes(by, permission):
        return
    named = "s.owner" if batch.has("owner") else "NULL::bigint"
    rows = batch.ask(
        f"SELECT DISTINCT unnest(ARRAY[c.owner_id, {named}]) FROM {{stage}} AS s "
        f"LEFT JOIN {_table(batch)} AS c ON c.id = s.object_id WHERE {UNDECIDED}"
    )
    owners = User.objects.select_related("team").in_bulk([row[0] for row in rows if row[0]])
    others = [
        pk for pk, user in owners.items() if not permissions.may(by, permission, _Owner(user))
    ]
    may = permissions.may(by, permission)
    batch.run(
        f"UPDATE {{stage}} AS s SET problem = {_TOO} WHERE {UNDECIDED} AND (NOT %(may)s "
        f"OR {named} = ANY(%(others)s) OR EXISTS (SELECT 1 FROM {_table(batch)} AS c "
        "WHERE c.id = s.object_id AND c.owner_id = ANY(%(others)s)))",
        reason=f"You may not write this {batch.plan.target.noun}: it is somebody else's.",
        others=others,
        may=may,
    )


def _decide(batch: Batch) -> None:
    mode = batch.plan.mode
    if mode is not Mode.BOTH:
        known = "IS NOT NULL" if mode is Mode.CREATE else "IS NULL"
        why = "It is there already." if mode is Mode.CREATE else "Nothing there to update."
        batch.run(
            f"UPDATE {{stage}} AS s SET action = 'skipped', problem = %(why)s "
            f"WHERE {OPEN} AND s.object_id {known}",
            why=why,
        )
    batch.run(
        "UPDATE {stage} AS s SET "
        "action = CASE WHEN s.object_id IS NULL THEN 'created' ELSE 'found' END, object_id = "
        f"coalesce(s.object_id, nextval(pg_get_serial_sequence('{_table(batch)}', 'id'))) "
        f"WHERE {OPEN}"
    )


def _compare(batch: Batch) -> None:
    """What each record that was there would become, where that is something else."""
    pairs = [
        f"('{slot.name}', {_json(batch, slot, 'c')}, {_json(batch, slot, 'merged')})"
        for slot in _columns(batch)
    ]
    target = _table(batch)
    if pairs:
        batch.run(
            "INSERT INTO {change} (object_id, field, old, new) "
            "SELECT s.object_id, v.field, v.old, v.new "
            f"FROM {{stage}} AS s JOIN {target} AS c ON c.id = s.object_id "
            f"CROSS JOIN LATERAL (SELECT {_merged(batch)}) AS merged "
            f"CROSS JOIN LATERAL (VALUES {', '.join(pairs)}) AS v (field, old, new) "
            "WHERE {found} AND v.old IS DISTINCT FROM v.new"
        )
    if _has_custom(batch):
        batch.run(
            "INSERT INTO {change} (object_id, field, old, new) "
            "SELECT s.object_id, v.key, c.custom -> v.key, v.value "
            f"FROM {{stage}} AS s JOIN {target} AS c ON c.id = s.object_id "
            "CROSS JOIN LATERAL jsonb_each(s.custom) AS v "
            "WHERE {found} AND c.custom -> v.key IS DISTINCT FROM v.value"
        )


def _change(batch: Batch) -> None:
    becomes = dict(_merging(batch))
    becomes |= targets.following(batch.plan.target, becomes, of="c")
    if _has_custom(batch):
        becomes["custom"] = "c.custom || coalesce(s.custom, '{}')"
    names = {field.column for field in _fields(batch)}
    if "version" in names:
        becomes |= {"version": "c.version + 1", "changed_at": "%(now)s"}
    becomes |= targets.touched(batch.plan.target, becomes, of="c")
    if becomes:
        sets = ", ".join(f"{column} = {sql}" for column, sql in becomes.items())
        batch.run(
            f"UPDATE {_table(batch)} AS c SET {sets} FROM {{stage}} AS s WHERE {{found}} "
            "AND c.id = s.object_id AND s.object_id IN (SELECT object_id FROM {change})"
        )


def _create(batch: Batch) -> None:
    filled = {slot.column: f"s.{slot.staged}" for slot in _columns(batch)}
    filled |= {
        slot.currency_column: f"s.{slot.name}_currency"
        for slot in _columns(batch)
        if slot.currency_column
    }
    if _has_custom(batch):
        filled["custom"] = "s.custom"
    fixed = {"import_id": "%(import_id)s", "recorded_at": "%(now)s", "changed_at": "%(now)s"}
    fixed |= batch.plan.target.made(batch)
    becomes = {"id": "s.object_id"}
    values: dict[str, Any] = {}
    for field in _fields(batch):
        if field.primary_key:
            continue
        usual = f"usual_{field.column}"
        value = field.get_default()
        values[usual] = field.get_db_prep_save(value, connection)
        fallback = fixed.get(field.column, f"%({usual})s")
        known = filled.get(field.column)
        becomes[field.column] = f"coalesce({known}, {fallback})" if known else fallback
    becomes |= targets.following(batch.plan.target, becomes, of="s")
    quoted = ", ".join(f'"{name}"' for name in becomes)
    batch.run(
        f"INSERT INTO {_table(batch)} ({quoted}) SELECT {', '.join(becomes.values())} "
        "FROM {stage} AS s WHERE {new} ORDER BY s.number",
        **values,
    )


def _write_down(batch: Batch) -> None:
    """The history of what was changed; of what is new the kept row is the history."""
    batch.run(
        "INSERT INTO platform_fieldchange "
        "(at, subject_type, subject_id, field, old, new, by_id, origin, import_id) "
        "SELECT %(now)s, %(subject)s, object_id, field, old, new, %(by)s, 'import', "
        "%(import_id)s FROM {change}",
        subject=batch.plan.target.model._meta.model_name,
    )


def _name_actions(batch: Batch) -> None:
    batch.run(
        "UPDATE {stage} AS s SET action = CASE WHEN s.also OR EXISTS "
        "(SELECT 1 FROM {change} AS h WHERE h.object_id = s.object_id) "
        "THEN 'updated' ELSE 'unchanged' END WHERE {found}"
    )
    batch.run("DELETE FROM {change}")


def _merged(batch: Batch) -> str:
    """The value of each filled column in a record that was there, as a list of SELECT."""
    return ", ".join(f"{sql} AS {column}" for column, sql in _merging(batch)) or "NULL"


def _merging(batch: Batch) -> Iterator[tuple[str, str]]:
    """Each filled column, and what a record `c` that was there gets of a staged row `s`."""
    for slot in _columns(batch):
        yield slot.column, slot.merged or f"coalesce(s.{slot.staged}, c.{slot.column})"
        if slot.currency_column:
            currency = f"coalesce(s.{slot.name}_currency, c.{slot.currency_column})"
            yield slot.currency_column, currency


def _json(batch: Batch, slot: Slot, of: str) -> str:
    """A column as the history writes it."""
    name = f"{of}.{slot.column}"
    if slot.kind == "money":
        return (
            f"CASE WHEN {name} IS NOT NULL THEN jsonb_build_object('amount', trim_scale({name}), "
            f"'currency', {of}.{slot.currency_column}) END"
        )
    if slot.kind == "key":
        return f"to_jsonb({name}::text)"
    if slot.kind == "number":
        return f"to_jsonb(trim_scale({name}))"
    types = {field.column: field.get_internal_type() for field in _fields(batch)}
    if types[slot.column] in ("CharField", "TextField"):
        return f"to_jsonb(coalesce({name}, ''))"
    return f"to_jsonb({name})"


def _columns(batch: Batch) -> list[Slot]:
    return [each.slot for each in batch.plan.filled if each.slot.column]


def _has_custom(batch: Batch) -> bool:
    return any(each.slot.custom for each in batch.plan.filled)


def _fields(batch: Batch) -> list[Any]:
    """The fields of the target's table that are written, so none that are computed."""
    fields = batch.plan.target.model._meta.concrete_fields
    return [field for field in fields if not isinstance(field, GeneratedField)]


def _table(batch: Batch) -> str:
    return batch.plan.target.model._meta.db_table
