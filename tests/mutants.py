"""Change one thing of a pure module at a time, and see whether its tests notice.

    python -m tests.mutants accord.engine.consent.gate accord/engine/consent/tests/test_gate.py

Each mutant runs in a process of its own, with the changed module in the place of the true one.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

_COMPARED = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
_CALLED = {"any": "all", "all": "any", "max": "min", "min": "max"}
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutant:
    line: int
    change: str
    tree: ast.Module


@dataclass(frozen=True)
class Outcome:
    """How many mutants were made, and those that no test noticed."""

    made: int
    survivors: tuple[Mutant, ...]

    @property
    def killed(self) -> float:
        return 1 - len(self.survivors) / self.made


def run(module: str, tests: Sequence[str]) -> Outcome:
    """Try every mutant of a module against these test files; the true module must pass."""
    target = importlib.import_module(module)
    assert target.__file__
    with open(target.__file__) as file:
        tree = ast.parse(file.read())
    assert _passes(module, tree, tests), "the tests fail without any change"
    every = list(mutants(tree))
    survivors = []
    for count, mutant in enumerate(every, 1):
        if _passes(module, mutant.tree, tests):
            survivors.append(mutant)
            print(f"survived: line {mutant.line}, {mutant.change} ({count} tried)", flush=True)
    return Outcome(len(every), tuple(survivors))


def mutants(tree: ast.Module) -> Iterator[Mutant]:
    """Every mutant of a module, one change each."""
    nodes = [node for node in _bodies(tree) if hasattr(node, "lineno")]
    for node in nodes:
        for label, change in _changes(node):
            copies: dict[int, ast.AST] = {}
            whole = copy.deepcopy(tree, copies)
            change(copies[id(node)])
            yield Mutant(node.lineno, label, ast.fix_missing_locations(whole))


def _bodies(tree: ast.Module) -> Iterator[ast.AST]:
    """Everything but docstrings, imports and annotations, which say nothing at run time."""
    skipped = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for each in body if isinstance(body, list) else []:
            if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant):
                skipped |= {id(part) for part in ast.walk(each)}
        for name in ("annotation", "returns"):
            if part := getattr(node, name, None):
                skipped |= {id(each) for each in ast.walk(part)}
        if isinstance(node, ast.Import | ast.ImportFrom):
            skipped |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchAs):
            skipped |= {id(part) for each in node.body for part in ast.walk(each)}  # assert_never
    return (node for node in ast.walk(tree) if id(node) not in skipped)


def _changes(node: ast.AST):  # noqa: C901, PLR0912  one case a kind of change
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in _COMPARED[type(op)]:
                    yield f"{type(op).__name__} to {other.__name__}", _compare(place, other)
        case ast.BoolOp():
            yield "and/or swapped", _swap
            for place in range(len(node.values)):
                yield f"part {place} left out", _leave_out("values", place)
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out", _unnegate
        case ast.If() | ast.IfExp():
            yield "condition true", _test(True)
            yield "condition false", _test(False)
        case ast.GeneratorExp() | ast.ListComp():
            if any(each.ifs for each in node.generators):
                yield "filter left out", _unfilter
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield f"{name} to {_CALLED[name]}", _call(_CALLED[name])
        case ast.keyword(arg="reverse"):
            yield "order turned", _constant(False)
        case ast.BinOp(op=op) if type(op) in _COUNTED:
            yield "sign turned", _count(_COUNTED[type(op)])
        case ast.Constant(value=bool() as value):
            yield f"{value} turned", _constant(not value)
        case ast.Constant(value=int() as value):
            yield f"{value} to {value + 1}", _constant(value + 1)
        case ast.Constant(value=str() as value):
            yield f"{value!r} to another text", _constant(f"X{value}X")
        case ast.Return(value=value) if value is not None:
            yield "nothing returned", _return_none


def _compare(place, other):
    def change(node):
        node.ops[place] = other()

    return change


def _swap(node):
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _leave_out(name, place):
    def change(node):
        del getattr(node, name)[place]

    return change


def _unnegate(node):
    node.op = ast.UAdd()
    node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])


def _test(value):
    def change(node):
        walrus = [each for each in ast.walk(node.test) if isinstance(each, ast.NamedExpr)]
        kept = [node.test] if walrus else []
        node.test = ast.Subscript(
            ast.Tuple([*kept, ast.Constant(value)], ast.Load()), ast.Constant(-1), ast.Load()
        )

    return change


def _unfilter(node):
    for each in node.generators:
        each.ifs = []


def _call(name):
    def change(node):
        node.func.id = name

    return change


def _count(op):
    def change(node):
        node.op = op()

    return change


def _constant(value):
    def change(node):
        target = node.value if isinstance(node, ast.keyword) else node
        target.value = value

    return change


def _return_none(node):
    node.value = ast.Constant(None)


def _passes(module: str, tree: ast.Module, tests: Sequence[str]) -> bool:
    """Whether the tests pass with this module; in a process of its own, silently."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = 1
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        target = importlib.import_module(module)
        exec(compile(tree, str(target.__file__), "exec"), target.__dict__)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider"]
        code = pytest.main(["-c", os.devnull, "--rootdir", os.getcwd(), *options, *tests])
    finally:
        os._exit(int(code))


if __name__ == "__main__":
    found = run(sys.argv[1], sys.argv[2:])
    print(f"{found.made - len(found.survivors)} of {found.made} killed ({found.killed:.1%})")
