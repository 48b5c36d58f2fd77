"""The steps of an import, as a browser without JavaScript takes them."""

import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accord.people import companies, contacts, lifecycle
from accord.people.models import Company, Contact
from accord.platform.events import partitions
from accord.platform.models import AuditEntry, Import, User
from accord.platform.queue import work
from accord.sales.pipeline import pipelines, reasons

pytestmark = pytest.mark.django_db
FILE = (
    "account,sector,office_location,revenue\n"
    "Umbrella,technolgy,Philipines,1.5\n"
    "Hooli,Retail,Atlantis,2\n"
    "Initech,retail,United States,3\n"
)
MAPPED = {
    "c0": "name",
    "c1": "industry",
    "c2": "country",
    "c3": "annual_revenue",
    "c3-currency": "usd",
    "c3-multiplier": "1000000",
    "mode": "both",
}


@pytest.fixture
def wizard(client, mia):
    """Mia brings in files."""
    lifecycle.ensure()
    partitions.ensure({timezone.now().date()})
    client.force_login(mia)
    return client


def _upload(client, text=FILE, into="companies", name="accounts.csv"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post("/imports/new/", {"into": into, "file": file})


def _begun(client, *given, **more):
    answer = _upload(client, *given, **more)
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def _work():
    for _ in range(5):
        work.run_due(timezone.now(), 100)


def _text(client, url, **data):
    return client.get(url, data).content.decode()


def test_a_file_goes_all_the_way_with_its_repairs(wizard):
    job = _begun(wizard)
    base = f"/imports/{job.pk}/"
    assert "technolgy, Retail, retail" in _text(wizard, base + "map/")
    answer = wizard.post(base + "map/", MAPPED)
    assert answer.headers["Location"] == base + "values/"
    page = _text(wizard, base + "values/")
    assert 'value="Technology"' in page
    assert 'value="Philippines"' in page
    assert "Atlantis" in page
    form = {
        "column-0": "sector",
        "value-0": "technolgy",
        "meant-0": "Technology",
        "use-0": "on",
        "column-1": "office_location",
        "value-1": "Philipines",
        "meant-1": "Philippines",
        "use-1": "on",
        "column-2": "office_location",
        "value-2": "Atlantis",
        "meant-2": "",
    }
    assert wizard.post(base + "values/", form).headers["Location"] == base + "check/"
    assert "dry run is at work" in _text(wizard, base + "check/")
    _work()
    page = _text(wizard, base + "check/")
    assert "“Atlantis” is not a country we know" in page
    assert not Company.objects.exists()
    assert wizard.post(base + "start/").headers["Location"] == base
    assert "Waiting for the worker" in _text(wizard, base)
    _work()
    page = _text(wizard, base)
    assert "accounts.csv is imported" in page
    assert f"/companies/?f=import_id:is:{job.pk}" in page
    umbrella = Company.objects.get(name="Umbrella")
    assert (umbrella.industry, umbrella.country) == ("Technology", "PH")
    assert (umbrella.annual_revenue, umbrella.annual_revenue_currency) == (1_500_000, "USD")
    errors = b"".join(wizard.get(base + "errors/").streaming_content).decode("utf-8-sig")
    assert "Hooli,Retail,Atlantis,2," in errors


def test_an_import_is_undone_and_says_what_was_left_alone(wizard, mia):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED)
    wizard.post(f"/imports/{job.pk}/start/")
    _work()
    kept = Company.objects.get(name="Initech")
    companies.change(kept, values={"city": "Austin"}, version=kept.version, by=mia)
    assert wizard.post(f"/imports/{job.pk}/undo/").status_code == 302
    _work()
    page = _text(wizard, f"/imports/{job.pk}/")
    assert "1 record was changed since and left alone" in page
    assert [each.name for each in Company.objects.filter(deleted_at=None)] == ["Initech"]
    assert "Undone" in _text(wizard, "/imports/")


def test_what_is_there_shows_old_and_new(wizard):
    companies.create(values={"name": "Initech", "industry": "Banking"}, by=None)
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED)
    wizard.post(f"/imports/{job.pk}/values/", {})
    _work()
    page = _text(wizard, f"/imports/{job.pk}/check/")
    assert "<del>Banking</del>" in page
    assert "<ins>Retail</ins>" in page


