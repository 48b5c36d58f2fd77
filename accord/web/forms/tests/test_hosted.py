"""The page of a form: kept and then answered, bad posts told, hostile ones harmless."""

import html
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accord.channels.models import Message
from accord.engine.consent.terms import Channel
from accord.engine.forms import proof
from accord.engine.forms.terms import Ending
from accord.marketing.forms import confirmations, forms, submissions, tickets
from accord.marketing.forms.tests.conftest import CHROME, box, data, news, offers, publish
from accord.marketing.models import FormDay, Submission
from accord.people import contacts
from accord.people.consents import preference_links, purposes, suppressions
from accord.people.models import ConsentRecord, Contact, Suppression, Visitor

__all__ = ["data", "news", "offers", "publish"]
pytestmark = pytest.mark.django_db
GOOD = {"email": "ana@acme.example"}


@pytest.fixture
def visitor():
    """A browser that shows no token against forged forms, and has no session."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": CHROME})


def hidden(answer):
    """What the page would send along: its hidden fields, and the proof of work."""
    text = html.unescape(answer.content.decode())
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    return found | {"_number": proof.solve(found["_ticket"])}


def test_a_good_post_is_kept_and_thanked(visitor, publish):
    version = publish("first_name", "message")
    shown = visitor.get("/f/ask-us/?utm_source=google&utm_medium=cpc")
    assert shown.status_code == 200
    assert not shown.cookies
    sent = visitor.post("/f/ask-us/", hidden(shown) | GOOD | {"first_name": "Ana"})
    assert (sent.status_code, sent["Location"]) == (303, "thanks/")
    kept = Submission.objects.get(version=version)
    assert kept.proven
    assert kept.page.endswith("/f/ask-us/?utm_source=google&utm_medium=cpc")
    submissions.settle(kept.pk)
    assert Contact.objects.get().channel == "paid_search"
    assert "Thank you" in visitor.get("/f/ask-us/thanks/").content.decode()
    assert FormDay.objects.get().views == 1


def test_a_post_without_a_script_or_a_page_of_ours_is_kept_too(visitor, publish):
    publish("first_name")
    sent = visitor.post("/f/ask-us/", GOOD, headers={"referer": "https://acme.example/ask"})
    assert sent.status_code == 303
    kept = Submission.objects.get()
    assert (kept.proven, kept.ticket, kept.page) == (False, None, "https://acme.example/ask")


def test_a_bad_post_comes_back_with_what_was_written_and_a_sentence(visitor, publish, news):
    publish("first_name", "phone", boxes=[box(news, required=True)])
    shown = visitor.get("/f/ask-us/")
    said = {"email": "ana@", "first_name": "Ana", "phone": "12"}
    sent = visitor.post("/f/ask-us/", hidden(shown) | said)
    text = sent.content.decode()
    assert sent.status_code == 422
    assert "3 answers need another look. Nothing was sent yet." in text
    for sentence in ("not an e-mail address", "not a phone number", "cannot be sent"):
        assert sentence in text
    assert 'value="Ana"' in text
    assert hidden(sent)["_ticket"] == hidden(shown)["_ticket"]
    assert "checked" not in text
    assert not Submission.objects.exists()


def test_the_page_speaks_the_language_of_the_form(visitor, publish):
    publish(language="de")
    sent = visitor.post("/f/ask-us/", {"email": "x"}, headers={"accept-language": "en"})
    assert sent["Content-Language"] == "de"
    assert "Das ist keine E-Mail-Adresse." in sent.content.decode()


def test_a_redirect_goes_where_the_version_says_and_nowhere_else(visitor, publish):
    publish(ending=Ending(url="https://acme.example/thanks"))
    shown = visitor.get("/f/ask-us/")
    assert "form-action 'self' https://acme.example" in shown["Content-Security-Policy"]
    said = hidden(shown) | GOOD | {"_redirect": "https://evil.example", "_page": "//evil.example"}
    sent = visitor.post("/f/ask-us/?url=https://evil.example", said)
    assert (sent.status_code, sent["Location"]) == (303, "https://acme.example/thanks")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://müller.example/danke", "https://xn--mller-kva.example"),
        ("https://акме.example/", "https://xn--80akoi.example"),
    ],
)
def test_a_redirect_with_umlauts_is_one_browsers_follow(visitor, publish, url, origin):
    publish(ending=Ending(url=url))
    shown = visitor.get("/f/ask-us/")
    assert f"form-action 'self' {origin};" in shown["Content-Security-Policy"] + ";"
    sent = visitor.post("/f/ask-us/", hidden(shown) | GOOD)
    assert sent["Location"].startswith(origin + "/")
    done = visitor.post("/f/ask-us/part/", GOOD).content.decode()
    assert f'data-redirect="{origin}/' in done


def test_double_opt_in_from_the_mail_to_the_button(visitor, publish, offers):
    publish(boxes=[box(offers)])
    shown = visitor.get("/f/ask-us/")
    sent = visitor.post("/f/ask-us/", hidden(shown) | GOOD | {"consent:offers:email": "on"})
    assert sent["Location"] == "thanks/?mail=1"
    assert "look into your mailbox" in visitor.get("/f/ask-us/thanks/?mail=1").content.decode()
    submissions.settle(Submission.objects.get().pk)
    letter = Message.objects.get(key__startswith="form-confirmation")
    path = re.search(r"http://localhost:\d+(/confirm/\S+)", letter.text)[1]
    for _ in range(3):
        opened = visitor.get(path)
        assert (opened.status_code, opened["Referrer-Policy"]) == (200, "no-referrer")
        visitor.head(path)
        assert "/preferences/" not in opened.content.decode()
    assert not ConsentRecord.objects.exists()
    for _ in range(2):
        assert "that is confirmed" in visitor.post(path).content.decode()
    assert ConsentRecord.objects.count() == 2


def test_who_confirms_is_led_to_where_the_form_ends(visitor, publish):
    publish(confirm=True, ending=Ending(url="https://müller.example/danke"))
    shown = visitor.get("/f/ask-us/")
    sent = visitor.post("/f/ask-us/", hidden(shown) | GOOD)
    assert sent["Location"] == "thanks/?mail=1"
    submissions.settle(Submission.objects.get().pk)
    letter = Message.objects.get(key__startswith="form-confirmation")
    path = re.search(r"http://localhost:\d+(/confirm/\S+)", letter.text)[1]
    opened = visitor.get(path)
    assert opened.status_code == 200 and not Contact.objects.exists()
    policy = opened["Content-Security-Policy"] + ";"
    assert "form-action 'self' https://xn--mller-kva.example;" in policy
    assert "script-src" not in policy
    for _ in range(2):
        pressed = visitor.post(path)
        ended = (pressed.status_code, pressed["Location"])
        assert ended == (303, "https://xn--mller-kva.example/danke")
    assert Contact.objects.count() == 1
    assert "that is confirmed" in visitor.get(path).content.decode()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "You get a mail with a link: usually at once, later if several went to your"),
        ("de", "Sie bekommen eine E-Mail mit einem Link: meist sofort, später, wenn heute schon"),
    ],
)
def test_no_mail_is_said_to_be_sent_that_waits_until_tomorrow(visitor, publish, language, words):
    publish(confirm=True, language=language)
    for _ in range(confirmations.MOST + 1):
        sent = visitor.post("/f/ask-us/", GOOD)
        submissions.settle(Submission.objects.latest("pk").pk)
    assert Message.objects.count() == confirmations.MOST
    assert words in visitor.get(f"/f/ask-us/{sent['Location']}").text


@pytest.mark.parametrize(
    ("language", "end"),
    [
        ("en", "without the button you have not agreed to anything in this form."),
        ("de", "Ohne den Knopf haben Sie mit diesem Formular in nichts eingewilligt."),
    ],
)
def test_who_it_was_not_is_told_what_is_true(visitor, publish, offers, language, end):
    """The record is there already, and its owner was told."""
    purposes.word(offers, language="de", text="Acme darf mir Angebote mailen.", by=None)
    publish(boxes=[box(offers)], language=language)
    visitor.post("/f/ask-us/", GOOD | {"consent:offers:email": "on"})
    submissions.settle(Submission.objects.get().pk)
    assert Contact.objects.exists() and not ConsentRecord.objects.exists()
    letter = Message.objects.get(key__startswith="form-confirmation")
    path = re.search(r"http://localhost:\d+(/confirm/\S+)", letter.text)[1]
    for said in (letter.text, visitor.get(path).text):
        assert end in said
        assert "hear from us" not in said and "Nothing is sent" not in said


def test_who_confirmed_finds_their_preferences(visitor, publish, offers):
    purposes.word(offers, language="de", text="Acme darf mir Angebote mailen.", by=None)
    publish(boxes=[box(offers)], language="de")
    shown = visitor.get("/f/ask-us/")
    visitor.post("/f/ask-us/", hidden(shown) | GOOD | {"consent:offers:email": "on"})
    submissions.settle(Submission.objects.get().pk)
    letter = Message.objects.get(key__startswith="form-confirmation")
    path = re.search(r"http://localhost:\d+(/confirm/\S+)", letter.text)[1]
    visitor.post(path)
    contact = Contact.objects.get()
    link = f"{preference_links.address(contact)}?lang=de"
    done = visitor.get(path).content.decode()
    assert f'href="{link}">Wählen, was wir Ihnen senden dürfen</a>' in done
    choices = visitor.get(link.removeprefix("http://localhost:8200")).content.decode()
    assert "Was wir Ihnen senden dürfen" in choices and "a…@acme.example" in choices
    contacts.change(contact, values={"email": "bea@acme.example"}, by=None)
    contact.addresses.filter(value="ana@acme.example").delete()
    assert "/preferences/" not in visitor.get(path).content.decode()


def test_the_page_does_not_tell_whether_somebody_said_stop(visitor, publish, news):
    publish(boxes=[box(news)])
    shown, answers = visitor.get("/f/ask-us/"), []
    way, now = Suppression.Way.COMPLAINED, timezone.now()
    suppressions.add("ana@acme.example", channel=Channel.EMAIL, way=way, at=now)
    for email in ("ana@acme.example", "bea@acme.example"):
        said = hidden(shown) | GOOD | {"email": email, "consent:news:email": "on"}
        answers.append(visitor.post("/f/ask-us/", said)["Location"])
        shown = visitor.get("/f/ask-us/")
    first, second = Submission.objects.order_by("pk")
    assert (first.verdict, second.verdict) == ("pending", "accepted")
    assert answers == ["thanks/", "thanks/"]


def test_links_in_mails_carry_our_address_whatever_the_host_says(publish, settings):
    publish(confirm=True)
    settings.ALLOWED_HOSTS = ["*"]
    forged = {"host": "evil.example", "x-forwarded-host": "evil.example", "user-agent": CHROME}
    Client(headers=forged).post("/f/ask-us/", GOOD)
    submissions.settle(Submission.objects.get().pk)
    letter = Message.objects.get(key__startswith="form-confirmation")
    assert "evil.example" not in letter.text
    assert settings.BASE_URL in letter.text


def test_a_guessed_link_opens_nothing(visitor, publish):
    for token in ("x", "0" * 43, "%00", "..%2f", "ä"):
        for answer in (visitor.get(f"/confirm/{token}/"), visitor.post(f"/confirm/{token}/")):
            assert answer.status_code in (404, 410, 422)  # 422: a NUL is no text


@pytest.mark.parametrize("path", ["/f/ask-us/", "/f/ask-us/part/", "/f/ask-us/thanks/"])
def test_a_draft_a_deleted_form_and_none_look_alike(visitor, mia, path):
    form = forms.create(name="Ask us", by=mia)
    before = visitor.get(path)
    forms.delete(form, by=mia)
    after = visitor.get(path)
    assert before.status_code == after.status_code == 404
    assert before.content == after.content


def test_a_closed_form_says_so_and_takes_nothing(visitor, publish, mia):
    forms.close(publish().form, by=mia)
    for answer in (visitor.get("/f/ask-us/"), visitor.post("/f/ask-us/", GOOD)):
        assert answer.status_code == 410
        assert "takes no more answers" in answer.content.decode()
    assert not Submission.objects.exists()


def test_fields_nobody_asked_for_are_refused_by_name(visitor, publish):
    """Mass assignment: reference 1.3 no. 18."""
    publish("first_name")
    ours = {f.name for f in Contact._meta.fields} | {f.name for f in Submission._meta.fields}
    for name in sorted(ours - {"email", "first_name"}):
        sent = visitor.post("/f/ask-us/", GOOD | {name: "1"})
        assert sent.status_code == 400, name
        assert f"“{name}”" in sent.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 422),
        (b"{}", "application/json", 422),
        (b"\x00\xff\xfe=%", "application/x-www-form-urlencoded", 422),
        (b"email=a%00b%0d%0aBcc:x@y.example", "application/x-www-form-urlencoded", 422),
        (b"--x\r\n", "multipart/form-data; boundary=x", 422),
        (b"--x\r\n", "multipart/form-data", 400),
        (b"email=" + b"a" * 250_000, "application/x-www-form-urlencoded", 413),
        (b"&".join([b"a=1"] * 6000), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_body_that_is_no_form_gets_a_clear_answer(visitor, publish, body, kind, status):
    publish()
    answer = visitor.generic("POST", "/f/ask-us/", body, content_type=kind)
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not Submission.objects.exists()
    assert visitor.post("/f/ask-us/", GOOD).status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "//f/ask-us/",
        "/f//ask-us/",
        "/f/./ask-us/",
        "/f/ask-us/%2e%2e/",
        "/f/%2f/",
        "/f/" + "a" * 8192,
    ],
)
def test_odd_paths_break_nothing(visitor, publish, path):
    """Reference 1.3 no. 29."""
    publish()
    assert visitor.generic("GET", path).status_code in (200, 301, 404)
    assert visitor.get("/f/ask-us/").status_code == 200


def test_a_flood_is_told_when_to_come_back_with_what_was_written(visitor, publish, monkeypatch):
    publish("first_name")
    monkeypatch.setattr(submissions, "FLOOD", 1)
    visitor.post("/f/ask-us/", GOOD)
    sent = visitor.post("/f/ask-us/", GOOD | {"first_name": "Ana"})
    assert (sent.status_code, sent["Retry-After"]) == (429, "600")
    assert 'value="Ana"' in sent.content.decode()


def test_a_page_that_was_left_open_for_a_day_is_still_taken(visitor, publish):
    version = publish()
    old = tickets.make(version.form, now=timezone.now() - timedelta(days=2))
    sent = visitor.post("/f/ask-us/", GOOD | {"_ticket": old, "_number": proof.solve(old)})
    assert sent.status_code == 303
    assert not Submission.objects.get().proven


def test_the_words_that_stood_there_count_not_those_of_today(visitor, publish, news, mia):
    first = publish(boxes=[box(news)])
    purposes.word(news, language="en", text="Other words.", by=None)
    forms.publish(first.form, by=mia)
    visitor.post("/f/ask-us/", GOOD | {"consent:news:email": "on", "_version": "1"})
    submissions.settle(Submission.objects.get().pk)
    assert ConsentRecord.objects.get().text.version == 1


def test_another_page_may_fetch_and_send_the_part(visitor, publish):
    publish(ending=Ending(url="https://acme.example/thanks"))
    shown = visitor.get("/f/ask-us/part/")
    assert shown["Access-Control-Allow-Origin"] == "*"
    assert "<html" not in shown.content.decode()
    said = hidden(shown) | {"_visitor": "a-device", "_page": "https://acme.example/ask"}
    wrong = visitor.post("/f/ask-us/part/", said | {"email": "x"})
    assert wrong.status_code == 422
    done = visitor.post("/f/ask-us/part/", said | GOOD)
    assert 'data-redirect="https://acme.example/thanks"' in done.content.decode()
    submissions.settle(Submission.objects.get().pk)
    assert Visitor.objects.get().contact == Contact.objects.get()
    assert visitor.post("/f/ask-us/start/").status_code == 204
    assert FormDay.objects.get().starts == 1


def test_machines_are_not_counted(publish):
    publish()
    Client(headers={"user-agent": "Googlebot/2.1"}).get("/f/ask-us/")
    assert not FormDay.objects.exists()


def test_nothing_written_is_markup_on_the_page(visitor, publish):
    """Reference 1.3 no. 8; the staff's pages are crawled by a browser test."""
    publish("first_name", "message")
    nasty = "\"><script>document.title='owned'</script><img src=x onerror=alert(1)>"
    said = {
        "email": nasty,
        "first_name": nasty,
        "message": nasty,
        "_page": nasty,
        "_referrer": nasty,
    }
    for path in ("/f/ask-us/", "/f/ask-us/part/"):
        text = visitor.post(path, said).content.decode()
        assert "<script>document" not in text
        assert "<img" not in text


@pytest.mark.parametrize("bad", [False, True])
def test_a_form_in_another_page_names_itself_and_leads_to_the_privacy_page(visitor, publish, bad):
    form = publish(language="de", title="Fragen Sie", intro="Wir antworten <bald>.").form
    url = f"/f/{form.slug}/part/"
    text = (visitor.post(url, {"email": "x"}) if bad else visitor.get(url)).text
    assert text.count("<h2") == 1 and '<h2 id="accord-title">Fragen Sie</h2>' in text
    assert "Wir antworten &lt;bald&gt;." in text
    there = f'href="{settings.BASE_URL}/privacy-policy/?lang=de"'
    assert there in text and ">Datenschutz</a>" in text
    whole = visitor.get(f"/f/{form.slug}/").text
    assert whole.count("Fragen Sie</h1>") == 1 and "accord-title" not in whole


def test_so_does_the_plain_copy(client, publish, mia):
    form = publish(title="Ask us", intro="We answer.").form
    client.force_login(mia)
    page = html.unescape(client.get(f"/forms/{form.pk}/").text)
    assert "<h2>Ask us</h2>" in page and "<p>We answer.</p>" in page
    assert f'<a href="{settings.BASE_URL}/privacy-policy/?lang=en">Privacy</a>' in page
