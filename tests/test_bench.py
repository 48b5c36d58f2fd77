import json

import pytest

from bench import __main__ as bench
from bench import alone, figures, pages, texts

TINY = """
from bench import figures

NAME = "tiny"

def run():
    return [
        figures.at_most("tiny: a page", 90.0, "ms", 100),
        figures.at_least("tiny: rows", 10.0, "rows/s", {rows}),
        figures.reported("tiny: a loop", 7.004, "ms"),
    ]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of benchmarks: one tiny one, and a module that is none."""
    found = tmp_path / "smallbench"
    found.mkdir()
    (found / "tiny.py").write_text(TINY.format(rows=5))
    (found / "helping.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return found


def test_figures_are_written_with_their_budgets(folder, tmp_path, capsys):
    into = tmp_path / "latest.json"
    assert bench.main(["--only", "tiny"], folder=folder, into=into) == 0
    assert json.loads(into.read_text()) == [
        {"name": "tiny: a page", "figure": 90.0, "unit": "ms", "budget": 100, "holds": True},
        {"name": "tiny: rows", "figure": 10.0, "unit": "rows/s", "budget": 5, "holds": True},
        {"name": "tiny: a loop", "figure": 7.0, "unit": "ms", "budget": None, "holds": None},
    ]
    assert "| tiny: a page | 90 | ms | 100 | yes |" in capsys.readouterr().out


def test_a_budget_that_does_not_hold_fails_the_run(folder, tmp_path, capsys):
    (folder / "tiny.py").write_text(TINY.format(rows=50))
    assert bench.main([], folder=folder, into=tmp_path / "latest.json") == 1
    assert "| tiny: rows | 10 | rows/s | 50 | NO |" in capsys.readouterr().out


def test_an_unknown_name_is_refused_with_the_known_ones(folder, tmp_path, capsys):
    with pytest.raises(SystemExit):
        bench.main(["--only", "huge"], folder=folder, into=tmp_path / "latest.json")
    assert "there is no benchmark huge; choose of tiny" in capsys.readouterr().err


def test_a_percentile_is_a_measured_value():
    assert figures.percentile([5, 1, 4, 2, 3], 0.95) == 5
    assert figures.percentile(list(range(1, 21)), 0.95) == 19


def test_sizes_are_what_the_environment_says(monkeypatch):
    monkeypatch.setenv("BENCH_EVENTS", "20000000")
    usual = {"contacts": 10, "events": 20}
    assert pages.asked(usual) == {"contacts": 10, "events": 20_000_000}


TINY_COMPANY = {"companies": 20, "contacts": 300, "deals": 40, "events": 2_000}


def apart(module, *company, **more):
    """The figures of a real module, in a process of its own."""
    return alone.run(_run, module, company, more)


def _run(module, company, more):
    from importlib import import_module

    return import_module(module).run(*company, **more)


def test_reference_segments_answer_alike_from_lake_and_database():
    found = apart("bench.segments", TINY_COMPANY, rounds=1)
    names = [figure["name"] for figure in found]
    assert "segments: lake, median of 20" in names and len(found) == 4 + 40 + 10 + 1


@pytest.mark.long
def test_events_make_members_in_time():
    found = apart("bench.membership", TINY_COMPANY, rate=20, seconds=5)
    assert found[0]["name"].endswith("p99") and found[0]["figure"] > 0


@pytest.mark.long
def test_a_burst_is_refused_in_words_and_loses_nothing():
    held = {
        each["name"]: each["holds"] for each in apart("bench.burst", before=1, burst=4, after=1)
    }
    assert held["burst: acknowledged and lost"] is True and False not in held.values()


@pytest.mark.django_db
def test_what_reads_text_is_called_rightly_and_fails_with_a_refusal_only():
    for _, reader in texts.readers():
        for piece in texts.PIECES:
            texts.read(reader, piece * 300)


def test_a_fault_of_what_reads_text_ends_its_measuring():
    with pytest.raises(TypeError):
        texts.read(lambda text, more: text, "a")
