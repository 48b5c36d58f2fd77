"""The real worker, killed while segments follow: nobody is forgotten, nothing is told twice."""

import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests import instance as instances

FILL = """
INSERT INTO people_contact (first_name, last_name, email, phone, title, city, country, language,
    stage, channel, campaign, landing_page, tags, custom, external_id, version, recorded_at,
    changed_at)
SELECT 'P', n::text, 'p' || n || '@acme.example', '', '', '', '', '', 'subscriber', '', '', '',
    '{}', '{}', '', 1, now(), now()
FROM generate_series(1, %s) AS n
"""
PART = """
CREATE TABLE IF NOT EXISTS platform_event_{month:%Y_%m} PARTITION OF platform_event
FOR VALUES FROM ('{month:%Y-%m-01} 00:00+00') TO ('{after:%Y-%m-01} 00:00+00')
"""
SEGMENT = """
INSERT INTO people_segment (name, description, kind, rule, created_at, stale_at, size, differed)
VALUES ('%s', '', 'dynamic', '%s', now(), now(), 0, 0)
"""
CITIES = """{"contact": "city", "kind": "text", "is": ["Bonn", "Kiel"]}"""
SEEN = """{"event": "page.viewed", "when": {"within_last": "15 minutes"}}"""
BOTH = """{"all": [{"segment": 1}, {"not": {"segment": 2}}]}"""
MOVE = """
UPDATE people_contact SET city = (ARRAY['Bonn', 'Kiel', 'Ulm', ''])[1 + floor(random() * 4)::int]
WHERE random() < 0.3
"""
VIEW = """
INSERT INTO platform_event (name, happened_at, recorded_at, team, contact_id, source, channel,
    campaign, properties, actor)
SELECT 'page.viewed', now(), now(), 'marketing', id, '', '', '', '{}', ''
FROM people_contact WHERE random() < 0.02
"""
WAITING = "SELECT count(*) FROM people_changedperson WHERE due_at IS NULL OR due_at <= now()"
# What the log tells, step by step: who is in entered once more often than they left.
TOLD = """
SELECT count(*) FROM (
    SELECT contact_id, properties->>'segment' AS segment, name,
        lag(name) OVER (PARTITION BY contact_id, properties->>'segment' ORDER BY id) AS before
    FROM platform_event WHERE name IN ('segment.entered', 'segment.left')
) AS step
WHERE name = coalesce(before, 'segment.left')
"""
APART = """
SELECT count(*) FROM (
    SELECT segment_id, contact_id, 1 AS times FROM people_membership
    UNION ALL
    SELECT (properties->>'segment')::bigint, contact_id,
        CASE name WHEN 'segment.entered' THEN -1 ELSE 1 END
    FROM platform_event WHERE name IN ('segment.entered', 'segment.left')
) AS each GROUP BY segment_id, contact_id HAVING sum(times) <> 0
"""
WRONG = """
SELECT count(*) FROM people_contact AS contact
WHERE EXISTS (SELECT FROM people_membership WHERE contact_id = contact.id AND segment_id = 1)
    <> (city IN ('Bonn', 'Kiel'))
OR EXISTS (SELECT FROM people_membership WHERE contact_id = contact.id AND segment_id = 3)
    <> (city IN ('Bonn', 'Kiel') AND NOT EXISTS (SELECT FROM platform_event
        WHERE name = 'page.viewed' AND contact_id = contact.id))
"""


def campaign(instance, *, kills, people):
    """Rows change by plain SQL while workers are killed; the last one may finish."""
    month = datetime.now(UTC).replace(day=1)
    instance.ask(PART.format(month=month, after=month + timedelta(days=32)))
    for name, rule in (("Cities", CITIES), ("Seen", SEEN), ("Both", BOTH)):
        instance.ask(SEGMENT % (name, rule))
    instance.ask(FILL % people)
    dice = random.Random(kills)
    for _ in range(kills):
        instance.ask(MOVE)
        instance.ask(VIEW)
        worker = instance.start("worker")
        left = waiting(instance)
        instances.wait(lambda left=left: waiting(instance) < left or not left, every=0.02)
        time.sleep(dice.uniform(0, 0.5))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
    instance.ask(MOVE)
    instance.start("worker")
    instances.wait(lambda: settled(instance), every=0.2)
    assert instance.ask(TOLD) == [(0,)], "somebody entered or left twice in a row"
    assert instance.ask(APART) == [], "what was told is not who is in"
    assert instance.ask(WRONG) == [(0,)]
    assert instance.ask("SELECT count(*) > 0 FROM people_membership") == [(True,)]


def waiting(instance):
    return instance.ask(WAITING)[0][0]


def settled(instance):
    stale = instance.ask("SELECT count(*) FROM people_segment WHERE stale_at IS NOT NULL")
    return waiting(instance) == 0 and stale == [(0,)]


def test_killed_workers_forget_nobody_and_tell_nothing_twice(beside):
    campaign(beside, kills=3, people=1_500)


@pytest.mark.long
def test_twenty_killed_workers_forget_nobody_and_tell_nothing_twice(beside):
    campaign(beside, kills=20, people=4_000)
