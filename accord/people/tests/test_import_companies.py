"""Companies come in from files, under their parents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accord.people import companies
from accord.people.models import Affiliation, Company
from accord.platform.models import FieldChange
from accord.platform.transfer import imports
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db


def taken_back(job):
    imports.undo(job, by=None)
    undoing.run(job.pk)


def test_values_are_cleaned_on_the_way_in(bring):
    wanted = {
        "into": "companies",
        "columns": {
            "Firm": "name",
            "Web": "website",
            "Revenue": {"field": "annual_revenue", "currency": "USD", "multiplier": 1000000},
            "Staff": "employees",
            "Sector": {"field": "industry", "repairs": {"technolgy": "technology"}},
            "Land": "country",
        },
        "reading": {"decimal_mark": ","},
    }
    job = bring(
        "Firm;Web;Revenue;Staff;Sector;Land\nGlobex;https://www.globex.example/x;1.100,04;2.822;"
        "technolgy;Deutschland\n",
        wanted,
    )
    assert (job.created, job.errors) == (1, 0), list(job.result_rows.values_list("reason"))
    globex = Company.objects.get()
    assert (globex.domain, globex.industry, globex.country, globex.employees) == (
        "globex.example",
        "Technology",
        "DE",
        2822,
    )
    assert globex.annual_revenue == Decimal(1_100_040_000)


def test_a_parent_may_stand_further_down_and_an_unknown_one_is_left_out(bring, acme):
    wanted = {"into": "companies", "columns": {"Firm": "name", "Parent": "parent"}}
    text = "Firm,Parent\nSub,Top\nTop,\nAcme,Top\nLost,Nowhere\nSelf,Self\n"
    job = bring(text, wanted)
    top = Company.objects.get(name="Top")
    assert set(Company.objects.filter(parent=top).values_list("name", flat=True)) == {"Sub", "Acme"}
    lost = job.result_rows.get(number=5)
    assert (lost.action, lost.reason) == (
        "created",
        "There is no company “Nowhere”. The parent was left out.",
    )
    change = FieldChange.objects.get(subject_type="company", subject_id=acme.pk)
    assert (change.field, change.old, change.new) == ("parent", None, top.pk)
    assert (job.created, job.updated, job.unchanged) == (4, 1, 0)
    again = bring(text, wanted)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 5)
    taken_back(job)
    acme.refresh_from_db()
    assert acme.parent is None
    assert list(Company.objects.values_list("name", flat=True)) == ["Acme"]


def test_companies_do_not_belong_to_each_other_in_a_circle(bring):
    wanted = {"into": "companies", "columns": {"Firm": "name", "Parent": "parent"}}
    job = bring("Firm,Parent\nA,B\nB,C\nC,A\n", wanted)
    assert not Company.objects.exclude(parent=None).exists()
    assert set(job.result_rows.values_list("reason", flat=True)) == {
        "The parent belongs to this company. It was left out."
    }


def test_a_domain_finds_a_company_and_names_one_without_a_name(bring, acme):
    wanted = {"into": "companies", "columns": {"Domain": "domain", "City": "city"}}
    job = bring("Domain,City\nwww.acme.example,Kiel\nglobex.example,Bonn\n", wanted)
    assert (job.created, job.updated) == (1, 1)
    assert Company.objects.get(domain="globex.example").name == "globex.example"


def test_a_company_that_got_people_since_stays(bring, ana):
    wanted = {"into": "companies", "columns": {"Firm": "name"}}
    job = bring("Firm\nGlobex\nInitech\n", wanted)
    companies.affiliate(ana, Company.objects.get(name="Globex"), by=None)
    taken_back(job)
    job.refresh_from_db()
    assert set(Company.objects.values_list("name", flat=True)) == {"Acme", "Globex"}
    assert job.kept_on_undo == 1


def test_a_mail_provider_s_domain_never_makes_or_finds_a_company(bring):
    firms = {"into": "companies", "columns": {"Firm": "name", "Domain": "domain"}}
    job = bring("Firm,Domain\nBakery,gmail.com\n,web.de\n", firms)
    assert (job.created, job.errors) == (1, 1)
    assert job.result_rows.get(action="error").reason == "A company needs a name."
    Company.objects.update(domain="gmail.com")  # as an earlier version let it in
    columns = {"Name": "last_name", "Domain": {"field": "company_domain", "create": True}}
    job = bring("Name,Domain\nAna,www.gmail.com\n", {"into": "contacts", "columns": columns})
    assert (job.created, job.errors) == (1, 0)
    mails = {"into": "contacts", "columns": {"Mail": "email"}, "companies": {"from_email": True}}
    bring("Mail\nana@gmail.com\nbea@GoogleMail.com\n", mails)
    assert Company.objects.get().name == "Bakery"
    assert not Affiliation.objects.exists()
