from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format

from accord.engine.consent.terms import Channel
from accord.marketing.forms import forms
from accord.marketing.forms.tests.conftest import box, publish
from accord.people import contacts
from accord.people.consents import consent, purposes
from accord.people.consents.consent import Given
from accord.people.models import Assessment, BannerText, ConsentText, Purpose, Suppression
from accord.people.segments import ending
from accord.platform.access import preferences
from accord.platform.models import AuditEntry

__all__ = ["publish"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return olga


@pytest.fixture
def news(db):
    return purposes.add(label="News", by=None)


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_purpose_is_made_renamed_and_archived(client, owner):
    client.post("/settings/consent/", {"label": "Our Offers", "definition": "Prices."})
    made = Purpose.objects.get()
    assert (made.pk, made.label, made.double) == ("our_offers", "Our Offers", False)
    page = f"/settings/consent/purposes/{made.pk}/"
    assert client.post(page, {"label": "Deals", "double": "on"}).status_code == 302
    made.refresh_from_db()
    assert (made.label, made.double) == ("Deals", True)
    shown = text(client.get("/settings/consent/"))
    assert "Deals" in shown and "None yet" in shown
    client.post(f"{page}archive/")
    assert "Bring Deals back" in text(client.get("/settings/consent/"))
    client.post(f"{page}archive/", {"restore": "1"})
    assert purposes.in_use().count() == 1
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {
        "purpose.added", "purpose.changed", "purpose.archived", "purpose.restored",
    } <= verbs  # fmt: skip


@pytest.mark.parametrize("label", ["", "!!!", "News", "  news "])
def test_a_name_that_is_none_or_taken_is_refused(client, owner, news, label):
    answer = client.post("/settings/consent/", {"label": label})
    assert answer.status_code == 422 and Purpose.objects.count() == 1


def test_words_are_versions_with_their_digest(client, owner, news):
    page = "/settings/consent/purposes/news/"
    for words in ("News, please.", "News, please, monthly.", "News, please, monthly."):
        client.post(f"{page}text/", {"language": "en", "text": words})
    first, second = ConsentText.objects.order_by("pk")
    assert (second.version, second.by) == (2, owner)
    shown = text(client.get(page))
    assert first.digest[:12] in shown and second.digest[:12] in shown
    whole = text(client.get(f"/settings/consent/words/{first.pk}/"))
    assert "News, please." in whole and first.digest in whole
    assert client.post(f"{page}text/", {"language": "fr", "text": "x"}).status_code == 422
    assert client.post(f"{page}text/", {"language": "en", "text": " "}).status_code == 422
    assert ConsentText.objects.count() == 2


def test_an_assessment_is_kept_and_counts(client, owner, news, ana):
    contacts.change(ana, values={"country": "FR"}, by=None)
    later = (timezone.localdate() + timedelta(days=90)).isoformat()
    said = {"channel": "email", "countries": "fr, SE", "text": "Fair.", "until": later}
    page = "/settings/consent/purposes/news/"
    assert client.post(f"{page}assessment/", said).status_code == 302
    assert Assessment.objects.get().countries == ["FR", "SE"]
    assert consent.may_send(ana, consent.question("news", Channel.EMAIL), timezone.now())
    assert "Fair." in text(client.get(page))
    client.post(f"{page}assessment/", said | {"countries": "France, united kingdom; se"})
    assert Assessment.objects.latest("pk").countries == ["FR", "GB", "SE"]
    for wrong in ({"until": "2020-01-01"}, {"text": " "}):
        assert client.post(f"{page}assessment/", said | wrong).status_code == 422
    assert Assessment.objects.count() == 2


@pytest.mark.parametrize(
    ("channel", "countries", "words"),
    [
        ("email", "Germany, Finland", "By e-mail no interest of ours counts in Germany."),
        ("post", "JP, DE, India", "By letter no interest of ours counts in India, Japan."),
        ("email", "FR, Elbonia", "There is no country “Elbonia”"),
        ("email", " ,; ", "Name at least one country"),
    ],
)
def test_an_assessment_says_which_country_is_wrong(client, owner, news, channel, countries, words):
    later = (timezone.localdate() + timedelta(days=90)).isoformat()
    said = {"channel": channel, "countries": countries, "text": "Fair.", "until": later}
    answer = client.post("/settings/consent/purposes/news/assessment/", said)
    assert answer.status_code == 422 and words in text(answer)
    assert not Assessment.objects.exists()


def test_the_rules_are_a_table_and_the_unknown_country_a_choice(client, owner):
    shown = text(client.get("/settings/consent/countries/"))
    for part in ("Germany", "Canada", "United States", "Every other country"):
        assert part in shown
    chosen = shown[shown.index("Nobody knows") :]
    in_order = ("Afghanistan", "Åland Islands", "Côte d", "Czechia", "Germany", "United Arab")
    places = [chosen.index(f">{name}") for name in in_order]
    assert places == sorted(places)
    client.post("/settings/consent/countries/", {"unknown_country": "DE"})
    assert preferences.current().unknown_country == "DE"
    answer = client.post("/settings/consent/countries/", {"unknown_country": "XX"})
    assert answer.status_code == 422 and preferences.current().unknown_country == "DE"


def test_whether_children_are_reached_is_a_choice_and_off_at_first(client, owner):
    page = "/settings/consent/countries/"
    assert preferences.current().may_reach_children is False
    shown = text(client.get(page))
    assert "We may reach children" in shown and "13 years" in shown and "16 years" in shown
    client.post(page, {"unknown_country": "", "may_reach_children": "on"})
    assert preferences.current().may_reach_children is True
    assert "checked" in str(client.get(page).context["form"]["may_reach_children"])
    client.post(page, {"unknown_country": ""})
    assert preferences.current().may_reach_children is False


def test_forms_that_ask_no_age_are_named_where_children_are_reached(client, owner, news, publish):
    purposes.word(news, language="en", text="Send me news.", by=None)
    form = publish(boxes=[box(news)]).form
    page = "/settings/consent/countries/"
    assert "Ask us" not in text(client.get(page))
    said = {"unknown_country": "", "may_reach_children": "on"}
    shown = text(client.post(page, said, follow=True))
    assert f'href="/forms/{form.pk}/">Ask us</a>' in shown
    forms.close(form, by=None)
    assert "Ask us" not in text(client.get(page))


def test_the_banner_has_words_to_begin_with_and_versions(client, owner):
    page = "/settings/tracking/banner/"
    shown = client.get(f"{page}?lang=de")
    assert "Dürfen wir Sie wiedererkennen?" in text(shown) and "My company" in text(shown)
    words = shown.context["form"].initial
    assert client.post(f"{page}?lang=de", words).status_code == 302
    assert client.post(f"{page}?lang=de", words | {"accept": "Ja"}).status_code == 302
    kept = BannerText.objects.order_by("version").values_list("language", "version")
    assert list(kept) == [("de", 1), ("de", 2)]
    assert "Version 2" in text(client.get(f"{page}?lang=de"))
    assert client.post(page, words | {"reject": ""}).status_code == 422
    assert client.post(page, words | {"marketing": "Offers"}).status_code == 422
    assert BannerText.objects.count() == 2


def test_addresses_are_put_on_the_list_and_counted(client, mia, ana, news):
    client.force_login(mia)
    consent.give(ana, Given("news", Channel.EMAIL), by=None)
    page = "/settings/suppression/"
    client.post(page, {"addresses": "ANA@Acme.example\n+49 30 1234567", "way": "suppressed"})
    assert not consent.may_send(ana, consent.question("news", Channel.EMAIL), timezone.now())
    kept = Suppression.objects.values_list("channel", flat=True)
    assert sorted(kept) == ["email", "phone", "sms"]
    shown = text(client.get(page))
    assert "1234567" not in shown and "Asked that everything stops" in shown


def test_what_became_of_a_list_stands_on_the_page_and_counts_addresses(client, mia):
    client.force_login(mia)
    said = {"addresses": "a@acme.example\n+49 30 1234567\nnonsense\n", "way": "suppressed"}
    shown = text(client.post("/settings/suppression/", said, follow=True))
    assert "Put on the list: 2. On it before: 0. Nothing was found in line 3." in shown
    assert '<div class="notice warn" role="status" id="put">' in shown
    again = said | {"addresses": said["addresses"] + "x\n" * 20}
    shown = text(client.post("/settings/suppression/", again, follow=True))
    assert "Put on the list: 0. On it before: 2." in shown and "lines 3, 4, 5" in shown
    assert "22, 23." in shown
    assert 'id="put"' not in text(client.get("/settings/suppression/"))


def test_a_file_of_another_system_is_taken_whole(client, mia):
    client.force_login(mia)
    lines = ["Email Address;Name;Left at", "a@acme.example;Ana;2024-01-02", "", "nonsense;x;y"]
    lines += [f"person{n}@acme.example;P;2024-01-02" for n in range(3000)]
    lines += ["a@acme.example;again;2024"]
    file = SimpleUploadedFile("left.csv", ("\ufeff" + "\r\n".join(lines)).encode())
    answer = client.post("/settings/suppression/", {"file": file, "way": "complained"}, follow=True)
    assert Suppression.objects.filter(way="complained", channel="email").count() == 3001
    assert "Put on the list: 3001. On it before: 0. Nothing was found in line 4." in text(answer)
    file.seek(0)
    again = client.post("/settings/suppression/", {"file": file, "way": "complained"}, follow=True)
    assert "Put on the list: 0. On it before: 3001." in text(again)
    details = str(list(AuditEntry.objects.values_list("details", flat=True)))
    assert "acme.example" not in details


@pytest.mark.parametrize("slip", ["ana@acme..example", "+49 12"])
def test_an_address_with_a_slip_is_no_heading(client, mia, slip):
    client.force_login(mia)
    said = {"addresses": f"{slip}\nben@acme.example", "way": "suppressed"}
    answer = client.post("/settings/suppression/", said, follow=True)
    assert "Put on the list: 1." in text(answer)
    assert "Nothing was found in line 1." in text(answer)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"addresses": "  "},
        {"addresses": "nobody"},
        {"addresses": "a@acme.example", "way": "because"},
        {"file": SimpleUploadedFile("x.bin", bytes(range(256)) * 4)},
    ],
)
def test_what_holds_no_address_is_refused_with_what_to_do(client, mia, said):
    client.force_login(mia)
    answer = client.post("/settings/suppression/", {"way": "suppressed"} | said)
    assert answer.status_code == 422 and not Suppression.objects.exists()


