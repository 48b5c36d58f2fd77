"""A person asks for their data, then for erasure: all is given out, nothing of them is left."""

import io
import json
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accord.channels.models import Receipt
from accord.commands import parser
from accord.commands import privacy as command
from accord.engine.consent.terms import Channel
from accord.insight import reports
from accord.insight.questions import Question
from accord.people import contacts
from accord.people.consents import consent, ledger, purposes
from accord.people.consents.consent import Given
from accord.people.identity import merging
from accord.people.models import Address, ConsentRecord, Contact, Erasure, PrivacyStep, Suppression
from accord.people.privacy import copies, erased, erasing, persons, requests
from accord.people.records import Deleted, Erased
from accord.platform import personal
from accord.platform.models import AuditEntry, Event
from accord.platform.queue import work
from accord.sales.models import Activity, Deal
from tests.stories import canary

pytestmark = pytest.mark.django_db
WITHOUT = frozenset(
    {"lists", "lake", "merges"}
)  # what there is of somebody only once they were erased


@pytest.fixture
def known(data):
    return canary.build()


def heard(folder):
    """The files a canary is heard in."""
    song = canary.SONG.encode()
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return [path for path in files if song in path.read_bytes() or song in str(path).encode()]


def test_every_store_is_in_the_copy(known):
    merging.merge(known, Contact.objects.create(last_name="Again"), choices={}, by=None)
    person = persons.of(known)
    empty = [each.name for each in personal.stores() if not list(each.read(person))]
    assert set(empty) <= WITHOUT


def test_the_copy_holds_every_word(known):
    """What is kept of the person in the database is in what they are given, word by word."""
    file = io.BytesIO()
    copies.write(known, file, by=None)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        page, data = archive.read("index.html").decode(), archive.read("data.json").decode()
    assert "csv/events.csv" in names and "csv/messages.csv" in names
    assert json.loads(data)["data"]["contact"][0]["email"] == known.email
    kept = set(re.findall(rf"{canary.SONG}\d+", " ".join(canary.traces())))
    assert len(kept) > 30
    # Texts of others name a person by the same words; ids of messages are kept as digests.
    assert {each for each in kept if each not in data} == set()
    assert {each for each in kept if each not in page} == set()
    assert AuditEntry.objects.filter(verb="person.exported", subject_id=known.pk).exists()


def test_the_page_of_the_copy_says_it_in_words(data):
    purposes.add(label="Monthly news", by=None)
    ana = contacts.create(values={"email": "ana@acme.example", "external_id": "A-17"}, by=None)
    contacts.change(ana, values={"city": "Bonn"}, by=None)
    given = Given("monthly_news", Channel.EMAIL, ConsentRecord.What.CONSENT)
    consent.give(ana, given, by=None)
    file = io.BytesIO()
    copies.write(ana, file, by=None)
    with zipfile.ZipFile(file) as archive:
        page, said = archive.read("index.html").decode(), json.loads(archive.read("data.json"))
    happened = [each for each in said["data"]["events"] if each["name"] == "consent.given"]
    assert happened[0]["id"] and happened[0]["contact_id"] == ana.pk
    assert "<caption>Agreed: Monthly news, e-mail</caption>" in page
    assert "<caption>City changed</caption>" in page and "A-17" in page
    assert ">Id</th>" not in page and ">Contact id</th>" not in page
    assert "Purpose: monthly_news" in page and "{&quot;" not in page


def test_the_command_names_an_open_request_before(data, capsys):
    ana = contacts.create(values={"email": "ana@acme.example"}, by=None)
    made = requests.receive("access", ana, by=None)
    options = parser("privacy", command).parse_args(["erase", "ana@acme.example", "--yes"])
    assert command.run(options) == 0
    told = "  1 request of this person is open; tell them first.\n"
    assert told in capsys.readouterr().out.partition("Erased.")[0]
    assert [each.what for each in requests.history(made)] == ["erasing", "received"]


