"""Attribution: the credit each touch earned for booked revenue and for pipeline.

Credit is kept as rows, so that every number opens its touches. Rows of a deal are rebuilt
whole when the deal or the touches of its people change; they are never edited. What credit
means says `engine.attribution`; `queries/credit.sql` works it out for many deals at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accord.engine import attribution as engine
from accord.insight import questions
from accord.insight.models import Credit
from accord.platform.access import preferences
from accord.platform.queue import work

JOB = "attribution.refresh"
CHUNK = 1000
FEW = 20  # deals whose joins may be made row by row
WHILE_WAITING = 300  # deals worked out while a person waits; more is left to the worker
_LONGEST = timedelta(hours=1)  # a transaction, but for imports, takes no longer
# Events, besides touches, after which other touches count.
_TELLING = (
    "activity.deleted",
    "activity.restored",
    "deal.contact_added",
    "deal.contact_removed",
    "affiliation.added",
    "affiliation.removed",
    "contact.merged",
    "contact.unmerged",
    "visitor.recognised",
    "visitor.released",
    "visitor.shared",
)
_CHOSEN = """
chosen AS (
    SELECT id AS deal_id, company_id, CASE outcome WHEN 'won' THEN closed_at END AS won_at,
           opened_at, value
    FROM sales_deal WHERE id = ANY(%(deals)s::bigint[]) AND deleted_at IS NULL
)"""
_BUYER = """
buyer AS (
    SELECT deal_id, contact_id FROM sales_dealcontact WHERE deal_id = ANY(%(deals)s::bigint[])
)"""
_COLUMNS = (
    "goal, deal_id, model, event_id, event_at, contact_id, channel, source, campaign, weight, "
    "value, goal_at"
)
_REMEMBER = """
INSERT INTO insight_crediteddeal (deal_id, company_id, won_at, opened_at, value, stale)
SELECT deal_id, company_id, won_at, opened_at, value, false FROM chosen
ON CONFLICT (deal_id) DO UPDATE SET company_id = excluded.company_id, won_at = excluded.won_at,
    opened_at = excluded.opened_at, value = excluded.value, stale = false
"""
_MARK = "UPDATE insight_crediteddeal SET stale = true WHERE NOT stale"
# Whether a row may have been written by a transaction that had not ended when last looked: its
# number, with the turns of the counter that rows do not keep, is none before the oldest of
# these. Asking for its very number would miss rows written after a savepoint, which has one of
# its own that no snapshot names; some rows are looked at twice instead.
_NEW = """
clock.now - mod(clock.now - {row}.xmin::text::bigint, 4294967296)
    >= pg_snapshot_xmin({snapshot}::pg_snapshot)::text::bigint
"""
# What was seen last, and whether all is to be looked at anew: nothing was seen before, or in
# another database (this one was restored), or looking back another span; or an import was
# undone, which takes touches away.
_SEEN = f"""
WITH clock AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now)
SELECT mark.at AS mark, mark.snapshot,
       mark.lookback_days <> %(lookback)s
       OR pg_snapshot_xmax(mark.snapshot::pg_snapshot)::text::bigint > clock.now
       OR EXISTS (SELECT 1 FROM platform_import i WHERE i.undone_at > mark.at
                  AND {_NEW.format(row="i", snapshot="mark.snapshot")}) AS anew
FROM insight_watermark mark CROSS JOIN clock
WHERE mark.name = 'attribution' FOR UPDATE OF mark
"""
_KEEP = """
INSERT INTO insight_watermark AS mark (name, at, snapshot, lookback_days)
VALUES ('attribution', %(at)s, pg_current_snapshot()::text, %(lookback)s)
ON CONFLICT (name) DO UPDATE SET at = excluded.at, snapshot = excluded.snapshot,
    lookback_days = excluded.lookback_days
