"""The real worker, killed while it takes in what arrived: nothing lost, nothing doubled."""

import os
import random
import signal
import time

import pytest

from tests import instance as instances

BATCH = 20

RECEIVE = f"""
INSERT INTO channels_receipt (received_at, key_id, kind, body, events, address, agent, origin,
                              opted_out)
SELECT now(), (SELECT id FROM channels_writekey), 'batch', convert_to(jsonb_build_object('batch',
    (SELECT jsonb_agg(jsonb_build_object('type', 'page', 'anonymousId', 'v-' || mod(n, 50),
        'messageId', 'm-' || n, 'timestamp', '2026-11-25T12:00:00Z',
        'properties', jsonb_build_object('url', 'https://acme.example/' || mod(n, 7))))
     FROM generate_series(batch * {BATCH}, batch * {BATCH} + {BATCH - 1}) AS n))::text, 'UTF8'),
    {BATCH}, '192.0.2.0', 'Mozilla/5.0 Chrome/142.0', '', false
FROM generate_series(0, %s - 1) AS batch
"""


def campaign(instance, *, kills, batches):
    """Each batch arrives twice; workers are killed in between and at last one may finish."""
    instance.ask(
        "INSERT INTO channels_writekey (key, name, kind, made_at)"
        " VALUES ('the-key', 'Shop', 'browser', now())"
    )
    rng = random.Random(kills)
    for _ in range(2):
        instance.ask(RECEIVE % batches)
    for _ in range(kills):
        worker = instance.start("worker")
        left = receipts(instance)
        instances.wait(lambda left=left: receipts(instance) < left or not left, every=0.02)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
        instance.ask(RECEIVE % rng.randrange(1, batches))
    instance.start("worker")
    instances.wait(lambda: receipts(instance) == 0, every=0.1)
    [(rows, messages, visitors)] = instance.ask(
        "SELECT count(*), count(DISTINCT properties->>'message'), count(DISTINCT visitor_id)"
        " FROM platform_event WHERE name = 'page.viewed'"
    )
    assert (rows, messages, visitors) == (batches * BATCH, batches * BATCH, 50)
    assert instance.ask("SELECT count(*) FROM channels_failedevent") == [(0,)]
    assert instance.ask("SELECT count(*) FROM platform_event WHERE session_id IS NULL "
                        "AND name = 'page.viewed'") == [(0,)]  # fmt: skip


def receipts(instance):
    return instance.ask("SELECT count(*) FROM channels_receipt")[0][0]


def test_killed_workers_lose_nothing_and_take_nothing_twice(beside):
    campaign(beside, kills=3, batches=1_000)


@pytest.mark.long
def test_twenty_killed_workers_lose_nothing_and_take_nothing_twice(beside):
    campaign(beside, kills=20, batches=3_000)
