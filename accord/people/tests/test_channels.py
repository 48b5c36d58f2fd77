import csv
import gzip

import pytest

from accord.engine.capture import landings
from accord.engine.capture.landings import Landing
from accord.people.origins import channels


@pytest.mark.parametrize(
    ("source", "medium", "channel"),
    [
        # As Olist wrote them.
        ("organic_search", "", "organic_search"),
        ("paid_search", "", "paid_search"),
        ("social", "", "organic_social"),
        ("unknown", "", "unknown"),
        ("direct_traffic", "", "direct"),
        ("email", "", "email"),
        ("referral", "", "referral"),
        ("other", "", "other"),
        ("display", "", "display"),
        ("other_publicities", "", "pr"),
        (None, "", "unknown"),
        ("", "", "unknown"),
        # As other systems write them.
        ("ORGANIC_SEARCH", "", "organic_search"),
        ("PAID_SOCIAL", "", "paid_social"),
        ("EMAIL_MARKETING", "", "email"),
        ("DIRECT_TRAFFIC", "", "direct"),
        ("Trade Show", "", "event"),
        ("Partner Referral", "", "partner"),
        ("Word of mouth", "", "referral"),
        ("Public Relations", "", "pr"),
        ("Purchased List", "", "outbound"),
        ("Advertisement", "", "display"),
        # Source and medium.
        ("google / cpc", "", "paid_search"),
        ("google / organic", "", "organic_search"),
        ("(direct) / (none)", "", "direct"),
        ("facebook / cpc", "", "paid_social"),
        ("linkedin", "paid_social", "paid_social"),
        ("linkedin", "social", "organic_social"),
        ("newsletter", "email", "email"),
        ("google", "display", "display"),
        ("partner.example", "referral", "referral"),
        ("bing", "ppc", "paid_search"),
        ("acme-fair", "event", "event"),
        ("google", "(not set)", "organic_search"),
        # Marks of a link, and addresses.
        ("utm_source=google&utm_medium=cpc&utm_campaign=x", "", "paid_search"),
        ("https://acme.example/?utm_source=mailchimp&utm_medium=email", "", "email"),
        ("utm_source=Instagram", "", "organic_social"),
        ("https://www.google.de/", "", "organic_search"),
        ("https://l.facebook.com/l.php?u=x", "", "organic_social"),
        ("www.linkedin.com", "", "organic_social"),
        ("https://duckduckgo.com/", "", "organic_search"),
        ("Aunt Erna", "", "other"),
        ("google sheets upload", "", "other"),
    ],
)
def test_a_source_has_its_channel(source, medium, channel):
    assert channels.classify(source, medium) == channel


def test_every_rule_leads_to_a_channel():
    assert set(channels._PHRASES.values()) <= set(channels.CHANNELS)
    assert [choice.value for choice in channels.choices()] == list(channels.CHANNELS)


def test_real_origins_are_all_known(real_data):
    path = real_data / "olist" / "olist_marketing_qualified_leads_dataset.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    counted: dict[str, int] = {}
    for row in rows:
        channel = channels.classify(row["origin"])
        counted[channel] = counted.get(channel, 0) + 1
    assert counted["organic_search"] == 2296
    assert counted["unknown"] == 1099 + 60
    assert sum(counted.values()) == 8000


@pytest.mark.parametrize(
    ("url", "referrer", "channel", "source"),
    [
        ("?utm_source=google&utm_medium=cpc", "https://www.google.de/", "paid_search", "google"),
        ("?gclid=1", "https://www.google.de/", "paid_search", "www.google.de"),
        ("?utm_source=acme-list&gclid=1", "", "paid_search", "acme-list"),
        ("?fbclid=1", "https://l.facebook.com/", "organic_social", "l.facebook.com"),
        ("?utm_source=chatgpt.com", "", "assistant", "chatgpt.com"),
        ("", "https://claude.ai/", "assistant", "claude.ai"),
        ("", "https://www.google.com/", "organic_search", "www.google.com"),
        ("", "https://mail.google.com/", "email", "mail.google.com"),
        ("", "https://partner.example/list", "referral", "partner.example"),
        ("", "https://acme.example/other", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_landing_tells_channel_and_source(url, referrer, channel, source):
    landing = landings.read(f"https://acme.example/{url}", referrer)
    assert channels.came_by(landing, ()) == (channel, source)


@pytest.mark.parametrize("source", ["http://[", "//[::1", "utm_source=http://[", "\0", "https://"])
def test_whatever_stands_in_a_link_has_a_channel(source):
    assert channels.classify(source) in channels.CHANNELS
    channel, _ = channels.came_by(Landing(source=source, medium=source, referrer=source), ())
    assert channel in channels.CHANNELS
