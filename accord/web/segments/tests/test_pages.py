"""Segments on the screen: built, kept, looked at, changed back; lists with people put on them."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import contacts, lifecycle
from accord.people.consents import consent, purposes
from accord.people.models import Segment, SegmentSize
from accord.people.segments import members, reading, saving
from accord.platform.events import log

pytestmark = pytest.mark.django_db
BONN = {"contact": "city", "kind": "text", "is": ["Bonn"]}
IN_BONN = {
    "what-0": "all", "depth-0": "0", "what-1": "contact", "depth-1": "1",
    "field-1": "city", "op-1": "is", "text-1": "Bonn",
}  # fmt: skip


@pytest.fixture
def signed_in(client, mia):
    lifecycle.ensure()
    client.force_login(mia)
    return client


@pytest.fixture
def bonn(ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    made = saving.create(name="In <Bonn>", rule=BONN, by=mia)
    members.evaluate(made, timezone.now())
    return made


def test_a_segment_is_built_and_kept(signed_in, ana, mia):
    contacts.change(ana, values={"city": "Bonn"}, by=mia)
    page = signed_in.get("/segments/new/").text
    assert 'name="what-0"' in page and "Not finished yet." in page
    more = signed_in.post("/segments/new/", IN_BONN | {"do": "add:0:deal"}, headers=HTMX).text
    assert "City is “Bonn” and has an open deal." in more.replace(", and", " and")
    assert "<html" not in more
    counted = signed_in.post("/segments/new/", IN_BONN | {"do": "count"}).text
    assert '<b class="num" id="count">1</b>' in counted and "Ana" in counted
    kept = signed_in.post("/segments/new/", IN_BONN | {"do": "save", "name": "Bonn"})
    made = Segment.objects.get()
    assert kept.url == f"/segments/{made.pk}/" and made.rule == {"all": [BONN]}
    assert set(members.people(made)) == {ana}


def test_the_empty_line_a_rule_begins_with_needs_no_removing(signed_in):
    form = {"what-0": "all", "depth-0": "0", "what-1": "contact", "depth-1": "1"}
    both = form | {"what-2": "deal", "depth-2": "1", "do": "save", "name": "Deals"}
    assert signed_in.post("/segments/new/", both).status_code == 302
    assert Segment.objects.get().rule == {"all": [{"deal": "open"}]}
    denied = signed_in.post("/segments/new/", both | {"not-1": "1"})
    assert denied.status_code == 422 and "Choose a field." in denied.text
    alone = signed_in.post("/segments/new/", form | {"do": "save", "name": "All"})
    assert alone.status_code == 422 and "Choose a field." in alone.text


def test_the_names_of_what_was_tracked_are_suggested(signed_in, ana):
    for name in ("Ordered", "Signed up", "Ordered"):
        log.record("track", log.About(contact=ana.pk), event=name)
    page = signed_in.get("/segments/new/").text
    assert page.count('<option value="Ordered">') == page.count('<option value="Signed up">') == 1
    form = {
        "what-0": "all", "depth-0": "0", "what-1": "event", "depth-1": "1", "event-1": "track",
        "what-2": "where", "depth-2": "2",
    }  # fmt: skip
    asked = signed_in.post("/segments/new/", form, headers=HTMX).text
    assert re.search('name="property-2"[^>]*placeholder="event"', asked)
    named = signed_in.post("/segments/new/", form | {"property-2": "event"}, headers=HTMX).text
    assert re.search('name="text-2"[^>]*list="suggested-tracked"', named)
    other = form | {"event-1": "page.viewed", "property-2": "path"}
    assert "suggested-tracked" not in signed_in.post("/segments/new/", other, headers=HTMX).text


def test_what_is_missing_is_told_where_it_is_missing(signed_in):
    form = IN_BONN | {"text-1": "", "do": "save", "name": "Bonn"}
    refused = signed_in.post("/segments/new/", form)
    assert refused.status_code == 422 and "Fill in what to compare it with." in refused.text
    assert 'value="Bonn"' in refused.text  # the name stays
    nameless = signed_in.post("/segments/new/", IN_BONN | {"do": "save", "name": ""})
    assert nameless.status_code == 422 and "Give the segment a name" in nameless.text
    assert not Segment.objects.exists()


def test_the_count_beside_the_rule_is_quick_where_there_are_many(signed_in, bonn, monkeypatch):
    first = signed_in.post("/segments/look/", IN_BONN).text
    assert ">1</b>" in first and "Counted just now." in first
    about_one = reading.Count(1, exact=False)
    monkeypatch.setattr(reading, "estimate", lambda rule, now: about_one)
    about = signed_in.post("/segments/look/", IN_BONN).text
    assert "about" in about and "Estimated from a few thousand people" in about
    assert "/segments/look/?exact" in about
    assert ">1</b>" in signed_in.post("/segments/look/?exact", IN_BONN).text
    more = {"what-2": "event", "depth-2": "1"}
    broken = signed_in.post("/segments/look/", IN_BONN | more).text
    assert "1 unfinished line left out." in broken


def test_the_panel_is_asked_again_whenever_a_row_comes_or_goes(signed_in):
    form = IN_BONN | {"text-1": ""}
    states = [
        re.findall('id="(look-[0-9a-f]+)"', signed_in.post("/segments/new/", form | step).text)[0]
        for step in ({}, {"do": "add:0:event"}, {"do": "remove:1"})
    ]
    assert len(set(states)) == 3  # an element that is new asks when it comes
    assert "2 unfinished lines" in signed_in.post(
        "/segments/look/", form | {"what-2": "event", "depth-2": "1"}
    ).text  # fmt: skip


def test_a_rule_without_a_finished_line_is_not_everybody(signed_in, bonn):
    for what, denied in (("all", {}), ("any", {}), ("all", {"not-0": "1"})):
        form = IN_BONN | {"what-0": what, "text-1": ""} | denied
        said = signed_in.post("/segments/new/", form, headers=HTMX).text
        assert "Not finished yet." in said and "verybody" not in said and "obody" not in said
        panel = signed_in.post("/segments/look/", form).text
        assert "Not finished yet." in panel and 'id="count"' not in panel
    empty = {"what-0": "all", "depth-0": "0"}
    assert "Everybody." in signed_in.post("/segments/new/", empty, headers=HTMX).text
    assert ">1</b>" in signed_in.post("/segments/look/", empty).text


def test_a_rule_being_built_tells_who_would_not_be_reached(signed_in, bonn, ana):
    assert "/segments/look/?reach" in signed_in.post("/segments/look/", IN_BONN).text
    assert "no purpose to write for" in signed_in.post("/segments/look/?reach", IN_BONN).text
    for label in ("News", "Events"):
        purposes.add(label=label, by=None)
    consent.give(ana, consent.Given("news", Channel.EMAIL), by=None)
    told = signed_in.post("/segments/look/?reach", IN_BONN | {"purpose": "news"}).text
    assert "May be sent News" in told and "No consent" not in told
    told = signed_in.post("/segments/look/?reach", IN_BONN | {"purpose": "events"}).text
    assert "May be sent Events" in told and "No consent" in told


def test_who_may_write_purposes_is_led_there(client, bonn, mia, olga):
    for who, linked in ((mia, False), (olga, True)):
        client.force_login(who)
        for told in (
            client.post("/segments/look/?reach", IN_BONN).text,
            client.get(f"/segments/{bonn.pk}/reach/", headers=HTMX).text,
        ):
            assert "no purpose to write for" in told
            assert ('href="/settings/consent/">Settings, Consent</a>' in told) is linked


def test_the_people_of_a_segment_are_taken_as_a_file(client, bonn, ana, mia, olga):
    there = f"/contacts/export/?f=segment:any:{bonn.pk}"
    pages = (f"/segments/{bonn.pk}/", f"/segments/{bonn.pk}/people/")
    client.force_login(olga)
    for page in pages:
        assert f'href="{there}"' in client.get(page).text and "Export CSV" in client.get(page).text
    file = b"".join(client.get(there).streaming_content).decode("utf-8-sig")
    assert len(file.splitlines()) == 2 and ana.email in file
    client.force_login(mia)
    assert not any("Export CSV" in client.get(page).text for page in pages)
    saving.archive(bonn, by=olga)
    client.force_login(olga)
    assert not any("Export CSV" in client.get(page).text for page in pages)


def test_the_list_tells_size_change_and_use(signed_in, bonn, mia, django_assert_max_num_queries):
    before = timezone.localdate() - timedelta(days=2)
    Segment.objects.update(created_at=timezone.now() - timedelta(days=2))
    SegmentSize.objects.create(segment=bonn, day=before, size=3, entered=3, left=0)
    both = saving.create(name="Both", rule={"all": [{"segment": bonn.pk}]}, by=mia)
    saving.create(name="Fair", by=mia)
    signed_in.get("/segments/")
    with django_assert_max_num_queries(6):
        page = signed_in.get("/segments/").text
    assert "In &lt;Bonn&gt;" in page and "<Bonn>" not in page
    assert ">-2<" in page.replace("−", "-") and f'href="/segments/{both.pk}/">Both</a>' in page
    assert "Fair" not in signed_in.get("/segments/?kind=dynamic").text
    assert "Both" not in signed_in.get("/segments/?q=fair").text
    assert "Nothing fits" in signed_in.get("/segments/?q=zzz").text


def test_a_segment_made_today_has_no_yesterday(signed_in, bonn):
    for path in ("/segments/", f"/segments/{bonn.pk}/"):
        page = signed_in.get(path).text
        assert "made today" in page and "+1<" not in page and "since yesterday" not in page
    Segment.objects.update(created_at=timezone.now() - timedelta(days=1))
    page = signed_in.get(f"/segments/{bonn.pk}/").text
    assert ">+1<" in page and "since yesterday" in page and "made today" not in page


def test_how_many_are_in_it_stands_beside_the_name(signed_in, bonn):
    page = signed_in.get("/segments/").text  # a phone shows two columns
    assert re.findall('<th[^>]*scope="col"[^>]*>([A-Z][a-z]+)', page)[:3] == [
        "Name", "People", "Kind",
    ]  # fmt: skip
    row = page.partition("<tbody>")[2]
    assert row.index(f"/segments/{bonn.pk}/people/") < row.index("By a rule")


def test_the_page_of_a_segment_keeps_to_few_queries(
    signed_in, bonn, ana, django_assert_max_num_queries
):
    signed_in.get(f"/segments/{bonn.pk}/")
    with django_assert_max_num_queries(12):
        page = signed_in.get(f"/segments/{bonn.pk}/").text
    assert "City is “Bonn”." in page and "Ana" in page and "Show as table" in page
    for path in ("people/", "rule/", "overlap/?with=0", "reach/", f"test/?who={ana.pk}"):
        with django_assert_max_num_queries(14):
            assert signed_in.get(f"/segments/{bonn.pk}/{path}").status_code in (200, 404), path


def test_history_is_told_and_an_earlier_version_comes_back(signed_in, bonn, mia, ana):
    saving.change(bonn, rule={"contact": "city", "kind": "text", "is": ["Kiel"]}, by=mia)
    page = signed_in.get(f"/segments/{bonn.pk}/").text
    assert page.index("City is “Kiel”") < page.index("City is “Bonn”") and "Version 2" in page
    signed_in.post(f"/segments/{bonn.pk}/versions/1/restoration/")
    bonn.refresh_from_db()
    assert bonn.rule == BONN and bonn.versions.count() == 3
    assert set(members.people(bonn)) == {ana}


def test_a_person_is_tested_line_by_line(signed_in, bonn, ana, mia):
    found = signed_in.get(f"/segments/{bonn.pk}/test/?q=ana").text
    assert f"?who={ana.pk}" in found
    page = signed_in.get(f"/segments/{bonn.pk}/test/?who={ana.pk}").text
    assert "In it since" in page and "Holds:" in page and "City is “Bonn”" in page
    contacts.change(ana, values={"city": "Kiel"}, by=mia)
    page = signed_in.get(f"/segments/{bonn.pk}/test/?who={ana.pk}").text
    assert "Does not hold:" in page and "Kiel" in page
    assert "Nobody has" in signed_in.get(f"/segments/{bonn.pk}/test/?q=zzz").text


def test_overlap_is_counted(signed_in, bonn, ana, mia):
    fair = saving.create(name="Fair", by=mia)
    eve = contacts.create(values={"last_name": "Eve"}, by=mia)
    members.add(fair, people=[ana.pk, eve.pk], by=mia)
    page = signed_in.get(f"/segments/{bonn.pk}/overlap/?with={fair.pk}").text
    assert "100 % of" in page and "Only in Fair" in page
    assert signed_in.get(f"/segments/{bonn.pk}/overlap/?with=junk").status_code == 404


def test_who_may_be_written_to_is_asked_of_the_gate(signed_in, bonn, ana, olga):
    assert "no purpose" in signed_in.get(f"/segments/{bonn.pk}/reach/").text
    purposes.add(label="Newsletter", by=olga)
    part = signed_in.get(f"/segments/{bonn.pk}/reach/", headers=HTMX).text
    assert "May be sent Newsletter" in part and "#no_consent" in part and "<html" not in part
    page = signed_in.get(f"/segments/{bonn.pk}/reach/").text
    assert 'id="no_consent"' in page and "Ana" in page


def test_people_are_put_on_a_list_and_taken_off(signed_in, ana):
    made = signed_in.post("/segments/lists/new/", {"name": "Fair"})
    fair = Segment.objects.get()
    assert made.url == f"/segments/{fair.pk}/people/"
    assert "Nobody is on the list" in signed_in.get(made.url).text
    assert f'value="{ana.pk}"' in signed_in.get(f"{made.url}?add=ana").text
    back = signed_in.post(f"{made.url}add/", {"id": ana.pk, "back": "https://evil.example/"})
    assert back.url == made.url and set(members.people(fair)) == {ana}
    signed_in.post(f"{made.url}removal/", {"id": [ana.pk, "junk"]})
    assert not fair.memberships.exists()
    assert signed_in.post("/segments/lists/new/", {"name": "fair"}).status_code == 422


def test_chosen_contacts_go_on_a_list_there_or_new(signed_in, ana, mia):
    saving.create(name="Fair", by=mia)
    dialog = signed_in.post("/segments/lists/choice/", {"id": [ana.pk]}).text
    assert "Put one contact on a list" in dialog and "Fair" in dialog
    signed_in.post("/segments/lists/people/", {"id": [ana.pk], "name": "Dinner"})
    assert set(members.people(Segment.objects.get(name="Dinner"))) == {ana}
    fair = Segment.objects.get(name="Fair")
    signed_in.post("/segments/lists/people/", {"all": "1", "query": "q=ana", "list": fair.pk})
    assert set(members.people(fair)) == {ana}
    card = signed_in.get(f"/contacts/{ana.pk}/segments/").text
    assert "Dinner" in card and "Fair" in card


def test_it_is_copied_and_put_away(signed_in, bonn, ana, mia):
    signed_in.post(f"/segments/{bonn.pk}/copy/")
    copy = Segment.objects.get(kind="static")
    assert copy.name == "In <Bonn>, copy" and set(members.people(copy)) == {ana}
    saving.create(name="Both", rule={"segment": bonn.pk}, by=mia)
    refused = signed_in.post(f"/segments/{bonn.pk}/archival/")
    assert refused.status_code == 422 and "Both" in refused.text
    signed_in.post(f"/segments/{copy.pk}/archival/")
    assert copy.name not in signed_in.get("/segments/").text
    assert "copy" in signed_in.get("/segments/?kind=away").text


HTMX = {"HX-Request": "true"}
