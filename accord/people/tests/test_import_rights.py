"""Who may bring contacts in, whose they become, and which fields they may add."""

from __future__ import annotations

import pytest

from accord.people import contacts
from accord.people.fields import custom_fields
from accord.people.models import Contact
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, FieldChange, User
from accord.platform.transfer import imports
from accord.platform.transfer.mapping import Wrong
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db
MAIL = {"into": "contacts", "columns": {"Mail": "email", "Name": "full_name"}}

EVERYTHING = {
    "into": "contacts",
    "columns": {
        "Name": "full_name",
        "Mail": "email",
        "Firm": {"field": "company", "create": True},
        "When": "acquired_at",
        "From": "source",
        "Stage": "stage",
        "Phone": "phone",
        "Page": "landing_page",
        "Tags": "tags",
    },
}


def counts(job):
    names = ("created", "updated", "unchanged", "skipped", "errors")
    return tuple(getattr(job, name) for name in names)


def taken_back(job, by=None):
    imports.undo(job, by=by)
    undoing.run(job.pk)
    job.refresh_from_db()
    return job


def reasons(job):
    return list(
        job.result_rows.exclude(reason="").order_by("number").values_list("reason", flat=True)
    )


def test_custom_fields_are_added_and_filled(bring, olga, ben):
    wanted = {
        "into": "contacts",
        "columns": {"Mail": "email", "Budget": "budget", "SDR": {"field": "sdr"}},
        "fields": [
            {"noun": "contact", "name": "budget", "label": "Budget", "kind": "money"},
            {"noun": "contact", "name": "sdr", "label": "SDR", "kind": "person"},
        ],
    }
    text = 'Mail,Budget,SDR\nbo@acme.example,"1.200,50 USD",Ben\n'
    assert counts(bring(text, wanted, by=olga)) == (1, 0, 0, 0, 0)
    bo = Contact.objects.get()
    assert bo.custom == {"budget": {"amount": 1200.5, "currency": "USD"}, "sdr": ben.pk}
    job = bring(text.replace("1.200,50", "1.300,00"), wanted, by=olga)
    bo.refresh_from_db()
    assert bo.custom["budget"]["amount"] == 1300
    taken_back(job, by=olga)
    bo.refresh_from_db()
    assert bo.custom == {"budget": {"amount": 1200.5, "currency": "USD"}, "sdr": ben.pk}


def test_adding_fields_needs_the_right_to_change_settings(bring, mia):
    wanted = MAIL | {
        "fields": [{"noun": "contact", "name": "budget", "label": "Budget", "kind": "money"}]
    }
    job = bring("Mail,Name\nbo@acme.example,Bo\n", wanted, by=mia)
    assert (job.state, job.created) == ("failed", 0)
    assert "may not do this" in job.error


def test_owners_are_named_in_any_way_and_added_only_where_that_is_wanted(bring, olga, ben):
    columns = {"Mail": "email", "Owner": "owner"}
    text = "Mail,Owner\na@x.example,ben@accord.example\nb@x.example,BEN\nc@x.example,Stranger\n"
    job = bring(text, {"into": "contacts", "columns": columns}, by=olga)
    assert counts(job) == (2, 0, 0, 0, 1)
    assert reasons(job)[0].startswith("Owner: nobody here is called “Stranger”")
    columns["Owner"] = {"field": "owner", "create": True}
    job = bring(text, {"into": "contacts", "columns": columns}, by=olga)
    assert counts(job) == (1, 0, 2, 0, 0)
    assert User.objects.get(name="Stranger").is_placeholder
    taken_back(job, by=olga)
    assert not User.objects.filter(name="Stranger").exists()


def test_a_seller_touches_only_what_a_seller_may_write(bring, ana, ben, mia):
    contacts.change(ana, values={"owner": mia.pk}, by=None)
    free = contacts.create(values={"last_name": "Free", "email": "free@x.example"}, by=None)
    text = "Mail,Name,Owner\nana@acme.example,Anna,\nfree@x.example,Freed,\nnew@x.example,N,Mia\n"
    wanted = {"into": "contacts", "columns": MAIL["columns"] | {"Owner": "owner"}}
    job = bring(text, wanted, by=ben)
    assert counts(job) == (0, 1, 0, 0, 2)
    assert reasons(job) == ["You may not write this contact: it is somebody else's."] * 2
    ana.refresh_from_db()
    free.refresh_from_db()
    assert (ana.first_name, free.name) == ("Ana", "Freed Free")


def test_only_who_may_import_does_and_only_one_s_own_is_taken_back(bring, ana, ben, mia):
    reader = User.objects.create_user(email="r@accord.example", roles=["read_only"])
    with pytest.raises(Forbidden):
        bring("Mail,Name\nbo@acme.example,Bo\n", MAIL, by=reader)
    job = bring("Mail,Name\nbo@acme.example,Bo\n", MAIL, by=mia)
    with pytest.raises(Forbidden):
        imports.undo(job, by=ben)
    assert list(imports.visible_to(ben)) == []
    assert list(imports.visible_to(mia)) == [job]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"columns": {"Mial": "email"}}, "no column “Mial”. Did you mean “Mail”"),
        ({"columns": {"Mail": "emial"}}, "no field “emial”. Did you mean “email”"),
        ({"columns": {"Mail": "email"}, "match": ["mail"]}, "no match rule “mail”"),
        ({"columns": {"Mail": "city"}}, "A contact needs a name"),
        ({"columns": {"Mail": "email", "Name": "email"}}, "Two columns fill “E-mail”"),
        ({"columns": {"Mail": "email"}, "pipelines": []}, "no section “pipelines”"),
        ({"columns": {"Mail": "email"}, "reading": {"currency": "Euro"}}, "“Euro” is no currency"),
    ],
)
def test_a_wrong_mapping_says_what_to_mend(bring, more, sentence):
    with pytest.raises(Wrong, match=sentence):
        bring("Mail,Name\nbo@acme.example,Bo\n", {"into": "contacts", **more})


def test_an_archived_field_is_not_added_twice(bring, olga):
    field = custom_fields.add("contact", label="Budget", kind="money", by=olga)
    custom_fields.archive(field, by=olga)
    wanted = MAIL | {
        "fields": [{"noun": "contact", "name": "budget", "label": "Budget", "kind": "money"}]
    }
    job = bring("Mail,Name\nbo@acme.example,Bo\n", wanted, by=olga)
    assert (job.state, job.error) == (
        "failed",
        "An archived field has this name. Bring that one back instead.",
    )


def test_an_undo_is_done_by_whoever_undoes_it(bring, mia, olga):
    bo = contacts.create(values={"email": "bo@acme.example", "first_name": "Bob"}, by=mia)
    job = bring("Mail,Name\nbo@acme.example,Bo\nnew@acme.example,New\n", MAIL, by=mia)
    taken_back(job, by=olga)
    bo.refresh_from_db()
    assert (bo.first_name, job.by, job.undone_by) == ("Bob", mia, olga)
    back = FieldChange.objects.filter(subject_type="contact", subject_id=bo.pk).latest("pk")
    assert (back.field, back.new, back.by) == ("first_name", "Bob", olga)
    said = AuditEntry.objects.filter(verb__startswith="import.und").order_by("pk")
    assert [(each.verb, each.by) for each in said] == [
        ("import.undo_started", olga),
        ("import.undone", olga),
    ]
