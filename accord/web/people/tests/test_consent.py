from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.people import contacts, visitors
from accord.people.consents import banner, consent, preference_links, purposes
from accord.people.consents.banner import Said, Words
from accord.people.consents.consent import Given
from accord.people.consents.ledger import Proof
from accord.people.models import (
    BannerAnswer,
    ConsentRecord,
    Contact,
    Pause,
    Restriction,
    Suppression,
)
from accord.people.visitors import Claim, Seen
from accord.platform.access import preferences
from accord.platform.models import Import
from accord.platform.trail import logbooks

pytestmark = pytest.mark.django_db
SAID = {"give-way": "call", "give-proof": "10 May, Mia"}
NEWS = {"give-purpose": "news", "give-channel": "email", "give-what": "consent"}


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def page(client, ana, mia):
    purposes.add(label="News", by=None)
    client.force_login(mia)
    return f"/contacts/{ana.pk}/consent/"


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_card_says_what_may_be_sent_and_why(client, ana, page):
    headers = {"HX-Request": "true", "HX-Target": "section#consent"}
    card = text(client.get(page, headers=headers))
    assert card.startswith('<section class="card" id="consent">')
    assert "There is no consent and no other basis for this purpose and channel" in card
    consent.give(ana, Given("news", Channel.EMAIL), by=None)
    card = text(client.get(page, headers=headers))
    assert "May be sent" in card and "</html>" not in card
    assert f'hx-get="{page}"' in text(client.get(f"/contacts/{ana.pk}/"))


def test_a_permission_is_written_down_with_words_and_proof(client, ana, page):
    news = purposes.get("news")
    words = purposes.word(news, language="en", text="Write me news.", by=None)
    answer = client.post(page, NEWS | SAID | {"give-text": words.pk})
    assert answer.status_code == 302
    row = ConsentRecord.objects.get()
    assert (row.text, row.note, row.source) == (words, "On the phone: 10 May, Mia", "staff")
    shown = text(client.get(page))
    for part in ("Write me news.", "version 1", words.digest[:16], "10 May, Mia", "ana@acme"):
        assert part in shown
    assert "Not as it was written" not in shown


def test_what_they_agreed_to_in_the_banner_stands_there_with_its_proof(client, ana, page):
    assert "Agreed to be recognised on a device" not in text(client.get(page))
    words = Words("May we?", "Acme asks.", "Yes", "No", "Keep", "Visits", "An id on it.")
    asked = banner.word(words, language="en", by=None)
    now = timezone.now()
    device = visitors.meet([Seen("device", "hers", now, 1)])["device", "hers"]
    visitors.recognise([Claim(device.pk, now, 1, "m", emails=(ana.email,))], [device])
    said = Said(asked.pk, asked.digest, ("visits",), now, 1, "hers", agent="Firefox")
    banner.keep([replace(said, page="https://acme.example/prices")])
    shown = text(client.get(page))
    kept = ("May we?", "Visits: An id on it.", asked.digest[:16], "example/prices", "Firefox")
    assert [part for part in kept if part not in shown] == []
    assert "Not as it was written" not in shown
    with logbooks.opened():
        BannerAnswer.objects.update(page="https://acme.example/other")
    assert "Not as it was written" in text(client.get(page))


def test_without_proof_nothing_is_written_down(client, ana, page):
    answer = client.post(page, NEWS | {"give-way": "call", "give-proof": " "})
    assert answer.status_code == 422
    assert "Say what proves it" in text(answer) and 'class="act" open' in text(answer)
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"give-purpose": "nothing"},
        {"give-channel": "pigeon"},
        {"give-what": "withdrawn"},
        {"give-what": "published"},
        {"give-way": "dream"},
        {"give-on": "2999-01-01"},
        {"give-on": "yesterday"},
        {"give-text": "77"},
    ],
)
def test_what_makes_no_sense_is_refused(client, page, wrong):
    assert client.post(page, NEWS | SAID | wrong).status_code == 422
    assert not ConsentRecord.objects.exists()


def test_words_of_another_purpose_are_refused(client, page):
    offers = purposes.add(label="Offers", by=None)
    words = purposes.word(offers, language="en", text="Offers.", by=None)
    answer = client.post(page, NEWS | SAID | {"give-text": words.pk})
    assert answer.status_code == 422 and "words of another purpose" in text(answer)


