"""Every route has a row in the authorization matrix (docs/permissions.md says how to add one)."""

import pytest

from tests.authorization import matrix


def test_every_route_has_a_row():
    missing = matrix.routes() - {row.route for row in matrix.read()}
    lines = "".join(f"\n    GET  {matrix.sample(route)}" for route in sorted(missing))
    assert not missing, f"no row in tests/authorization/matrix.txt for:{lines}"


def test_every_row_has_a_route():
    lost = [f"{matrix.FILE.name}:{row.line}: {row}" for row in matrix.read() if row.route is None]
    assert not lost, "no route answers to these rows; remove or repair them"


def test_no_row_stands_twice():
    rows = [(row.method, row.address, row.body) for row in matrix.read()]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("FETCH /x/ yes yes yes yes yes yes yes", "begin with a method"),
        ("GET /x/ yes yes", "one verdict for each"),
        ("GET /x/ yes yes yes yes yes yes own", "'own' is no verdict here"),
        ("GET /x/{contact}/ all all all all yes own no", "'yes' is no verdict here"),
    ],
)
def test_a_row_that_cannot_be_read_says_what_to_repair(line, complaint):
    with pytest.raises(ValueError, match=complaint) as error:
        matrix.read(f"[x]\n{line}\n")
    assert "matrix.txt:2" in str(error.value)
