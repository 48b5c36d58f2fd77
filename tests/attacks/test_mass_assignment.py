"""Fields no form asks for, sent with every form: nothing of them may be kept.

The forms are the POST rows of tests/authorization/matrix.txt, each sent by whoever of the least
rights may send it. With them go the names of what only Accord writes: keys, moments, whose act it
was, roles and rights, seals and states. Their values are marked, and looked for in every table.
"""

from dataclasses import replace
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import connection, models

from accord.platform.models import User
from tests.authorization import matrix

pytestmark = pytest.mark.django_db

ROWS = [row for row in matrix.read() if row.method == "POST"]
WEAKEST = ("read_only", "analyst", "seller", "marketer", "manager", "admin", "owner")
TEXT, NUMBER, MOMENT = "Zq7marked", 7_770_777, "2001-02-03T04:05:06+00:00"
# Moments people do say: when something is due, happened or is meant to begin.
SAID = frozenset(
    ("acquired_at", "happened_at", "due_at", "received_at", "opened_at", "closed_at", "starts_at")
)
OURS = frozenset(
    (
        *("is_active", "password", "last_login", "roles", "team"),
        *("import", "import_id", "by", "written_by", "undone_by", "merged_into", "kept"),
        *("digest", "seal", "salt", "token", "key", "key_check", "confirms", "previous"),
        *("origin", "verdict", "score", "proven", "reasons", "is_new", "settled_at", "attempts"),
        *("size", "differed", "published", "draft", "number", "stage_since", "rank", "value"),
    )
)


def names():
    """The fields of all models that are Accord's own to write, with the field of one of them."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            own = (
                field.name in OURS
                or isinstance(field, models.AutoField)
                or field.name.endswith("_at")
            )
            if own and field.name not in SAID:
                found |= dict.fromkeys((field.name, field.attname), field)
    return found


def marked(field):
    if isinstance(field, (models.DateField, models.DateTimeField)):
        return MOMENT
    if isinstance(field, models.BooleanField):
        return "1"
    if field.is_relation or isinstance(field, models.IntegerField | models.DecimalField):
        return str(NUMBER)
    return TEXT


NAMES = {name: marked(field) for name, field in names().items()}


def with_more(row):
    """The row with everything else; what its form asks for stays as it is."""
    asked = {pair.partition("=")[0] for pair in row.body.split("&")}
    more = [f"{name}={quote(value)}" for name, value in NAMES.items() if name not in asked]
    return replace(row, body="&".join(filter(None, (row.body, *more))))


def kept():
    """Tables that hold something marked, and everybody's rights."""
    places = " UNION ALL ".join(
        f"SELECT '{table}' FROM \"{table}\" AS t WHERE t::text ~ '{_MARKS}'"
        for table in connection.introspection.table_names()
        if not table.startswith(("django_session", "axes_", "usersessions_"))
    )
    with connection.cursor() as cursor:
        cursor.execute(places)
        tables = {name for (name,) in cursor.fetchall()}
    return tables, {
        (each.email, *each.roles, each.team_id, each.is_active, each.has_usable_password())
        for each in User.objects.all()
    }


_MARKS = f"{TEXT}|{NUMBER}|2001-02-03 0"


def weakest(row):
    if not row.verdicts:
        return "nobody"
    return next((role for role in WEAKEST if row.lets_in(role, "own")), "owner")


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_no_form_asks_for_is_kept_nowhere(house, row):
    role = weakest(row)
    _, (_, rights) = house.after(row, role, kept)
    status, (tables, others) = house.after(with_more(row), role, kept)
    assert status < 500
    assert not tables, f"as {role}: kept in {', '.join(sorted(tables))}"
    assert others <= rights, f"as {role}: {others - rights}"


def test_the_search_finds_what_is_marked(house):
    """A field that a form does ask for is found: the search means it."""
    row = next(row for row in ROWS if row.address == "/contacts/new/")
    sent = replace(row, body=f"last_name={TEXT}")
    _, (tables, _) = house.after(sent, "seller", kept)
    assert "people_contact" in tables
