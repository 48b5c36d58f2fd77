"""Calls every route as every role on own, team's and others' records. See matrix.txt."""

import pytest
from django.db import transaction

from accord.platform import memory
from tests.authorization import matrix
from tests.authorization.house import House
from tests.authorization.matrix import METHODS, OPEN, ROLES, WHOSE, Row
from tests.authorization.records import NARROWED

ROWS = matrix.read()
GUARDED = [row for row in ROWS if row.verdicts]
NARROWABLE = [
    row
    for row in GUARDED
    if row.noun in NARROWED and row.method == "GET" and row.lets_in("seller", "other")
]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Made once; each call is rolled back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        memory.forget_everything()
        yield House()
        transaction.set_rollback(True)


def _wrong(house, row, role, whose, *, lets_in, reads=""):
    found = house.call(row, role, whose, reads)
    if found.startswith("let in" if lets_in else "refused"):
        return ""
    wanted = "let in" if lets_in else "refused"
    record = f" on {whose} {row.noun}" if row.noun else ""
    narrowed = f" while sellers read {reads}" if reads else ""
    return f"\n    {role}{record}{narrowed}: should be {wanted}, was {found}"


def _where(row: Row) -> str:
    return f"{matrix.FILE.name}:{row.line}: {row}"


@pytest.mark.parametrize("row", GUARDED, ids=str)
def test_each_role_is_let_in_or_refused_as_the_matrix_says(row, house):
    kinds = WHOSE if row.noun else WHOSE[:1]
    wrong = "".join(
        _wrong(house, row, role, whose, lets_in=row.lets_in(role, whose))
        for role in ROLES
        for whose in kinds
    )
    assert not wrong, _where(row) + wrong


@pytest.mark.parametrize("row", GUARDED, ids=str)
def test_nobody_gets_in_without_signing_in(row, house):
    wrong = _wrong(house, row, "nobody", "other", lets_in=False)
    assert not wrong, _where(row) + wrong


@pytest.mark.parametrize("row", [row for row in ROWS if not row.verdicts], ids=str)
def test_what_is_open_to_everybody_answers(row, house):
    found = house.call(row, "nobody", "other")
    assert found.startswith(("let in", "refused (302)")), f"{_where(row)} [{OPEN}]: {found}"


@pytest.mark.parametrize("row", NARROWABLE, ids=str)
def test_sellers_see_what_the_company_lets_them_see(row, house):
    wrong = "".join(
        _wrong(house, row, "seller", whose, lets_in=lets_in, reads=reads)
        for reads, let in (("own", ("own",)), ("team", ("own", "team")))
        for whose in WHOSE
        for lets_in in [whose in let]
    )
    assert not wrong, _where(row) + wrong


@pytest.mark.parametrize("route", sorted(matrix.routes()))
def test_methods_without_a_row_are_not_allowed(route, house):
    rows = [row for row in ROWS if row.route == route]
    if not rows:
        pytest.fail(f"no row in {matrix.FILE.name} for {matrix.sample(route)}")
    first = rows[0]
    listed = {row.method for row in rows}
    answered = []
    for method in [each for each in METHODS if each not in listed]:
        row = Row(first.line, method, first.address, first.verdicts, first.body)
        found = house.call(row, "owner", "own")
        if found != "broken (405)":
            answered.append(f"{method}: {found}")
    assert not answered, (
        f"{first.address} answers methods that have no row: {', '.join(answered)}. "
        "Add a row, or put @require_safe, @require_POST or @require_http_methods on the view."
    )