def test_stop_pause_suppress_and_restrict(client, ana, page):
    consent.give(ana, Given("news", Channel.EMAIL), by=None)
    stop = {"stop-objection": "1", "stop-way": "writing", "stop-proof": "Mail of 3 May"}
    assert client.post(f"{page}stop/", stop).status_code == 302
    row = ConsentRecord.objects.latest("pk")
    assert (row.what, row.purpose, row.channel, row.source) == ("objected", "", "", "person")
    client.post(f"{page}pause/", {"pause-days": "30"})
    assert Pause.objects.get().until - timezone.now() > timedelta(days=29)
    client.post(f"{page}suppression/", {"suppress-address": "email"})
    assert Suppression.objects.count() == 1
    client.post(f"{page}restriction/", {"restrict-reason": "Disputes the address"})
    shown = text(client.get(page))
    for part in ("Restricted", "Disputes the address", "E-mail suppressed", "Paused", "Objected"):
        assert part in shown
    client.post(f"{page}pause/", {"end": "1"})
    client.post(f"{page}restriction/", {"lift": "1"})
    assert not Pause.objects.filter(until__gt=timezone.now()).exists()
    assert not Restriction.objects.filter(lifted_at=None).exists()


def test_a_suppression_is_lifted_on_the_persons_own_act_only(client, ana, page):
    consent.suppress(ana, ana.email, channel=Channel.EMAIL, way="suppressed", by=None)
    again = {"lift-purpose": "news", "lift-channel": "email", "lift-what": "consent"}
    heard = again | {"lift-way": "talk", "lift-proof": "Ben"}
    refused = client.post(f"{page}lift/", heard)
    assert refused.status_code == 422 and "own act" in text(refused)
    own = again | {"lift-way": "paper", "lift-proof": "Folder 12"}
    assert client.post(f"{page}lift/", own).status_code == 302
    assert consent.may_send(ana, consent.question("news", Channel.EMAIL), timezone.now())


def test_a_parents_consent_is_written_down_for_a_child_only(client, ana, page):
    preferences.change(may_reach_children=True, by=None)
    said = {"parent-purpose": "news", "parent-channel": "email", "parent-who": "Her mother"}
    called = said | {"parent-checked": "Called back, Mia"}
    assert "A parent agreed" not in text(client.get(page))
    refused = client.post(f"{page}parent/", called)
    assert refused.status_code == 422 and "Write their date of birth first" in text(refused)
    born_on = timezone.localdate() - timedelta(days=3650)
    contacts.change(ana, values={"born_on": born_on}, by=None)
    headers = {"HX-Request": "true", "HX-Target": "section#consent"}
    card = text(client.get(page, headers=headers))
    assert "A child</b> by the date of birth" in card
    assert "This person is a child, and no parent agreed" in card
    assert client.post(f"{page}parent/", said).status_code == 422
    assert client.post(f"{page}parent/", called).status_code == 302
    shown = text(client.get(page))
    for part in ("Consent of a parent", "Her mother", "Called back, Mia", "A parent agreed"):
        assert part in shown
    preferences.change(may_reach_children=False, by=None)
    shown = text(client.get(page))
    assert "consent/parent/" not in shown and "the company does not reach children" in shown


def test_that_a_canadian_published_the_address_is_written_down(client, ana, page):
    assert "They published their address" not in text(client.get(page))
    contacts.change(ana, values={"country": "CA"}, by=None)
    assert "They published their address" in text(client.get(page))
    names = {"purpose": "news", "channel": "email", "where": "acme.example/team"}
    names |= {"relevance": "She buys what we sell", "refuses_nothing": "on"}
    said = {f"published-{name}": value for name, value in names.items()}
    for missing in said:
        answer = client.post(f"{page}published/", said | {missing: ""})
        assert answer.status_code == 422 and 'class="act" open' in text(answer), missing
    for name, other in (("channel", "phone"), ("on", "2999-01-01"), ("where", " ")):
        answer = client.post(f"{page}published/", said | {f"published-{name}": other})
        assert answer.status_code == 422, name
    assert not ConsentRecord.objects.exists()
    assert client.post(f"{page}published/", said).status_code == 302
    shown = text(client.get(page))
    for part in ("Implied consent by a published address", "acme.example/team", "She buys what"):
        assert part in shown
    assert "Published their address (Canada)" in shown