def test_nothing_is_left_and_reports_add_up(known, data, capsys):
    asked = [Question(name, each.defaults["by"]) for name, each in reports.ALL.items()]
    totals = [reports.answer(question).total for question in asked]
    assert canary.traces() and heard(data)
    options = parser("privacy", command).parse_args(["erase", known.email, "--yes"])
    assert command.run(options) == 0
    assert canary.traces() == [] and heard(data) == []
    assert [reports.answer(question).total for question in asked] == totals
    made = Erasure.objects.get()
    assert (made.state, made.plan, made.counts["activities"]) == ("done", None, 2)
    known.refresh_from_db()
    assert str(known) == "Erased person"
    assert list(ledger.broken(known.pk)) == []
    assert Suppression.objects.exists()
    assert Deal.objects.get().name == "Solar for [erased]"
    assert set(Activity.objects.values_list("body", flat=True)) >= {
        "",
        "Write to [erased]: [erased]",
    }
    assert not Event.objects.filter(contact_id=known.pk, channel="", deal_id=None).exists()


def test_a_killed_erasure_goes_on_where_it_was(known, monkeypatch):
    made = erasing.begin(known, by=None)
    done = []

    def broken(model):
        done.append(model)
        if len(done) == 8:
            raise KeyboardInterrupt

    fence = work.fence
    monkeypatch.setattr(work, "fence", lambda: (broken(None), fence()))
    with pytest.raises(KeyboardInterrupt):
        erasing.run(made.pk)
    monkeypatch.undo()
    made.refresh_from_db()
    assert (made.state, len(made.done)) == ("running", 7)
    work.run_due()
    made.refresh_from_db()
    assert made.state == "done" and canary.traces() == []


def test_an_erased_person_cannot_be_brought_back(known, ben):
    erasing.run(erasing.begin(known, by=None).pk)
    known.refresh_from_db()
    with pytest.raises(Erased):
        contacts.restore(known, by=None)
    with pytest.raises(Deleted):
        contacts.change(known, values={"city": "Bonn"}, by=None)
    with pytest.raises(erasing.AlreadyErased):
        erasing.begin(known, by=None)
    with pytest.raises(erasing.AlreadyErased):
        erasing.preview(known)


def test_what_a_backup_brings_back_is_erased_again(known, data):
    line = erased.Line("2099-01-01T00:00:00+00:00", known.pk, erased.mark(known), ())
    erased.note(line)
    erased.note(line)
    assert list(erased.lines()) == [line]
    assert erasing.again() == 1
    assert canary.traces() == []
    assert erasing.again() == 0


def test_who_shares_a_number_or_an_address_with_somebody_erased_stays(data):
    shared = {"phone": "+492281234567"}
    ana = contacts.create(values={"email": "ana@acme.example"} | shared, by=None)
    ben = contacts.create(values={"email": "office@acme.example"} | shared, by=None)
    Address.objects.create(contact=ana, kind="email", value="office@acme.example")
    erasing.run_all(erasing.begin(ana, by=None))
    assert erasing.again() == 0 and erasing.restored() == []
    ben.refresh_from_db()
    assert (ben.erased_at, ben.email) == (None, "office@acme.example")


def test_an_address_of_somebody_erased_whose_record_is_not_there_is_told(known, data):
    contacts.create(values={"email": "other@acme.example"}, by=None)
    at = "2099-01-01T00:00:00+00:00"
    digests = (erased.digest("email", known.email), erased.digest("email", "gone@acme.example"))
    erased.note(erased.Line(at, 4711, "a record the backup lacks", digests))
    told = erasing.restored()
    assert len(told) == 1 and f"have: {known.pk}." in told[0]
    known.refresh_from_db()
    assert known.erased_at is None


