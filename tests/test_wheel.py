"""What people install holds everything they need, and nothing they do not."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SKIPPED = {"__pycache__"}
GET = "from django.test import Client;print(Client(headers={{'host': 'localhost'}}).get({}).{})"


def shipped(path):
    parts = path.relative_to(ROOT).parts
    return path.is_file() and "tests" not in parts and not SKIPPED & set(parts)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built as `pip install .` builds it, from the files that are shipped."""
    tmp_path = tmp_path_factory.mktemp("wheel")
    source = tmp_path / "source"
    shutil.copytree(ROOT / "accord", source / "accord", ignore=shutil.ignore_patterns(*SKIPPED))
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    build = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, source],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert build.returncode == 0, build.stdout + build.stderr
    (made,) = tmp_path.glob("*.whl")
    return made


def test_the_wheel_holds_every_file_and_gives_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        commands = archive.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    expected = {
        str(path.relative_to(ROOT)) for path in (ROOT / "accord").rglob("*") if shipped(path)
    }
    assert expected - names == set()
    assert "accord = accord.cli:main" in commands
    assert not [name for name in names if "/tests/" in name]
    kinds = {Path(name).suffix for name in names}
    assert {".html", ".css", ".js", ".py"} <= kinds


def test_what_the_wheel_holds_runs_without_the_repository(wheel, tmp_path):
    """A page, its style sheet, and the console script, all from the installed files."""
    place, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", place, wheel], check=True, timeout=120)
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment |= {"PYTHONPATH": str(place), "ACCORD_DATA": str(tmp_path / "data")}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, place / "bin/accord", *arguments],
            cwd=elsewhere, env=environment, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert str(place) in run("shell", "--no-imports", "-c", "import accord; print(accord)")
    shown = run("shell", "--no-imports", "-c", GET.format("'/sign-in/'", "text"))
    assert "<h1>Sign in</h1>" in shown
    sheets = re.findall(r'(?:href|src)="(/static/[^"?]+)', shown)
    assert len(sheets) >= 3
    for sheet in sheets[:3]:
        assert run("shell", "--no-imports", "-c", GET.format(repr(sheet), "status_code")) == "200\n"