def test_a_list_with_a_lost_key_says_so(client, mia):
    client.force_login(mia)
    now = timezone.now()
    Suppression.objects.create(
        digest="x", key_check="other", channel="email", way="bounced", at=now
    )
    assert "suppression_key" in text(client.get("/settings/suppression/"))


def test_implied_consent_that_ends_soon_is_named(client, owner, ana, news, monkeypatch):
    assert "ends soon" not in text(client.get("/settings/consent/"))
    contacts.change(ana, values={"country": "CA"}, by=None)
    at = timezone.now() - timedelta(days=720)
    given = Given("news", Channel.EMAIL, consent.What.PURCHASE, at=at)
    consent.give(ana, given, by=None)
    page = text(client.get("/settings/consent/"))
    assert "Consent that ends soon" in page and f"/contacts/{ana.pk}/consent/" in page
    consent.give(ana, replace(given, purpose=purposes.add(label="Offers", by=None).pk), by=None)
    page = text(client.get("/settings/consent/"))
    assert page.count(f"/contacts/{ana.pk}/consent/") == 2 and "(Canada) of 1 person ends" in page
    monkeypatch.setattr(ending, "MOST", 1)
    page = text(client.get("/settings/consent/"))
    assert "of at least 1 person ends" in page and "Looked at were the 1 permissions" in page
    day = date_format(timezone.localtime(at + timedelta(days=730)), "j F Y")
    headers = {"HX-Request": "true", "HX-Target": "section#consent"}
    card = text(client.get(f"/contacts/{ana.pk}/consent/", headers=headers))
    assert f"Implied consent by purchase, until {day}" in card
