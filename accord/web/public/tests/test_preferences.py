"""The preference centre, as a person with a link and a mail program use it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from accord.channels import outbox
from accord.channels.models import Message
from accord.channels.passing import Why
from accord.engine.consent.terms import Channel, Source
from accord.people import contacts
from accord.people.consents import (
    answers,
    consent,
    heard,
    ledger,
    preference_centre,
    preference_links,
    purposes,
)
from accord.people.consents.consent import Given, Reach
from accord.people.consents.heard import Said, Way
from accord.people.identity import merging
from accord.people.models import ConsentRecord, Contact, Pause, Suppression
from accord.people.privacy import persons
from accord.platform import personal
from accord.platform.access import preferences
from accord.platform.models import User
from accord.platform.trail import logbooks
from accord.web.http import Unkeepable
from accord.web.public import guesses, letters
from accord.web.public.pages import Damaged, TooLarge
from accord.web.public.sentences import SENTENCES

pytestmark = pytest.mark.django_db
MAIL = Channel.EMAIL
WORDS = "Acme may send me news by e-mail."
SCANNERS = [
    "Mozilla/5.0 (compatible; BarracudaCentral/1.0)",
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36",
    "Proofpoint", "mimecast", "Symantec", "SafeLinks", "GoogleImageProxy", "curl/8.5",
]  # fmt: skip


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    guesses.A_NETWORK.buckets.clear()


@pytest.fixture
def news(db):
    made = purposes.add(label="News", definition="Once a month.", by=None)
    purposes.word(made, language="en", text=WORDS, by=None)
    purposes.word(made, language="de", text="Acme darf mir Neues mailen.", by=None)
    return made


@pytest.fixture
def link(ana, news):
    return f"/preferences/{preference_links.token(ana)}/"


@pytest.fixture
def stop_link(ana, news):
    return f"/u/{preference_links.token(ana)}/"


@pytest.fixture
def person():
    """A browser that asks for forged-form checks, as a real one is asked."""
    return Client(enforce_csrf_checks=True)


def text(answer):
    return " ".join(answer.content.decode().split())


def may(contact, purpose="news"):
    return bool(consent.may_send(contact, consent.question(purpose, MAIL), timezone.now()))


def mailed_link():
    found = re.search(
        r"http://localhost:\d+(/preferences/confirmation/\S+)", Message.objects.latest("pk").text
    )
    return found[1]


def test_the_page_shows_what_is_on_and_whose_it_is(person, ana, link):
    consent.give(ana, Given("news", MAIL), by=None)
    answer = person.get(link)
    shown = text(answer)
    assert "a…@acme.example" in shown and "ana@" not in shown and "Alvarez" not in shown
    assert 'value="news:email" checked' in shown
    assert WORDS in shown and "Once a month." in shown
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "no-referrer"
    assert 'name="robots" content="noindex"' in shown


def test_the_page_asks_the_gate_once(person, link, django_assert_max_num_queries):
    person.get(link)
    with django_assert_max_num_queries(13):
        person.get(link)


def test_it_speaks_german(person, link):
    shown = text(person.get(link, headers={"accept-language": "de"}))
    assert "Was wir Ihnen senden dürfen" in shown and "Acme darf mir Neues mailen." in shown


def test_switching_off_counts_at_once_with_its_proof(person, ana, link):
    consent.give(ana, Given("news", MAIL), by=None)
    answer = person.post(link, {}, headers={"user-agent": "Firefox"})
    assert answer.status_code == 303 and "done=saved" in answer["Location"]
    row = ConsentRecord.objects.latest("pk")
    assert (row.what, row.purpose, row.channel, row.source) == (
        "withdrawn",
        "news",
        "email",
        "person",
    )
    assert row.page == "http://localhost:8200/preferences/ (en)" and row.agent == "Firefox"
    assert row.ip == "127.0.0.0" and preference_links.token(ana) not in row.page
    assert not may(ana)
    person.post(link, {})
    assert ConsentRecord.objects.count() == 2
    assert "Saved." in text(person.get(answer["Location"]))


def test_what_we_send_on_our_own_interest_is_objected_to(person, ana, link, news):
    contacts.change(ana, values={"country": "FR"}, by=None)
    until = timezone.now() + timedelta(days=90)
    purposes.assess(news, channel=MAIL, countries=["FR"], text="Fair.", until=until, by=None)
    assert may(ana)
    person.post(link, {})
    assert ConsentRecord.objects.get().what == "objected" and not may(ana)


def test_agreeing_counts_once_the_link_in_the_mail_is_confirmed(person, ana, link):
    answer = person.post(link + "?lang=de", {"on": "news:email"})
    assert "done=asked" in answer["Location"] and not ConsentRecord.objects.exists()
    message = Message.objects.get()
    assert (message.to, message.kind) == ("ana@acme.example", "transactional")
    assert message.subject == "Bitte bestätigen Sie, was My company Ihnen senden darf"
    confirm = mailed_link()
    shown = text(person.get(confirm))
    assert "Acme darf mir Neues mailen." in shown and "Ich stimme zu" in shown
    assert not ConsentRecord.objects.exists() and not may(ana)
    assert "done=agreed" in person.post(confirm)["Location"]
    person.post(confirm)
    given, confirmed = ConsentRecord.objects.order_by("pk")
    assert (given.what, given.source, given.text.language) == ("consent", "person", "de")
    assert given.text.digest and "confirmed by the link" in given.note
    assert confirmed.confirms == given and may(ana)
    assert list(ledger.broken(ana.pk)) == []


def test_a_link_of_confirmation_is_of_its_address_and_seven_days(person, ana, link):
    person.post(link, {"on": "news:email"})
    confirm = mailed_link()
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        answer = person.post(confirm)
        assert answer.status_code == 410 and "has expired" in text(answer)
    address, _, query = confirm.partition("?")
    cut = person.post(f"{address[:-5]}/?{query}")
    assert cut.status_code == 410
    contacts.change(ana, values={"email": "ana@other.example"}, by=None)
    assert person.post(confirm).status_code == 410
    assert not ConsentRecord.objects.exists()


def test_a_link_from_before_a_stop_agrees_to_nothing(person, ana, link, stop_link):
    person.post(link, {"on": "news:email"})
    confirm = mailed_link()
    assert person.post(confirm).status_code == person.post(confirm).status_code == 303
    person.post(stop_link)
    assert person.get(confirm).status_code == person.post(confirm).status_code == 410
    shown, german = text(person.get(confirm)), text(person.get(confirm.replace("=en", "=de")))
    assert "You said stop after you asked for this link" in shown and "expired" not in shown
    assert "try again" not in shown and "abbestellt" in german and "abgelaufen" not in german
    assert not may(ana) and ConsentRecord.objects.latest("pk").what == "objected"


def test_a_link_from_between_two_stops_agrees_to_nothing(person, ana, link, stop_link):
    person.post(stop_link)
    person.post(link, {"on": "news:email"})
    person.post(stop_link)
    assert person.post(mailed_link()).status_code == 410
    assert not may(ana)


def test_a_link_agrees_to_what_was_not_stopped_since(person, ana, link):
    offers = purposes.add(label="Offers", by=None)
    purposes.word(offers, language="en", text="Acme may send me offers.", by=None)
    person.post(link, {"on": ["news:email", "offers:email"]})
    consent.withdraw(ana, Reach("news"), by=None)
    assert person.post(mailed_link()).status_code == 303
    assert may(ana, "offers") and not may(ana)


def test_what_makes_no_sense_is_left_out(person, ana, link):
    wrong = ["", "news", "news:pigeon", "nothing:email", ":", "news:post", "ä:email"]
    assert "done=saved" in person.post(link, {"on": wrong})["Location"]
    assert not ConsentRecord.objects.exists() and not Message.objects.exists()


def test_a_topic_without_words_cannot_be_agreed_to(person, ana, link):
    purposes.add(label="Wordless", by=None)
    assert "Wordless" not in text(person.get(link))
    person.post(link, {"on": ["wordless:email"]})
    assert not Message.objects.exists()


def test_no_more_than_five_mails_a_day(person, ana, link):
    offers = purposes.add(label="Offers", by=None)
    consent.give(ana, Given(offers.pk, MAIL), by=None)
    for _ in range(letters.MOST_A_DAY):
        assert "done=asked" in person.post(link, {"on": ["news:email", "offers:email"]})["Location"]
    assert Message.objects.count() == letters.MOST_A_DAY
    german = {"accept-language": "de"}
    answer = person.post(link, {"on": "news:email"}, headers=german)
    shown = text(person.get(answer["Location"]))
    assert "schon mehrmals" in shown and "Was Sie abgewählt haben, ist beendet" in shown
    assert Message.objects.count() == letters.MOST_A_DAY and not may(ana, "offers")
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert "done=asked" in person.post(link, {"on": "news:email"})["Location"]


def test_a_link_mailed_before_a_merge_agrees_for_the_record_that_stays(person, ana, link):
    person.post(link, {"on": "news:email"})
    bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
    merging.merge(bea, ana, choices={}, by=None)
    assert person.post(mailed_link()).status_code == 303
    assert {row.contact for row in ConsentRecord.objects.all()} == {bea}


def test_a_pause_and_its_end(person, ana, link):
    consent.give(ana, Given("news", MAIL), by=None)
    answer = person.post(link + "pause/", {"days": "90"})
    told = text(person.get(answer["Location"]))
    assert re.search(r"Paused. You get nothing that promotes until \d+ \w+ \d{4}\.", told)
    assert timedelta(days=89) < Pause.objects.get().until - timezone.now() <= timedelta(days=90)
    assert not may(ana)
    shown = text(person.get(link))
    assert 'value="news:email" checked' in shown and "End the pause" in shown
    person.post(link + "pause/", {"end": "1"})
    assert may(ana)


def test_a_pause_of_a_record_merged_into_theirs_is_shown_and_ends(person, ana, link):
    consent.give(ana, Given("news", MAIL), by=None)
    bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
    preference_centre.pause(bea, "90", timezone.now())
    consent.restrict(bea, by=None)
    merging.merge(ana, bea, choices={}, by=None)
    assert answers.standing(ana, timezone.now()).restriction
    consent.unrestrict(ana, by=None)
    assert not may(ana) and "End the pause" in text(person.get(link))
    person.post(link + "pause/", {"end": "1"})
    assert may(ana) and "End the pause" not in text(person.get(link))


@pytest.mark.parametrize("days", ["", "1", "99999999", "-30", "30 ", "x"])
def test_only_the_pauses_offered(person, link, days):
    answer = person.post(link + "pause/", {"days": days})
    assert answer.status_code == 422 and "pauses that are offered" in text(answer)
    assert not Pause.objects.exists()


@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_of_a_mail_program_stops_everything(person, ana, stop_link, form):
    consent.give(ana, Given("news", MAIL, source=Source.PERSON), by=None)
    said = {"List-Unsubscribe": "One-Click"}
    body = "List-Unsubscribe=One-Click" if "urlencoded" in form else said
    kind = {"content_type": form} if "urlencoded" in form else {}
    for _ in range(2):
        answer = person.post(stop_link, body, **kind)
        assert answer.status_code == 200 and "Everything stopped" in text(answer)
    assert ConsentRecord.objects.filter(what="objected", purpose="", channel="").count() == 2
    assert Suppression.objects.filter(way="suppressed").count() == 1 and not may(ana)


def test_stopping_is_for_every_address_of_the_person(person, ana, stop_link):
    contacts.add_address(ana, kind="email", value="ana@home.example", label="", by=None)
    person.post(stop_link)
    assert Suppression.objects.filter(channel="email").count() == 2


def test_stopping_is_for_text_messages_and_calls_too_and_the_copy_says_so(person, ana, stop_link):
    contacts.change(ana, values={"phone": "+49 431 123456"}, by=None)
    person.post(stop_link)
    listed = {"email", "sms", "phone"}
    assert set(Suppression.objects.values_list("channel", flat=True)) == listed
    [lists] = [each for each in personal.stores() if each.name == "lists"]
    assert {row["channel"] for row in lists.read(persons.as_known(ana))} == listed


def test_looking_never_changes_anything(person, ana, link, stop_link):
    consent.give(ana, Given("news", MAIL), by=None)
    before = ConsentRecord.objects.count()
    for agent in SCANNERS:
        for address in (link, stop_link):
            for method in (person.get, person.head):
                assert method(address, headers={"user-agent": agent}).status_code == 200
        assert person.get(link + "pause/", headers={"user-agent": agent}).status_code == 405
        assert person.put(stop_link).status_code == person.delete(link).status_code == 405
    assert ConsentRecord.objects.count() == before and may(ana)
    assert not Suppression.objects.exists() and not Pause.objects.exists()


def test_what_waits_to_be_sent_is_stopped_too(person, ana, stop_link):
    consent.give(ana, Given("news", MAIL), by=None)
    preferences.change(postal_address="1 Sun Road", by=None)
    waiting = outbox.send(key="one", to=ana.email, subject="News", text="Hi", why=Why(ana, "news"))
    assert waiting.state == Message.State.READY
    person.post(stop_link)
    outbox.deliver(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Message.State.SUPPRESSED


def test_stopping_takes_no_more_clicks_than_agreeing(person, ana, link):
    """GDPR article 7(3): from the page, one form to stop; two and a mail to agree."""
    shown = text(person.get(link))
    assert shown.count(f'action="/u/{preference_links.token(ana)}/?lang=en"') == 1


def test_who_stopped_everything_can_come_back_by_their_own_act(person, ana, link, stop_link):
    person.post(stop_link)
    heard.give(ana, Given("news", MAIL), Said(Way.TALK, "Ben"), by=None)
    assert not may(ana)
    person.post(link, {"on": "news:email"})
    person.post(mailed_link())
    assert may(ana)
    person.post(stop_link)
    assert not may(ana)


def test_guessed_links_are_answered_alike_and_slowed_down(person, ana, link, django_user_model):
    token = preference_links.token(ana)
    with logbooks.opened():
        Contact.objects.filter(pk=ana.pk).delete()
    gone = person.get(link)
    wrong = person.get(f"/preferences/{'A' * 32}/")
    short = person.get("/preferences/x/")
    assert gone.status_code == wrong.status_code == short.status_code == 410
    assert gone.content == wrong.content.replace(b"A" * 32, token.encode())
    answers = [person.get(f"/u/{'B' * 32}/").status_code for _ in range(40)]
    assert set(answers) == {410, 429} and answers[-1] == 429
    slowed = person.post(f"/u/{'B' * 32}/")
    assert slowed.status_code == 429 and int(slowed["Retry-After"]) >= 1
    other = Client(REMOTE_ADDR="192.0.2.1")
    assert other.get(f"/u/{'B' * 32}/").status_code == 410


def test_right_links_are_never_slowed_down(person, link):
    assert {person.get(link).status_code for _ in range(60)} == {200}


def test_right_links_with_which_something_is_refused_are_not_slowed_down_either(person, ana, link):
    pause = f"/preferences/{preference_links.token(ana)}/pause/"
    assert {person.post(pause, {"days": "5"}).status_code for _ in range(40)} == {422}
    assert person.get(link).status_code == 200


def test_a_colleague_who_is_signed_in_does_not_act_as_themselves(client, ana, link, mia):
    client.force_login(mia)
    client.post(link, {})
    consent.give(ana, Given("news", MAIL), by=None)
    client.post(link, {})
    row = ConsentRecord.objects.latest("pk")
    assert (row.source, row.by) == ("person", None) and isinstance(mia, User)


def test_every_refusal_of_public_pages_has_its_translation():
    shown = (
        preference_centre.LinkTooOld,
        preference_centre.StoppedSince,
        preference_centre.NoSuchPause,
        Unkeepable,
        TooLarge,
        Damaged,
    )
    with translation.override("de"):
        for refusal in shown:
            assert str(refusal()) in SENTENCES
            assert translation.gettext(str(refusal())) != str(refusal())


def test_the_masked_address():
    assert preference_centre.masked("ana@acme.example") == "a…@acme.example"
    assert preference_centre.masked("") == "" == preference_centre.masked("nonsense")
    assert preferences.current()
