"""Files that prove where a list is from: kept with it, and gone where they name somebody erased."""

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accord.people import lifecycle
from accord.people.consents import purposes
from accord.people.models import Contact
from accord.people.privacy import copies, erasing, persons
from accord.platform.events import partitions
from accord.platform.models import AuditEntry, Import
from accord.platform.transfer import files, imports, mapping, rehearsals, runs
from accord.platform.transfer.origins import evidence, stating
from accord.platform.transfer.origins.stating import Basis, Evidence, Statement

pytestmark = pytest.mark.django_db
COLUMNS = {"into": "contacts", "columns": {"Mail": "email", "Land": "country"}}
DAY = date(2026, 3, 1)
INTEREST = Statement(Basis.INTEREST, "Fair", DAY)


@pytest.fixture(autouse=True)
def news(db, settings, tmp_path):
    settings.DATA = tmp_path
    lifecycle.ensure()
    return purposes.add(label="News", by=None)


def draft(text="Mail,Land\nzoe@globex.example,US\n"):
    job = imports.begin(io.BytesIO(text.encode()), name="list.csv", into="contacts", by=None)
    return imports.set_mapping(job, mapping.from_json(COLUMNS), by=None)


def proven(*proofs, told=INTEREST, name="contract.txt", text="Mail,Land\nzoe@globex.example,US\n"):
    """A draft with these files to prove it, one after the other."""
    job = draft(text)
    for content in proofs or (b"We hand our list to Acme.",):
        stating.state(job, told, Evidence(name, io.BytesIO(content)), by=None)
    return job


def brought(job):
    imports.start(job, by=None)
    runs.run(job.pk)
    return Contact.objects.get(email="zoe@globex.example")


def erase(contact):
    assert erasing.run_all(erasing.begin(contact, by=None))


def left():
    """What the files say that are kept."""
    return sorted(path.read_bytes() for _, path in evidence.kept())


def test_what_proved_a_list_before_stays_and_is_searched_too(news):
    job = proven(b"old: zoe@globex.example", b"old: nobody", b"now: nobody")
    assert evidence.of(job).read_bytes() == b"now: nobody"
    zoe = brought(job)
    [section] = [
        each for each in copies.sections([persons.of(zoe)]) if each.store.name == "import_evidence"
    ]
    assert len(section.rows) == 1
    erase(zoe)
    job.refresh_from_db()
    assert left() == [b"now: nobody", b"old: nobody"]
    assert (job.evidence_name, evidence.is_there(job)) == ("contract.txt", True)
    assert AuditEntry.objects.get(verb="import.evidence_erased").subject_id == job.pk


def test_only_what_names_the_person_goes(news):
    job = proven(b"old: nobody", b"now: zoe@globex.example")
    erase(brought(job))
    job.refresh_from_db()
    assert left() == [b"old: nobody"]
    assert (job.evidence_name, evidence.is_there(job)) == ("", False)
    assert len(job.evidence_digest) == 64


def test_files_no_import_knows_of_are_searched(news):
    zoe = brought(draft())
    gone, unsaid = proven(b"zoe@globex.example signed"), proven(b"signed: zoe@globex.example")
    Import.objects.filter(pk=gone.pk).delete()
    Import.objects.filter(pk=unsaid.pk).update(evidence_digest="", evidence_name="")
    erase(zoe)
    assert left() == []


def test_a_draft_somebody_erased_stands_in_takes_its_evidence_along(news):
    zoe = brought(proven(b"brought"))
    proven(b"draft")
    erase(zoe)
    assert Import.objects.count() == 1
    assert left() == [b"brought"]


def test_a_draft_nobody_goes_on_with_loses_its_evidence(news):
    job = proven()
    Import.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert imports.tidy() == 1
    assert not evidence.is_there(job)
    assert not files.evidence_folder(job).exists()


def test_of_a_file_that_is_too_large_nothing_is_kept(news, monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 50)
    large = b"zoe@globex.example " * 100_000
    with pytest.raises(stating.EvidenceTooLarge):
        proven(large)
    assert not list(files.evidence_root().iterdir())
    with pytest.raises(stating.EvidenceTooLarge):
        proven(b"small", large)
    assert left() == [b"small"]


def test_what_is_proven_no_more_brings_nobody_in(news):
    job = proven(told=Statement(Basis.CONSENT, "Fair", DAY, ("news/email",)))
    evidence.remove(evidence.of(job))
    with pytest.raises(imports.EvidenceGone):
        imports.start(job, by=None)
    stating.state(job, Statement(Basis.UNKNOWN), by=None)
    assert brought(job)


def test_a_dry_run_of_an_early_day_leaves_the_parts_of_its_month(news):
    job = proven(told=Statement(Basis.CONSENT, "Fair", date(1999, 5, 15), ("news/email",)))
    rehearsals.rehearse(job)
    assert "1999-05" in partitions.months()
    assert not Contact.objects.exists()


def test_an_import_of_the_version_before_still_begins(db):
    new = ("basis", "origin", "evidence_name", "evidence_digest", "places")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'platform_import' "
            "AND column_default IS NOT NULL AND column_name = ANY(%s)",
            [list(new)],
        )
        assert cursor.fetchone() == (len(new),)
