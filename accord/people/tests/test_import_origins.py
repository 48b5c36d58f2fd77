"""Where a list of people is from, and what they may be written to on: stated, or unknown."""

import io
from datetime import date, timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import lifecycle
from accord.people.consents import consent, purposes
from accord.people.models import Contact
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Import
from accord.platform.transfer import files, imports, mapping, runs
from accord.platform.transfer.origins import evidence, stating
from accord.platform.transfer.origins.stating import Basis, Evidence, Statement

pytestmark = pytest.mark.django_db
COLUMNS = {"into": "contacts", "columns": {"Mail": "email", "Land": "country"}}
TEXT = "Mail,Land\nzoe@globex.example,US\n"
DAY = date(2026, 3, 1)


@pytest.fixture
def news(db):
    """A purpose that our own interest covers by letter in the United States."""
    lifecycle.ensure()
    made = purposes.add(label="News", by=None)
    until = timezone.now() + timedelta(days=90)
    by_letter = {"channel": Channel.POST, "countries": ["US"], "text": "Fair.", "until": until}
    purposes.assess(made, **by_letter, by=None)
    return made


def draft(text=TEXT, by=None):
    job = imports.begin(io.BytesIO(text.encode()), name="list.csv", into="contacts", by=by)
    return imports.set_mapping(job, mapping.from_json(COLUMNS), by=by)


def proof(text=b"We hand our list to Acme.", name="contract.txt"):
    return Evidence(name, io.BytesIO(text))


def brought(job):
    imports.start(job, by=None)
    runs.run(job.pk)
    return Contact.objects.get(email="zoe@globex.example")


def may(person):
    asked = consent.question("news", Channel.POST)
    return consent.may_send(person, asked, timezone.now())


def test_whom_nobody_said_anything_of_no_interest_of_ours_covers(news):
    job = draft()
    zoe = brought(job)
    assert Import.objects.get().basis == Basis.UNKNOWN
    assert may(zoe).words == "Refused: nobody knows where the list they came from is from."
    ana = Contact.objects.create(first_name="Ana", country="US")
    assert may(ana)


def test_a_stated_origin_lets_our_interest_count_also_afterwards(news):
    told = Statement(Basis.INTEREST, "  Fair \n Hannover ", DAY)
    early = draft()
    stating.state(early, told, proof(), by=None)
    zoe = brought(early)
    assert may(zoe)
    kept = Import.objects.get()
    assert (kept.origin, kept.collected_on) == ("Fair Hannover", DAY)
    assert (kept.evidence_name, kept.places) == ("contract.txt", [])
    assert evidence.of(kept).read_bytes() == b"We hand our list to Acme."

    stating.state(kept, Statement(Basis.UNKNOWN), by=None)
    assert not may(zoe)
    assert kept.origin == ""
    stating.state(kept, told, by=None)
    assert may(zoe)
    told = AuditEntry.objects.filter(verb="import.stated").order_by("pk")
    assert [each.details["basis"] for each in told] == ["interest", "unknown", "interest"]
    assert told[0].details["evidence"] == told[2].details["evidence"] == kept.evidence_digest


def test_what_is_still_unknown_is_so_since_it_was(news):
    job = draft()
    brought(job)
    job.refresh_from_db()
    since = job.stated_at
    stating.state(job, Statement(Basis.UNKNOWN), by=None)
    assert Import.objects.get().stated_at == since


def test_what_an_older_import_brought_was_never_asked_and_counts_as_before(news):
    zoe = brought(draft())
    Import.objects.update(basis="", stated_at=None)
    assert may(zoe)


def test_who_was_there_before_the_list_does_not_become_unknown(news):
    zoe = Contact.objects.create(email="zoe@globex.example", country="US")
    assert brought(draft()) == zoe
    assert may(zoe)


@pytest.mark.parametrize(
    ("told", "proven", "refusal"),
    [
        (Statement("bought"), True, stating.NoBasis),
        (Statement(""), True, stating.NoBasis),
        (Statement(Basis.INTEREST, " ", DAY), True, stating.Unproven),
        (Statement(Basis.INTEREST, "Fair"), True, stating.Unproven),
        (Statement(Basis.INTEREST, "Fair", DAY), False, stating.Unproven),
        (Statement(Basis.INTEREST, "Fair", date(9999, 1, 1)), True, stating.NotThatDay),
        (Statement(Basis.INTEREST, "Fair", date(1969, 1, 1)), True, stating.NotThatDay),
        (Statement(Basis.CONSENT, "Fair", DAY), True, stating.NoPlace),
        (Statement(Basis.CONSENT, "Fair", DAY, ("news",)), True, stating.NoPlace),
        (Statement(Basis.CONSENT, "Fair", DAY, ("news/mail",)), True, stating.NoPlace),
    ],
)
def test_what_lacks_source_day_basis_or_evidence_is_refused(news, told, proven, refusal):
    job = draft()
    with pytest.raises(refusal):
        stating.state(job, told, proof() if proven else None, by=None)
    assert Import.objects.get().basis == ""
    assert not files.evidence_folder(job).exists()


def test_only_whose_import_it_is_states_anything_of_it(news, mia, ben):
    job = draft(by=mia)
    with pytest.raises(Forbidden):
        stating.state(job, Statement(Basis.UNKNOWN), by=ben)
    stating.state(job, Statement(Basis.UNKNOWN), by=mia)


def test_nothing_is_stated_of_rows_that_are_no_people(db):
    job = imports.begin(io.BytesIO(b"Name\nAcme\n"), name="c.csv", into="companies", by=None)
    with pytest.raises(stating.NoPeople):
        stating.state(job, Statement(Basis.UNKNOWN), by=None)


def test_rows_that_are_read_agree_to_nothing_any_more(news):
    job = draft()
    brought(job)
    with pytest.raises(stating.AlreadyRead):
        told = Statement(Basis.CONSENT, "Fair", DAY, ("news/email",))
        stating.state(job, told, proof(), by=None)


def test_evidence_stays_with_the_import_and_goes_with_a_draft(news):
    job = draft()
    stating.state(job, Statement(Basis.INTEREST, "Fair", DAY), proof(), by=None)
    stating.state(job, Statement(Basis.INTEREST, "Fair", DAY), proof(b"new"), by=None)
    assert evidence.of(job).read_bytes() == b"new"
    brought(job)
    Import.objects.update(finished_at=timezone.now() - timedelta(days=8))
    Import.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert imports.tidy() == 1
    assert evidence.of(job).read_bytes() == b"new"

    other = draft()
    stating.state(other, Statement(Basis.INTEREST, "Fair", DAY), proof(), by=None)
    imports.discard(other, by=None)
    assert not files.evidence_folder(other).exists()