def test_the_check_names_who_will_be_merged_where_that_was_chosen(wizard, mia):
    known = {"first_name": "Ana", "email": "ana@acme.example"}
    contacts.create(values=known, by=mia)
    ann = contacts.create(values={"first_name": "Ann", "external_id": "a-2"}, by=mia)
    job = _begun(wizard, "Mail,Id\nana@acme.example,a-2\n", into="contacts")
    page = _text(wizard, f"/imports/{job.pk}/map/")
    assert "Where a row means two of them" in page and "its own: E-mail, External id." in page
    mapped = {"c0": "email", "c1": "external_id", "mode": "both"}
    wizard.post(f"/imports/{job.pk}/map/", mapped)
    _work()
    page = _text(wizard, f"/imports/{job.pk}/check/")
    assert "Another contact has this external id" in page and "will be merged" not in page
    wizard.post(f"/imports/{job.pk}/map/", mapped | {"if_two": "merge"})
    assert 'id="two-merge" value="merge" aria-describedby="two-hint" checked' in (
        _text(wizard, f"/imports/{job.pk}/map/")
    )
    _work()
    page = _text(wizard, f"/imports/{job.pk}/check/")
    assert "Contacts that will be merged" in page and f"Ann ({ann.pk}) into Ana (" in page
    assert Contact.objects.alive().count() == 2
    wizard.post(f"/imports/{job.pk}/start/")
    _work()
    assert Contact.objects.alive().count() == 1
    page = _text(wizard, f"/imports/{job.pk}/")
    assert "Contacts that were merged" in page and f"Ann ({ann.pk}) into Ana (" in page
    assert "Where a row means two" not in _text(wizard, f"/imports/{_begun(wizard).pk}/map/")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"c0": ""}, "No column is mapped yet"),
        ({"c1": "industry"}, "A company needs a name"),
        ({"c0": "name", "c1": "name"}, "Two columns fill “Name”"),
        ({"c0": "name", "match": "domain"}, "fill the field “domain”"),
        ({"c0": "name", "c3": "annual_revenue", "c3-multiplier": "much"}, "no number to multiply"),
        ({"c0": "name", "currency": "Euro"}, "is no currency"),
        ({"c0": "name", "x0": "", "x0-text": "Kiel"}, "Choose the field"),
        ({"c0": "name", "x0": "city", "x0-text": "{a}-{b}+{c}"}, "same text between"),
        ({"c0": "name", "x0": "city", "x0-text": "{town}"}, "no column “town”"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_what_to_mend(wizard, form, sentence):
    job = _begun(wizard)
    answer = wizard.post(f"/imports/{job.pk}/map/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    for name, value in form.items():
        if name.startswith("c") and name[1:].isdigit() and value:
            assert f'<option value="{value}" selected>' in page


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "Choose a file first"),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100, "old format"),
        ("page.html", b"<!doctype html><p>", "table"),
        ("header.csv", b"Name,City\n", "no rows"),
        ("broken.xlsx", b"PK\x03\x04broken", "could not be opened"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_leaves_nothing(wizard, name, content, sentence):
    answer = _upload(wizard, content, name=name)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Import.objects.exists()


def test_names_of_files_and_cells_are_only_text(wizard):
    text = "<script>alert(1)</script>,Name\n<b>x</b>,<img src=x onerror=y>\n"
    job = _begun(wizard, text, name="<svg onload=x>.csv")
    assert "<" not in job.file_name
    page = _text(wizard, f"/imports/{job.pk}/map/")
    wizard.post(f"/imports/{job.pk}/map/", {"c1": "name", "c0": "city"})
    page += _text(wizard, f"/imports/{job.pk}/check/") + _text(wizard, "/imports/")
    for hostile in ("<script>alert", "<b>x", "<img src=x", "<svg onload"):
        assert hostile not in page


def test_a_mapping_is_saved_and_loaded_again(wizard):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED | {"x0": "city", "x0-text": "{account} City"})
    wizard.post(
        f"/imports/{job.pk}/map/",
        MAPPED | {"x0": "tags", "x0-text": "maven", "name": "Ours", "match": "name"},
    )
    saved = wizard.get(f"/imports/{job.pk}/mapping/").content
    found = json.loads(saved)
    assert found["values"] == {"tags": {"value": "maven"}}
    assert found["columns"]["revenue"][0]["multiplier"] == "1000000"
    again = _begun(wizard)
    file = io.BytesIO(saved)
    file.name = "mapping.json"
    assert wizard.post(f"/imports/{again.pk}/mapping/", {"mapping": file}).status_code == 302
    again.refresh_from_db()
    assert again.mapping == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "not JSON"),
        ('{"into": "contacts", "columns": {"account": "email"}}', "This mapping is for contacts"),
        ('{"into": "companies", "columns": {"Konto": "name"}}', "no column “Konto”"),
        ("[]", "write names and values in braces"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(wizard, text, sentence):
    job = _begun(wizard)
    file = SimpleUploadedFile("mapping.json", text.encode())
    answer = wizard.post(f"/imports/{job.pk}/mapping/", {"mapping": file})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_form_goes_back_as_the_page_gives_it(wizard):
    job = _begun(wizard)
    page = _text(wizard, f"/imports/{job.pk}/map/")
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    typed = re.findall(r'<input id="[^"]+" name="([^"]+)"[^>]*? value="([^"]*)"', page)
    chosen = re.findall(r'<select id="\w+" name="(\w+)">.*?value="(\w*)" selected', page)
    assert {"header_row", "encoding", "delimiter", "sheet"} <= dict(hidden).keys()
    answer = wizard.post(f"/imports/{job.pk}/map/", dict(typed) | dict(chosen) | dict(hidden))
    assert answer.status_code == 302


def test_a_file_is_read_again_in_another_way(wizard):
    job = _begun(wizard, "Export of today\nAccount name;City\nHooli;Kiel\n")
    page = _text(wizard, f"/imports/{job.pk}/map/", header_row=2, delimiter=";")
    assert "City goes into" in page
    form = {"c0": "name", "c1": "city", "header_row": "2", "delimiter": ";"}
    assert wizard.post(f"/imports/{job.pk}/map/", form).status_code == 302
    job.refresh_from_db()
    assert job.mapping["reading"] == {"delimiter": ";", "header_row": 2}


def test_a_started_import_shows_its_result_at_every_step(wizard):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED)
    wizard.post(f"/imports/{job.pk}/start/")
    for step in ("map/", "values/", "check/"):
        answer = wizard.get(f"/imports/{job.pk}/{step}")
        assert answer.headers["Location"] == f"/imports/{job.pk}/"


