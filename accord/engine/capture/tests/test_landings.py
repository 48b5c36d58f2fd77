import gzip
import json

import pytest

from accord.engine.capture import landings, referrers
from accord.engine.capture.referrers import Sort


def test_a_landing_has_marks_and_where_they_came_from():
    url = "https://acme.example/?utm_source=News&utm_medium=email&utm_campaign=Spring&gclid=x"
    found = landings.read(url, "https://www.google.de/search?q=acme")
    assert (found.source, found.medium, found.campaign) == ("News", "email", "Spring")
    assert (found.click, found.referrer) == ("gclid", "www.google.de")


@pytest.mark.parametrize(
    ("url", "referrer"),
    [
        ("https://acme.example/a", "https://www.acme.example/b"),
        ("https://acme.example/a", ""),
        ("https://[broken", "http://[also"),
        ("", ""),
    ],
)
def test_within_a_site_and_out_of_nothing_nobody_came(url, referrer):
    found = landings.read(url, referrer)
    assert found == landings.Landing(path=found.path)


@pytest.mark.parametrize(
    ("url", "referrer", "path"),
    [
        ("https://acme.example/go/radio/?x=1", "", "/go/radio/"),
        ("https://acme.example", "https://partner.example/", "/"),
        ("https://acme.example/b", "https://www.acme.example/a", ""),
        ("https://[broken", "", ""),
        ("", "", ""),
    ],
)
def test_the_path_is_that_of_the_page_they_landed_on(url, referrer, path):
    assert landings.read(url, referrer).path == path


def test_marks_are_kept_short():
    assert len(landings.read("https://a.example/?utm_campaign=" + "x" * 500).campaign) == 200


def test_an_address_of_many_fields_tells_what_any_other_does():
    many = "&".join(f"f{number}=1" for number in range(150))
    found = landings.read(f"https://acme.example/go?{many}&utm_source=news&gclid=x", "")
    assert (found.path, found.source, found.click) == ("/go", "news", "gclid")
    within = landings.read(f"https://acme.example/?{many}", "https://acme.example/before")
    assert within.referrer == ""


def test_marks_hide_nothing_that_cannot_be_kept():
    assert landings.read("https://a.example/?utm_campaign=a%00b%0Ac").campaign == "ab c"


@pytest.mark.parametrize(
    ("host", "sort"),
    [
        ("www.google.co.uk", Sort.SEARCH),
        ("google.de", Sort.SEARCH),
        ("duckduckgo.com", Sort.SEARCH),
        ("docs.google.com", None),
        ("mail.google.com", Sort.MAIL),
        ("gemini.google.com", Sort.ASSISTANT),
        ("chatgpt.com", Sort.ASSISTANT),
        ("www.perplexity.ai", Sort.ASSISTANT),
        ("l.facebook.com", Sort.SOCIAL),
        ("www.facebook.com", Sort.SOCIAL),
        ("com.google.android.googlequicksearchbox", Sort.SEARCH),
        ("com.linkedin.android", Sort.SOCIAL),
        ("acme.example", None),
        ("", None),
    ],
)
def test_places_are_known_by_their_hosts(host, sort):
    found = referrers.place(host)
    assert (found.sort if found else None) is sort


def test_most_referrers_of_another_list_are_known_for_what_they_are(real_data):
    with gzip.open(real_data / "lists" / "snowplow_referer-tests.json.gz") as file:
        cases = json.load(file)
    sorts = {"search": Sort.SEARCH, "social": Sort.SOCIAL}
    asked = [each for each in cases if each["medium"] in sorts]
    right = [
        each
        for each in asked
        if (found := referrers.place(landings.read("", each["uri"]).referrer))
        and found.sort is sorts[each["medium"]]
    ]
    assert len(asked) > 30
    assert len(right) / len(asked) > 0.8
