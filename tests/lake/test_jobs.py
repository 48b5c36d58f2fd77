"""The lake's job in a worker: its lease is extended while a long step reads."""

import threading

from django.db import connection
from django.utils import timezone

from accord.people.models import Contact
from accord.platform.lake import snapshots
from accord.platform.models import LakeTable
from accord.platform.queue import leases, work


def extend(lease):
    try:
        leases.extend([lease])
    finally:
        connection.close()


def test_a_step_outlives_the_extension_of_its_lease(lake):
    work.discover()
    work.enqueue("lake.ship", payload={})
    [lease] = leases.claim({"lake.ship"}, limit=1)
    token = work._lease.set(lease)
    try:
        with snapshots.alone(), snapshots.change():
            Contact.objects.count()
            beat = threading.Thread(target=extend, args=[lease])
            beat.start()
            beat.join(120)
            LakeTable.objects.create(name="test", generation=1, shipped_at=timezone.now())
        assert LakeTable.objects.filter(name="test").exists()
    finally:
        work._lease.reset(token)
