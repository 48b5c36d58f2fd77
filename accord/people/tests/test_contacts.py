from datetime import timedelta

import pytest
from django.utils import timezone

from accord.people import companies, contacts, fields, records
from accord.people.models import Address, Affiliation, Contact, LifecycleChange
from accord.platform.access import permissions
from accord.platform.models import AuditEntry, Event, FieldChange
from accord.platform.trail import history


def _names(contact):
    return list(
        Event.objects.filter(contact_id=contact.pk).order_by("id").values_list("name", flat=True)
    )


def test_a_new_contact_is_cleaned_joined_dated_and_told(acme, mia):
    ana = contacts.create(
        values={
            "first_name": "Ana",
            "last_name": "Alvarez",
            "email": " Ana.Alvarez@ACME.example ",
            "phone": "030 1234567",
            "source": "organic_search",
            "owner": mia,
            "tags": ["hot", "fair"],
        },
        by=mia,
    )
    assert (ana.name, ana.email, ana.phone) == (
        "Ana Alvarez",
        "ana.alvarez@acme.example",
        "+49301234567",
    )
    assert ana.channel == "organic_search"
    assert ana.owner == mia and ana.tags == ["hot", "fair"] and ana.version == 1
    assert Affiliation.objects.get(contact=ana).company == acme
    assert sorted(Address.objects.values_list("kind", "is_primary")) == [
        ("email", True),
        ("phone", True),
    ]
    assert LifecycleChange.objects.get(contact=ana).stage == "subscriber"
    assert _names(ana) == ["affiliation.added", "contact.created", "touch.recorded"]
    touch = Event.objects.get(name="touch.recorded")
    assert (touch.source, touch.channel) == ("organic_search", "organic_search")
    assert AuditEntry.objects.get(verb="contact.created").by == mia


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Give the contact a name"),
        ({"first_name": "Ana", "email": "ana at acme"}, "E-mail: .*not an e-mail address"),
        ({"shoe_size": "42"}, "no field “shoe_size”"),
        ({"name": "Ana"}, "Name is filled by Accord"),
        ({"first_name": "A" * 121}, "at most 120 characters"),
        ({"first_name": "Ana", "owner": "Nobody Known"}, "Nobody here is called"),
        ({"first_name": "Ana", "company": "No Such"}, "There is no company"),
        ({"first_name": "Ana", "stage": "prospect"}, "not one of the choices"),
    ],
)
def test_bad_values_are_refused_with_a_sentence_and_leave_nothing(values, sentence, mia):
    with pytest.raises(Exception, match=sentence):
        contacts.create(values=values, by=mia)
    assert not Contact.objects.exists() and not Event.objects.exists()


def test_who_may_not_write_creates_nothing(mia, ben):
    reader = type(ben).objects.create_user(email="r@accord.example", roles=["read_only"])
    for values, by in (
        ({"email": "c@x.example"}, reader),
        ({"email": "c@x.example", "owner": mia}, ben),
    ):
        with pytest.raises(permissions.Forbidden):
            contacts.create(values=values, by=by)
    assert not Contact.objects.exists() and not Event.objects.exists()


def test_an_address_belongs_to_one_contact(ana, mia):
    contacts.add_address(ana, kind="email", value="ana@home.example", by=mia)
    for taken in ("ANA@acme.example", "ana@home.example"):
        with pytest.raises(contacts.EmailTaken, match="Open that contact") as caught:
            contacts.create(values={"email": taken}, by=mia)
        assert caught.value.contact_id == ana.pk
    assert Contact.objects.count() == 1


def test_a_change_keeps_old_and_new_with_who_and_how(ana, mia):
    contacts.change(ana, values={"title": "Buyer", "city": ""}, version=1, by=mia, origin="api")
    assert (ana.title, ana.version) == ("Buyer", 2)
    [change] = history.of(ana)
    assert (change.field, change.old, change.new) == ("title", "", "Buyer")
    assert (change.by, change.origin) == (mia, "api")
    assert Event.objects.get(name="contact.changed").properties == {"fields": ["title"]}


def test_the_same_change_twice_does_nothing(ana, mia):
    contacts.change(ana, values={"title": "Buyer"}, by=mia)
    contacts.change(ana, values={"title": "Buyer"}, by=mia)
    assert ana.version == 2
    assert FieldChange.objects.count() == 1


def test_a_stale_version_shows_both_values_and_changes_nothing(ana, mia, olga):
    contacts.change(ana, values={"title": "Head of purchasing"}, version=1, by=olga)
    seen_before = Contact.objects.get(pk=ana.pk)
    with pytest.raises(contacts.Conflict, match="Somebody else changed") as caught:
        contacts.change(seen_before, values={"title": "Buyer"}, version=1, by=mia)
    assert caught.value.mine == {"title": "Buyer"}
    assert caught.value.theirs == {"title": "Head of purchasing"}
    assert caught.value.version == 2
    assert Contact.objects.get(pk=ana.pk).title == "Head of purchasing"
    contacts.change(seen_before, values={"title": "Buyer"}, version=2, by=mia)
    assert Contact.objects.get(pk=ana.pk).title == "Buyer"


