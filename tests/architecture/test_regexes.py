"""No regular expression repeats what repeats: such ones take for ever on the right wrong text."""

import ast
import re
from pathlib import Path
from re import _constants as terms  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

ROOT = Path(__file__).parents[2] / "accord"
CALLS = {"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
ENDLESS = (terms.MAX_REPEAT, terms.MIN_REPEAT)


def expressions():
    """Every regular expression that is written out, with its place."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = node.func.value
            if isinstance(of, ast.Name) and of.id == "re" and node.func.attr in CALLS and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text.value


def inside(parsed):
    """The parts of a part."""
    for operation, argument in parsed:
        yield operation, argument
        for each in argument if isinstance(argument, (tuple, list)) else ():
            if isinstance(each, parser.SubPattern):
                yield from inside(each)
            elif isinstance(each, list):
                for branch in each:
                    if isinstance(branch, parser.SubPattern):
                        yield from inside(branch)


def is_endless(operation, argument):
    return operation in ENDLESS and argument[1] is terms.MAXREPEAT


def repeats_a_repeat(text):
    """Whether something without end holds something without end, and nothing else that is fixed."""
    for operation, argument in inside(parser.parse(text)):
        if is_endless(operation, argument):
            body = argument[2]
            fixed = any(each in (terms.LITERAL, terms.IN) for each, _ in flat(body))
            if any(is_endless(*each) for each in inside(body)) and not fixed:
                return True
    return False


def flat(body):
    """What stands in a body or in its only group, not what is repeated there."""
    for operation, argument in body:
        if operation is terms.SUBPATTERN:
            yield from flat(argument[-1])
        else:
            yield operation, argument


def test_the_search_knows_those_that_never_end():
    assert repeats_a_repeat(r"(a+)+$") and repeats_a_repeat(r"(?:\w*)*x")
    assert not repeats_a_repeat(r"(?:[a-z]+\.)+[a-z]+") and not repeats_a_repeat(r"a+b*")


def test_no_expression_repeats_what_repeats():
    every = list(expressions())
    assert len(every) > 40
    assert [place for place, text in every if repeats_a_repeat(text)] == []
    assert all(re.compile(text) for _, text in every)
