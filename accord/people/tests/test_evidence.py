"""Files that prove where a list is from: kept with it, and gone where they name somebody erased."""

import base64
import gzip
import io
import zipfile
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
from accord.platform.transfer.origins import contents, evidence, stating
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


def packed(*parts):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"part{number}.xml", part)
    return data.getvalue()


def spoilt(content, at=60):
    return content[:at] + b"\xff" * 20 + content[at + 20 :]


def locked(content):
    """As if every part had a password: the flag says so, here and in the directory."""
    local, listed = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    found = bytearray(content)
    found[local] |= 1
    found[listed] |= 1
    return bytes(found)


def mail(body, coding="base64"):
    head = f"Subject: =?utf-8?q?Zo=C3=AB?=\nContent-Transfer-Encoding: {coding}\n\n"
    return head.encode() + body


ZOE = b"zoe@globex.example"
LONG = bytes(range(256)) * 40
NAMING = {
    "csv": b"Mail\nzoe@globex.example\n",
    "marked": "Zoë, zoe@globex.example".encode("utf-16"),
    "wide": "Zoë, zoe@globex.example".encode("utf-16-le"),
    "other way": "Zoë, zoe@globex.example".encode("utf-16-be"),
    "widest": "Zoë, zoe@globex.example".encode("utf-32"),
    "letter of Word": LONG + "zoe@globex.example".encode("utf-16-le") + b"\0" * 500,
    "latin": "Zoë: ZOE@GLOBEX.EXAMPLE".encode("latin-1"),
    "at an edge": b" " * ((1 << 20) - 5) + ZOE,
    "workbook": packed("nothing", "<v>zoe@globex.example</v>"),
    "in tags": packed("<t>zoe@</t><t>globex.example</t>"),
    "gzip": gzip.compress(ZOE),
    "workbook in a zip": packed(packed("nothing", ZOE)),
    "workbook in gzip": gzip.compress(packed(ZOE)),
    "mail": mail(base64.encodebytes(b"Yes. " * 20 + ZOE)),
    "quoted mail": mail(b"zoe=40globex=2Eexample", "quoted-printable"),
    "zip in a mail": mail(base64.encodebytes(packed(packed(ZOE)))),
    "spoilt zip": spoilt(packed(LONG)),
    "half a zip": packed(LONG)[:200],
    "spoilt gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\xff" * 50,
    "half a gzip": gzip.compress(LONG)[:100],
    "spoilt gzip in a zip": packed(b"\x1f\x8bdamaged"),
}
OTHERS = {
    "csv": b"Mail\nana@globex.example\n",
    "longer": b"mezoe@globex.example, zoe@globex.example.org",
    "empty": b"",
    "empty zip": b"PK\x05\x06" + b"\0" * 18,
    "locked": locked(packed(ZOE)),
    "PDF": b"%PDF" + LONG,
    "mail": mail(base64.encodebytes(b"No.")),
}


@pytest.mark.parametrize("content", NAMING.values(), ids=NAMING)
def test_evidence_that_names_somebody_erased_goes(content):
    job = proven(content)
    erase(brought(job))
    job.refresh_from_db()
    assert len(job.evidence_digest) == 64
    assert (job.evidence_name, left()) == ("", [])
    assert not files.evidence_folder(job).exists()


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_evidence_that_names_others_stays(content):
    erase(brought(proven(content)))
    assert left() == [content]


def test_evidence_with_somebody_in_its_name_goes():
    job = proven(b"%PDF", name="zoe@globex.example.pdf")
    erase(brought(job))
    job.refresh_from_db()
    assert (job.evidence_name, left()) == ("", [])


def test_no_more_is_unpacked_than_a_machine_can_bear(tmp_path, monkeypatch):
    path = tmp_path / "bomb"
    path.write_bytes(packed(*[packed(*["part"] * 40)] * 40))
    assert list(contents.texts(path)).count("part") == 1_000 - 25  # zips are parts too
    monkeypatch.setattr(contents, "MOST_UNPACKED", 1_000)
    path.write_bytes(gzip.compress(b"x" * 1_000_000))
    assert "x" * 1_000 in contents.texts(path)


def test_an_import_of_the_version_before_still_begins(db):
    new = ("basis", "origin", "evidence_name", "evidence_digest", "places")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'platform_import' "
            "AND column_default IS NOT NULL AND column_name = ANY(%s)",
            [list(new)],
        )
        assert cursor.fetchone() == (len(new),)
