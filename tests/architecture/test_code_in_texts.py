"""Code that tests give another process as text imports what is there: nothing else reads it."""

import ast
import importlib
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
IMPORT = re.compile(r"^\s*from (accord[\w.]*) import ([\w, ]+)", re.MULTILINE)


def written():
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for module, names in IMPORT.findall(node.value.replace(";", "\n")):
                    for name in names.split(","):
                        yield path.name, module, name.split(" as ")[0].strip()


@pytest.mark.parametrize(("file", "module", "name"), sorted(set(written())))
def test_what_it_imports_is_there(file, module, name):
    if not hasattr(importlib.import_module(module), name):
        importlib.import_module(f"{module}.{name}")
