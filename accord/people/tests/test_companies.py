import pytest

from accord.engine import reference
from accord.people import choices, companies, contacts
from accord.people.models import Affiliation, Company, Contact
from accord.platform.access import permissions
from accord.platform.models import Event
from accord.platform.trail import history


def test_a_new_company_is_cleaned_and_told(mia):
    bolt = companies.create(
        values={
            "name": "Bolt",
            "website": "www.Bolt.example/about",
            "employees": "1,200",
            "annual_revenue": "5,000.50 USD",
        },
        by=mia,
    )
    assert (bolt.domain, bolt.employees) == ("bolt.example", 1200)
    assert (str(bolt.annual_revenue), bolt.annual_revenue_currency) == ("5000.50", "USD")
    assert Event.objects.get().company_id == bolt.pk


def test_a_mail_provider_is_no_company(mia):
    with pytest.raises(companies.FreeMail, match="mail provider"):
        companies.create(values={"name": "Gmail", "domain": "gmail.com"}, by=mia)
    assert companies.for_domain("gmail.com") is None
    contact = contacts.create(values={"email": "cara@gmail.com"}, by=mia)
    assert not Company.objects.exists() and not contact.companies.exists()


def test_a_website_without_a_domain_gives_none(mia):
    made = companies.create(values={"name": "Local", "website": "http://192.168.0.1/"}, by=mia)
    assert made.domain == ""


def test_countries_are_chosen_by_name_whatever_its_accents():
    names = [each.label for each in choices.countries()]
    assert len(names) == len(reference.countries())
    in_order = ("Afghanistan", "Åland Islands", "Austria", "Côte d'Ivoire", "Czechia", "Germany")
    places = [names.index(each) for each in in_order]
    assert places == sorted(places)


def test_countries_are_known_by_their_names(acme, mia):
    companies.change(acme, values={"country": "United States", "industry": "Beekeeping"}, by=mia)
    assert (acme.country, acme.industry) == ("US", "Beekeeping")
    companies.change(acme, values={"country": "deutschland"}, by=mia)
    assert acme.country == "DE"
    with pytest.raises(Exception, match="Did you mean Philippines"):
        companies.change(acme, values={"country": "Philipines"}, by=mia)


def test_sellers_create_for_themselves_or_nobody(mia, ben):
    companies.create(values={"name": "Mine", "owner": ben}, by=ben)
    with pytest.raises(permissions.Forbidden):
        companies.create(values={"name": "Hers", "owner": mia}, by=ben)
    assert Company.objects.get().name == "Mine"


def test_a_company_is_found_by_its_domain(acme):
    assert companies.for_domain("ACME.example") == acme
    assert companies.for_domain("other.example") is None
    assert companies.for_domain("") is None


def test_employees_are_whole_and_fit(acme, mia):
    for value in ("12.5", "-1", "9999999999"):
        with pytest.raises(Exception, match="Employees is a whole number"):
            companies.change(acme, values={"employees": value}, by=mia)


def test_money_is_kept_with_its_currency(acme, mia):
    companies.change(acme, values={"annual_revenue": "100 USD"}, by=mia)
    companies.change(acme, values={"annual_revenue": None}, by=mia)
    acme.refresh_from_db()
    assert (acme.annual_revenue, acme.annual_revenue_currency) == (None, "")
    assert [change.old for change in history.of(acme)] == [
        {"amount": 100, "currency": "USD"},
        None,
    ]


def test_a_company_needs_a_name(acme, mia):
    for attempt in (
        lambda: companies.create(values={"domain": "x.example"}, by=mia),
        lambda: companies.change(acme, values={"name": " "}, by=mia),
    ):
        with pytest.raises(companies.Nameless):
            attempt()


def test_parents_never_form_a_circle(acme, mia):
    middle = companies.create(values={"name": "Middle", "parent": acme}, by=mia)
    low = companies.create(values={"name": "Low", "parent": middle}, by=mia)
    for parent in (low, middle, acme):
        with pytest.raises(companies.ParentCycle, match="Choose another parent"):
            companies.change(acme, values={"parent": parent}, by=mia)
    companies.change(low, values={"parent": acme}, by=mia)
    assert low.parent == acme


def test_a_stale_version_is_a_conflict(acme, mia):
    companies.change(acme, values={"city": "Berlin"}, version=1, by=mia)
    with pytest.raises(companies.Conflict) as caught:
        companies.change(acme, values={"city": "Bonn"}, version=1, by=mia)
    assert caught.value.theirs == {"city": "Berlin"}


def test_sellers_leave_the_companies_of_others_alone(acme, mia, ben):
    companies.change(acme, values={"owner": mia}, by=mia)
    for attempt in (
        lambda: companies.change(acme, values={"city": "Bonn"}, by=ben),
        lambda: companies.delete(acme, by=ben),
    ):
        with pytest.raises(permissions.Forbidden):
            attempt()
    acme.refresh_from_db()
    assert (acme.city, acme.deleted_at, acme.version) == ("", None, 2)


def test_a_deleted_company_comes_back(acme, ana, mia):
    companies.delete(acme, by=mia)
    assert companies.for_domain("acme.example") is None
    companies.restore(acme, by=mia)
    assert companies.for_domain("acme.example") == acme


def test_people_have_several_companies_and_one_is_primary(ana, acme, mia):
    bolt = companies.create(values={"name": "Bolt"}, by=mia)
    companies.affiliate(ana, bolt, role="Adviser", by=mia)
    companies.affiliate(ana, bolt, role="Board", by=mia)
    assert sorted(Affiliation.objects.values_list("company__name", "role", "is_primary")) == [
        ("Acme", "", True),
        ("Bolt", "Board", False),
    ]
    companies.affiliate(ana, bolt, role="Board", primary=True, by=mia)
    assert Affiliation.objects.get(is_primary=True).company == bolt
    companies.unaffiliate(ana, bolt, by=mia)
    companies.unaffiliate(ana, bolt, by=mia)
    assert Affiliation.objects.get().company == acme
    assert Affiliation.objects.get().is_primary
    assert Contact.objects.get().companies.get() == acme
