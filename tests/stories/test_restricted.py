"""Whoever is restricted stays where they are, and is left out of what is done with many."""

import csv
import io

import pytest

from accord import commands
from accord.channels.models import WriteKey
from accord.channels.tests.test_intake import identify, page
from accord.channels.tests.test_intake_restricted import arrive
from accord.insight import reports
from accord.insight.questions import Question
from accord.people import bulk, contacts, lifecycle, timeline
from accord.people.bulk import Edit
from accord.people.consents import consent
from accord.people.identity import merging
from accord.people.models import Contact
from accord.people.segments import members, saving
from accord.platform.events.log import About
from accord.platform.models import AuditEntry, BulkChange, Event
from accord.sales import deals
from accord.sales.pipeline import pipelines, reasons

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


def record(contact):
    """What the record tells of what was done on devices."""
    entries, _ = timeline.page(
        About(contact=contact.pk), only=("page.viewed", "visitor.recognised")
    )
    return [(each.title, each.body) for each in entries]


def counted():
    """Every report, cut every way."""
    asked = [(name, by) for name, report in reports.ALL.items() for by in report.keys]
    found = [reports.answer(Question(name, by)) for name, by in asked]
    return [(each.rows, each.total) for each in found]


def test_what_they_do_meanwhile_is_nobodys_for_good_and_afterwards_theirs_again(ana, mia):
    lifecycle.ensure()
    pipelines.ensure()
    reasons.ensure()
    site = WriteKey.objects.create(key="site", name="acme.example", kind="browser")
    deal = deals.create(values={"name": "Fleet", "contacts": [ana]}, by=None)
    deals.win(deal, reason=reasons.to_pick("won")[0], by=None)
    arrive(site, page("/?utm_source=google&utm_medium=cpc", 1), identify(ana.email, 2))
    before, told = counted(), record(ana)
    assert len(told) == 2
    consent.restrict(ana, by=mia)
    came = "/late?utm_source=list&utm_medium=email"
    arrive(site, page("/known", 3), page(came, 0), identify(ana.email, 4, traits={"city": "Kiel"}))
    arrive(site, page("/new", 5, who="v-2"))
    arrive(site, identify(ana.email, 6, anonymousId="v-2"), page("/new/more", 7, who="v-2"))
    assert record(ana) == told and counted() == before
    pages = Event.objects.filter(name="page.viewed")
    assert pages.count() == 5
    consent.unrestrict(ana, by=mia)
    arrive(site, page("/again", 9), page("/other", 8, who="v-3"))
    arrive(site, identify(ana.email, 9, anonymousId="v-2"), page("/again", 9, who="v-2"))
    theirs = pages.filter(contact_id=ana.pk).order_by("happened_at")
    assert [each.properties["path"] for each in theirs] == ["/", "/again", "/again"]
    assert "Kiel" not in str([each.properties for each in Event.objects.all()])


def test_what_was_lifted_within_a_merge_held_for_both_after_its_undo(ana, mia):
    bea = contacts.create(values={"first_name": "Bea", "email": "bea@acme.example"}, by=mia)
    site = WriteKey.objects.create(key="site", name="acme.example", kind="browser")
    done = merging.merge(ana, bea, choices={}, by=mia)
    consent.restrict(ana, by=mia)
    arrive(site, page("/between", 2))
    consent.unrestrict(ana, by=mia)
    merging.unmerge(done, by=mia)
    arrive(site, page("/after", 3), identify(bea.email, 4))
    pages = Event.objects.filter(name="page.viewed").order_by("happened_at")
    assert list(pages.values_list("contact_id", flat=True)) == [None, bea.pk]
