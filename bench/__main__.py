"""Measure Accord: `python -m bench [--only name,name]`.

Every module of this folder with a NAME is a benchmark: its `run()` answers figures. Each runs in
a process of its own, because an instance lives as long as its process. The figures are printed
as a table and written to bench/latest.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from bench import alone
from bench.figures import Figure

HERE = Path(__file__).parent
LATEST = HERE / "latest.json"


def main(arguments: list[str], *, folder: Path = HERE, into: Path = LATEST) -> int:
    """Run the benchmarks asked for; 1 where a budget does not hold."""
    known = modules(folder)
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Accord.")
    parser.add_argument("--only", default=",".join(known), help=f"some of: {', '.join(known)}")
    names = parser.parse_args(arguments).only.split(",")
    if unknown := set(names) - set(known):
        parser.error(
            f"there is no benchmark {', '.join(sorted(unknown))}; choose of {', '.join(known)}"
        )
    figures: list[Figure] = []
    for name in names:
        print(f"Measuring {name} ...", flush=True)
        figures += apart(known[name])
        into.write_text(json.dumps(figures, indent=1) + "\n")
    print(table(figures))
    return int(any(figure["holds"] is False for figure in figures))


def modules(folder: Path) -> dict[str, str]:
    """The benchmarks in a folder: module by NAME."""
    stems = [path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")]
    stems += [path.parent.name for path in folder.glob("*/__init__.py")]
    every = {f"{folder.name}.{stem}" for stem in stems}
    return {
        module.NAME: module.__name__
        for module in map(import_module, sorted(every))
        if hasattr(module, "NAME")
    }


def apart(module: str) -> list[Figure]:
    """What the module's `run()` answers, in a new process."""
    return list(alone.run(import_module(module).run))


def table(figures: Iterable[Figure]) -> str:
    """The figures, one a line, as Markdown."""
    lines = ["| what | figure | unit | budget | holds |", "|---|---:|---|---:|---|"]
    lines += [
        f"| {each['name']} | {each['figure']:,g} | {each['unit']} "
        f"| {_budget(each)} "
        f"| {_WORDS[each['holds']]} |"
        for each in figures
    ]
    return "\n".join(lines)


def _budget(figure: Figure) -> str:
    return "" if figure["budget"] is None else f"{figure['budget']:,g}"


_WORDS = {None: "", True: "yes", False: "NO"}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
