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
from accord.platform.access import preferences
from accord.platform.models import Event, Import
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


def undo(job):
    imports.undo(job, by=None)
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
    assert {row.note for row in rows} == {"Fair, Hannover (form.pdf)"}
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


def test_of_people_who_stay_what_the_list_said_is_taken_back():
    contacts.create(values={"email": "zoe@globex.example", "country": "DE"}, by=None)
    job = bring()
    contacts.change(Contact.objects.get(email="ana@acme.example"), values={"city": "Kiel"}, by=None)
    assert may("zoe@globex.example")
    job = undo(job)
    assert set(Contact.objects.values_list("email", flat=True)) == {
        "zoe@globex.example",
        "ana@acme.example",
    }
    assert not may("zoe@globex.example")
    assert not may("ana@acme.example")
    back = ConsentRecord.objects.filter(what=What.RETRACTED)
    assert back.count() == 4
    assert {each.note for each in back} == {f"Import {job.pk} was undone."}
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
