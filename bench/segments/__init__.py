"""Twenty reference segments over a large company: from the lake, and beside it on PostgreSQL.

The rules are the JSON files of this folder. Both answer from the same rows as of the same
instant; where they differ the benchmark fails.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench import figures, instance, pages
from bench.figures import Figure
from bench.segments import builder

if TYPE_CHECKING:
    from datetime import datetime

NAME = "segments"
SIZES = {"companies": 50_000, "contacts": 1_000_000, "deals": 100_000, "events": 20_000_000}
MEDIAN, WORST = 500.0, 3_000.0  # milliseconds
ROUNDS = 3


def run(sizes: dict[str, int] = SIZES, *, rounds: int = ROUNDS) -> list[Figure]:
    sizes = pages.asked(sizes)
    with instance.running():
        from django.utils import timezone

        from accord.platform.lake import shipping

        pages.fill(sizes)
        pages.settle()
        shipped = figures.took(shipping.rebuild)
        found = measure(timezone.now(), rounds)
        of = f"{sizes['contacts']:,} contacts and {sizes['events']:,} events"
        found += builder.measure(rules())
        return [*found, figures.reported(f"segments: writing the lake of {of}", shipped, "ms")]


def rules() -> dict[str, Any]:
    """The reference segments by name, read and checked against the catalogue."""
    from accord.engine import segments as engine
    from accord.people.segments import tables

    words, found = tables.words(), {}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        rule = engine.loads(path.read_text("utf-8"))
        engine.check(rule, words)
        found[path.stem] = rule
    return found


def measure(now: datetime, rounds: int) -> list[Figure]:
    """Evaluate each rule in full from both: the lake's median of the rounds, the database once."""
    from accord.people import lake
    from accord.people.segments import members

    times: dict[str, dict[str, float]] = {"lake": {}, "PostgreSQL": {}}
    for name, rule in rules().items():
        answers: dict[str, set[int]] = {}

        def ask_lake(rule: Any = rule, answers: dict[str, set[int]] = answers) -> None:
            answers["lake"] = lake.evaluate(rule, now=now)

        def ask_database(rule: Any = rule, answers: dict[str, set[int]] = answers) -> None:
            answers["PostgreSQL"] = members.selected(rule, now)

        times["lake"][name] = median(figures.took(ask_lake) for _ in range(rounds))
        times["PostgreSQL"][name] = figures.took(ask_database)
        told = ", ".join(f"{engine} {found[name]:,.0f} ms" for engine, found in times.items())
        print(f"{name}: {told}; {len(answers['lake']):,} people", flush=True)
        if answers["lake"] != answers["PostgreSQL"]:
            raise RuntimeError(f"{name}: the lake and PostgreSQL do not agree")
    return _told(times)


def _told(times: dict[str, dict[str, float]]) -> list[Figure]:
    lake, database = times["lake"], times["PostgreSQL"]
    each = [
        figures.reported(f"segments: {name}, {engine}", ms, "ms")
        for engine, found in times.items()
        for name, ms in found.items()
    ]
    return [
        figures.at_most("segments: lake, median of 20", median(lake.values()), "ms", MEDIAN),
        figures.at_most("segments: lake, worst of 20", max(lake.values()), "ms", WORST),
        figures.reported("segments: PostgreSQL, median of 20", median(database.values()), "ms"),
        figures.reported("segments: PostgreSQL, worst of 20", max(database.values()), "ms"),
        *each,
    ]
