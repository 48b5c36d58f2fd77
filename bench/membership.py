"""From an event to the membership it makes, by the real worker, while events keep coming.

A process writes events at a steady rate, as the intake does; each goes to a contact who enters a
segment by it. The moment of entering is that at which the membership was written.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from bench import figures, instance, pages
from bench.figures import Figure

NAME = "membership"
SIZES = {"companies": 50_000, "contacts": 1_000_000, "deals": 100_000, "events": 2_000_000}
RATE, SECONDS, SEGMENTS = 300, 60, 50
BUDGET = 2_000.0  # milliseconds from an event's commit to its membership's
PATIENCE = 3_600.0

# Every event of `name` makes its contact a member of the segment `name` at the latest then.
_ENTERED = """
SELECT event.contact_id, event.recorded_at, min(entered.recorded_at)
FROM platform_event AS event
LEFT JOIN platform_event AS entered ON entered.contact_id = event.contact_id
    AND entered.name = 'segment.entered'
    AND (entered.properties->>'segment')::bigint = ANY(%(watched)s)
WHERE event.name = 'form.submitted' AND event.properties ? 'bench'
GROUP BY event.contact_id, event.recorded_at
"""


def run(sizes: dict[str, int] = SIZES, *, rate: int = RATE, seconds: int = SECONDS) -> list[Figure]:
    sizes = pages.asked(sizes)
    with instance.running():
        pages.fill(sizes)
        pages.settle()
        watched = _segments()
        worker = subprocess.Popen([sys.executable, "-m", "accord.cli", "worker"])
        try:
            evaluated = figures.took(_wait_until_settled)
            _write(sizes["contacts"], rate, seconds)
            _wait_until_settled()
        finally:
            worker.terminate()
            worker.wait(60)
        delays = _delays(watched)
        _agree()
    told = f"membership: event to membership at {rate} events/s, {SEGMENTS} segments"
    return [
        figures.at_most(f"{told}, p99", figures.percentile(delays, 0.99), "ms", BUDGET),
        figures.reported(f"{told}, p50", figures.percentile(delays, 0.50), "ms"),
        figures.reported(f"{told}, worst", max(delays), "ms"),
        figures.reported("membership: the first evaluation of all", evaluated / 1000, "s"),
    ]


def _segments() -> list[int]:
    """Fifty: the reference segments, and as many more as people make; gives the watched one."""
    from accord.engine import segments as engine
    from accord.people.segments import saving
    from bench.segments import rules

    for name, rule in rules().items():
        saving.create(name=name, rule=engine.to_json(rule), by=None)
    bench = [{"property": "bench", "kind": "number", "filled": True}]
    mine = saving.create(name="Watched", rule={"event": "form.submitted", "where": bench}, by=None)
    for n in range(SEGMENTS - 21):
        viewed = {"event": "page.viewed", "times": {"at_least": 2 + n}}
        city = {"contact": "city", "kind": "text", "is": ["Kiel", "Bremen", "Leipzig"][n % 3]}
        saving.create(name=f"More {n}", rule={"all": [city, viewed]}, by=None)
    return [mine.pk]


def _wait_until_settled() -> None:
    from accord.people.segments import live

    until = time.monotonic() + PATIENCE
    while live.waits():
        if time.monotonic() > until:
            raise RuntimeError("the worker does not keep up")
        time.sleep(0.2)


def _write(contacts: int, rate: int, seconds: int) -> None:
    """Events at a steady rate, ten times a second, a commit each time: half of them are watched."""
    from django.utils import timezone

    from accord.platform.events import partitions
    from accord.platform.models import Event

    dice, begun = random.Random(1), time.monotonic()
    fresh = iter(dice.sample(range(1, contacts + 1), min(contacts, rate * seconds)))
    partitions.ensure([timezone.now().date()])
    for tick in range(seconds * 10):
        now = timezone.now()
        Event.objects.bulk_create(
            _event(next(fresh, 1), now, watched=n % 2 == 0) for n in range(rate // 10)
        )
        time.sleep(max(0.0, begun + (tick + 1) / 10 - time.monotonic()))


def _event(contact: int, now: datetime, *, watched: bool) -> Any:
    from accord.platform.models import Event

    name = "form.submitted" if watched else "page.viewed"
    properties: dict[str, object] = {"bench": 1} if watched else {"path": "/prices/"}
    return Event(
        name=name, happened_at=now, recorded_at=now, contact_id=contact, properties=properties
    )


def _delays(watched: list[int]) -> list[float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_ENTERED, {"watched": watched})
        rows = cursor.fetchall()
    if any(entered is None for _, _, entered in rows):
        raise RuntimeError("an event made nobody a member")
    return [(entered - recorded) / timedelta(milliseconds=1) for _, recorded, entered in rows]


def _agree() -> None:

    from accord.people.segments import checking

    if apart := [each for each in checking.check() if each.differed]:
        raise RuntimeError(f"live and full evaluation differ: {apart}")
