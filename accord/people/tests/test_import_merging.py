"""A row that means two contacts: refused, or a rule somebody chose merges them, and its undo."""

from __future__ import annotations

import io
import json

import pytest

from accord.people import contacts, lifecycle
from accord.people.models import Address, Contact, Merge
from accord.people.privacy import erasing
from accord.people.tests.test_merging import ann, state  # noqa: F401 - a fixture
from accord.platform.models import Event, Import, ImportRow
from accord.platform.queue import work
from accord.platform.transfer import imports, mapping, rehearsals, runs
from accord.platform.transfer.mapping import Wrong
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db
COLUMNS = {"Mail": "email", "Id": "external_id", "Title": "title", "City": "city"}
REFUSE = {"into": "contacts", "columns": COLUMNS}
MERGE = REFUSE | {"if_two": "merge"}
BOTH = "Mail,Id,Title,City\nana@acme.example,a-2,Chief,Kiel\n"


def undo(job, by):
    imports.undo(job, by=by)
    undoing.run(job.pk)
    job.refresh_from_db()
    return job


def test_such_a_row_is_refused_until_somebody_says_otherwise(bring, ana, ann, mia):  # noqa: F811
    job = bring(BOTH, REFUSE, by=mia)
    assert (job.errors, job.updated) == (1, 0) and not Merge.objects.exists()
    assert "external id" in job.result_rows.get().reason


def test_the_rule_merges_the_two_and_the_undo_makes_them_two_again(bring, ana, ann, mia):  # noqa: F811
    before = state(ana, ann)
    job = bring(BOTH, MERGE, by=mia)
    assert (job.created, job.updated, job.errors) == (0, 1, 0)
    ana.refresh_from_db()
    ann.refresh_from_db()
    assert ann.merged_into_id == ana.pk and ann.deleted_at
    assert (ana.title, ana.city, ana.external_id, ana.stage) == ("Chief", "Kiel", "a-2", "mql")
    merge = Merge.objects.get()
    assert (merge.import_id, merge.by) == (job.pk, mia)
    assert undo(job, mia).kept_on_undo == 0
    assert state(ana, ann) == before
    merge.refresh_from_db()
    assert merge.undone_at and not merge.items.exclude(left="").exists()


def test_the_undo_leaves_what_was_edited_since(bring, ana, ann, mia):  # noqa: F811
    job = bring(BOTH, MERGE, by=mia)
    ana.refresh_from_db()
    contacts.change(ana, values={"title": "Boss"}, by=mia)
    assert undo(job, mia).kept_on_undo == 1
    ana.refresh_from_db()
    ann.refresh_from_db()
    assert (ana.title, ana.city, ann.deleted_at) == ("Boss", "", None)


def test_the_dry_run_says_who_would_be_merged_and_merges_nobody(ana, ann, mia):  # noqa: F811
    lifecycle.ensure()
    job = imports.begin(io.BytesIO(BOTH.encode()), name="l.csv", into="contacts", by=mia)
    imports.set_mapping(job, mapping.from_json(MERGE), by=mia)
    found = rehearsals.rehearse(job)
    [pair] = found.merged
    assert (pair.number, pair.kept, pair.gone) == (2, ana.pk, ann.pk) and "Job title" in pair.taken
    assert (found.merges, found.notes) == (1, ())
    assert not Merge.objects.exists() and Contact.objects.alive().count() == 2


def test_those_the_import_made_itself_and_merged_go_with_it(bring, mia):
    text = "Mail,Id,Title,City\na@x.example,,One,\n,x-1,,Kiel\na@x.example,x-1,,\n"
    job = bring(text, MERGE, by=mia)
    assert (job.created, job.errors, Merge.objects.count()) == (2, 0, 1)
    assert Contact.objects.alive().get().city == "Kiel"
    assert undo(job, mia).kept_on_undo == 0
    assert not Contact.objects.exists() and not Merge.objects.exists()
    assert not Event.objects.filter(name__startswith="contact.").exists()


def test_a_row_that_only_merges_counts_as_an_update(bring, ana, ann, mia):  # noqa: F811
    job = bring("Mail,Id\nana@acme.example,a-2\n", {"into": "contacts", "if_two": "merge",
        "columns": {"Mail": "email", "Id": "external_id"}}, by=mia)  # fmt: skip
    assert (job.updated, job.unchanged) == (1, 0)


def test_rows_of_who_was_merged_and_of_chains_mean_who_they_are_now(bring, ana, ann, mia):  # noqa: F811
    carl = contacts.create(
        values={"last_name": "Carl", "email": "c@x.example", "external_id": "c-1"}, by=mia
    )
    text = BOTH + "ann@acme.example,c-1,,Bonn\n"
    job = bring(text, MERGE, by=mia)
    assert (job.updated, job.errors) == (2, 0)
    ana.refresh_from_db()
    carl.refresh_from_db()
    assert (carl.merged_into_id, ana.city) == (ana.pk, "Bonn")
    before_undo = Merge.objects.filter(undone_at=None).count()
    assert before_undo == 2 and undo(job, mia).kept_on_undo == 0
    assert Contact.objects.alive().count() == 3


def test_nobody_is_merged_by_who_may_not_write_them_or_by_a_row_that_is_passed_over(
    bring,
    ana,
    ann,  # noqa: F811
    ben,
    mia,
):
    contacts.change(ann, values={"owner": mia.pk}, by=None)
    contacts.change(ana, values={"owner": ben.pk}, by=None)
    bring(BOTH, MERGE | {"mode": "create"}, by=mia)
    assert not Merge.objects.exists()
    ben.roles = ["seller"]
    ben.save(update_fields=["roles"])
    job = bring(BOTH, MERGE, by=ben)
    assert (job.errors, Merge.objects.count()) == (1, 0)


