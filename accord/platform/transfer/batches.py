"""Statements of one import, with its values at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from accord.platform.models import User
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.plans import Plan
from accord.platform.transfer.staging import CHANGES, STAGE
from accord.platform.transfer.targets import Merged

_WORDS = {
    "{stage}": STAGE,
    "{change}": CHANGES,
    "{new}": "s.wave = %(wave)s AND s.action = 'created'",
    "{found}": "s.wave = %(wave)s AND s.action = 'found'",
}


class Statements:
    """Runs SQL for an import; `targets.Statements` says in which terms."""

    def __init__(self, *, import_id: int, by: User | None, now: datetime) -> None:
        self.by, self.wave = by, 1
        self.values: dict[str, Any] = {
            "import_id": import_id,
            "by": by.pk if by else None,
            "now": now,
        }

    def run(self, sql: str, **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_said(sql), self.values | {"wave": self.wave} | values)
            return int(cursor.rowcount)

    def ask(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_said(sql), self.values | {"wave": self.wave} | values)
            return list(cursor.fetchall())


class Batch(Statements):
    """One wave of one chunk of a plan."""

    def __init__(self, plan: Plan, *, import_id: int, by: User | None, now: datetime) -> None:
        super().__init__(import_id=import_id, by=by, now=now)
        self.plan = plan
        self.merged: list[Merged] = []

    @property
    def mapping(self) -> Mapping:
        return self.plan.mapping

    def has(self, *slots: str) -> bool:
        return self.plan.has(*slots)


def _said(sql: str) -> str:
    for word, meant in _WORDS.items():
        sql = sql.replace(word, meant)
    return sql
