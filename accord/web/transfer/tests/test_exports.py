"""Lists as files."""

import csv
import io

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient
from django.utils import timezone

from accord.people import companies, contacts, fields, lifecycle
from accord.people.models import Contact
from accord.platform.models import AuditEntry, Import
from accord.platform.queue import work
from accord.sales import deals
from accord.sales.pipeline import pipelines, reasons
from accord.web.streams import Streamed

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(client, olga):
    lifecycle.ensure()
    client.force_login(olga)
    return client


def _rows(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_list_comes_out_as_filtered_with_its_columns(house, ana, olga):
    contacts.create(values={"last_name": "Other", "email": "other@else.example"}, by=None)
    rows = _rows(house, "/contacts/export/?f=email:has:acme&columns=title,company,email")
    assert rows[0] == ["First name", "Last name", "Job title", "Company", "E-mail", "External id"]
    assert rows[1:] == [["Ana", "Alvarez", "", "Acme", "ana@acme.example", ""]]
    entry = AuditEntry.objects.get(verb="list.exported")
    assert (entry.by, entry.details) == (olga, {"list": "contacts", "rows": 1, "left_out": 0})


def test_what_a_spreadsheet_would_run_is_defused(house):
    companies.create(values={"name": "=HYPERLINK(1)", "city": "@SUM(1)"}, by=None)
    rows = _rows(house, "/companies/export/?columns=city")
    assert rows[1][:2] == ["'=HYPERLINK(1)", "'@SUM(1)"]


def test_what_came_out_goes_in_again_unchanged(house, ana, olga, mia):
    contacts.change(ana, values={"owner": mia.pk, "phone": "+49 431 123456"}, by=None)
    contacts.create(values={"last_name": "-Smith", "email": "smith@acme.example"}, by=None)
    answer = house.get("/contacts/export/?columns=company,stage,title,phone,owner,tags")
    file = SimpleUploadedFile("contacts.csv", b"".join(answer.streaming_content))
    house.post("/imports/new/", {"into": "contacts", "file": file})
    job = Import.objects.get()
    page = house.get(f"/imports/{job.pk}/map/").content.decode()
    chosen = [
        part.split('"')[0]
        for part in page.split('<option value="')[1:]
        if " selected>" in part[:60]
    ]
    form = {f"c{at}": name for at, name in enumerate(chosen[: len(chosen)])}
    assert house.post(f"/imports/{job.pk}/map/", form).status_code == 302
    house.post(f"/imports/{job.pk}/start/")
    for _ in range(3):
        work.run_due(timezone.now(), 100)
    job.refresh_from_db()
    assert (job.unchanged, job.created, job.updated, job.errors) == (2, 0, 0, 0)
    assert Contact.objects.count() == 2


def test_pieces_are_sent_before_the_next_one_is_made():
    made = []

    def pieces():
        for number in range(3):
            made.append(number)
            yield b"%d" % number

    async def seen():
        return [(piece, len(made)) async for piece in Streamed(pieces())]

    assert async_to_sync(seen)() == [(b"0", 1), (b"1", 2), (b"2", 3)]


@pytest.mark.django_db(transaction=True)
def test_a_list_streams_where_asgi_serves_it(olga, ana, recwarn):
    lifecycle.ensure()

    async def read():
        client = AsyncClient()
        await client.aforce_login(olga)
        answer = await client.get("/contacts/export/")
        return [piece async for piece in answer]

    first, rest = async_to_sync(read)()
    assert first.startswith(b"\xef\xbb\xbfFirst name")
    assert rest.startswith(b"Ana,Alvarez")
    assert not [each for each in recwarn if "synchronous iterator" in str(each.message)]


@pytest.mark.parametrize("plural", ["contacts", "companies", "deals"])
def test_more_rows_cost_no_more_queries(
    house, olga, acme, plural, django_assert_num_queries, django_assert_max_num_queries
):
    pipelines.ensure()
    reasons.ensure()
    noun = {"contacts": "contact", "companies": "company", "deals": "deal"}[plural]
    url = f"/{plural}/export/?columns={','.join(fields.catalogue(noun))}&f="

    def add():
        one = companies.create(values={"name": "One", "parent": acme.pk, "owner": olga.pk}, by=None)
        given = {"last_name": "X", "owner": olga.pk, "company": one.pk, "source": "google"}
        contacts.create(values=given, by=None)
        deals.create(values={"name": "D", "company": one.pk, "owner": olga.pk}, by=olga)

    for _ in range(2):
        add()
    assert len(_rows(house, url)) > 2
    with django_assert_max_num_queries(25) as few:
        _rows(house, url)
    for _ in range(5):
        add()
    with django_assert_num_queries(len(few)):
        assert len(_rows(house, url)) > 7


@pytest.mark.parametrize(
    ("url", "right"),
    [("/contacts/export/", "Export lists"), ("/reports/funnel/table.csv", "Export lists")],
)
def test_who_may_not_export_is_told_which_right_it_takes(client, ben, url, right):
    client.force_login(ben)
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"][:9]) == (403, "text/html")
    assert f"It takes the right “{right}”, which your roles do not have." in answer.text
    assert "<nav" in answer.text and 'href="/settings/"' in answer.text
    assert not AuditEntry.objects.filter(verb="list.exported").exists()
