"""The check before an import names the row that does what it tells of."""

import io

import pytest

from accord.people import contacts, lifecycle
from accord.platform.transfer import imports, mapping, rehearsals

pytestmark = pytest.mark.django_db
MAIL = {"into": "contacts", "columns": {"Mail": "email", "First": "first_name", "City": "city"}}


def rehearse(text):
    lifecycle.ensure()
    job = imports.begin(io.BytesIO(text.encode()), name="l.csv", into="contacts", by=None)
    imports.set_mapping(job, mapping.from_json(MAIL), by=None)
    return rehearsals.rehearse(job)


def told(found):
    return [(each.number, each.field, each.old, each.new) for each in found.changed]


def test_a_row_that_goes_over_another_one_of_the_file_is_named(db):
    text = "Mail,First,City\na@x.example,Anna,\nb@x.example,Bo,\na@x.example,Carla,Kiel\n"
    found = rehearse(text)
    assert sorted(told(found)) == [(4, "city", "", "Kiel"), (4, "first_name", "Anna", "Carla")]
    [note] = found.notes
    assert (note.number, note.reason) == (4, "Means the same contact as row 2, and goes over it.")


def test_each_of_several_rows_is_named_for_what_it_changes(db):
    contacts.create(values={"email": "a@x.example", "first_name": "Ana"}, by=None)
    found = rehearse("Mail,First,City\na@x.example,Anna,\na@x.example,Anna,\na@x.example,Carla,\n")
    assert told(found) == [(2, "first_name", "Ana", "Anna"), (4, "first_name", "Anna", "Carla")]
    assert [note.number for note in found.notes] == [4]


def test_rows_that_say_the_same_or_add_to_each_other_are_no_matter(db):
    found = rehearse("Mail,First,City\na@x.example,Anna,\na@x.example,Anna,Kiel\n")
    assert told(found) == [(3, "city", "", "Kiel")] and found.notes == ()
