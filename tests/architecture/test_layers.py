"""What the import linter cannot see."""

import ast
import subprocess
import sys
from pathlib import Path

from django.apps import apps

LAYERS = ["platform", "people", "channels", "marketing", "sales", "insight", "alignment", "web"]
PACKAGE = Path(__file__).parents[2] / "accord"
SOURCES = [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts]


def test_foreign_keys_point_down_and_leave_no_trace():
    """A string reference has no import, so the import linter cannot see it."""
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS:
            continue
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if not field.many_to_one or related is None or related._meta.app_label not in LAYERS:
                continue
            here, there = model._meta.app_label, related._meta.app_label
            assert LAYERS.index(there) <= LAYERS.index(here), f"{field} points up"
            if here != there:
                assert field.remote_field.hidden, f"{field} needs related_name='+'"


def test_files_stay_short():
    long = {str(p): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 400}
    assert not long


def test_folders_stay_small():
    """Fifteen nouns. What an app declares and where its pages are is no noun; each command is."""
    count: dict[str, int] = {}
    for path in SOURCES:
        if path.stem not in {"__init__", "apps", "jobs", "urls"} and path.parent.name != "tests":
            folder = str(path.parent.relative_to(PACKAGE))
            count[folder] = count.get(folder, 0) + 1
    assert {folder: n for folder, n in count.items() if n > 15 and folder != "commands"} == {}


def test_functions_stay_short():
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > 40
    ]
    assert not long


def test_models_are_where_their_layer_is():
    found = {m._meta.app_label for m in apps.get_models() if m.__module__.startswith("accord.")}
    assert found <= set(LAYERS)


def test_pages_start_without_what_analysis_needs():
    """DuckDB, SQLGlot and the like load where they are used."""
    heavy = {"duckdb", "pyarrow", "sqlglot", "numpy", "pandas"}
    code = f"import sys, accord.asgi; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent, check=True
    )
    assert done.stdout.split() == []