def test_what_one_may_not_bring_in_is_not_offered(wizard):
    page = _text(wizard, "/imports/new/", into="contacts")
    assert 'value="contacts" checked' in page
    assert 'value="users"' not in page
    assert _upload(wizard, into="users").status_code == 403


def test_the_columns_of_a_person_say_how_they_came(wizard):
    text = "E-mail,First contact,Source\nana@acme.example,2026-01-05,google ads\n"
    job = _begun(wizard, text, into="contacts")
    page = _text(wizard, f"/imports/{job.pk}/map/")
    assert 'label="How the person came"' in page
    wizard.post(f"/imports/{job.pk}/map/", {"c0": "email", "c1": "acquired_at", "c2": "source"})
    wizard.post(f"/imports/{job.pk}/start/")
    _work()
    ana = Contact.objects.get(email="ana@acme.example")
    assert ana.source == "google ads"


def test_an_import_thrown_away_leaves_no_trace_but_the_audit(wizard):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/discard/")
    assert not Import.objects.exists()
    assert AuditEntry.objects.filter(verb="import.discarded").exists()


def test_the_first_owner_sees_everybodys_imports(wizard, olga: User):
    job = _begun(wizard)
    wizard.force_login(olga)
    assert "accounts.csv" in _text(wizard, "/imports/")
    assert wizard.get(f"/imports/{job.pk}/map/").status_code == 200


def test_new_deals_are_shown_as_a_table(wizard, olga):
    wizard.force_login(olga)
    pipelines.ensure()
    reasons.ensure()
    job = _begun(wizard, "Deal,Stage\nOne,Qualified\nTwo,Lost\n", into="deals", name="deals.csv")
    wizard.post(f"/imports/{job.pk}/map/", {"c0": "name", "c1": "stage"})
    wizard.post(f"/imports/{job.pk}/start/")
    _work()
    page = _text(wizard, f"/imports/{job.pk}/")
    link = f"/deals/?as=table&amp;f=import_id:is:{job.pk}"
    assert link in page
    shown = _text(wizard, link.replace("&amp;", "&"))
    assert re.search(r"<table.*>One<.*>Two<.*</table>|<table.*>Two<.*>One<.*</table>", shown, re.S)


def test_refused_rows_come_in_mended_by_the_same_mapping(wizard):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED)
    wizard.post(f"/imports/{job.pk}/start/")
    _work()
    link = f"/imports/new/?into=companies&amp;like={job.pk}"
    assert link in _text(wizard, f"/imports/{job.pk}/")
    assert "mapped as in accounts.csv" in _text(wizard, link.replace("&amp;", "&"))
    answer = wizard.get(f"/imports/{job.pk}/errors/")
    refused = b"".join(answer.streaming_content).decode("utf-8-sig")
    mended = refused.replace("Philipines", "Philippines").replace("Atlantis", "Greece")
    file = SimpleUploadedFile("mended.csv", mended.encode())
    wizard.post("/imports/new/", {"into": "companies", "file": file, "like": job.pk})
    job.refresh_from_db()
    again = Import.objects.latest("pk")
    assert (again.file_name, again.mapping) == ("mended.csv", job.mapping)
    wizard.post(f"/imports/{again.pk}/start/")
    _work()
    again.refresh_from_db()
    assert (again.created, again.errors) == (2, 0)


def test_another_file_takes_over_no_mapping_that_does_not_fit(wizard):
    job = _begun(wizard)
    wizard.post(f"/imports/{job.pk}/map/", MAPPED)
    file = SimpleUploadedFile("other.csv", b"Firm,City\nAcme,Kiel\n")
    wizard.post("/imports/new/", {"into": "companies", "file": file, "like": job.pk})
    assert Import.objects.latest("pk").mapping == {}
