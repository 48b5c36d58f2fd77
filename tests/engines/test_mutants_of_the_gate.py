"""Whoever takes a guard out of the gate of consent is told by its tests."""

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path("accord/engine/consent/tests")


@pytest.mark.long
@pytest.mark.parametrize("module", ["gate", "merging"])
def test_at_least_95_of_100_changes_of_the_gate_are_noticed(module):
    # A process without database and threads, so that every mutant can be a fork of it.
    files = [str(TESTS / f"test_{name}.py") for name in ("gate", "merging", "children")]
    found = subprocess.run(
        [sys.executable, "-m", "tests.mutants", f"accord.engine.consent.{module}", *files],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    killed = float(found.rpartition("(")[2].rstrip("%)\n"))
    assert killed >= 95, found
