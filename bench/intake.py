"""How many events a second one worker takes in, with nothing else to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import figures, instance
from bench.figures import Figure

if TYPE_CHECKING:
    from datetime import datetime

NAME = "intake"
RECEIPTS, BATCH, VISITORS, CONTACTS = 5_000, 20, 20_000, 2_000
BUDGET = 5_000  # events a second

# Page views from ads and within the site, things tracked, and people who say who they are; each
# visitor does five things within an hour of the last two days.
RECEIVE = """
INSERT INTO channels_receipt (received_at, key_id, kind, body, events, address, agent, origin,
                              opted_out)
SELECT now(), (SELECT id FROM channels_writekey), 'batch', convert_to(jsonb_build_object('batch',
    (SELECT jsonb_agg(jsonb_build_object(
        'type', CASE WHEN mod(n, 25) = 0 THEN 'identify' WHEN mod(n, 5) = 0 THEN 'track'
            ELSE 'page' END,
        'event', 'Ordered', 'anonymousId', 'v-' || mod(n, {VISITORS}), 'messageId', 'm-' || n,
        'timestamp', timestamptz '{AT}' - interval '2 days' * mod(n, {VISITORS}) / {VISITORS}
            - interval '10 minutes' * mod(n, 6),
        'traits', jsonb_build_object('email', 'p' || mod(n, {CONTACTS}) || '@acme.example'),
        'properties', jsonb_build_object('url', 'https://acme.example/' || mod(n, 97)
            || CASE WHEN mod(n, 7) = 0 THEN '?utm_source=google&utm_medium=cpc' ELSE '' END,
            'title', 'Page ' || mod(n, 97), 'seats', mod(n, 11))))
     FROM generate_series(batch * {BATCH}, batch * {BATCH} + {BATCH} - 1) AS n))::text, 'UTF8'),
    {BATCH}, '192.0.2.0',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/'
        || 100 + mod(batch, 43) || '.0.0.0 Safari/537.36', '', false
FROM generate_series(0, {RECEIPTS} - 1) AS batch
"""
PEOPLE = """
WITH people AS (
    INSERT INTO people_contact (first_name, last_name, email, phone, title, city, country, language,
        stage, channel, campaign, landing_page, tags, custom, external_id, version, recorded_at,
        changed_at)
    SELECT 'P', n::text, 'p' || n || '@acme.example', '', '', '', '', '', 'subscriber', '', '', '',
        '{{}}', '{{}}', '', 1, now(), now()
    FROM generate_series(0, {CONTACTS} - 1) AS n RETURNING id, email
)
INSERT INTO people_address (contact_id, kind, value, label, is_primary)
SELECT id, 'email', email, '', true FROM people
"""


def run() -> list[Figure]:
    from django.utils import timezone

    with instance.running():
        from accord.platform.models import Event

        now = timezone.now()
        _fill(now)
        taken = figures.took(lambda: _take(now))
        events = Event.objects.filter(visitor_id__isnull=False).count()
        if events != RECEIPTS * BATCH:
            raise RuntimeError(f"{events} of {RECEIPTS * BATCH} events are there")
        again = _again(now)
        rate = RECEIPTS * BATCH / taken * 1000
        return [
            figures.at_least("intake: events by one worker", round(rate), "events/s", BUDGET),
            figures.reported("intake: the same again, all repeats", round(again), "events/s"),
        ]


def _fill(now: datetime) -> None:
    from django.db import connection

    from accord.channels.models import WriteKey

    WriteKey.objects.create(key="bench", name="bench", kind="browser")
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(**_sizes(now)))
        cursor.execute(RECEIVE.format(**_sizes(now)))
        cursor.execute("VACUUM ANALYZE")


def _take(now: datetime) -> None:
    from accord.channels.intake import taking

    while taking.take(now):
        pass


def _again(now: datetime) -> float:
    """Events a second where every one was taken in before."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RECEIVE.format(**_sizes(now)))
    return RECEIPTS * BATCH / figures.took(lambda: _take(now)) * 1000


def _sizes(now: datetime) -> dict[str, int | str]:
    return {
        "RECEIPTS": RECEIPTS,
        "BATCH": BATCH,
        "VISITORS": VISITORS,
        "CONTACTS": CONTACTS,
        "AT": now.isoformat(),
    }
