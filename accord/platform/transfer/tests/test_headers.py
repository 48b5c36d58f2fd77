"""Headers of known exports are understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accord.platform.transfer import headers, targets
from accord.platform.transfer.mapping import Mapping

pytestmark = pytest.mark.django_db
_EMPTY = Mapping("deals", ())


def understood(into, names):
    slots = list(targets.named(into).slots(Mapping(into, ())))
    return {each.header: each.field for each in headers.suggest(into, names, slots)}


@pytest.mark.parametrize(
    ("into", "names", "expected"),
    [
        (
            "contacts",
            ["Record ID", "First Name", "Last Name", "Email", "Contact owner", "Original Source"],
            ["external_id", "first_name", "last_name", "email", "owner", "source"],
        ),
        (
            "contacts",
            ["firstname", "lastname", "company", "position", "email", "mobile", "country"],
            ["first_name", "last_name", "company", "title", "email", "other_phone", "country"],
        ),
        (
            "contacts",
            ["E-Mail", "Vorname", "Nachname", "Firma", "Telefon", "Ort", "Geburtsdatum"],
            ["email", "first_name", "last_name", "company", "phone", "city", "born_on"],
        ),
        (
            "companies",
            [
                "account",
                "sector",
                "year_established",
                "revenue",
                "office_location",
                "subsidiary_of",
            ],
            ["name", "industry", "founded", "annual_revenue", "country", "parent"],
        ),
        (
            "deals",
            ["Deal - Title", "Deal - Value", "Deal - Stage", "Deal - Pipeline", "Deal - Won time"],
            ["name", "amount", "stage", "pipeline", "closed_at"],
        ),
        (
            "deals",
            ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "close_value"],
            ["external_id", "owner", "product", "company", "stage", "amount"],
        ),
        ("users", ["sales_agent", "manager"], ["name", "manager"]),
        ("products", ["product", "series", "sales_price"], ["name", "series", "price"]),
    ],
)
def test_columns_are_matched_with_fields(into, names, expected):
    assert understood(into, names) == dict(zip(names, expected, strict=True))


def test_a_header_with_a_slip_is_still_understood():
    assert understood("contacts", ["Emial address"]) == {"Emial address": "email"}
    assert understood("contacts", ["Favourite colour"]) == {}


def test_exports_we_know_are_recognised_by_their_headers(real_data):
    known = json.loads((real_data / "crm-exports" / "headers.json").read_text())
    files = known["salesforce_data_export"]["objects"]
    assert headers.recognise(files["Contact"]).system == "Salesforce"
    assert headers.recognise(files["Opportunity"], "deals").prefix == "salesforce:"
    assert headers.recognise(known["mailchimp_audience"]["header"]).system == "Mailchimp"
    assert headers.recognise(known["hubspot_deals"]["header_core"], "deals").system == "HubSpot"
    assert headers.recognise(known["pipedrive_deals"]["header"]).system == "Pipedrive"
    assert headers.recognise(known["zoho_leads"]["header_core"]).system == "Zoho"
    assert headers.recognise(known["mautic_contacts"]["header"]).system == "Mautic"
    assert headers.recognise(known["odoo_crm_lead"]["fields"], "deals").system == "Odoo"
    assert headers.recognise(["a", "b"]) is None


def test_an_export_is_understood_in_whole(real_data, export):
    into, place, wanted = export
    found: Any = json.loads((real_data / "crm-exports" / "headers.json").read_text())
    for key in place.split("."):
        found = found[key]
    more = known_besides(real_data, place)
    slots = list(targets.named(into).slots(Mapping(into, ())))
    mapping = headers.suggested(into, [*found, *more], slots)
    filled = {fill.field: " ".join(fill.columns) for fill in mapping.fills}
    assert {name: filled.get(name) for name in wanted} == wanted
    assert len(filled) == len(set(filled.values()))


def known_besides(real_data, place):
    """Columns that are often there, but not in every export."""
    known = json.loads((real_data / "crm-exports" / "headers.json").read_text())
    return known[place.split(".")[0]].get("header_often", [])


EXPORTS = [
    (
        "companies",
        "salesforce_data_export.objects.Account",
        {
            "external_id": "Id",
            "name": "Name",
            "website": "Website",
            "industry": "Industry",
            "country": "BillingCountry",
            "employees": "NumberOfEmployees",
            "annual_revenue": "AnnualRevenue CurrencyIsoCode",
            "owner": "OwnerId",
        },
    ),
    (
        "contacts",
        "salesforce_data_export.objects.Contact",
        {
            "external_id": "Id",
            "first_name": "FirstName",
            "last_name": "LastName",
            "email": "Email",
            "phone": "Phone",
            "city": "MailingCity",
            "source": "LeadSource",
            "acquired_at": "CreatedDate",
        },
    ),
    (
        "contacts",
        "salesforce_data_export.objects.Lead",
        {"external_id": "Id", "company": "Company", "email": "Email", "source": "LeadSource"},
    ),
    (
        "deals",
        "salesforce_data_export.objects.Opportunity",
        {
            "external_id": "Id",
            "name": "Name",
            "stage": "StageName",
            "outcome": None,
            "amount": "Amount CurrencyIsoCode",
            "close_on": "CloseDate",
            "opened_at": "CreatedDate",
            "contact": "ContactId",
            "owner": "OwnerId",
        },
    ),
    (
        "users",
        "salesforce_data_export.objects.User",
        {"external_id": "Id", "name": "FirstName LastName", "email": "Email", "team": "Department"},
    ),
    (
        "contacts",
        "mailchimp_audience.header",
        {
            "email": "Email Address",
            "first_name": "First Name",
            "tags": "TAGS",
            "acquired_at": "OPTIN_TIME",
            "external_id": "EUID",
            "country": "CC",
        },
    ),
    (
        "contacts",
        "hubspot_contacts.header_core",
        {
            "external_id": "Record ID",
            "email": "Email",
            "owner": "Contact owner",
            "acquired_at": "Create Date",
            "company": "Company Name",
            "stage": "Lifecycle Stage",
            "source": "Original Source",
            "title": "Job Title",
        },
    ),
    (
        "companies",
        "hubspot_companies.header_core",
        {
            "external_id": "Record ID",
            "name": "Company name",
            "domain": "Company Domain Name",
            "website": "Website URL",
            "owner": "Company owner",
        },
    ),
    (
        "deals",
        "hubspot_deals.header_core",
        {
            "external_id": "Record ID",
            "name": "Deal Name",
            "stage": "Deal Stage",
            "amount": "Amount",
            "pipeline": "Pipeline",
            "opened_at": "Create Date",
        },
    ),
    (
        "deals",
        "pipedrive_deals.header",
        {
            "external_id": "Deal - ID",
            "name": "Deal - Title",
            "amount": "Deal - Value Deal - Currency of Value",
            "closed_at": "Deal - Deal closed on",
            "outcome": "Deal - Status",
            "reason": "Deal - Lost reason",
            "contact": "Deal - Contact person ID",
            "company": "Deal - Organization",
        },
    ),
    (
        "contacts",
        "zoho_leads.header_core",
        {
            "external_id": "Record Id",
            "owner": "Lead Owner",
            "company": "Company",
            "source": "Lead Source",
            "campaign": "Ad Campaign Name",
            "landing_page": "Referrer",
            "tags": "Tag",
        },
    ),
    (
        "contacts",
        "mautic_contacts.header",
        {"title": "position", "email": "email", "language": "preferred_locale", "stage": "stage"},
    ),
    (
        "deals",
        "odoo_crm_lead.fields",
        {
            "name": "name",
            "company": "partner_name",
            "amount": "expected_revenue",
            "stage": "stage_id",
            "pipeline": None,
            "contact_email": "email_from",
        },
    ),
]


@pytest.fixture(params=EXPORTS, ids=lambda export: export[1])
def export(request):
    return request.param


def test_ids_of_a_known_system_get_its_name_before_them(real_data):
    known = json.loads((real_data / "crm-exports" / "headers.json").read_text())
    names = known["salesforce_data_export"]["objects"]["Opportunity"]
    mapping = headers.suggested("deals", names, list(targets.named("deals").slots(_EMPTY)))
    prefixed = {fill.field: fill.prefix for fill in mapping.fills if fill.prefix}
    assert prefixed == dict.fromkeys(("external_id", "owner", "contact"), "salesforce:")
    assert mapping.filling("contact").repairs == {"000000000000000AAA": ""}


@pytest.mark.parametrize(
    ("header", "field"),
    [("Nmae", "full_name"), ("Ctiy", "city"), ("Cit", "city"), ("Mial", "email"), ("Tgas", "tags")],
)
def test_a_short_header_with_a_slip_is_recognised(header, field):
    assert understood("contacts", [header]) == {header: field}
    exact = {"email": "Mail", "city": "City"}.get(field, "Name")
    assert understood("contacts", [header, exact])[exact]  # a header we know goes first


@pytest.mark.parametrize("header", ["Date", "Note", "Lane", "Cite", "Sex", "Rank", "X", "No", ""])
def test_a_short_header_that_may_be_a_word_of_its_own_is_left(header):
    assert understood("contacts", [header]) == {}
