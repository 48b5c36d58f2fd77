import pytest

from accord.people.models import ChannelRule
from accord.people.origins import channel_rules

pytestmark = pytest.mark.django_db

URL = "/settings/channels/"
NEWS_KEPT = {"part": "source", "how": "is", "channel": "email"}
NEWS = NEWS_KEPT | {"text": "acme news"}


@pytest.fixture
def house(client, olga):
    client.force_login(olga)
    return client


def test_a_rule_is_added_changed_moved_and_removed(house):
    for text in ("acme news", "acme fair"):
        assert house.post(URL, NEWS | {"text": text}).status_code == 302
    first, second = channel_rules.every()
    assert "Source (utm_source) is “acme news”" in house.get(URL).text
    house.post(f"{URL}{second.pk}/position/", {"to": "up"})
    assert [each.pk for each in channel_rules.every()] == [second.pk, first.pk]
    house.post(f"{URL}{second.pk}/position/", {"to": "down"})
    assert [each.pk for each in channel_rules.every()] == [first.pk, second.pk]
    assert "acme news" in house.get(f"{URL}{first.pk}/").text
    changed = NEWS | {"how": "one_of", "text": "a, b", "channel": "pr"}
    assert house.post(f"{URL}{first.pk}/", changed).status_code == 302
    first.refresh_from_db()
    assert (first.words, first.channel) == (["a", "b"], "pr")
    house.post(f"{URL}{first.pk}/removal/")
    assert channel_rules.every() == [second]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": ""}, 'aria-invalid="true"'),
        ({"channel": "x"}, 'aria-invalid="true"'),
        ({"text": "y" * 300}, "at most 50 texts of 200 characters"),
    ],
)
def test_what_is_no_rule_comes_back_with_a_sentence(house, wrong, sentence):
    rule = ChannelRule.objects.create(position=1, words=["z"], **NEWS_KEPT)
    for url in (URL, f"{URL}{rule.pk}/"):
        answer = house.post(url, NEWS | wrong)
        assert answer.status_code == 422 and sentence in answer.text
    rule.refresh_from_db()
    assert rule.words == ["z"] and ChannelRule.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "referrer", "channel", "because"),
    [
        ("?utm_source=acme+news", "", "E-mail", "A rule of yours says so."),
        ("?utm_source=google&utm_medium=cpc", "", "Paid search", "source “google” and medium"),
        ("?gclid=1", "", "Paid search", "The click id “gclid”"),
        ("", "https://www.google.com/", "Organic search", "lists know the referrer"),
        ("", "https://x.example/", "Referral", "which no list of Accord knows"),
        ("?utm_campaign=may", "", "Other", "The link names a campaign"),
        ("", "", "No channel", "Nothing tells how they came"),
    ],
)
def test_the_box_says_the_channel_and_why(house, query, referrer, channel, because):
    house.post(URL, NEWS)
    asked = {"url": f"https://acme.example/{query}", "referrer": referrer}
    answer = house.get(URL, asked).text
    assert f"<b>{channel}</b>" in answer and because in answer


@pytest.mark.parametrize("wrong", ["not an address", "acme.example/?gclid=1", "https:///x"])
@pytest.mark.parametrize("name", ["url", "referrer"])
def test_what_is_no_address_is_not_tested(house, wrong, name):
    asked = {"url": "https://acme.example/", "referrer": ""} | {name: wrong}
    answer = house.get(URL, asked)
    assert answer.status_code == 422 and "Write the whole address" in answer.text
    assert "No channel" not in answer.text


def test_whatever_is_put_into_the_box_is_answered(house):
    for nasty in ("http://[", "\0", "<script>", "x" * 3000, ""):
        answer = house.get(URL, {"url": nasty, "referrer": nasty})
        assert answer.status_code in (200, 422)
        assert "<script>alert" not in answer.text