"""


@dataclass(frozen=True)
class Standing:
    """How far the credit is: deals whose credit is still to be worked out, of how many."""

    left: int
    deals: int

    @property
    def done_percent(self) -> int:
        return 100 * (self.deals - self.left) // self.deals if self.deals else 100


@transaction.atomic
def catch_up(now: datetime) -> Standing:
    """Work out what little has changed; ask the worker for what would keep a person waiting."""
    _notice(now)
    found = standing()
    if 0 < found.left <= WHILE_WAITING:
        _rebuild(_stale(WHILE_WAITING))
        return Standing(0, found.deals)
    if found.left:
        ask()
    return found


def refresh(now: datetime) -> int:
    """Work out the credit of every deal that changed since last time; returns how many.

    Commits in steps, so that it can be killed and goes on. Safe to run at any time and again.
    """
    done = 0
    with transaction.atomic():
        _notice(now)
    while True:
        with transaction.atomic():
            work.fence()
            deals = _stale(CHUNK)
            _rebuild(deals)
        done += len(deals)
        if len(deals) < CHUNK:
            return done


def rebuild(deals: Collection[int]) -> None:
    """Work out the credit of these deals anew."""
    with transaction.atomic():
        _rebuild(deals)


def ask(*, afresh: bool = False) -> None:
    """Ask the worker to bring the credit up to date, in the caller's transaction.

    afresh: of every deal, whatever it looks like.
    """
    if afresh:
        with connection.cursor() as cursor:
            cursor.execute(_MARK)
    work.enqueue(JOB, key=f"every:{JOB}")


def standing() -> Standing:
    """How far the credit is, as far as it has been noticed; works nothing out."""
    (row,) = questions.run(
        f"WITH {questions.sql('stale')} SELECT (SELECT count(*) FROM stale) AS left, "
        "(SELECT count(*) FROM sales_deal WHERE deleted_at IS NULL) AS deals",
        {},
    )
    return Standing(row["left"], row["deals"])


def parameters(*goals: str) -> dict[str, Any]:
    """What queries/credit.sql takes besides the moment: these goals, as the company chose."""
    return {
        "goals": list(goals),
        "lookback": preferences.current().lookback_days,
        "half_life": engine.USUAL.half_life_days,
        "models": list(engine.Model),
    }


def _notice(now: datetime) -> None:
    """Mark deals whose touches changed since last time; all, where the lookback did.

    Two at once wait for each other. What changed about deals themselves needs no mark: they
    are compared with what they were.
    """
    preferences.forget()  # another process may have changed it this very second
    lookback = preferences.current().lookback_days
    found = questions.run(_SEEN, {"lookback": lookback})
    values: dict[str, Any] = {"at": now - _LONGEST, "lookback": lookback}
    with connection.cursor() as cursor:
        if not found or found[0]["anew"] is not False:
            cursor.execute(_MARK)
            cursor.execute(_KEEP, values)
            return
        values |= {"mark": found[0]["mark"], "snapshot": found[0]["snapshot"]}
        text = f"WITH {_touched()}, marked AS ({_MARK} AND deal_id IN (TABLE touched)) {_KEEP}"
        cursor.execute(text, values | {"telling": list(_TELLING)})


def _touched() -> str:
    text = questions.sql("touched")
    for table in ("e", "i", "l", "f"):
        new = _NEW.format(row=table, snapshot="%(snapshot)s")
        text = text.replace(f"{{{table} is new}}", new)
    return text


def _stale(limit: int) -> list[int]:
    text = f"WITH {questions.sql('stale')} SELECT id FROM stale ORDER BY id LIMIT %(limit)s"
    return [row["id"] for row in questions.run(text, {"limit": limit})]


def _rebuild(deals: Collection[int]) -> None:
    if not deals:
        return
    values = parameters(*Credit.Goal.values) | {"deals": list(deals), "as_of": None}
    credit = f"WITH {_CHOSEN}, {_BUYER}, {questions.sql('credit')}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insight.credit'))")
        cursor.execute("DELETE FROM insight_credit WHERE deal_id = ANY(%(deals)s)", values)
        cursor.execute("DELETE FROM insight_crediteddeal WHERE deal_id = ANY(%(deals)s)", values)
        cursor.execute(f"WITH {_CHOSEN} {_REMEMBER}", values)
        text = f"{credit} INSERT INTO insight_credit ({_COLUMNS}) SELECT {_COLUMNS} FROM credit"
        cursor.execute(questions.not_row_by_row(text) if len(deals) > FEW else text, values)
