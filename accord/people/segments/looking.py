"""A rule that is not kept yet, asked of everybody, for a few seconds at most: how many, and who
of them a campaign would not reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from django.db import OperationalError, connection, transaction

from accord.engine import segments as engine
from accord.engine.consent.terms import Question
from accord.people.models import Contact
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import excluding, members, reading, turning
from accord.people.segments.excluding import Excluded

LONGEST = 15  # seconds
# As many as are asked, the same ones each time, and how many there are.
_DRAWN = """SELECT id, count(*) OVER () FROM ({rule}) AS wanted (id)
ORDER BY md5(id::text) LIMIT {most}"""


class _TooLong(Exception):
    """It takes longer than a person waits."""


def counted(
    rule: engine.Rule, now: datetime, *, seen: ContactQuerySet
) -> tuple[int, list[Contact]] | None:
    """How many a rule selects of everybody, and up to 20 of them who are `seen`.

    None where that takes longer than a few seconds. Raises BadRule.
    """
    try:
        with _for_seconds():
            return members.count(rule, now), reading.sample(rule, now, seen=seen)
    except _TooLong:
        return None


def excluded(
    rule: engine.Rule, question: Question, now: datetime, *, seen: ContactQuerySet
) -> Excluded | None:
    """Who may not be sent this of those a rule selects, and who are `seen`: see `excluding`.

    None where that takes longer than a few seconds. Raises BadRule.
    """
    query = members.compiled_rule(rule, now)
    try:
        with _for_seconds(), connection.cursor() as cursor:
            sql = _DRAWN.format(rule=query.sql, most=excluding.MOST)
            cursor.execute(sql, query.parameters)
            drawn = cursor.fetchall()
            asked = list(seen.filter(pk__in=[id for id, _ in drawn]).order_by("pk"))
            people = drawn[0][1] if drawn else 0
            size = round(len(asked) * people / len(drawn)) if drawn else 0
            return excluding.among(asked, question, now, size=size)
    except _TooLong:
        return None


@contextmanager
def _for_seconds() -> Iterator[None]:
    """Questions of a block that take longer than a few seconds end it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}s'")
            turning.make_room()
            yield
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
    except OperationalError as problem:
        if isinstance(problem.__cause__, psycopg.errors.QueryCanceled):
            raise _TooLong from None
        raise
