"""Files as people make them: uneven rows, wide tables, mended ones, and ones that change."""

from __future__ import annotations

import csv
import io

import pytest

from accord.people import contacts
from accord.people.models import Contact
from accord.platform.models import ImportRow
from accord.platform.transfer import files, imports, mapping, problems, runs
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db
MAIL = {"into": "contacts", "columns": {"Mail": "email", "Name": "full_name"}}


def reasons(job):
    rows = job.result_rows.exclude(reason="").order_by("number")
    return list(rows.values_list("number", "reason"))


def test_short_rows_are_filled_up_and_long_ones_refused(bring):
    job = bring("Mail,Name,City\na@x.example\nb@x.example,Bo,Kiel,,\nc@x.example,Cy,Kiel,9\n", MAIL)
    assert (job.created, job.errors) == (2, 1)
    assert reasons(job) == [(4, "This row has 4 cells, the header has 3.")]
    assert not Contact.objects.get(email="a@x.example").name.strip()


def test_a_cell_of_several_lines_is_one_value(bring):
    wanted = {"into": "contacts", "columns": {"Mail": "email", "Title": "title"}}
    job = bring('Mail,Title\na@x.example,"Head of\r\n""Sales"""\nb@x.example,CEO\n', wanted)
    assert (job.created, job.rows) == (2, 2)
    assert Contact.objects.get(email="a@x.example").title.split() == ["Head", "of", '"Sales"']
    assert ImportRow.objects.filter(source=job).count() == 2


def test_of_two_columns_with_one_name_each_can_be_meant(bring):
    wanted = {"into": "contacts", "columns": {"Mail": "email", "Phone (2)": "phone"}}
    bring("Mail,Phone,Phone\na@x.example,1,+49 431 123456\n", wanted)
    assert Contact.objects.get().phone == "+49431123456"


def test_two_hundred_columns_come_in(bring):
    names = ["Mail", "Name", *(f"c{at}" for at in range(198))]
    row = ["a@x.example", "Bo Berg", *("x" * 50 for _ in range(198))]
    job = bring(",".join(names) + "\n" + ",".join(row) + "\n", MAIL)
    assert (job.created, job.errors) == (1, 0)


def test_refused_rows_come_in_once_they_are_mended(bring):
    text = "Mail,Name\nana(at)x.example,Ana\nbo@x.example,Bo\n=cy,=Cy\n"
    job = bring(text, MAIL)
    assert (job.created, job.errors) == (1, 2)
    with problems.error_file(job).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row[problems.REASON] for row in rows)
    rows[0]["Mail"], rows[1]["Mail"] = "ana@x.example", "cy@x.example"
    mended = io.StringIO()
    writer = csv.DictWriter(mended, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    again = bring(mended.getvalue(), MAIL)
    assert (again.created, again.updated, again.errors) == (2, 0, 0)
    assert Contact.objects.get(email="cy@x.example").first_name == "=Cy"


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("utf-8", "|")],
)
def test_whatever_the_way_of_writing_the_names_come_out_right(bring, encoding, delimiter):
    lines = [["Mail", "Name"], ["a@x.example", "Jürgen Größe"], ["b@x.example", "René Fûr"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    bring(text.encode(encoding), MAIL)
    assert set(Contact.objects.values_list("last_name", flat=True)) == {"Größe", "Fûr"}


def test_what_was_brought_in_is_kept_whatever_becomes_of_the_file(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Mail,Name\na@x.example,Bo\n")
    with path.open("rb") as file:
        job = imports.begin(file, name="list.csv", into="contacts", by=None)
        path.write_text("Mail,Name\nother@x.example,Other\nmore@x.example,More\n")
    imports.set_mapping(job, mapping.from_json(MAIL), by=None)
    imports.start(job, by=None)
    runs.run(job.pk)
    assert list(Contact.objects.values_list("email", flat=True)) == ["a@x.example"]


def test_a_kept_file_that_was_changed_is_read_anew_and_never_from_memory(bring, tmp_path):
    job = bring("Mail,Name\na@x.example,Bo\n", MAIL)
    kept = files.folder(job) / "file"
    assert files.sheet(job).rows == 1
    kept.write_text("Mail,Name\na@x.example,Bo\nb@x.example,Cy\n")
    assert files.sheet(job).rows == 2


def test_an_undo_leaves_later_edits_alone_and_the_rest_goes(bring, ana, mia):
    job = bring("Mail,Name\nana@acme.example,Ana Other\nb@x.example,Bo\nc@x.example,Cy\n", MAIL)
    contacts.change(Contact.objects.get(email="b@x.example"), values={"city": "Kiel"}, by=mia)
    contacts.change(Contact.objects.get(pk=ana.pk), values={"last_name": "Mine"}, by=mia)
    imports.undo(job, by=None)
    undoing.run(job.pk)
    job.refresh_from_db()
    left = dict(Contact.objects.values_list("email", "last_name"))
    assert left == {"ana@acme.example": "Mine", "b@x.example": ""}
    assert job.kept_on_undo == 2
