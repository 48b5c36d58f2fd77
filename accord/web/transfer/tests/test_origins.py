"""What the people of a file may be written to on, asked as it comes in and stated afterwards."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accord.people import lifecycle
from accord.people.consents import purposes
from accord.people.models import ConsentRecord
from accord.platform.models import Import
from accord.platform.queue import work
from accord.platform.transfer import files, runs

pytestmark = pytest.mark.django_db
TOLD = {"basis": "interest", "origin": "Fair, Hannover", "collected_on": "2026-03-01"}


@pytest.fixture
def checked(client, mia):
    """A list of people at its check, in the browser of who brings it in."""
    lifecycle.ensure()
    purposes.add(label="News", by=None)
    client.force_login(mia)
    file = SimpleUploadedFile("fair.csv", b"E-mail\nzoe@globex.example\n")
    client.post("/imports/new/", {"into": "contacts", "file": file})
    job = Import.objects.get()
    client.post(f"/imports/{job.pk}/map/", {"c0": "email", "mode": "both"})
    return job


def proof():
    return SimpleUploadedFile("form.pdf", b"%PDF-1.7 what they filled in")


def begin(client, job, **form):
    answer = client.post(f"/imports/{job.pk}/start/", form)
    job.refresh_from_db()
    return answer


def test_the_check_asks_of_people_and_unknown_is_what_nobody_said_otherwise(client, checked):
    page = client.get(f"/imports/{checked.pk}/check/").content.decode()
    assert 'value="unknown" form="start" checked' in re.sub(r"\s+", " ", page)
    assert "News, by letter" in page
    answer = begin(client, checked, basis="unknown")
    assert (answer.status_code, checked.state, checked.basis) == (302, "waiting", "unknown")


def test_what_was_stated_begins_with_the_import(client, checked):
    begin(client, checked, **TOLD, evidence=proof())
    assert (checked.state, checked.basis) == ("waiting", "interest")
    assert (checked.origin, checked.collected_on) == ("Fair, Hannover", date(2026, 3, 1))
    assert checked.evidence_name == "form.pdf"
    runs.run(checked.pk)
    page = client.get(f"/imports/{checked.pk}/").content.decode()
    assert "Fair, Hannover" in page
    sent = client.get(f"/imports/{checked.pk}/evidence/")
    assert b"".join(sent.streaming_content) == b"%PDF-1.7 what they filled in"
    assert sent["Content-Disposition"] == 'attachment; filename="form.pdf"'


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (TOLD, "A basis counts only with where the list is from"),
        (TOLD | {"collected_on": "yesterday"}, "This is no day."),
        (TOLD | {"collected_on": "2026-02-31"}, "This is no day."),
        (TOLD | {"basis": "bought"}, "There is no such basis."),
        (TOLD | {"basis": "consent", "evidence": "file"}, "Say what they may be written to about"),
    ],
)
def test_what_is_missing_is_named_and_what_was_written_stays(client, checked, form, sentence):
    if "evidence" in form:
        form = form | {"evidence": proof()}
    answer = begin(client, checked, **form)
    page = answer.content.decode()
    assert (answer.status_code, checked.state, checked.basis) == (422, "draft", "")
    assert sentence in page
    assert 'value="Fair, Hannover"' in page
    assert not files.evidence_folder(checked).exists()


def test_it_is_stated_afterwards_by_whose_import_it_is(client, checked, ben):
    begin(client, checked, basis="unknown")
    runs.run(checked.pk)
    url = f"/imports/{checked.pk}/origin/"
    assert "Nobody knows, or nobody asked them" in client.get(url[:-7]).content.decode()
    answer = client.post(url, TOLD)
    assert answer.status_code == 422
    assert "A basis counts only with" in answer.content.decode()
    assert client.post(url, {**TOLD, "evidence": proof()}).status_code == 302
    checked.refresh_from_db()
    assert checked.basis == "interest"

    client.force_login(ben)
    for each in (url, f"/imports/{checked.pk}/evidence/"):
        assert client.post(url, {"basis": "unknown"}).status_code == 404
        assert client.get(each).status_code in (404, 405)
    checked.refresh_from_db()
    assert checked.basis == "interest"


def test_an_import_without_evidence_has_no_file_of_it(client, checked):
    assert client.get(f"/imports/{checked.pk}/evidence/").status_code == 404


def test_a_second_start_with_another_answer_says_that_it_does_not_count(client, checked):
    begin(client, checked, basis="unknown")
    client.post(f"/imports/{checked.pk}/start/", {**TOLD, "evidence": proof()})
    page = client.get(f"/imports/{checked.pk}/").content.decode()
    assert "This import was started before and says something else." in page
    checked.refresh_from_db()
    assert checked.basis == "unknown"


def test_what_a_list_said_is_taken_back_from_its_page(client, checked):
    begin(
        client, checked, **TOLD | {"basis": "consent", "places": ["news/email"]}, evidence=proof()
    )
    runs.run(checked.pk)
    assert ConsentRecord.objects.count() == 1
    page = client.get(f"/imports/{checked.pk}/").content.decode()
    assert "is then taken back" in page
    assert 'value="consent"' not in page
    assert client.post(f"/imports/{checked.pk}/origin/", {"basis": "unknown"}).status_code == 302
    work.run_due()
    assert ConsentRecord.objects.filter(what="retracted").count() == 1
