"""Public pages: the reader's language, the company's looks, no cookie and no script."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django.urls import reverse

from accord.engine.errors import Refused
from accord.marketing.forms.tests.conftest import publish
from accord.people.consents import purposes
from accord.platform.access import preferences
from accord.web.public.pages import public

__all__ = ["publish"]
pytestmark = pytest.mark.django_db
GERMAN = {"accept-language": "de"}
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@pytest.fixture
def owner(client, olga):
    client.force_login(olga)
    return olga


@public
def missing(request):
    raise Http404


@public
def broken(request):
    raise Refused("Give the purpose a name.")


def read(view, address="/", **headers):
    return view(RequestFactory().get(address, **headers)).content.decode()


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [
        ("/", "", "en"),
        ("/", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("/", "fr,it;q=0.9", "en"),
        ("/?lang=de", "en", "de"),
        ("/?lang=en", "de", "en"),
        ("/?lang=fr", "de", "de"),
        ("/?lang=%00", "nonsense;;q=x", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_browsers(address, accepted, language):
    answer = missing(RequestFactory().get(address, headers={"accept-language": accepted}))
    text = answer.content.decode()
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}">' in text
    assert ("Hier ist nichts" in text) is (language == "de")
    assert "Accept-Language" in answer["Vary"]


def test_a_language_ends_with_its_page():
    read(missing, "/?lang=de")
    assert "There is nothing here" in read(missing)


def test_the_other_languages_are_a_link_away():
    text = read(missing, "/?a=1&lang=de")
    assert 'href="?a=1&amp;lang=en"' in text
    assert 'aria-current="true">Deutsch' in text


def test_a_refusal_is_a_public_page_with_its_sentence():
    answer = broken(RequestFactory().get("/"))
    assert answer.status_code == 422
    assert "Give the purpose a name." in answer.content.decode()


PLAIN = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind", "status", "sentence"),
    [
        (b"email=a%00b", PLAIN, 422, "ein Zeichen, das nicht gespeichert werden kann"),
        (b"email=" + b"a" * 250_000, PLAIN, 413, "Das ist zu groß"),
        (b"email=" + b"a" * 3_000_000, PLAIN, 413, "Das ist zu groß"),
        (b"&".join([b"a=1"] * 6_000), PLAIN, 400, "auf dem Weg beschädigt"),
        (b"a=b", "multipart/form-data", 400, "auf dem Weg beschädigt"),
        (b"a=b", PLAIN + "; charset=latin-1", 400, "auf dem Weg beschädigt"),
    ],
)
def test_what_no_view_may_see_is_refused_on_a_public_page(
    client, publish, body, kind, status, sentence
):
    publish(name="Newsletter")
    for path in ("/f/newsletter/", "/f/newsletter/part/", "/privacy/"):
        answer = client.generic("POST", path, body, content_type=kind, headers=GERMAN)
        assert (answer.status_code, answer["Content-Language"]) == (status, "de")
        assert '<body class="public">' in answer.text and "<script" not in answer.text
        assert "Das wurde nicht erledigt" in answer.text and sentence in answer.text
        assert "default-src 'none'" in answer["Content-Security-Policy"]


@public
def taken(request):
    return HttpResponse(sorted(request.POST))


def in_chunks(body, length):
    """A request whose body came as it came, with or without a word on how long it is."""
    said = [(b"content-length", length)] if length else []
    head = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    kind = (b"content-type", PLAIN.encode())
    return ASGIRequest(head | {"headers": [kind, *said]}, BytesIO(body))


@pytest.mark.parametrize(
    ("size", "length", "status"),
    [
        (100, b"", 200),
        (250_000, b"", 413),
        (3_000_000, b"", 413),
        (250_000, b"5", 413),
        (100, b"9" * 19, 413),
        (100, b"9" * 5_000, 413),
        (100, b"-1", 400),
        (100, b"5,5", 400),
    ],
)
def test_what_is_too_large_is_so_whatever_is_said_of_its_length(size, length, status):
    assert taken(in_chunks(b"a=" + b"a" * size, length)).status_code == status


def test_a_link_with_a_character_no_column_keeps_is_refused_there_too(client):
    answer = client.get("/confirm/%00/", headers=GERMAN)
    assert answer.status_code == 422 and '<body class="public">' in answer.text


def test_nothing_is_set_on_the_device_and_nothing_may_run(client):
    answer = client.get("/brand/colour.css")
    assert not answer.cookies
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["Referrer-Policy"] == "no-referrer"


def test_other_methods_are_refused():
    assert missing(RequestFactory().delete("/")).status_code == 405


def test_a_page_is_in_the_colour_and_under_the_logo_of_the_company(client, owner):
    assert client.post("/settings/brand/", {"colour": "#0A0"}).status_code == 302
    sheet = client.get("/brand/colour.css").content.decode()
    assert "--accent: #00aa00" in sheet and "--on-accent: #000000" in sheet
    picture = SimpleUploadedFile("logo.svg", PNG)
    assert client.post("/settings/brand/logo/", {"logo": picture}).status_code == 302
    name = preferences.current().brand_logo
    assert name.endswith(".png")
    text = read(missing)
    assert f"/brand/logo/{name}" in text and "/brand/colour.css?v=00aa00" in text
    answer = client.get(f"/brand/logo/{name}")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert client.get("/brand/logo/..%2F..%2Fsecrets%2Fsecret_key").status_code in (404, 410)
    client.post("/settings/brand/logo/")
    assert client.get(f"/brand/logo/{name}").status_code == 410
    assert "<img" not in read(missing) and "My company" in read(missing)


@pytest.mark.parametrize("colour", ["red", "#12", "}body{display:none", "#12345g"])
def test_what_is_no_colour_is_said_at_the_field(client, owner, colour):
    answer = client.post("/settings/brand/", {"colour": colour})
    assert answer.status_code == 422 and "such as #1f6feb" in answer.content.decode()
    assert preferences.current().brand_colour == ""


@pytest.mark.parametrize("file", [b"<svg onload=alert(1)>", b"", PNG + b"x" * 300_000])
def test_what_is_no_picture_is_refused(client, owner, file):
    sent = {"logo": SimpleUploadedFile("logo.png", file)} if file else {}
    client.post("/settings/brand/logo/", sent)
    assert preferences.current().brand_logo == ""


def test_every_public_page_says_the_same_frame():
    answer = render(RequestFactory().get("/"), "public/missing.html")
    assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_the_privacy_page_says_who_is_responsible_what_is_kept_and_how_to_ask(client, owner):
    purposes.add(label="News", definition="Once a month.", by=None)
    page = "/settings/consent/privacy-page/"
    said = {"privacy_controller": "Acme\n1 Road", "privacy_text_en": "<b>Hi</b>"}
    assert client.post(page, said | {"privacy_text_de": "Hallo"}).status_code == 302
    assert client.post(page, {"privacy_controller": " "}).status_code == 422
    client.logout()
    answer = client.get("/privacy-policy/")
    shown = answer.content.decode()
    for part in ("Acme\n1 Road", "&lt;b&gt;Hi&lt;/b&gt;", "News", "Once a month.", "only counted"):
        assert part in shown
    assert "noindex" not in shown and not answer.cookies
    german = client.get("/privacy-policy/?lang=de").content.decode()
    assert "Hallo" in german and "Zählen ohne Cookies" in german
    assert f'href="{reverse("privacy-ask")}?lang=en"' in shown
    assert client.post("/privacy-policy/").status_code == 405


def test_the_privacy_page_names_the_company_and_its_address_where_nothing_else_is_written(client):
    preferences.change(company_name="Acme", postal_address="1 Sun Road\nKiel", by=None)
    assert '<p class="pre">Acme\n1 Sun Road\nKiel</p>' in client.get("/privacy-policy/").text
    preferences.change(privacy_controller="Acme Ltd", by=None)
    shown = client.get("/privacy-policy/").text
    assert "Acme Ltd" in shown and "Sun Road" not in shown


def test_every_public_page_links_the_privacy_page():
    assert 'href="/privacy-policy/?lang=en"' in read(missing)
