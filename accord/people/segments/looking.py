"""How many a rule selects, exactly: asked of everybody, for a few seconds at most."""

from __future__ import annotations

from datetime import datetime

from django.db import OperationalError, connection, transaction

from accord.engine import segments as engine
from accord.people.models import Contact
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import members, reading

LONGEST = 15  # seconds


def counted(
    rule: engine.Rule, now: datetime, *, seen: ContactQuerySet
) -> tuple[int, list[Contact]] | None:
    """How many a rule selects, and up to 20 of them, of those `seen`.

    None where that takes longer than a few seconds. Raises BadRule.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}s'")
            found = members.count(rule, now), reading.sample(rule, now, seen=seen)
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")
            return found
    except OperationalError as problem:
        if "statement timeout" in str(problem):
            return None
        raise