def test_a_number_that_is_not_known_cannot_be_suppressed(client, page):
    answer = client.post(f"{page}suppression/", {"suppress-address": "phone"})
    assert answer.status_code == 422 and "Say which address" in text(answer)


def test_a_number_is_suppressed_for_text_messages_and_calls(client, ana, page):
    contacts.change(ana, values={"phone": "+49431123456"}, by=None)
    answer = client.post(f"{page}suppression/", {"suppress-address": "phone"})
    assert answer.status_code == 302
    assert set(Suppression.objects.values_list("channel", flat=True)) == {"sms", "phone"}


def test_who_may_read_but_not_write_sees_no_forms(client, ana, page, ben, mia):
    contacts.change(ana, values={"owner": mia.pk}, by=None)
    link = preference_links.address(ana)
    assert f'readonly value="{link}"' in text(client.get(page))
    client.force_login(ben)
    shown = text(client.get(page))
    assert "Write down what was said" not in shown and link not in shown
    assert client.post(page, NEWS | SAID).status_code == 403
    assert not ConsentRecord.objects.exists()


def test_the_card_and_the_page_keep_to_few_queries(
    client, ana, olga, page, django_assert_max_num_queries
):
    text = purposes.word(purposes.get("news"), language="en", text="Send me news.", by=None)
    for _ in range(20):
        consent.give(ana, Given("news", Channel.EMAIL, text=text), by=olga)
    client.get(page)
    with django_assert_max_num_queries(12):
        client.get(page, headers={"HX-Request": "true"})
    with django_assert_max_num_queries(20):  # the forms offer purposes and texts
        client.get(page)


def test_what_was_taken_back_stands_there_as_such(client, ana, page, mia):
    row = consent.give(ana, Given("news", Channel.EMAIL), by=None)
    assert "Taken back" not in text(client.get(page))
    back = consent.retract(row, proof=Proof(note="Import 12 was undone."), by=mia)
    given, taken = (text(client.get(page)).split(f'id="row-{each.pk}"')[1] for each in (row, back))
    assert "Taken back, counts for nothing" in given.split("</li>")[0]
    for part in ("Taken back", "written down by Mia", "Import 12 was undone.", "takes back <a"):
        assert part in taken.split("</li>")[0], part
    assert "counts for nothing" not in taken.split("</li>")[0]


def test_who_came_by_a_list_of_unknown_origin_is_told_of_and_it_can_be_stated(
    client, ana, page, mia, ben
):
    told = "They came by a list whose origin nobody knows"
    assert told not in text(client.get(page))
    unknown = {"basis": Import.Basis.UNKNOWN, "stated_at": timezone.now(), "by": mia}
    job = Import.objects.create(into="contacts", file_name="fair.csv", state="done", **unknown)
    Contact.objects.filter(pk=ana.pk).update(import_id=job.pk)
    shown = text(client.get(page))
    assert told in shown
    assert "State where fair.csv is from" in shown
    client.force_login(ben)
    shown = text(client.get(page))
    assert told in shown
    assert "fair.csv" not in shown


def test_a_permission_by_mistake_is_taken_back_with_a_reason(client, ana, page, mia):
    row = consent.give(ana, Given("news", Channel.EMAIL), by=None)
    url = f"/contacts/consent/{row.pk}/retract/"
    assert "Never said" in text(client.get(page))
    assert "Say why it should not be there" in text(client.post(url, {"why": " "}, follow=True))
    stop = consent.withdraw(ana, by=None)
    wrong = client.post(f"/contacts/consent/{stop.pk}/retract/", {"why": "X"}, follow=True)
    assert "Only a permission can be taken back" in text(wrong)
    assert client.post("/contacts/consent/999999/retract/", {"why": "X"}).status_code == 404
    assert not ConsentRecord.objects.filter(what="retracted").exists()
    shown = text(client.post(url, {"why": "Meant for Zoe"}, follow=True))
    assert "Taken back, counts for nothing" in shown
    assert "Never said" not in shown
    back = ConsentRecord.objects.get(what="retracted")
    assert (back.by, back.note) == (mia, "Meant for Zoe")