@pytest.mark.parametrize(
    "act",
    [
        lambda ana, ben: contacts.change(ana, values={"title": "Buyer"}, by=ben),
        lambda ana, ben: contacts.delete(ana, by=ben),
        lambda ana, ben: contacts.add_address(ana, kind="phone", value="030 1", by=ben),
        lambda ana, ben: contacts.remove_address(ana.addresses.get(), by=ben),
        lambda ana, ben: contacts.change(ana, values={"stage": "mql"}, by=ben),
        lambda ana, ben: companies.unaffiliate(ana, ana.companies.get(), by=ben),
    ],
)
def test_what_belongs_to_others_stays_as_it_is(act, ana, mia, ben):
    contacts.change(ana, values={"owner": mia}, by=None)
    before = (FieldChange.objects.count(), AuditEntry.objects.count(), Event.objects.count())
    with pytest.raises(permissions.Forbidden):
        act(ana, ben)
    ana.refresh_from_db()
    assert (ana.title, ana.deleted_at, ana.version) == ("", None, 2)
    assert ana.addresses.count() == 1 and ana.companies.count() == 1
    assert before == (
        FieldChange.objects.count(),
        AuditEntry.objects.count(),
        Event.objects.count(),
    )


def test_a_stale_copy_does_not_lend_rights(ana, mia, ben):
    """Ben loaded Ana while nobody owned her."""
    loaded = Contact.objects.get(pk=ana.pk)
    contacts.change(ana, values={"owner": mia}, by=mia)
    with pytest.raises(permissions.Forbidden):
        contacts.change(loaded, values={"owner": ben}, by=ben)


def test_editing_the_email_corrects_the_primary_address(ana, mia):
    contacts.change(ana, values={"email": "ana.alvarez@acme.example"}, by=mia)
    assert [address.value for address in ana.addresses.all()] == ["ana.alvarez@acme.example"]


def test_another_address_can_become_the_primary_one(ana, mia):
    home = contacts.add_address(ana, kind="email", value="ana@home.example", by=mia)
    contacts.make_primary(home, by=mia)
    ana.refresh_from_db()
    assert ana.email == "ana@home.example"
    contacts.remove_address(Address.objects.get(value="ana@home.example"), by=mia)
    ana.refresh_from_db()
    assert ana.email == "ana@acme.example"
    contacts.remove_address(Address.objects.get(), by=mia)
    ana.refresh_from_db()
    assert ana.email == "" and not Address.objects.exists()


def test_the_first_phone_added_is_primary(ana, mia):
    contacts.add_address(ana, kind="phone", value="+49 30 1234567", by=mia)
    again = contacts.add_address(ana, kind="phone", value="+4930 1234567", by=mia)
    ana.refresh_from_db()
    assert ana.phone == "+49301234567" and again.is_primary
    assert Address.objects.filter(kind="phone").count() == 1


def test_a_deleted_contact_comes_back_within_thirty_days(ana, mia):
    contacts.delete(ana, by=mia)
    assert ana.deleted_by == mia and not Contact.objects.visible_to(mia).exists()
    with pytest.raises(contacts.Deleted):
        contacts.change(ana, values={"title": "Buyer"}, by=mia)
    with pytest.raises(contacts.Deleted):
        contacts.delete(ana, by=mia)
    contacts.restore(ana, by=mia)
    assert Contact.objects.visible_to(mia).get() == ana
    with pytest.raises(records.NotDeleted):
        contacts.restore(ana, by=mia)


def test_a_contact_does_not_come_back_to_an_address_that_is_taken(ana, mia):
    contacts.delete(ana, by=mia)
    contacts.create(values={"email": "ana@acme.example"}, by=mia)
    with pytest.raises(contacts.EmailTaken):
        contacts.restore(ana, by=mia)


def test_after_thirty_days_a_contact_is_purged_and_its_history_blank(ana, mia):
    contacts.change(ana, values={"title": "Buyer"}, by=mia)
    contacts.delete(ana, by=mia)
    now = timezone.now()
    assert records.purge(Contact, now=now + timedelta(days=29)) == 0
    assert records.purge(Contact, now=now + timedelta(days=31)) == 1
    assert not Contact.objects.exists()
    assert FieldChange.objects.get().new is None
    with pytest.raises(records.TooLate):
        contacts.restore(ana, by=mia)


def test_the_company_field_is_the_primary_company(ana, acme, mia):
    other = companies.create(values={"name": "Bolt"}, by=mia)
    contacts.change(ana, values={"company": other}, by=mia)
    field = fields.field("contact", "company")
    assert fields.read(ana, field) == other.pk
    assert fields.show(field, other.pk) == "Bolt"
    assert list(ana.companies.all()) == [other]
    contacts.change(ana, values={"company": None}, by=mia)
    assert fields.read(ana, field) is None
    assert [change.old for change in history.of(ana, "company")] == [other.pk, acme.pk]


def test_a_list_with_companies_takes_two_queries_more(ana, mia, django_assert_num_queries):
    for number in range(5):
        contacts.create(values={"email": f"p{number}@acme.example"}, by=mia)
    field = fields.field("contact", "company")
    with django_assert_num_queries(2):
        found = list(contacts.with_company(Contact.objects.visible_to(mia)))
        assert {fields.read(each, field) for each in found} != {None}
