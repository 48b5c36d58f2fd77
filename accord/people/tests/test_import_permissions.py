"""What the people of a file agreed to, or bought: written into the ledger, and taken back."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import contacts, lifecycle
from accord.people.consents import consent, ledger, purposes
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact
from accord.people.privacy import erasing
from accord.platform.access import preferences
from accord.platform.models import Event, Import
from accord.platform.queue import work
from accord.platform.transfer import imports, mapping, rehearsals, runs
from accord.platform.transfer.origins import stating
from accord.platform.transfer.origins.stating import Basis, Evidence, Statement
from accord.platform.transfer.undo import undoing

pytestmark = pytest.mark.django_db
COLUMNS = {"Mail": "email", "Land": "country", "Phone": "phone", "Born": "born_on"}
WANTED = {"into": "contacts", "columns": COLUMNS}
TEXT = (
    "Mail,Land,Phone,Born\nzoe@globex.example,DE,+49 30 1234567,\nana@acme.example,DE,,2012-05-01\n"
)
DAY = date(2026, 3, 1)
What = ConsentRecord.What
AGREED = Statement(Basis.CONSENT, "Fair, Hannover", DAY, ("news/email", "news/sms"))


@pytest.fixture(autouse=True)
def news(db):
    lifecycle.ensure()
    return purposes.add(label="News", by=None)


def begun(told=AGREED, text=TEXT, by=None):
    job = imports.begin(io.BytesIO(text.encode()), name="list.csv", into="contacts", by=by)
    imports.set_mapping(job, mapping.from_json(WANTED), by=by)
    stating.state(job, told, Evidence("form.pdf", io.BytesIO(b"%PDF")), by=by)
    return job


def bring(told=AGREED, text=TEXT, by=None):
    job = begun(told, text, by)
    imports.start(job, by=by)
    runs.run(job.pk)
    return Import.objects.get(pk=job.pk)


def undo(job, by=None):
    imports.undo(job, by=by)
    undoing.run(job.pk)
    return Import.objects.get(pk=job.pk)


def may(email, channel=Channel.EMAIL):
    asked = consent.question("news", channel)
    return consent.may_send(Contact.objects.get(email=email), asked, timezone.now())


def zoe():
    return Contact.objects.get(email="zoe@globex.example")


def test_what_they_agreed_to_is_in_the_ledger_with_its_proof(mia):
    job = bring(by=mia)
    rows = ConsentRecord.objects.filter(contact=zoe()).order_by("pk")
    told = ["purpose", "channel", "what", "source", "address", "by", "import_id"]
    assert list(rows.values_list(*told)) == [
        ("news", "email", What.CONSENT, "import", "zoe@globex.example", mia.pk, job.pk),
        ("news", "sms", What.CONSENT, "import", "+49301234567", mia.pk, job.pk),
    ]
    assert {row.note for row in rows} == {f"Import {job.pk}"}
    # The day begins at midnight in Berlin.
    assert {row.at for row in rows} == {datetime(2026, 2, 28, 23, tzinfo=UTC)}
    assert list(ledger.broken(zoe().pk)) == []
    allowed = [each for each in Channel if may("zoe@globex.example", each)]
    assert allowed == [Channel.EMAIL, Channel.SMS]
    told = Event.objects.filter(name="consent.given", contact_id=zoe().pk).order_by("pk")
    assert [(each.user_id, each.properties["channel"]) for each in told] == [
        (mia.pk, "email"),
        (mia.pk, "sms"),
    ]


def test_the_list_it_came_by_cannot_be_changed_unseen():
    bring()
    row = ConsentRecord.objects.filter(contact=zoe()).first()
    row.import_id += 1
    assert row.digest != ledger._digest(row, "")


def test_a_child_on_the_list_agreed_as_a_child():
    preferences.change(by=None, may_reach_children=True)
    bring()
    ana = ConsentRecord.objects.filter(contact__email="ana@acme.example")
    assert set(ana.values_list("source", flat=True)) == {"child"}
    assert not may("ana@acme.example")


def test_a_sale_counts_where_a_sale_is_a_basis():
    bring(Statement(Basis.SOFT_OPT_IN, "Shop", DAY, ("news/email",)))
    assert may("zoe@globex.example").words == "Soft opt-in"
    Contact.objects.update(country="US")
    assert not may("zoe@globex.example")


def test_a_list_ends_no_stop_and_is_not_written_twice():
    bring()
    consent.withdraw(zoe(), by=None)
    bring()
    assert ConsentRecord.objects.filter(contact=zoe(), what=What.CONSENT).count() == 2
    bring(Statement(Basis.CONSENT, "Fair", timezone.localdate(), ("news/email",)))
    assert ConsentRecord.objects.filter(contact=zoe(), what=What.CONSENT).count() == 3
    assert not may("zoe@globex.example")
    assert list(ledger.broken(zoe().pk)) == []


def test_a_dry_run_and_a_refused_row_say_nothing_of_anybody():
    rehearsals.rehearse(begun())
    assert not ConsentRecord.objects.exists()
    bring(text="Mail,Land,Phone,Born\n,DE,,\n")
    assert not ConsentRecord.objects.exists()


def test_people_the_list_brought_go_with_their_rows():
    job = undo(bring())
    assert (job.state, job.kept_on_undo) == ("undone", 0)
    assert not Contact.objects.exists()
    assert not ConsentRecord.objects.exists()


def test_of_people_who_stay_what_the_list_said_is_taken_back(olga):
    contacts.create(values={"email": "zoe@globex.example", "country": "DE"}, by=None)
    job = bring()
    contacts.change(Contact.objects.get(email="ana@acme.example"), values={"city": "Kiel"}, by=None)
    assert may("zoe@globex.example")
    job = undo(job, by=olga)
    assert set(Contact.objects.values_list("email", flat=True)) == {
        "zoe@globex.example",
        "ana@acme.example",
    }
    assert not may("zoe@globex.example")
    assert not may("ana@acme.example")
    back = ConsentRecord.objects.filter(what=What.RETRACTED)
    assert [(each.import_id, each.by) for each in back] == [(job.pk, olga)] * 4
    assert list(ledger.broken(zoe().pk)) == []
    bring()
    assert may("zoe@globex.example")


def test_what_somebody_said_since_keeps_them_and_counts():
    job = bring()
    consent.give(zoe(), consent.Given("news", Channel.PHONE), by=None)
    assert undo(job).kept_on_undo == 1
    assert [bool(may("zoe@globex.example", each)) for each in Channel] == [
        False,
        False,
        True,
        False,
    ]


def test_an_undo_reaches_who_was_merged_since():
    job = bring()
    kept = contacts.create(values={"email": "z@globex.example", "country": "DE"}, by=None)
    merging.merge(kept, zoe(), choices={}, by=None)
    assert may("z@globex.example")
    undo(job)
    assert not may("z@globex.example")


def test_only_a_day_that_has_been_and_a_purpose_that_is_used(news):
    purposes.archive(news, by=None)
    with pytest.raises(stating.NoPlace):
        begun()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(stating.NotThatDay):
        begun(Statement(Basis.CONSENT, "Fair", tomorrow, ("news/email",)))


def test_whoever_stays_after_an_undo_is_of_unknown_origin():
    until = timezone.now() + timedelta(days=9)
    by_letter = {"channel": Channel.POST, "countries": ["DE"], "text": "Fair.", "until": until}
    purposes.assess(purposes.get("news"), **by_letter, by=None)
    job = bring()
    contacts.change(zoe(), values={"city": "Kiel"}, by=None)
    assert may("zoe@globex.example", Channel.POST)
    undo(job)
    refused = may("zoe@globex.example", Channel.POST)
    assert refused.words == "Refused: nobody knows where the list they came from is from."


def test_permissions_go_before_the_rest_of_an_undo(monkeypatch):
    contacts.create(values={"email": "zoe@globex.example", "country": "DE"}, by=None)
    job = bring()
    seen = []
    step = undoing._step

    def looked(*arguments, **options):
        seen.append(bool(may("zoe@globex.example")))
        return step(*arguments, **options)

    monkeypatch.setattr(undoing, "_step", looked)
    undo(job)
    assert set(seen) == {False}


def test_two_lists_undone_leave_nobody():
    first = bring(Statement(Basis.INTEREST, "Fair", DAY))
    second = bring()
    assert undo(second).kept_on_undo == 0
    assert undo(first).kept_on_undo == 0
    assert not Contact.objects.exists()


def test_what_another_list_says_still_stands():
    contacts.create(values={"email": "zoe@globex.example", "country": "DE"}, by=None)
    first = bring()
    bring(text=TEXT.replace("ana@acme", "ann@acme"))
    undo(first)
    assert may("zoe@globex.example")


def test_what_somebody_confirmed_themselves_stays(news):
    purposes.change(news, label="News", definition="", double=True, by=None)
    job = bring()
    assert not may("zoe@globex.example")
    for row in ConsentRecord.objects.filter(contact=zoe(), channel="email"):
        consent.confirm(row, by=None)
    assert may("zoe@globex.example")
    bring()
    assert ConsentRecord.objects.filter(contact=zoe(), what=What.CONSENT).count() == 2
    assert undo(job).kept_on_undo == 1
    assert may("zoe@globex.example")
    assert not may("zoe@globex.example", Channel.SMS)


def test_a_list_found_false_later_is_taken_back(mia):
    job = bring(by=mia)
    Import.objects.update(finished_at=timezone.now() - timedelta(days=30))
    assert may("zoe@globex.example")
    stating.state(job, Statement(Basis.UNKNOWN), by=mia)
    work.run_due()
    assert not may("zoe@globex.example")
    assert ConsentRecord.objects.filter(what=What.RETRACTED, by=mia).count() == 4
    with pytest.raises(stating.AlreadyRead):
        stating.state(job, AGREED, by=mia)


def test_nothing_is_stated_while_the_import_is_at_work():
    job = begun()
    imports.start(job, by=None)
    with pytest.raises(stating.AtWork):
        stating.state(job, Statement(Basis.UNKNOWN), by=None)


def test_both_what_was_said_and_that_it_was_taken_back_go_from_the_story_of_who_was_there():
    contacts.create(values={"email": "zoe@globex.example"}, by=None)
    undo(bring())
    assert not Event.objects.filter(name__startswith="consent.").exists()


def test_a_place_ticked_twice_is_said_once():
    twice = Statement(Basis.CONSENT, "Fair", DAY, ("news/email", "news/email"))
    bring(twice)
    assert ConsentRecord.objects.filter(contact=zoe()).count() == 1


def test_erasing_who_a_list_is_named_after_leaves_the_others_proof_whole():
    bring(Statement(Basis.CONSENT, "List of ana@acme.example", DAY, ("news/email",)))
    ana = Contact.objects.get(email="ana@acme.example")
    erasing.run_all(erasing.begin(ana, by=None))
    assert Import.objects.get().origin == "List of [erased]"
    assert list(ledger.broken(zoe().pk)) == []