def test_only_contacts_are_merged(bring):
    wanted = {"into": "companies", "columns": {"Name": "name"}, "if_two": "merge"}
    with pytest.raises(Wrong, match="cannot be merged"):
        bring("Name\nAcme\n", wanted)
    with pytest.raises(Wrong, match="if_two"):
        mapping.from_json(REFUSE | {"if_two": "guess"})


THREE = {"into": "contacts", "match": ["phone"], "if_two": "merge",
    "columns": {"Phone": "phone", "Mail": "email", "Id": "external_id"}}  # fmt: skip
OF_THREE = "Phone,Mail,Id\n+4930123456,b@x.example,c-1\n"


@pytest.fixture
def three():
    """What one row means by its phone number, its address and its id."""
    contacts.create(values={"last_name": "A", "phone": "+4930123456"}, by=None)
    contacts.create(values={"last_name": "B", "email": "b@x.example"}, by=None)
    return contacts.create(values={"last_name": "C", "external_id": "c-1"}, by=None)


def test_a_row_that_means_three_merges_them_all(bring, three, mia):
    job = bring(OF_THREE, THREE, by=mia)
    assert (job.updated, job.errors, Merge.objects.count()) == (1, 0, 2)
    assert Contact.objects.alive().get().external_id == "c-1"
    assert undo(job, mia).kept_on_undo == 0 and Contact.objects.alive().count() == 3


def test_a_row_of_which_one_may_not_be_merged_merges_none(bring, three, ben, mia):
    Contact.objects.update(owner=ben)
    contacts.change(three, values={"owner": mia.pk}, by=None)
    ben.roles = ["seller"]
    ben.save(update_fields=["roles"])
    job = bring(OF_THREE, THREE, by=ben)
    assert (job.errors, job.updated, Merge.objects.count()) == (1, 0, 0)
    row = job.result_rows.get()
    assert row.action == "error" and "could not be merged" in row.reason


def test_a_row_that_means_yet_another_once_merged_merges_nobody(bring, mia):
    for name in ("First", "Second"):
        home = contacts.create(values={"last_name": name}, by=None)
        Address.objects.create(contact=home, kind="email", value="home@x.example")
    contacts.create(values={"last_name": "A", "external_id": "a-1"}, by=None)
    wanted = {"into": "contacts", "match": ["external_id"], "if_two": "merge",
        "columns": {"Mail": "email", "Id": "external_id"}}  # fmt: skip
    job = bring("Mail,Id\nhome@x.example,a-1\n", wanted, by=mia)
    assert (job.errors, job.updated, Merge.objects.count()) == (1, 0, 0)
    assert Contact.objects.alive().count() == 3


def cut_short(monkeypatch, job, by, *, at):
    """Undo an import, with the worker told to end at this fence, and go on."""
    imports.undo(job, by=by)
    fence, seen = work.fence, []

    def counted():
        seen.append(1)
        if len(seen) == at:
            raise work.Stopping
        fence()

    monkeypatch.setattr(work, "fence", counted)
    with pytest.raises(work.Stopping):
        undoing.run(job.pk)
    undone = Merge.objects.exclude(undone_at=None).count()
    undoing.run(job.pk)
    job.refresh_from_db()
    return undone, job.kept_on_undo


# The fences of the rows that were there and of the end of them, of the merge, of rows made.
AT_THE_MERGE, AFTER_IT = 3, 4


def test_an_undo_goes_on_with_the_merges_where_it_was(bring, ana, ann, mia, monkeypatch):  # noqa: F811
    job = bring(BOTH, MERGE, by=mia)
    assert cut_short(monkeypatch, job, mia, at=AT_THE_MERGE) == (0, 0)
    assert Merge.objects.exclude(undone_at=None).count() == 1


def test_an_undo_that_goes_on_counts_a_merge_that_stays_once(bring, ana, ann, mia, monkeypatch):  # noqa: F811
    job = bring("Mail,Id\nana@acme.example,a-2\n", {"into": "contacts", "if_two": "merge",
        "columns": {"Mail": "email", "Id": "external_id"}}, by=mia)  # fmt: skip
    ana.refresh_from_db()
    contacts.delete(ana, by=None)
    assert cut_short(monkeypatch, job, mia, at=AFTER_IT) == (0, 1)


def test_no_name_of_somebody_merged_stays_with_the_import(ana, mia, settings, tmp_path):
    settings.DATA = tmp_path
    lifecycle.ensure()
    # So short a name is not looked for in texts.
    kim = contacts.create(
        values={"first_name": "Kim", "last_name": "Li", "external_id": "k-1"}, by=None
    )
    text = "Mail,Id\nana@acme.example,k-1\n"
    wanted = {"into": "contacts", "if_two": "merge",
        "columns": {"Mail": "email", "Id": "external_id"}}  # fmt: skip
    job = imports.begin(io.BytesIO(text.encode()), name="l.csv", into="contacts", by=mia)
    imports.set_mapping(job, mapping.from_json(wanted), by=mia)
    rehearsals.keep(job)
    job.refresh_from_db()
    assert job.rehearsal["merges"] == 1 and "Kim" not in json.dumps(job.rehearsal["merged"])
    imports.start(job, by=mia)
    runs.run(job.pk)
    assert Merge.objects.count() == 1
    undo(job, mia)
    kim.refresh_from_db()
    erasing.run_all(erasing.begin(kim, by=None))
    kept = list(Import.objects.values("rehearsal")) + list(ImportRow.objects.values("reason"))
    assert "Kim" not in json.dumps(kept)
