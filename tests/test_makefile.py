"""What `make` would run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def made(*arguments, **environment):
    """The commands make would run, without running them."""
    outer = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=ROOT, env=outer | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()[-1]


def test_the_first_start_brings_the_demo_company_unless_told_otherwise():
    assert made("up").endswith("accord up --first-run ")
    assert made("up", "DEMO=0", "ARGS=--port 8300").endswith("accord up  --port 8300")
    assert made("up", DEMO="0").endswith("accord up  ")


def test_where_the_venv_module_is_missing_it_says_so_and_leaves_nothing_behind(tmp_path):
    """Debian's python3 without python3-venv makes half an environment, then fails."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1" = -c ] && exit 0\nmkdir -p $3/bin\ntouch $3/bin/python\nexit 1\n'
    )
    python.chmod(0o755)
    done = subprocess.run(
        ["make", ".venv/bin/python", f"PYTHON={python}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stdout
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("goal", "part"),
    [("test", "pytest -n"), ("test-long", "-m long"), ("bench", "-m bench"), ("check", "pytest")],
)
def test_there_is_a_goal_for_each_thing_developers_do(goal, part):
    assert part in made(goal)


def test_what_must_pass_before_landing_is_what_people_run():
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-2:] == ["make check", "make test"]
    assert os.access(ROOT / ".ci/run", os.X_OK)
