"""Privacy requests in Settings, the page of one person's data, and the public page."""

import io
import re
import zipfile

import pytest
from django.utils import timezone

from accord.channels.models import Message
from accord.marketing.forms.tests.conftest import publish
from accord.marketing.models import Submission
from accord.people import contacts
from accord.people.identity import merging
from accord.people.models import Erasure, PrivacyRequest, Restriction
from accord.people.privacy import copies, erasing, requests
from accord.platform.models import AuditEntry
from accord.platform.queue import work
from accord.web.privacy import public

__all__ = ["publish"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path
    settings.MAIL_URL = f"maildir:{tmp_path}/mail"
    public.PACE.buckets.clear()


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return client


def asked(contact, kind="access"):
    return requests.receive(kind, contact, asked_by="By mail", by=None)


def text(response):
    return response.content.decode()


def test_whoever_is_found_after_the_check_is_to_be_checked_too(owner, ana):
    ben = contacts.create(values={"email": "ben@acme.example"}, by=None)
    made = asked(ana)
    requests.identify(made, "Called the number on the record", by=None)
    assert requests.find(made, ana, by=None).identity
    assert requests.is_identified(made)
    owner.post(f"/settings/privacy/{made.pk}/person/", {"who": ben.email})
    made.refresh_from_db()
    assert (made.contact, made.identity) == (ben, "")
    with pytest.raises(requests.NotIdentified):
        requests.ready(made)
    assert "Not checked yet" in text(owner.get(f"/settings/privacy/{made.pk}/"))
    requests.identify(made, "Answered a mail", by=None)
    assert requests.ready(made) == made


def test_a_request_is_written_down_identified_and_answered(owner, ana):
    given = {"kind": "restriction", "who": ana.email, "asked_by": "On the phone"}
    made = owner.post("/settings/privacy/", given)
    found = PrivacyRequest.objects.get()
    assert made["Location"] == f"/settings/privacy/{found.pk}/"
    assert (found.contact, found.due_at) == (ana, requests.in_months(found.received_at, 1))
    at = f"/settings/privacy/{found.pk}/"
    refused = owner.post(f"{at}restriction/")
    assert refused.status_code == 422 and "how you know" in text(refused)
    owner.post(f"{at}identity/", {"note": "Called the number on the record"})
    owner.post(f"{at}restriction/")
    assert Restriction.objects.filter(contact=ana, lifted_at=None).exists()
    assert "Restricted since" in text(owner.get(f"/contacts/{ana.pk}/"))
    owner.post(f"{at}answer/", {"note": "Told by mail"})
    found.refresh_from_db()
    assert found.state == "answered" and found.closed_at
    assert "Told by mail" in text(owner.get(at))
    assert owner.post(f"{at}refusal/", {"note": "No"}).status_code == 422


def test_an_extension_needs_its_reason_and_comes_once(owner, ana):
    found = asked(ana)
    at = f"/settings/privacy/{found.pk}/extension/"
    assert owner.post(at).status_code == 422
    owner.post(at, {"note": "Many systems"})
    found.refresh_from_db()
    assert found.due_at == requests.in_months(found.received_at, 3)
    assert "extended already" in text(owner.post(at, {"note": "More"}))


def test_nobody_is_written_down_for_an_unknown_address(owner):
    given = {"kind": "access", "who": "nobody@buyer.example", "asked_by": "By mail"}
    answer = owner.post("/settings/privacy/", given)
    assert answer.status_code == 422 and "No contact has this" in text(answer)
    assert not PrivacyRequest.objects.exists()


def test_the_copy_is_downloaded_and_noted(owner, ana):
    found = asked(ana)
    requests.identify(found, "Called the number on the record", by=None)
    answer = owner.post(f"/contacts/{ana.pk}/privacy/copy/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert ana.email in archive.read("index.html").decode()
    assert ana.email not in answer["Content-Disposition"]
    assert requests.history(found).first().what == "exported"
    assert AuditEntry.objects.filter(verb="person.exported").exists()


def test_a_request_that_is_not_checked_gives_out_and_answers_nothing(owner, ana):
    found = asked(ana)
    copy, at = f"/contacts/{ana.pk}/privacy/copy/", f"/settings/privacy/{found.pk}/"
    assert ">Answered<" not in text(owner.get(at))
    for path in (copy, f"{at}answer/", f"{at}correction/"):
        refused = owner.post(path, {"note": "Sent"})
        assert refused.status_code == 422 and "Write down first how you know" in text(refused)
    assert [each.what for each in requests.history(found)] == ["received"]
    assert not AuditEntry.objects.filter(verb="person.exported").exists()
    owner.post(f"{at}refusal/", {"note": "Nobody answered our question who asks"})
    assert PrivacyRequest.objects.get().state == "refused"
    assert owner.post(copy).status_code == 200  # nobody asks: it is a colleague's own


def test_what_was_asked_of_a_record_merged_since_is_checked_too(owner, ana):
    bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
    found = asked(bea, "erasure"), asked(bea)
    merging.merge(ana, bea, choices={}, by=None)
    with pytest.raises(requests.NotIdentified):
        erasing.begin(ana, by=None)
    with pytest.raises(requests.NotIdentified):
        copies.write(ana, io.BytesIO(), by=None)
    for each in found:
        requests.identify(each, "Called the number on the record", by=None)
    copies.write(ana, io.BytesIO(), by=None)
    assert requests.history(found[1]).first().what == "exported"
    assert erasing.begin(ana, by=None).request == found[0]


def test_of_two_who_ask_the_one_who_was_checked_gets_the_copy(ana):
    asked(ana)
    checked = asked(ana)
    requests.identify(checked, "Called the number on the record", by=None)
    copies.write(ana, io.BytesIO(), by=None)
    assert requests.history(checked).first().what == "exported"


def test_who_is_on_no_record_is_answered_unchecked(owner):
    found = asked(None)
    owner.post(f"/settings/privacy/{found.pk}/answer/", {"note": "Nothing is kept"})
    assert PrivacyRequest.objects.get().state == "answered"


def test_erasing_asks_for_the_number_and_shows_its_progress(owner, ana):
    page = text(owner.get(f"/contacts/{ana.pk}/privacy/"))
    assert "What is kept, and what erasing leaves" in page and "Addresses and numbers" in page
    wrong = owner.post(f"/contacts/{ana.pk}/privacy/erasure/", {"number": "0"})
    assert wrong.status_code == 422 and not Erasure.objects.exists()
    begun = owner.post(f"/contacts/{ana.pk}/privacy/erasure/", {"number": str(ana.pk)})
    made = Erasure.objects.get()
    assert begun["Location"] == f"/settings/privacy/erasures/{made.pk}/"
    assert "Erasing record" in text(owner.get(begun["Location"]))
    work.run_due()
    done = text(owner.get(begun["Location"], headers={"HX-Request": "true"}))
    assert "Nothing of the person is left" in done and "hx-get" not in done
    assert owner.get(f"/contacts/{ana.pk}/").status_code == 404
    assert owner.get(f"/contacts/{ana.pk}/privacy/").status_code == 404


def test_erasing_for_a_request_needs_to_know_who_asks(owner, ana):
    found = asked(ana, "erasure")
    sent = {"number": str(ana.pk)}
    refused = owner.post(f"/contacts/{ana.pk}/privacy/erasure/", sent)
    assert refused.status_code == 422 and not Erasure.objects.exists()
    requests.identify(found, "Wrote from the address on the record", by=None)
    owner.post(f"/contacts/{ana.pk}/privacy/erasure/", sent)
    assert Erasure.objects.get().request == found
    work.run_due()
    shown = text(owner.get(f"/settings/privacy/{found.pk}/"))
    assert "Known to be them by</dt><dd>Not kept any more" in shown
    assert "Not checked yet" not in shown


STEPS_SHOWN = ("<h2>Find the person", "<h2>Check who asks", "<h2>Do what was asked")


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("in_the_bin", [True, False])
def test_a_request_of_somebody_erased_can_only_be_closed(owner, ana, checked, in_the_bin):
    found = asked(ana)
    if checked:
        requests.identify(found, "Called the number on the record", by=None)
    if in_the_bin:
        contacts.delete(ana, by=None)
    assert erasing.run_all(erasing.begin(ana, by=None))
    at = f"/settings/privacy/{found.pk}/"
    shown = text(owner.get(at))
    assert [each for each in STEPS_SHOWN if each in shown] == []
    assert "Extend" not in shown and "Close it" in shown
    assert "The person was erased" in shown and "Erased person" in shown
    words = "Not kept any more" if checked else "Never checked"
    assert f"Known to be them by</dt><dd>{words}" in shown
    for step, said in (("identity", {"note": "By phone"}), ("restriction", {})):
        refused = owner.post(f"{at}{step}/", said)
        assert refused.status_code == 422 and "This person was erased" in text(refused)
    assert requests.history(found).first().what == "erasing"
    owner.post(f"{at}answer/")
    assert PrivacyRequest.objects.get().state == "answered"


def test_what_is_seen_before_an_erasure_names_open_requests(owner, ana):
    at = f"/contacts/{ana.pk}/privacy/"
    assert "tell them first" not in text(owner.get(at))
    requests.withdraw(asked(ana), by=None)
    assert "tell them first" not in text(owner.get(at))
    asked(ana)
    assert "1 request of this person is open; tell them first." in text(owner.get(at))
    bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
    asked(bea, "objection")
    merging.merge(ana, bea, choices={}, by=None)
    assert "2 requests of this person are open; tell them first." in text(owner.get(at))
    assert erasing.run_all(erasing.begin(ana, by=None))
    whats = [requests.history(each).first().what for each in requests.waiting()]
    assert whats == ["erasing", "erasing"]


def test_today_shows_what_is_due_to_who_answers(owner, ana, client, mia):
    asked(ana)
    assert 'hx-get="/today/privacy/"' in text(owner.get("/"))
    assert "A copy of their data" in text(owner.get("/today/privacy/"))
    client.force_login(mia)
    assert "/today/privacy/" not in text(client.get("/"))
    assert client.get("/today/privacy/").status_code == 403


def test_the_page_answers_alike_whether_somebody_is_known(client, ana):
    known = client.post("/privacy/", {"kind": "access", "email": ana.email})
    unknown = client.post("/privacy/", {"kind": "access", "email": "nobody@buyer.example"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    letters = dict(Message.objects.values_list("to", "text"))
    assert "/privacy/" in letters[ana.email]
    assert "There is no record of you" in letters["nobody@buyer.example"]
    assert not PrivacyRequest.objects.exists()


def test_the_link_makes_one_request_that_is_identified(client, ana):
    client.post("/privacy/?lang=de", {"kind": "erasure", "email": ana.email})
    letter = Message.objects.get()
    assert "Öffnen Sie diesen Link" in letter.text
    link = re.search(r"(/privacy/\S+)", letter.text).group(1)
    assert "Ist es das, was Sie verlangen?" in text(client.get(link))
    assert not PrivacyRequest.objects.exists()
    for _ in range(2):
        assert "Wir haben Ihre Anfrage" in text(client.post(link))
    found = PrivacyRequest.objects.get()
    due = timezone.localdate(found.due_at)
    english = text(client.post(link.replace("lang=de", "lang=en")))
    assert f"by {due.day} {due:%B %Y} at the latest" in english
    assert (found.contact, found.kind, found.origin) == (ana, "erasure", "page")
    assert requests.ready(found)


def test_a_request_checked_already_begins_with_what_was_asked(owner, ana):
    found = asked(ana)
    requests.identify(found, "Followed the link", by=None)
    shown = text(owner.get(f"/settings/privacy/{found.pk}/"))
    assert "<h2>Do what was asked" in shown


def test_a_link_mailed_before_a_merge_asks_for_the_record_that_stays(client, ana):
    link = f"/privacy/{public.token(ana, 'erasure')}/"
    bea = contacts.create(values={"email": "bea@acme.example"}, by=None)
    merging.merge(bea, ana, choices={}, by=None)
    client.post(link)
    assert PrivacyRequest.objects.get().contact == bea


def test_a_link_that_is_none_says_so(client, ana):
    good = public.token(ana, "access")
    for token in ("x", good[:-1], good + "x", public.signing.dumps([ana.pk, "nothing"])):
        assert client.get(f"/privacy/{token}/").status_code == 410
        assert client.post(f"/privacy/{token}/").status_code == 410
    erasing.run(erasing.begin(ana, by=None).pk)
    assert client.get(f"/privacy/{good}/").status_code == 410


def test_an_address_gets_few_letters_and_a_network_has_to_wait(client, ana):
    for _ in range(10):
        assert client.post("/privacy/", {"kind": "access", "email": ana.email}).status_code == 303
    assert Message.objects.count() == public.MOST_A_DAY
    asked = text(client.get("/privacy/asked/"))
    assert "We mail the address you gave, at most three times a day." in asked
    german = text(client.get("/privacy/asked/?lang=de"))
    assert "An die angegebene Adresse geht eine E-Mail, höchstens dreimal am Tag." in german
    late = client.post("/privacy/", {"kind": "access", "email": "bo@buyer.example"})
    assert late.status_code == 429 and late["Retry-After"]


KEPT = {
    "en": "What was sent with it in a form is on no record yet. What nobody confirms",
    "de": "Was damit in einem Formular gesendet wurde, gehört noch zu keinem Eintrag.",
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("verdict", ["pending", "spam", "accepted"])
def test_who_is_on_no_record_is_told_what_is_kept_of_them(client, publish, language, verdict):
    """Somebody filled a form in and did not confirm it, or was taken for spam."""
    publish(confirm=verdict == "pending")
    trap = {"website-url": "x"} if verdict == "spam" else {}
    client.post("/f/ask-us/", {"email": "bo@buyer.example"} | trap)
    assert Submission.objects.get().verdict == verdict
    for email in ("bo@buyer.example", "cy@buyer.example"):
        client.post(f"/privacy/?lang={language}", {"kind": "erasure", "email": email})
        letter = Message.objects.get(to=email)
        assert (KEPT[language] in letter.text) is (email == "bo@buyer.example")
        assert "keep nothing" not in letter.text and "nichts gespeichert" not in letter.text


ELSEWHERE = {
    "en": "It may stand elsewhere too, such as in what a website recorded when it was given there.",
    "de": "Sie kann auch anderswo stehen, etwa in dem, was eine Website aufgezeichnet hat,",
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_who_is_on_no_record_is_not_told_that_the_list_of_what_is_kept_is_whole(client, language):
    """A website may have said who a visitor is by an address nobody's record has."""
    client.post(f"/privacy/?lang={language}", {"kind": "access", "email": "bo@buyer.example"})
    assert ELSEWHERE[language] in Message.objects.get().text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"kind": "access", "email": "no"},
        {"kind": "x", "email": "a@b.example"},
        {"kind": "access", "email": "ana@acme_x.example"},
        {"kind": "access", "email": "ä@acme.example"},
        {"kind": "access", "email": "ana@foo.local"},
    ],
)
def test_what_cannot_be_read_or_mailed_is_asked_again(client, sent):
    answer = client.post("/privacy/", sent)
    assert answer.status_code == 422 and "Write your e-mail address" in text(answer)
    answer = client.post("/privacy/?lang=de", sent)
    assert answer.status_code == 422 and "Schreiben Sie Ihre E-Mail-Adresse" in text(answer)
    assert f'value="{sent.get("email", "")}"' in text(answer)
    assert not Message.objects.exists()


def test_who_is_deleted_may_ask_too(client, ana):
    contacts.delete(ana, by=None)
    client.post("/privacy/", {"kind": "access", "email": ana.email})
    assert "/privacy/" in Message.objects.get().text
