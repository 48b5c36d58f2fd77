"""The bell tells what runs for somebody and what they were given, to nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import contacts, lifecycle
from accord.platform.models import BulkChange, Import
from accord.sales.agenda import tasks

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client, mia):
    lifecycle.ensure()
    client.force_login(mia)
    return client


def test_who_has_nothing_reads_what_will_stand_here(signed_in):
    assert "Nothing in the last 7 days" in signed_in.get("/notices/").text


def test_an_import_shows_how_far_it_is_until_it_has_ended(signed_in, mia, ben):
    values = {"into": "contacts", "file_name": "fair.csv", "state": "running", "by": mia}
    job = Import.objects.create(rows=200, rows_done=50, **values)
    Import.objects.create(**values | {"file_name": "theirs.csv", "by": ben})
    Import.objects.create(**values | {"file_name": "begun.csv", "state": "draft"})
    part = signed_in.get("/notices/", headers=HX).text
    assert "Import of fair.csv" in part and 'aria-valuenow="25"' in part and "hx-get" in part
    assert "theirs.csv" not in part and "begun.csv" not in part and "<h1>" not in part
    done = {"state": "done", "created": 180, "errors": 20, "finished_at": timezone.now()}
    Import.objects.filter(pk=job.pk).update(**done)
    part = signed_in.get("/notices/", headers=HX).text
    assert "180 new, 0 changed, 20 refused" in part and "hx-get" not in part


def test_a_change_of_many_stands_here_and_leads_to_its_undo(signed_in, mia):
    values = {"noun": "contact", "field": "owner", "state": "done", "by": mia}
    many = BulkChange.objects.create(total=747, done=747, **values)
    BulkChange.objects.create(total=3, done=3, **values)
    page = signed_in.get("/notices/").text
    assert "Owner of 747 contacts" in page and f"/contacts/?changed={many.pk}" in page
    assert "Owner of 3 contacts" not in page
    BulkChange.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert "Owner of 747" not in signed_in.get("/notices/").text


def test_a_task_from_a_colleague_stands_here_and_an_own_one_does_not(signed_in, mia, olga):
    ana = contacts.create(values={"last_name": "Ruiz", "email": "ana@acme.example"}, by=mia)
    due = timezone.now()
    tasks.add(title="Call Ana", due_at=due, contact=ana, owner=mia, by=olga)
    tasks.add(title="My own", due_at=due, contact=ana, owner=mia, by=mia)
    page = signed_in.get("/notices/").text
    assert "Call Ana" in page and "Olga gave you this" in page and "My own" not in page


def test_the_bell_costs_few_queries(signed_in, django_assert_max_num_queries):
    signed_in.get("/notices/")
    with django_assert_max_num_queries(8):
        signed_in.get("/notices/", headers=HX)
