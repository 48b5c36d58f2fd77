"""Whoever is restricted stays where they are, and is left out of what is done with many."""

import csv
import io

import pytest

from accord import commands
from accord.people import bulk, contacts, lifecycle
from accord.people.bulk import Edit
from accord.people.consents import consent
from accord.people.identity import merging
from accord.people.models import Contact
from accord.people.segments import members, saving
from accord.platform.models import AuditEntry, BulkChange

pytestmark = pytest.mark.django_db
LEFT = "1 person is left out: restricted (GDPR article 18), kept and not used."


@pytest.fixture
def bea(ana, mia):
    """Bea, who is restricted, beside Ana."""
    made = contacts.create(values={"first_name": "Bea", "email": "bea@acme.example"}, by=mia)
    consent.restrict(made, by=mia)
    return made


@pytest.fixture
def fair(ana, bea, mia):
    made = saving.create(name="Fair", by=mia)
    members.add(made, people=[ana.pk, bea.pk], by=mia)
    return made


@pytest.fixture
def signed_in(client, olga):
    lifecycle.ensure()
    client.force_login(olga)
    return client


def rows(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [row[0] for row in csv.reader(io.StringIO(text))][1:]


def test_a_file_of_a_list_leaves_them_out_and_says_so_first(signed_in, fair, bea):
    url = f"/contacts/export/?f=segment:any:{fair.pk}"
    told = signed_in.get(url).text
    assert LEFT in told and "<nav" in told
    taken = told.split('href="?')[1].split('"')[0].replace("&amp;", "&")
    assert rows(signed_in.get("/contacts/export/?" + taken)) == ["Ana"]
    assert AuditEntry.objects.get(verb="list.exported").details["left_out"] == 1
    assert set(members.people(fair)) >= {bea}
    consent.unrestrict(bea, by=None)
    assert sorted(rows(signed_in.get(url))) == ["Ana", "Bea"]


@pytest.mark.parametrize("words", [["segment", "export", "Fair"], ["export", "contacts"]])
def test_so_do_the_commands(words, fair, tmp_path, capsys):
    file = tmp_path / "people.csv"
    command = commands.load(words[0])
    options = commands.parser(words[0], command).parse_args([*words[1:], "--to", str(file)])
    assert command.run(options) == 0
    said = capsys.readouterr()
    assert LEFT in said.out + said.err
    assert "ana@" in file.read_text("utf-8-sig") and "bea@" not in file.read_text("utf-8-sig")


def test_a_change_of_many_leaves_them_out(signed_in, ana, bea, mia):
    change = {"field": "city", "value": "Kiel", "id": [ana.pk, bea.pk]}
    page = signed_in.post("/contacts/bulk/apply/", change, follow=True).text
    assert "1 contacts changed. 1 left out: restricted" in page
    assert set(Contact.objects.filter(city="Kiel")) == {ana}
    assert (BulkChange.objects.get().left_out, BulkChange.objects.get().restricted) == (0, 1)
    with pytest.raises(bulk.AllRestricted):
        bulk.apply("contact", chosen=[bea.pk], edit=Edit("city", "Kiel"), by=mia)
    contacts.change(bea, values={"city": "Bonn"}, by=mia)  # a correction


def test_they_are_not_put_on_a_list_with_others(signed_in, ana, bea, mia):
    made = saving.create(name="Draw", by=mia)
    form = {"list": made.pk, "id": [ana.pk, bea.pk]}
    page = signed_in.post("/segments/lists/people/", form, follow=True).text
    assert f"1 person is now on “Draw”. {LEFT}" in page
    assert set(members.people(made)) == {ana}


def test_the_people_of_a_list_say_who_is(signed_in, fair, bea):
    page = signed_in.get(f"/segments/{fair.pk}/people/").text
    assert "1 person here is restricted (GDPR article 18)" in page and "Restricted</span>" in page
    consent.unrestrict(bea, by=None)
    assert "estricted" not in signed_in.get(f"/segments/{fair.pk}/people/").text


def test_what_held_for_one_holds_for_whom_they_became(signed_in, ana, bea, mia):
    merging.merge(ana, bea, choices={}, by=mia)
    assert LEFT in signed_in.get("/contacts/export/").text
