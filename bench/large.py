"""The same pages on an instance ten times as large."""

from __future__ import annotations

from bench import pages
from bench.figures import Figure

NAME = "large"
SIZES = {"contacts": 1_000_000, "companies": 50_000, "deals": 100_000, "events": 5_000_000}


def run() -> list[Figure]:
    return pages.run(pages.asked(SIZES), name=NAME)
