"""Whom a row means where nobody chose the rules: never two known people as one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accord.people import companies, contacts
from accord.people.identity import merging
from accord.people.models import Affiliation, Company, Contact
from accord.platform.transfer import targets

pytestmark = pytest.mark.django_db
PHONE = {"into": "contacts", "columns": {"Mail": "email", "Name": "full_name", "Tel": "phone"}}


def test_people_with_one_switchboard_are_as_many_as_they_have_addresses(bring):
    rows = "".join(f"p{at}@x.example,Person {at},+49 431 1000\n" for at in range(60))
    with CaptureQueriesContext(connection) as asked:
        job = bring("Mail,Name,Tel\n" + rows, PHONE)
    assert (job.created, job.updated, job.errors) == (60, 0, 0)
    assert Contact.objects.filter(phone="+494311000").count() == 60
    assert len(asked) < 250  # one wave, not one for each of them
    again = bring("Mail,Name,Tel\n" + rows, PHONE)
    assert (again.created, again.unchanged) == (0, 60)


def test_who_has_no_address_is_found_by_the_phone(bring, ana):
    contacts.change(ana, values={"phone": "+49 431 1000"}, by=None)
    job = bring("Mail,Name,Tel\n,Ana Alvarez,+49 431 1000\n", PHONE)
    assert (job.created, job.unchanged) == (0, 1)
    job = bring("Mail,Name,Tel\nother@acme.example,Olaf Other,+49 431 1000\n", PHONE)
    assert (job.created, job.updated) == (1, 0)
    ana.refresh_from_db()
    assert ana.email == "ana@acme.example"


def test_a_name_is_not_looked_for_among_everybody_of_a_company():
    firm = companies.create(values={"name": "Firm"}, by=None)
    people = Contact.objects.bulk_create(Contact(last_name=f"Person {at}") for at in range(1000))
    Affiliation.objects.bulk_create(Affiliation(contact=each, company=firm) for each in people)
    [wanted] = [each for each in targets.named("contacts").rules() if each.name == "name_company"]
    row = "'' AS first_name, 'x'::text AS last_name, 'Firm'::text AS company"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_contact, people_affiliation, people_company")
        cursor.execute(f"EXPLAIN SELECT {wanted.sql} FROM (SELECT {row} OFFSET 0) AS s")
        plan = "\n".join(line[0] for line in cursor.fetchall())
    assert "contact_name_" in plan, plan


def test_an_update_sets_something_that_others_are_computed_from():
    contact = targets.named("contacts")
    assert targets.touched(contact, {"city": "s.city"}, of="c") == {"email": "c.email"}
    assert targets.touched(contact, {"last_name": "s.last_name"}, of="c") == {}
    assert targets.touched(targets.named("users"), {"name": "s.name"}, of="c") == {}


def test_a_rule_somebody_chose_is_followed(bring, ana):
    contacts.change(ana, values={"phone": "+49 431 1000"}, by=None)
    text = "Mail,Name,Tel\nnew@acme.example,Ana Alvarez,+49 431 1000\n"
    job = bring(text, PHONE | {"match": ["phone"]})
    assert (job.created, job.updated) == (0, 1)
    ana.refresh_from_db()
    assert ana.email == "new@acme.example"


def test_rows_without_an_address_wait_for_those_with_one(bring):
    text = (
        "Mail,Name,Tel\n,First,+49 431 1000\na@x.example,Second,+49 431 1000\n"
        "b@x.example,Third,+49 431 1000\n,Fourth,+49 431 1000\n"
    )
    job = bring(text, PHONE)
    assert (job.created, job.updated, job.errors) == (2, 2, 0)
    emails = sorted(Contact.objects.values_list("email", flat=True))
    assert emails == ["a@x.example", "b@x.example"]


def test_companies_of_one_name_with_domains_of_their_own_are_two(bring):
    companies.create(values={"name": "Springer", "domain": "springer.example"}, by=None)
    wanted = {"into": "companies", "columns": {"Name": "name", "Web": "domain"}}
    job = bring("Name,Web\nSpringer,springer.test\nSpringer,\n", wanted)
    assert (job.created, job.unchanged) == (1, 1)
    assert Company.objects.filter(name="Springer").count() == 2


def test_what_a_merged_contact_was_known_by_finds_the_one_it_is_now(bring, mia):
    wanted = {"into": "contacts", "columns": {"Id": "external_id", "Mail": "email", "City": "city"}}
    text = "Id,Mail,City\na-1,ana@x.example,\na-2,ann@x.example,\n"
    bring(text, wanted)
    ana, ann = (Contact.objects.get(external_id=each) for each in ("a-1", "a-2"))
    merging.merge(ana, ann, choices={}, by=mia)
    job = bring("Id,City\na-2,Kiel\n", {"into": "contacts", "columns": {"Id": "external_id",
        "City": "city"}})  # fmt: skip
    assert (job.created, job.updated, job.errors) == (0, 1, 0)
    ana.refresh_from_db()
    assert (ana.external_id, ana.city) == ("a-1", "Kiel")
    job = bring("Mail,Town\nann@x.example,Bonn\n", {"into": "contacts", "columns": {
        "Mail": "email", "Town": "city"}})  # fmt: skip
    assert (job.created, job.updated, job.errors) == (0, 1, 0)
    ana.refresh_from_db()
    assert ana.city == "Bonn"
