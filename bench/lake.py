"""How fast events are shipped to the lake, what they weigh there, and what it gives back."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from bench import figures, instance
from bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NAME = "lake"
CONTACTS, EVENTS, LATER, MONTHS = 100_000, 1_000_000, 200_000, 6
FILES = 8  # shipments of the last month, made one
ROUNDS = 5

PEOPLE = """
INSERT INTO people_contact (first_name, last_name, email, phone, title, city, country, language,
    stage, channel, campaign, landing_page, tags, custom, external_id, version, recorded_at,
    changed_at)
SELECT 'P', n::text, 'p' || n || '@acme.example', '', '', 'Bonn', 'DE', '', 'lead', '', '', '',
    '{{fair}}', jsonb_build_object('size', mod(n, 900)), '', 1, now(), now()
FROM generate_series(1, {contacts}) AS n
"""
# Page views as capture writes them: address, title, referrer and the id of the message; a few
# people do much, most little. The moments lie within the months until now, the last ones today.
HAPPEN = """
INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, source, channel,
    campaign, properties, visitor_id, session_id, actor)
SELECT (ARRAY['page.viewed', 'page.viewed', 'page.viewed', 'track', 'form.submitted'])
        [1 + mod(n, 5)],
    now() - {span} * random(), now(), 'marketing',
    CASE WHEN mod(n, 4) > 0 THEN 1 + floor({contacts} * random() * random())::bigint END,
    'google', 'paid_search', '', jsonb_build_object(
        'url', 'https://acme.example/' || mod(n, 997), 'title', 'Page ' || mod(n, 997),
        'referrer', 'https://www.google.com/', 'message', md5(n::text), 'seats', mod(n, 11)),
    1 + floor({contacts} * 2 * random())::bigint, n, 'human'
FROM generate_series(1, {events}) AS n
"""
BY_CONTACT = """
SELECT "contact_id", count(*), max("happened_at"), count(DISTINCT "session_id")
FROM "platform_event" WHERE "name" = 'page.viewed' GROUP BY 1
"""
RULE = {
    "all": [
        {"contact": "size", "kind": "number", "above": 400},
        {"event": "form.submitted", "times": {"at_least": 2}, "when": {"within_last": "60 days"}},
    ]
}


def run() -> list[Figure]:
    with instance.running():
        from accord.platform.lake import checking, shipping

        _fill()
        whole = figures.took(shipping.rebuild)
        rows, size = _events(checking.status())
        found = [
            figures.reported("lake: events shipped anew", round(rows / whole * 1000), "events/s"),
            figures.reported("lake: a million events weigh", size / rows, "MB"),
            figures.reported(
                "lake: which is of PostgreSQL's tables and indices", 100 * size / _stored(), "%"
            ),
            *_asked(),
            *_shipped(),
        ]
        wrong = checking.check(rows=True)
        if wrong:
            raise RuntimeError(f"the lake is not the database: {wrong}")
        return found


def _fill() -> None:
    from datetime import timedelta

    from django.utils import timezone

    from accord.people.models import CustomField
    from accord.platform.events import partitions

    CustomField.objects.create(noun="contact", name="size", label="Size", kind="number")
    now = timezone.now()
    partitions.ensure((now - timedelta(days=28 * n)).date() for n in range(MONTHS + 2))
    _run(PEOPLE.format(contacts=CONTACTS))
    _run(_happening(EVENTS, f"interval '{30 * MONTHS} days'"))
    _run("VACUUM ANALYZE")


def _happening(events: int, span: str) -> str:
    return HAPPEN.format(contacts=CONTACTS, events=events, span=span)


def _asked() -> list[Figure]:
    """The same two questions, here and there: medians."""
    from django.utils import timezone

    from accord.engine import segments
    from accord.engine.segments.sql import compile_rule
    from accord.engine.segments.times import Clock
    from accord.people import lake
    from accord.people.segments import tables
    from accord.platform.lake import reading

    rule = segments.from_json(RULE)
    clock = Clock(timezone.now(), timezone.get_default_timezone())
    query = compile_rule(rule, tables.operational(), clock)

    def ask() -> None:
        with reading.reading() as reader:
            reader.ask(f"SELECT count(*) FROM ({BY_CONTACT})")

    return [
        _median("lake: a rule over everybody", lambda: lake.evaluate(rule, now=clock.now)),
        _median("lake: the same in PostgreSQL", lambda: _run(query.sql, query.parameters)),
        _median("lake: features of every contact", ask),
        _median("lake: the same in PostgreSQL, features", lambda: _run(BY_CONTACT)),
    ]


def _shipped() -> list[Figure]:
    """What a shipment of news takes, what reading it before takes, and making files one."""
    from django.utils import timezone

    from accord.platform.lake import reading, shipping

    def ask() -> None:
        with reading.reading() as reader:
            reader.ask('SELECT count(*) FROM "platform_event"')

    _run(_happening(1_900, "interval '1 hour'"))
    tail = _median("lake: counting, with 1,900 events not shipped", ask)
    shipping.ship(timezone.now())
    rates = []
    for _ in range(FILES - 2):
        _run(_happening(LATER // FILES, "interval '1 hour'"))
        taken = figures.took(lambda: shipping.ship(timezone.now()))
        rates.append(LATER // FILES / taken * 1000)
    one = figures.took(shipping.compact)
    return [
        tail,
        figures.reported("lake: news shipped", round(statistics.median(rates)), "events/s"),
        figures.reported(f"lake: {FILES} files of a month made one", one, "ms"),
    ]


def _events(held: list[Any]) -> tuple[int, int]:
    [events] = [each for each in held if each.table == "platform_event"]
    return events.rows, events.bytes


def _stored() -> int:
    return int(
        _run("SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('platform_event')")[
            0
        ][0]
    )


def _median(name: str, work: Callable[[], object]) -> Figure:
    work()
    taken = statistics.median(figures.took(work) for _ in range(ROUNDS))
    return figures.reported(name, round(taken), "ms")


def _run(sql: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []
