"""Record pages: details, timeline, notes, tasks, lifecycle, neighbours."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from accord.people import companies, contacts, lifecycle
from accord.platform.models import AuditEntry
from accord.platform.trail import history
from accord.sales.models import Activity, Task
from accord.sales.pipeline import pipelines

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(client, mia):
    lifecycle.ensure()
    pipelines.ensure()
    client.force_login(mia)
    return client


@pytest.fixture
def ruiz(mia):
    lifecycle.ensure()
    return contacts.create(values={"first_name": "Ana", "last_name": "Ruiz"}, by=mia)


def test_a_contact_tells_who_it_is_and_what_happened(signed_in, ruiz):
    page = signed_in.get(f"/contacts/{ruiz.pk}/").text
    assert "<h1>Ana Ruiz</h1>" in page and "Subscriber" in page and "Contact created" in page


def test_a_note_is_written_and_stands_in_the_timeline(signed_in, ruiz):
    url = f"/contacts/{ruiz.pk}/activities/"
    answer = signed_in.post(url, {"kind": "note", "body": "Wants <b>blue</b>"}, headers=HX)
    assert "<b>Note</b>" in answer.text and "<b>blue</b>" not in answer.text
    assert Activity.objects.get().contact == ruiz
    blank = signed_in.post(url, {"kind": "note", "body": " "}, headers=HX)
    assert blank.status_code == 422


def test_a_task_is_added_and_done(signed_in, ruiz):
    signed_in.post(f"/contacts/{ruiz.pk}/tasks/", {"title": "Call back", "due": "2026-01-02"})
    task = Task.objects.get()
    assert "Call back" in signed_in.get(f"/contacts/{ruiz.pk}/").text
    signed_in.post(f"/tasks/{task.pk}/done/", {"back": f"/contacts/{ruiz.pk}/"})
    task.refresh_from_db()
    assert task.done_at


def test_the_lifecycle_moves_forward_and_back(signed_in, ruiz):
    for stage in ("mql", "lead"):
        signed_in.post(f"/contacts/{ruiz.pk}/stage/", {"stage": stage})
        ruiz.refresh_from_db()
        assert ruiz.stage == stage


def test_addresses_are_added_made_primary_and_removed(signed_in, ruiz):
    url = f"/contacts/{ruiz.pk}/addresses/"
    signed_in.post(url, {"value": "a@one.example"})
    signed_in.post(url, {"value": "b@two.example"})
    second = ruiz.addresses.get(value="b@two.example")
    signed_in.post(url, {"primary": second.pk})
    ruiz.refresh_from_db()
    assert ruiz.email == "b@two.example"
    signed_in.post(url, {"remove": second.pk})
    ruiz.refresh_from_db()
    assert ruiz.email == "a@one.example"
    assert signed_in.post(url, {"remove": "no-number"}).status_code == 404


def test_next_and_previous_stay_in_the_list(signed_in, mia, ruiz):
    udo = contacts.create(values={"first_name": "Udo"}, by=mia)
    page = signed_in.get(f"/contacts/{ruiz.pk}/?in=sort%3Dname&n=0").text
    assert f"/contacts/{udo.pk}/?in=sort%3Dname&amp;n=1" in page and 'data-key="["' not in page


def test_a_deleted_record_can_be_brought_back(signed_in, ruiz):
    answer = signed_in.post(f"/contacts/{ruiz.pk}/delete/")
    assert signed_in.get(f"/contacts/{ruiz.pk}/").status_code == 404
    signed_in.post(answer.url)
    assert signed_in.get(f"/contacts/{ruiz.pk}/").status_code == 200


def test_a_company_shows_its_people(signed_in, mia):
    lifecycle.ensure()
    acme = companies.create(values={"name": "Acme Works", "domain": "acme.example"}, by=mia)
    contacts.create(values={"first_name": "Ana", "email": "ana@acme.example"}, by=mia)
    page = signed_in.get(f"/companies/{acme.pk}/").text
    assert "Acme Works" in page and "Ana" in page


def test_a_page_costs_few_queries(signed_in, ruiz, django_assert_max_num_queries):
    signed_in.get(f"/contacts/{ruiz.pk}/")
    with django_assert_max_num_queries(11):
        signed_in.get(f"/contacts/{ruiz.pk}/")


def test_a_record_tells_what_was_changed_by_whom_and_how(signed_in, ruiz, olga):
    empty = signed_in.get(f"/contacts/{ruiz.pk}/history/?field=title").text
    assert "Nothing was changed since it was first written" in empty
    contacts.change(ruiz, values={"title": "Buyer"}, by=olga)
    contacts.change(ruiz, values={"title": "Director", "city": "Kiel"}, by=None, origin="api")
    page = signed_in.get(f"/contacts/{ruiz.pk}/history/?field=title", headers=HX).text
    assert "<del>Buyer</del>" in page and "<ins>Director</ins>" in page
    assert "Olga" in page and "The API" in page and "Kiel" not in page
    assert "<ins>Kiel</ins>" in signed_in.get(f"/contacts/{ruiz.pk}/history/").text
    assert (
        f"/contacts/{ruiz.pk}/history/?field=title" in signed_in.get(f"/contacts/{ruiz.pk}/").text
    )


def test_a_record_knows_its_place_in_the_list(signed_in, mia):
    for name in ("Aa", "Bb", "Cc"):
        contacts.create(values={"last_name": name, "email": f"{name}@x.example"}, by=mia)
    page = signed_in.get("/contacts/?sort=name").text
    links = re.findall(r'<a class="row" href="([^"]+)"', page)
    middle = signed_in.get(unescape(links[1])).text
    assert "2 of 3" in middle
    after = re.search(r'href="([^"]+)" data-key="\]"', middle)[1]
    assert "3 of 3" in signed_in.get(unescape(after)).text


def test_somebody_joins_companies_in_roles_with_one_primary(signed_in, ana, acme, mia):
    globex = companies.create(values={"name": "Globex"}, by=mia)
    url = f"/contacts/{ana.pk}/companies/"
    found = signed_in.get(url, {"q": "globx"}).text
    assert f'value="{globex.pk}"' in found
    assert "No company" in signed_in.get(url, {"q": "Nowhere Ltd"}).text
    signed_in.post(url, {"company": globex.pk, "role": "Advises"})
    page = signed_in.get(f"/contacts/{ana.pk}/").text
    assert "<option selected>Advises</option>" in page and "Globex" in page
    signed_in.post(url, {"primary": globex.pk})
    first = ana.affiliations.get(is_primary=True)
    assert (first.company, first.role) == (globex, "Advises")
    assert history.of(ana, "company")[0].new == globex.pk
    signed_in.post(url, {"remove": globex.pk})
    assert [each.company for each in ana.affiliations.all()] == [acme]
    assert ana.affiliations.get().is_primary
    kept = AuditEntry.objects.filter(verb__startswith="affiliation.", subject_id=ana.pk)
    kept = kept.order_by("pk")
    assert list(kept.values_list("verb", flat=True)) == ["affiliation.added", "affiliation.removed"]


def test_a_company_gets_its_people(signed_in, ana, acme, mia):
    globex = companies.create(values={"name": "Globex"}, by=mia)
    url = f"/companies/{globex.pk}/people/"
    assert f'value="{ana.pk}"' in signed_in.get(url, {"q": "alvares"}).text
    assert signed_in.post(url, {"contact": ana.pk}).url == f"/companies/{globex.pk}/"
    assert "Ana Alvarez" in signed_in.get(f"/companies/{globex.pk}/").text
    assert ana.affiliations.get(is_primary=True).company == acme
    signed_in.post(url, {"remove": ana.pk})
    assert not globex.affiliations.exists()
    assert signed_in.post(url, {"contact": "0"}).status_code == 404


def test_a_deleted_parent_is_not_shown(signed_in, acme, mia):
    holding = companies.create(values={"name": "Holding"}, by=mia)
    companies.change(acme, values={"parent": "Holding"}, by=mia)
    assert "part of" in signed_in.get(f"/companies/{acme.pk}/").text
    companies.delete(holding, by=mia)
    assert "part of" not in signed_in.get(f"/companies/{acme.pk}/").text


def _note(client, ruiz, text="Wants a pilot"):
    client.post(f"/contacts/{ruiz.pk}/activities/", {"body": text})
    return Activity.objects.get(body=text)


def test_who_wrote_a_note_corrects_it_and_sees_what_others_wrote(signed_in, ruiz, mia, olga):
    note = _note(signed_in, ruiz)
    url = f"/contacts/{ruiz.pk}/activities/{note.pk}/"
    assert f'href="{url}"' in signed_in.get(f"/contacts/{ruiz.pk}/").text
    assert "Wants a pilot" in signed_in.get(url).text
    sent = {"body": "Wants two", "version": note.version}
    assert signed_in.post(url, sent).url == f"/contacts/{ruiz.pk}/"
    stale = signed_in.post(url, {"body": "Wants three", "version": note.version})
    assert stale.status_code == 409 and "Take theirs" in stale.text
    assert "Wants two" in stale.text and "Wants three" in stale.text
    assert signed_in.post(url, {"body": " ", "version": 2}).status_code == 422
    note.refresh_from_db()
    assert note.body == "Wants two"


def test_a_note_is_deleted_and_brought_back_for_thirty_days(signed_in, ruiz, client):
    note = _note(signed_in, ruiz)
    url = f"/contacts/{ruiz.pk}/activities/{note.pk}"
    answer = signed_in.post(f"{url}/deletion/", headers=HX).text
    assert "Note deleted." in answer and f"{url}/restoration/" in answer
    assert "Wants a pilot" not in answer
    assert "Wants a pilot" in signed_in.post(f"{url}/restoration/", headers=HX).text
    signed_in.post(f"{url}/deletion/")
    Activity.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert signed_in.post(f"{url}/restoration/").status_code == 422


def test_the_notes_of_others_are_theirs(signed_in, client, ruiz, ben):
    note = _note(signed_in, ruiz)
    contacts.change(ruiz, values={"owner": ben.pk}, by=None)
    client.force_login(ben)
    url = f"/contacts/{ruiz.pk}/activities/{note.pk}/"
    assert f'href="{url}"' not in client.get(f"/contacts/{ruiz.pk}/").text
    assert client.get(url).status_code == client.post(f"{url}deletion/").status_code == 403


def test_the_timeline_is_narrowed_to_a_kind(signed_in, ruiz):
    _note(signed_in, ruiz)
    signed_in.post(f"/contacts/{ruiz.pk}/tasks/", {"title": "Send the offer"})
    feed = f"/contacts/{ruiz.pk}/feed/"
    notes = signed_in.get(feed, {"kind": "notes"}, headers=HX).text
    events = notes[notes.index('class="events"') :]
    assert "Wants a pilot" in events and "Send the offer" not in events
    assert '<option value="notes" selected>' in notes
    assert "Nothing of this kind" in signed_in.get(feed, {"kind": "deals"}, headers=HX).text
    assert "Wants a pilot" in signed_in.get(feed, {"kind": "no-such-kind"}, headers=HX).text


def test_a_language_has_its_name_and_an_address_wraps_after_its_at(signed_in, mia):
    told = {"last_name": "Ruiz", "email": "ana@acme.example", "language": "de-AT"}
    page = signed_in.get(f"/contacts/{contacts.create(values=told, by=mia).pk}/").text
    assert '<span class="clip">German</span>' in page
    assert '<span class="clip">ana@<wbr>acme.example</span>' in page


def test_a_language_nobody_knows_stands_as_it_was_written(signed_in, mia):
    odd = contacts.create(values={"last_name": "Ruiz", "language": "x<y"}, by=mia)
    page = signed_in.get(f"/contacts/{odd.pk}/").text
    assert '<span class="clip">x&lt;y</span>' in page
