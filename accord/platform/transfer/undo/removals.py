"""Records an import made are removed, unless somebody has worked on them since."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import models

from accord.platform.models import Event, ImportRow, Team, User
from accord.platform.transfer.targets import Statements

_GONE = (
    "DELETE FROM platform_fieldchange WHERE subject_type = %(subject)s "
    "AND subject_id = ANY(%(ids)s)",
    "DELETE FROM platform_importrow WHERE object_id = ANY(%(ids)s) AND action = 'created' "
    "AND import_id IS NOT DISTINCT FROM %(import_id)s",
)
# What an import wrote that was undone itself, too, is no reason to keep a record.
_NOT_OURS = """ AND r.import_id IS DISTINCT FROM %(import_id)s AND NOT EXISTS (
    SELECT FROM platform_import AS u WHERE u.id = r.import_id AND u.state = 'undone')"""
# A team whose only member is its lead goes, so that the lead can go too.
_EMPTY_TEAMS = """
UPDATE platform_team AS t SET lead_id = NULL WHERE t.import_id = %(import_id)s
    AND NOT EXISTS (SELECT 1 FROM platform_user AS u
        WHERE u.team_id = t.id AND u.id IS DISTINCT FROM t.lead_id)
"""
_LEAVE_TEAMS = """
UPDATE platform_user AS u SET team_id = NULL FROM platform_team AS t
WHERE u.team_id = t.id AND t.import_id = %(import_id)s AND t.lead_id IS NULL
    AND u.import_id = %(import_id)s
"""


def remove(
    here: Statements,
    model: type[models.Model],
    made: Collection[int],
    *,
    parts: Collection[type[models.Model]] = (),
) -> int:
    """Remove these records with their parts; answers how many are kept as they are.

    Kept is what has a change, an event or a row in another table that is not this import's;
    what an import did that was undone itself does not count.
    """
    if not made:
        return 0
    subject, table = str(model._meta.model_name), model._meta.db_table
    used = " UNION ".join(_uses(model, parts))
    kept = {row[0] for row in here.ask(used, ids=sorted(made), subject=subject)}
    ids = sorted(set(made) - kept)
    for part, column in _references(model):
        if part in parts:
            here.run(f"DELETE FROM {part._meta.db_table} WHERE {column} = ANY(%(ids)s)", ids=ids)
        elif part is model:
            here.run(f"UPDATE {table} SET {column} = NULL WHERE {column} = ANY(%(ids)s)", ids=ids)
    for statement in _GONE:
        here.run(statement, ids=ids, subject=subject)
    here.run(f"DELETE FROM {table} WHERE id = ANY(%(ids)s)", ids=ids)
    return len(kept)


def remove_unused(here: Statements, model: type[models.Model]) -> None:
    """Remove what an import made beside its rows, where nothing refers to it."""
    table = model._meta.db_table
    rows = here.ask(f"SELECT id FROM {table} WHERE import_id = %(import_id)s")
    remove(here, model, [row[0] for row in rows])


def remove_colleagues(here: Statements) -> None:
    """Remove placeholders and teams an import made, where they own and lead nothing."""
    here.run(_EMPTY_TEAMS)
    here.run(_LEAVE_TEAMS)
    remove_unused(here, Team)
    remove_unused(here, User)


def forget_events(here: Statements, model: type[models.Model]) -> None:
    """Take the import's own events out of the log, but for those of records it made that stay."""
    column = _event_column(model)
    kept = (
        f"AND ({column} IS NULL OR {column} NOT IN (SELECT object_id FROM platform_importrow WHERE "
        "import_id = %(import_id)s AND action = 'created' AND object_id IS NOT NULL))"
    )
    here.run(f"DELETE FROM platform_event WHERE import_id = %(import_id)s {kept if column else ''}")


def _uses(model: type[models.Model], parts: Collection[type[models.Model]]) -> Iterator[str]:
    """Queries for those of the ids that something which is not this import's refers to."""
    yield (
        "SELECT f.subject_id FROM platform_fieldchange AS f WHERE f.subject_type = %(subject)s "
        "AND f.subject_id = ANY(%(ids)s) AND f.import_id IS DISTINCT FROM %(import_id)s "
        "AND NOT EXISTS (SELECT 1 FROM platform_import AS u "
        "WHERE u.id = f.import_id AND u.state = 'undone')"
    )
    if column := _event_column(model):
        yield (
            f"SELECT e.{column} FROM platform_event AS e WHERE e.{column} = ANY(%(ids)s) "
            "AND e.import_id IS DISTINCT FROM %(import_id)s"
        )
    for other, column in _references(model):
        marked = any(field.column == "import_id" for field in other._meta.concrete_fields)
        if other in parts and not marked:
            continue
        ours = other in parts or other is model
        more = _NOT_OURS if marked and ours else ""
        yield (
            f"SELECT r.{column} FROM {other._meta.db_table} AS r "
            f"WHERE r.{column} = ANY(%(ids)s){more}"
        )


def _references(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every column of every table that refers to this one."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model is not ImportRow:
            yield relation.related_model, relation.field.column


def _event_column(model: type[models.Model]) -> str:
    column = f"{model._meta.model_name}_id"
    names = {field.column for field in Event._meta.concrete_fields}
    return column if column in names and model is not User else ""
