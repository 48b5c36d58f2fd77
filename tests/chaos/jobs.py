"""Jobs that leave a trace, and jobs that do harm."""

import ctypes
import os
import signal
import time
from datetime import timedelta

from django.db import connection, transaction

from accord.platform.queue import leases, work

leases.LENGTH = timedelta(seconds=4)


def trace(kind, number):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO trace (kind, number) VALUES (%s, %s)", [kind, number])


@work.job("chaos.effect")
def effect(payload):
    trace("effect", payload["number"])
    time.sleep(0.02)


@work.job("chaos.steps", atomic=False)
def steps(payload):
    """Five steps, a transaction each; what is left to do is read from what was done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trace WHERE number = %s", [payload["number"]])
        done = cursor.fetchone()[0]
    for step in range(done, 5):
        with transaction.atomic():
            work.fence()
            trace(f"step {step}", payload["number"])
        time.sleep(0.02)


@work.job("chaos.raise")
def fail(payload):
    raise ValueError


@work.job("chaos.exit")
def leave(payload):
    raise SystemExit(3)


@work.job("chaos.crash")
def crash(payload):
    ctypes.string_at(0)


@work.job("chaos.killed")
def killed(payload):
    """As the system does to a process that takes all the memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(10)


@work.job("chaos.hang", limit=timedelta(seconds=2))
def hang(payload):
    time.sleep(3600)
