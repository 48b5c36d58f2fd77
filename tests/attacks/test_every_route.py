"""Hostile values in every parameter of every route, from somebody who may do everything.

The routes and their parameters are those of tests/authorization/matrix.txt. No answer may be an
error of ours, no value may become part of a statement, and every answer is what it says it is.
"""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

import orjson
import pytest

from tests.attacks.payloads import HOSTILE
from tests.authorization import matrix

pytestmark = pytest.mark.django_db

ROWS = matrix.read()
USUAL = ("q", "sort", "page", "view", "columns", "from", "to", "by", "as_of", "before", "lang")
ACCEPTED = ("text/html", "application/json", "text/csv", "image/svg+xml", "*/*;q=0.1, \u00e9")


def parameters(row):
    """Names of what this row gives or a list would take; bodies of others name none."""
    path, _, query = row.address.partition("?")
    given = parse_qsl(query if row.method == "GET" else row.body, keep_blank_values=True)
    names = [name for name, _ in given]
    return path, given, [*names, *(USUAL if row.method == "GET" else ())]


def attacks(row):
    """This row once for each parameter and value."""
    path, given, names = parameters(row)
    for name in dict.fromkeys(names):
        for value in HOSTILE:
            safe = value.replace("{", "{{").replace("}", "}}")
            if row.method == "GET":
                pairs = [*(pair for pair in given if pair[0] != name), (name, safe)]
                yield replace(row, address=f"{path}?{urlencode(pairs, safe='{}')}")
            else:
                pairs = [(each, safe if each == name else old) for each, old in given]
                body = "&".join(f"{quote(each)}={quote(said, safe='{}')}" for each, said in pairs)
                yield replace(row, body=body)


def a_few(row):
    """One value for each parameter; the next parameter and the next row get the next one."""
    every = list(attacks(row))
    return every[row.line % len(HOSTILE) :: len(HOSTILE) + 1]


def broken(house, tried):
    return [
        f"{attack.address} {attack.body}: {status}"
        for attack in tried
        if (status := house.ask(attack).status_code) >= 500
    ]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_value_breaks_a_route_or_becomes_part_of_a_statement(row, house, statements):
    assert broken(house, a_few(row)) == []
    assert statements == []


@pytest.mark.long
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_no_value_at_all_breaks_a_route(row, house, statements):
    assert broken(house, attacks(row)) == []
    assert statements == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_an_answer_is_what_it_says_it_is_whatever_was_asked_for(row, house):
    for accepted in (ACCEPTED[row.line % len(ACCEPTED)], "application/json"):
        answer = house.ask(row, accept=accepted)
        if answer.status_code == 304:
            continue
        assert answer.headers["X-Content-Type-Options"] == "nosniff", accepted
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        said = b"".join(answer) if answer.streaming else answer.content
        assert kind or not said, accepted
        if kind == "application/json":
            orjson.loads(said)
        elif re.match(rb"\s*[{\[]", said):
            assert kind != "text/html", f"{accepted}: JSON told as HTML"


def test_strange_paths_break_nothing(house):
    well = replace(ROWS[0], address="/health/", method="GET", verdicts=(), body="")
    before = house.ask(well).status_code
    for path in (
        "//", "///evil.example", "/./", "/../", "/%2f%2f", "/%00", "/%ff%fe", "/contacts//",
        "/contacts/%2e%2e/", "/contacts/9999999999999999999999/", "/contacts/-1/",
        "/contacts/\u0661/", "/" + "a" * 8_000, "/?" + "a=b&" * 3_000, "/contacts/1%0d%0aX: y/",
    ):  # fmt: skip
        status = house.ask(replace(well, address=path)).status_code
        assert status < 500, path
    assert house.ask(well).status_code == before
