"""An erasure takes nothing that is others': by what a record once held, or an id alike."""

import pytest

from accord.channels import outbox
from accord.channels.models import Message
from accord.marketing.models import Campaign
from accord.marketing.models.form import Submission
from accord.people import contacts
from accord.people.identity import merging
from accord.people.models import Company, Merge
from accord.people.privacy import erasing, persons
from accord.platform import personal
from accord.platform.models import FieldChange
from accord.platform.trail import logbooks
from accord.sales import deals
from accord.sales.agenda import activities
from accord.sales.models import Activity, Deal
from accord.sales.pipeline import pipelines
from tests.stories import canary

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


def ana_with(before, **now):
    """Ana, whose record held something else at first."""
    made = contacts.create(values={"first_name": "Ana", "last_name": "Arden", **before}, by=None)
    contacts.change(made, values=now, by=None)
    made.refresh_from_db()
    return made


def erased(contact):
    assert erasing.run_all(erasing.begin(contact, by=None))


def read(name, contact):
    store = next(each for each in personal.stores() if each.name == name)
    return list(store.read(persons.of(contact)))


@pytest.mark.parametrize("whose", ["a colleague's", "nobody's we know"])
def test_an_address_once_typed_wrongly_finds_nothing_of_others(mia, whose):
    wrong = mia.email if whose == "a colleague's" else "bob@elsewhere.example"
    ana = ana_with({"email": wrong}, email="ana@buyer.example")
    outbox.send(key="x", to=wrong, subject="Yours", text="For you alone")
    assert read("messages", ana) == []
    erased(ana)
    left = Message.objects.get(key="x")
    assert (left.to, left.subject, left.state) == (wrong, "Yours", Message.State.READY)


def test_a_form_sent_from_an_address_once_held_is_not_theirs():
    ana = ana_with({"email": "bob@elsewhere.example"}, email="ana@buyer.example")
    canary.build()
    sent = Submission.objects.earliest("pk")
    with logbooks.opened():
        Submission.objects.filter(pk=sent.pk).update(
            contact=None, visitor="", email="bob@elsewhere.example"
        )
    assert sent.pk not in {row["id"] for row in read("forms", ana)}


def test_texts_keep_the_address_of_a_colleague(mia):
    ana = ana_with({"email": mia.email}, email="ana@buyer.example")
    other = contacts.create(values={"last_name": "Neighbour"}, by=None)
    said = f"Ask {mia.email}, not ana@buyer.example."
    activities.log(kind="note", body=said, contact=other, by=None)
    erased(ana)
    assert Activity.objects.get(contact=other).body == f"Ask {mia.email}, not [erased]."


def test_texts_lose_an_address_nobody_has_any_more():
    ana = ana_with({"email": "ana@before.example"}, email="ana@buyer.example")
    other = contacts.create(values={"last_name": "Neighbour"}, by=None)
    activities.log(kind="note", body="Was ana@before.example.", contact=other, by=None)
    erased(ana)
    assert Activity.objects.get(contact=other).body == "Was [erased]."


def test_an_id_that_somebody_else_has_now_stays_in_texts():
    ana = ana_with({"external_id": "CRM-10023"}, external_id="CRM-10024")
    bob = contacts.create(values={"last_name": "Bobson", "external_id": "CRM-10023"}, by=None)
    activities.log(kind="note", body="CRM-10023, not CRM-10024", contact=bob, by=None)
    erased(ana)
    assert Activity.objects.get(contact=bob).body == "CRM-10023, not [erased]"


def test_a_wrong_merge_that_was_undone_leaves_no_id_of_the_other():
    ana = contacts.create(values={"last_name": "Arden", "email": "ana@buyer.example"}, by=None)
    bob = contacts.create(values={"last_name": "Bobson", "external_id": "CRM-10023"}, by=None)
    merging.merge(ana, bob, choices={}, by=None)
    merging.unmerge(Merge.objects.get(), by=None)
    for each in (ana, bob):
        each.refresh_from_db()
    activities.log(kind="note", body="Ticket of CRM-10023", contact=bob, by=None)
    erased(ana)
    assert Activity.objects.get(contact=bob).body == "Ticket of CRM-10023"


def test_ids_of_deals_companies_and_campaigns_stay_and_addresses_in_them_go():
    ana = contacts.create(
        values={"last_name": "Arden", "email": "ana@buyer.example", "external_id": "ID-000123"},
        by=None,
    )
    pipelines.ensure()
    pipeline = pipelines.default()
    stage = pipeline.stages.first()
    tables = {Deal: {"pipeline": pipeline, "stage": stage}, Company: {}, Campaign: {}}
    for table, values in tables.items():
        for key in ("ID-000123", "ana@buyer.example"):
            table.objects.create(name=f"Of {key}", external_id=key, **values)
    shown = {part.title: part.rows for part in erasing.preview(ana).mentions}
    assert (shown["Deals"], shown["Companies"], shown["Campaigns"]) == (2, 2, 2)
    erased(ana)
    for table in tables:
        first, second = table.objects.order_by("pk")
        assert (first.name[:11], first.external_id) == ("Of [erased]", "ID-000123")
        assert second.external_id.startswith("[erased]")


def test_the_history_and_rows_of_a_deal_keep_its_own_id_and_lose_that_of_the_person(bring):
    pipelines.ensure()
    ana = contacts.create(values={"last_name": "Arden", "external_id": "ID-000123"}, by=None)
    job = bring(
        "Id,Name,Who,Note\nID-000123,Of ID-000123,ID-000123,Says ID-000123\n",
        {
            "into": "deals",
            "columns": {
                "Id": "external_id", "Name": "name", "Who": "contact", "Note": "reason_note",
            },
        },
    )  # fmt: skip
    deal = Deal.objects.get()
    deals.change(deal, values={"external_id": "D-1"}, by=None)
    deals.change(deal, values={"external_id": "ID-000123"}, by=None)
    erased(ana)
    history = FieldChange.objects.filter(subject_type="deal", field="external_id").order_by("pk")
    assert list(history.values_list("old", "new")) == [("ID-000123", "D-1"), ("D-1", "ID-000123")]
    row = job.result_rows.get().values
    assert row == {
        "external_id": "ID-000123", "name": "Of [erased]", "contact": "[erased]",
        "reason_note": "Says [erased]",
    }  # fmt: skip


def test_a_row_of_a_deal_that_names_a_person_by_a_plain_number_loses_it(bring):
    pipelines.ensure()
    ana = contacts.create(values={"last_name": "Arden", "external_id": "123"}, by=None)
    contacts.create(values={"last_name": "Bobson", "external_id": "124"}, by=None)
    wanted = {"into": "deals", "columns": {"Id": "external_id", "Name": "name", "Who": "contact"}}
    job = bring("Id,Name,Who\n123,Big,123\n124,Small,124\n", wanted)
    erased(ana)
    first, second = (row.values for row in job.result_rows.order_by("number"))
    assert first == {"external_id": "123", "name": "Big", "contact": "[erased]"}
    assert second["contact"] == "124"
