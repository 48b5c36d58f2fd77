"""Contacts come in from files: found again, made, changed, refused, and taken back."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel, Source
from accord.people import companies, contacts, lifecycle
from accord.people.consents import consent, purposes
from accord.people.models import Address, Affiliation, Company, Contact, LifecycleChange
from accord.people.privacy import erasing
from accord.platform.models import Event, FieldChange, ImportRow
from accord.platform.transfer import imports, problems
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


def test_a_row_becomes_a_contact_with_all_that_goes_with_it(bring, ana):
    text = (
        "Name,Mail,Firm,When,From,Stage,Phone,Page,Tags\n"
        'Zoë Zimmer,Zoe@Globex.example,Globex,2026-01-02,google / cpc,MQL,030 1234567,/a,"x, y"\n'
    )
    job = bring(text, EVERYTHING)
    assert counts(job) == (1, 0, 0, 0, 0)
    zoe = Contact.objects.get(email="zoe@globex.example")
    assert (zoe.first_name, zoe.last_name, zoe.phone) == ("Zoë", "Zimmer", "+49301234567")
    assert (zoe.source, zoe.channel, zoe.tags) == ("google / cpc", "paid_search", ["x", "y"])
    assert zoe.stage_since == zoe.acquired_at
    assert {each.value for each in Address.objects.filter(contact=zoe, is_primary=True)} == {
        "zoe@globex.example",
        "+49301234567",
    }
    assert Affiliation.objects.get(contact=zoe, is_primary=True).company.name == "Globex"
    assert LifecycleChange.objects.get(contact=zoe).stage == "mql"
    touch = Event.objects.get(name="touch.recorded", contact_id=zoe.pk)
    assert (touch.channel, touch.happened_at, touch.import_id) == (
        "paid_search",
        zoe.acquired_at,
        job.pk,
    )
    kept = ImportRow.objects.get(source=job)
    assert (kept.object_id, kept.values["email"]) == (zoe.pk, "zoe@globex.example")
    assert counts(bring(text, EVERYTHING)) == (0, 0, 1, 0, 0)
    assert Event.objects.filter(name="touch.recorded").count() == 1


def test_a_known_contact_is_changed_with_history_and_put_back(bring, ana):
    job = bring("Mail,Name\nANA@acme.example,Ana Maria\n", MAIL)
    assert counts(job) == (0, 1, 0, 0, 0)
    ana.refresh_from_db()
    assert (ana.last_name, ana.version) == ("Maria", 2)
    change = FieldChange.objects.get(subject_type="contact", subject_id=ana.pk)
    assert (change.field, change.old, change.new, change.origin, change.import_id) == (
        "last_name",
        "Alvarez",
        "Maria",
        "import",
        job.pk,
    )
    taken_back(job)
    ana.refresh_from_db()
    assert (ana.last_name, job.state, job.kept_on_undo) == ("Alvarez", "undone", 0)


def test_empty_cells_leave_what_is_there(bring, ana):
    job = bring("Mail,Name\nana@acme.example,\n", MAIL)
    ana.refresh_from_db()
    assert (ana.last_name, counts(job)) == ("Alvarez", (0, 0, 1, 0, 0))


def test_an_undo_leaves_later_edits_alone_and_says_so(bring, ana, mia):
    both = "Mail,Name\nana@acme.example,Anna Maria\nbo@acme.example,Bo\ncy@acme.example,Cy\n"
    job = bring(both, MAIL)
    contacts.change(ana, values={"first_name": "Annabel"}, by=mia)
    bo = Contact.objects.get(email="bo@acme.example")
    contacts.change(bo, values={"city": "Kiel"}, by=mia)
    taken_back(job)
    ana.refresh_from_db()
    assert (ana.first_name, ana.last_name) == ("Annabel", "Alvarez")
    assert set(Contact.objects.values_list("email", flat=True)) == {
        "ana@acme.example",
        "bo@acme.example",
    }
    assert job.kept_on_undo == 2


def test_an_undo_is_possible_for_seven_days(bring):
    job = bring("Mail,Name\nbo@acme.example,Bo\n", MAIL)
    job.finished_at = timezone.now() - timedelta(days=8)
    job.save(update_fields=["finished_at"])
    with pytest.raises(imports.TooLate, match="seven days"):
        imports.undo(job, by=None)
    assert not imports.may_undo(job, None)


def test_an_address_that_is_replaced_comes_back(bring, ana):
    contacts.change(ana, values={"external_id": "a-1"}, by=None)
    wanted = {"into": "contacts", "columns": {"Id": "external_id", "Mail": "email"}}
    job = bring("Id,Mail\na-1,ana@new.example\n", wanted | {"match": ["external_id"]})
    assert Address.objects.get(contact=ana, kind="email").value == "ana@new.example"
    taken_back(job)
    assert Address.objects.get(contact=ana, kind="email").value == "ana@acme.example"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("both", (1, 1, 0, 0, 0)),
        ("create", (1, 0, 0, 1, 0)),
        ("skip", (1, 0, 0, 1, 0)),
        ("update", (0, 1, 0, 1, 0)),
    ],
)
def test_the_mode_says_what_is_done_with_known_and_new_ones(bring, ana, mode, expected):
    text = "Mail,Name\nana@acme.example,Ana Maria\nbo@acme.example,Bo\n"
    assert counts(bring(text, MAIL | {"mode": mode})) == expected


def test_rows_about_one_person_in_one_file_make_one_contact(bring):
    text = "Mail,Name\nbo@acme.example,Bo\nBO@acme.example,Bo Berg\nbo@acme.example,Bo Berg\n"
    assert counts(bring(text, MAIL)) == (1, 1, 1, 0, 0)
    assert Contact.objects.get().name == "Bo Berg"


def test_two_rows_that_find_one_person_by_different_rules_do_not_meet(bring, ana):
    contacts.change(ana, values={"external_id": "a-1"}, by=None)
    wanted = {
        "into": "contacts",
        "columns": {"Mail": "email", "Id": "external_id", "City": "city"},
        "match": ["email", "external_id"],
    }
    job = bring("Mail,Id,City\nana@acme.example,,Kiel\n,a-1,Bonn\n", wanted)
    assert counts(job) == (0, 2, 0, 0, 0)
    ana.refresh_from_db()
    assert ana.city == "Bonn"


def test_a_second_address_finds_its_person_too(bring, ana):
    contacts.add_address(ana, kind="email", value="ana@home.example", by=None)
    wanted = {"into": "contacts", "columns": {"Mail": "email", "City": "city"}}
    job = bring("Mail,City\nana@home.example,Kiel\n", wanted)
    assert (counts(job), Contact.objects.count()) == ((0, 1, 0, 0, 0), 1)


def test_phone_or_name_and_company_find_people(bring, ana):
    contacts.change(ana, values={"phone": "+49301234567"}, by=None)
    by_phone = {"into": "contacts", "columns": {"Tel": "phone", "City": "city"}, "match": ["phone"]}
    assert counts(bring("Tel,City\n030/1234567,Kiel\n", by_phone)) == (0, 1, 0, 0, 0)
    by_name = {
        "into": "contacts",
        "columns": {
            "First": "first_name",
            "Last": "last_name",
            "Firm": "company",
            "City": "city",
        },
        "match": ["name_company"],
    }
    assert counts(bring("First,Last,Firm,City\nAna,Alvarez,ACME,Bonn\n", by_name)) == (
        0,
        1,
        0,
        0,
        0,
    )


def test_what_is_unique_stays_unique(bring, ana):
    bo = contacts.create(values={"last_name": "Bo", "external_id": "b-1"}, by=None)
    wanted = {"into": "contacts", "columns": {"Id": "external_id", "Mail": "email"}}
    job = bring("Id,Mail\nb-1,ana@acme.example\n", wanted | {"match": ["external_id"]})
    assert (counts(job), reasons(job)) == (
        (0, 0, 0, 0, 1),
        ["Another contact has this e-mail address."],
    )
    bo.refresh_from_db()
    assert bo.email == ""


def test_refused_rows_come_back_in_a_file_with_a_reason_each(bring, ana):
    text = "Mail,Name\nnot an address,Bo\n=cmd@x,\nok@acme.example,Cy\n,\n"
    job = bring(text, MAIL)
    assert counts(job) == (1, 0, 0, 0, 2)
    with problems.error_file(job).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["Mail"] for row in rows] == ["not an address", "'=cmd@x"]
    assert rows[0][problems.REASON].startswith("E-mail: “not an address” is not an e-mail address")


def test_a_row_without_anything_to_call_a_contact_by_is_refused(bring):
    wanted = {"into": "contacts", "columns": {"Mail": "email", "City": "city"}}
    job = bring("Mail,City\n,Kiel\n", wanted)
    assert reasons(job) == [
        "A contact needs a name, an e-mail address, a phone number or an external id."
    ]


def test_values_are_read_as_the_mapping_says(bring):
    wanted = {
        "into": "contacts",
        "columns": {
            "Mail": "email",
            "When": {"field": "acquired_at", "dates": "day first"},
            "Tel": {"field": "phone", "region": "US", "if_unreadable": "empty"},
            "Land": {"field": "country", "repairs": {"Deutschlnd": "Germany"}},
            "Gone": None,
        },
        "values": {"source": "Trade fair", "tags": "fair"},
    }
    job = bring(
        "Mail,When,Tel,Land,Gone\n"
        "bo@acme.example,03/04/2026,(212) 555-2368,Deutschlnd,x\n"
        "cy@acme.example,13.04.2026,none,AT,x\n",
        wanted,
    )
    assert counts(job) == (2, 0, 0, 0, 0), reasons(job)
    bo = Contact.objects.get(email="bo@acme.example")
    assert timezone.localdate(bo.acquired_at) == date(2026, 4, 3)
    assert (bo.phone, bo.country, bo.source, bo.tags) == (
        "+12125552368",
        "DE",
        "Trade fair",
        ["fair"],
    )
    assert Contact.objects.get(email="cy@acme.example").phone == ""


def test_how_a_person_first_came_stays_and_every_coming_is_a_touch(bring, ana):
    contacts.change(ana, values={"source": "newsletter"}, by=None)
    wanted = {
        "into": "contacts",
        "columns": {"Mail": "email", "When": "acquired_at", "From": "source"},
    }
    job = bring("Mail,When,From\nana@acme.example,2026-02-03,webinar\n", wanted)
    assert counts(job) == (0, 1, 0, 0, 0)
    ana.refresh_from_db()
    assert ana.source == "newsletter"
    touch = Event.objects.get(contact_id=ana.pk, name="touch.recorded", import_id=job.pk)
    assert (touch.source, touch.channel) == ("webinar", "event")
    taken_back(job)
    assert not Event.objects.filter(import_id=job.pk).exists()


def test_a_list_moves_people_forward_and_never_back(bring, ana):
    lifecycle.move(ana, to="customer", by=None)
    wanted = {"into": "contacts", "columns": {"Mail": "email"}, "values": {"stage": "mql"}}
    job = bring("Mail\nana@acme.example\n", wanted)
    ana.refresh_from_db()
    assert (ana.stage, counts(job)) == ("customer", (0, 0, 1, 0, 0))
    job = bring("Mail\nana@acme.example\n", wanted | {"values": {"stage": "advocate"}})
    ana.refresh_from_db()
    assert ana.stage == "advocate"
    assert LifecycleChange.objects.filter(contact=ana).latest("pk").previous == "customer"
    taken_back(job)
    ana.refresh_from_db()
    assert ana.stage == "customer"
    assert LifecycleChange.objects.filter(contact=ana).latest("pk").stage == "customer"


def test_a_day_to_come_is_no_first_contact(bring):
    wanted = {"into": "contacts", "columns": {"Mail": "email", "When": "acquired_at"}}
    job = bring("Mail,When\nbo@acme.example,2126-01-01\n", wanted)
    assert reasons(job) == ["First contact: this day is still to come, or before 1970."]


def test_companies_are_found_by_name_domain_or_address_and_made_where_wanted(bring, acme):
    columns = {"Mail": "email", "Firm": "company", "Domain": "company_domain"}
    text = (
        "Mail,Firm,Domain\n"
        "a@x.example,acme,\n"
        "b@x.example,,www.acme.example\n"
        "c@mail.acme.example,,\n"
        "d@gmail.com,,\n"
        "e@new.example,New Ltd,new.example\n"
    )
    bring(text, {"into": "contacts", "columns": columns})
    joined = dict(Affiliation.objects.values_list("contact__email", "company__name"))
    assert joined == {
        "a@x.example": "Acme",
        "b@x.example": "Acme",
        "c@mail.acme.example": "Acme",
    }
    columns["Firm"] = {"field": "company", "create": True}
    job = bring(text, {"into": "contacts", "columns": columns, "companies": {"from_email": True}})
    joined = dict(Affiliation.objects.values_list("contact__email", "company__name"))
    assert joined["e@new.example"] == "New Ltd"
    assert "d@gmail.com" not in joined
    assert Company.objects.get(name="New Ltd").domain == "new.example"
    taken_back(job)
    assert set(Company.objects.values_list("name", flat=True)) == {"Acme"}


def test_companies_come_from_addresses_where_that_is_wanted(bring):
    wanted = {"into": "contacts", "columns": {"Mail": "email"}, "companies": {"from_email": True}}
    bring("Mail\na@b.globex.example\nc@globex.example\nd@web.de\n", wanted)
    assert list(Company.objects.values_list("name", "domain")) == [
        ("globex.example", "globex.example")
    ]
    assert Affiliation.objects.count() == 2


def test_a_new_employer_becomes_the_primary_one_until_the_undo(bring, ana):
    globex = companies.create(values={"name": "Globex"}, by=None)
    wanted = {"into": "contacts", "columns": {"Mail": "email", "Firm": "company"}}
    job = bring("Mail,Firm\nana@acme.example,Globex\n", wanted)
    assert Affiliation.objects.get(contact=ana, is_primary=True).company == globex
    assert Affiliation.objects.filter(contact=ana).count() == 2
    taken_back(job)
    assert Affiliation.objects.get(contact=ana).company.name == "Acme"


def test_a_file_that_brings_back_somebody_erased_says_so(bring, ana, settings, tmp_path):
    settings.DATA = tmp_path
    contacts.add_address(ana, kind="phone", value="+49301234567", by=None)
    erasing.run_all(erasing.begin(ana, by=None))
    wanted = {"into": "contacts", "columns": {"Mail": "email", "Tel": "phone"}}
    text = "Mail,Tel\nAna@Acme.example,\nbo@acme.example,\ncy@acme.example,+49 30 1234567\n"
    job = bring(text, wanted)
    assert counts(job) == (3, 0, 0, 0, 0)
    noted = dict(job.result_rows.exclude(reason="").values_list("number", "reason"))
    assert set(noted) == {2, 4} and "was erased on" in noted[2]
    again = Contact.objects.get(email="ana@acme.example")
    purposes.add(label="News", by=None)
    consent.give(again, consent.Given("news", Channel.EMAIL, source=Source.IMPORT), by=None)
    assert not consent.may_send(again, consent.question("news", Channel.EMAIL), timezone.now())
    # Brought in once more, the record is there: nothing is new.
    assert reasons(bring(text, wanted)) == []
