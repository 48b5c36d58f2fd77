"""`accord worker`: does the work of the queue."""

from __future__ import annotations

import argparse
import os
import sys

from accord.platform import processes
from accord.platform.queue import worker
from accord.platform.safekeeping import quarantine

HELP = "Run a worker: mails, imports, backups and whatever else waits in the queue."
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alone", type=int, metavar="PID", help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=4, help="Jobs done at the same time.")


def run(options: argparse.Namespace) -> int:
    if options.alone:
        worker.run_lost(options.alone)
        return 0
    quarantine.check()
    mine = worker.Worker(threads=max(1, options.threads))
    processes.when_told_to_end(mine.stop)
    code = mine.run()
    sys.stdout.flush()
    sys.stderr.flush()
    if mine.held:
        os._exit(code)  # a job hangs in a thread that nobody can end
    return code