def test_somebody_who_came_again_is_not_erased_again(known):
    old = known.email
    erasing.run(erasing.begin(known, by=None).pk)
    again = contacts.create(values={"email": old}, by=None)
    assert erasing.again() == 0
    assert Contact.objects.get(pk=again.pk).email == old


def test_the_list_of_the_erased_outlives_a_cut_line(data, ana):
    erased.note(erased.Line("2026-11-25T12:00:00+00:00", ana.pk, "m", ("d",)))
    path = data / "secrets" / erased.FILE
    path.write_text(path.read_text() + '{"at": "2026')
    erased.note(erased.Line("2026-11-25T13:00:00+00:00", ana.pk, "n", ()))
    assert [line.mark for line in erased.lines()] == ["m", "n"]


def test_a_preview_says_what_goes_and_what_stays(known):
    seen = erasing.preview(known)
    parts = {part.title: part for part in seen.parts}
    assert parts["Notes, calls, meetings, mails"].rows == 2
    assert "counted" in parts["Notes, calls, meetings, mails"].stays
    assert {part.title for part in seen.mentions} >= {
        "Deals",
        "Notes, calls, meetings, mails",
        "Saved views",
    }
    assert not seen.shares_name


def test_looking_takes_nothing_in_and_erasing_does(known):
    waiting = Receipt.objects.count()
    assert waiting
    assert "What their devices sent and was not taken in" in {
        part.title for part in erasing.preview(known).parts
    }
    assert Receipt.objects.count() == waiting
    erasing.begin(known, by=None)
    assert not Receipt.objects.exists()


def test_a_name_two_people_have_is_left_in_texts(known):
    contacts.create(values={"first_name": known.first_name, "last_name": known.last_name}, by=None)
    assert erasing.preview(known).shares_name
    assert known.name not in persons.of(known).words


def test_steps_of_a_request_are_only_added(known):
    assert PrivacyStep.objects.exists()
    with pytest.raises(Exception, match="only"):
        PrivacyStep.objects.update(note="")


def test_a_preview_says_which_backups_hold_the_person_and_until_when(known, data, settings):
    assert erasing.preview(known).backups == ""
    folder = data / "backups"
    folder.mkdir(exist_ok=True)
    settings.BACKUP_HOURS, settings.BACKUP_KEEP = 24, 14
    known.recorded_at = datetime(2026, 3, 10, tzinfo=UTC)
    made = {"scheduled-1": 3, "scheduled-2": 11, "scheduled-3": 12, "before-1": 11, "accord-1": 13}
    for name, day in made.items():
        (folder / f"{name}.backup").touch()
        at = datetime(2026, 3, day, 12, tzinfo=UTC).timestamp()
        os.utime(folder / f"{name}.backup", (at, at))
    said = erasing.preview(known).backups
    assert "that hold the person: 4." in said
    assert "made on schedule (2) are dropped one by one, the last about 26 March 2026" in said
    assert "before an upgrade or restore (1) are dropped once three newer ones are there" in said
    assert "made by hand (1) stay until somebody deletes them" in said
    settings.BACKUP_HOURS = 0
    said = erasing.preview(known).backups
    assert "the 2 made so stay until deleted" in said
    assert "before an upgrade or restore (1) are dropped by nobody but you" in said


def test_backups_of_an_older_record_merged_into_theirs_hold_the_person(known, data):
    older, newer = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    gone = Contact.objects.create(last_name="Again")
    merging.merge(known, gone, choices={}, by=None)
    Contact.objects.filter(pk=gone.pk).update(recorded_at=older)
    Contact.objects.filter(pk=known.pk).update(recorded_at=newer)
    known.refresh_from_db()
    for name, day in {"accord-1": datetime(2026, 2, 27), "accord-2": datetime(2026, 3, 5)}.items():
        file = data / "backups" / f"{name}.backup"
        file.parent.mkdir(exist_ok=True)
        file.touch()
        os.utime(file, (day.timestamp(), day.timestamp()))
    assert "that hold the person: 1." in erasing.preview(known).backups
