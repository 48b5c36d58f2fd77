"""Whoever mends a file is told all that is wrong with a row at once."""

from __future__ import annotations

import csv
import io

import pytest

from accord.people import companies, contacts, lifecycle
from accord.people.models import Company, Contact
from accord.platform.models import User
from accord.platform.transfer import imports, mapping, problems, rehearsals

pytestmark = pytest.mark.django_db
WANTED = {
    "into": "contacts",
    "columns": {
        "Mail": "email",
        "Phone": "phone",
        "When": "acquired_at",
        "Owner": "owner",
        "Id": "external_id",
    },
}
HEAD = "Mail,Phone,When,Owner,Id\n"


def reason(job, number=2):
    row = job.result_rows.get(number=number)
    assert row.action == "error", (row.action, row.reason)
    return row.reason


def named(text, *words):
    return [word for word in words if word in text]


def test_each_cell_and_each_name_that_is_wrong_is_told(bring):
    job = bring(HEAD + "ana at acme,12,yesterdayish,Nobody Here,1\n", WANTED)
    told = reason(job)
    parts = ("E-mail: ", "Phone: ", "First contact: ", "Owner: nobody here is called")
    assert named(told, *parts) == list(parts), told
    with problems.error_file(job).open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][-1] == told


def test_the_dry_run_tells_them_too(db):
    lifecycle.ensure()
    text = HEAD + "ana at acme,12,,,\n"
    job = imports.begin(io.BytesIO(text.encode()), name="l.csv", into="contacts", by=None)
    imports.set_mapping(job, mapping.from_json(WANTED), by=None)
    [found] = rehearsals.rehearse(job).problems
    assert named(found.reason, "E-mail: ", "Phone: ") == ["E-mail: ", "Phone: "]


def test_what_only_the_database_knows_is_told_beside_a_cell(bring):
    contacts.create(values={"email": "ana@acme.example"}, by=None)
    contacts.create(values={"email": "bo@acme.example", "external_id": "7"}, by=None)
    job = bring(HEAD + "ana@acme.example,12,1930-01-01,,7\n", WANTED)
    parts = ("Phone: ", "Another contact has this external id.", "First contact: this day")
    assert named(reason(job), *parts) == list(parts), reason(job)
    assert Contact.objects.count() == 2


def test_a_row_that_is_refused_holds_up_and_makes_nobody(bring):
    columns = WANTED["columns"] | {"Owner": {"field": "owner", "create": True}}
    text = HEAD + "new@acme.example,12,,Petra New,\nnew@acme.example,,,,\n"
    job = bring(text, WANTED | {"columns": columns})
    assert "Owner" not in reason(job) and "Phone: " in reason(job)
    assert (job.created, job.errors) == (1, 1)
    assert not User.objects.filter(name="Petra New").exists()


def test_nothing_is_told_that_is_not_so(bring):
    """A record that is there needs no name, and an unreadable address is not a missing one."""
    contacts.create(values={"email": "ana@acme.example", "external_id": "7"}, by=None)
    job = bring(HEAD + ",12,,,7\nana at acme,,,,\n", WANTED)
    assert reason(job).startswith("Phone: ") and "needs" not in reason(job)
    assert "needs a name" not in reason(job, 3)
    assert not job.result_rows.exclude(values={}).exists()


def test_a_row_that_is_skipped_gives_no_parent(bring):
    companies.create(values={"name": "Top"}, by=None)
    companies.create(values={"name": "Theirs"}, by=None)
    wanted = {"into": "companies", "columns": {"Firm": "name", "Up": "parent"}, "mode": "create"}
    job = bring("Firm,Up\nTheirs,Top\n", wanted)
    assert (job.skipped, job.updated) == (1, 0)
    assert Company.objects.get(name="Theirs").parent is None
