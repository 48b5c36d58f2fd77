import pytest

from accord.people.models import ChannelRule
from accord.people.origins import channel_rules
from accord.people.origins.channels import Why
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry

pytestmark = pytest.mark.django_db

NEWS = {"part": "source", "how": "is", "text": "Acme News", "channel": "email"}
PARTNER = {"part": "referrer", "how": "one_of", "channel": "partner"} | {
    "text": "a.example, b.example,,"
}


def _order():
    return [each.text for each in channel_rules.every()]


def test_a_rule_is_kept_as_it_was_said(olga):
    rule = channel_rules.add(PARTNER, by=olga)
    assert (rule.words, rule.channel) == (["a.example", "b.example"], "partner")
    assert AuditEntry.objects.get(verb="channel_rule.added").by == olga
    channel_rules.change(rule, NEWS, by=olga)
    rule.refresh_from_db()
    assert (rule.part, rule.words, rule.channel) == ("source", ["Acme News"], "email")


def test_only_one_of_cuts_at_commas(olga):
    assert channel_rules.add(NEWS | {"text": "a, b"}, by=olga).words == ["a, b"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"text": " , "}, channel_rules.NothingToCompare),
        ({"text": "x" * 201}, channel_rules.TooMuchToCompare),
        ({"text": ",".join(map(str, range(51)))}, channel_rules.TooMuchToCompare),
        ({"channel": "smoke"}, channel_rules.NoChannel),
        ({"part": "weather"}, channel_rules.NoChannel),
        ({"how": "nearly"}, channel_rules.NoChannel),
    ],
)
def test_what_is_no_rule_is_refused(olga, wrong, refusal):
    with pytest.raises(refusal):
        channel_rules.add(PARTNER | wrong, by=olga)
    assert not ChannelRule.objects.exists()


def test_only_who_manages_settings_may(olga, ben):
    rule = channel_rules.add(NEWS, by=olga)
    for act in (
        lambda: channel_rules.add(PARTNER, by=ben),
        lambda: channel_rules.change(rule, PARTNER, by=ben),
        lambda: channel_rules.move(rule, up=True, by=ben),
        lambda: channel_rules.remove(rule, by=ben),
    ):
        with pytest.raises(Forbidden):
            act()
    assert _order() == ["Acme News"]


def test_rules_are_moved_and_stay_at_the_ends(olga):
    a, b, c = (channel_rules.add(NEWS | {"text": text}, by=olga) for text in "abc")
    channel_rules.move(c, up=True, by=olga)
    assert _order() == ["a", "c", "b"]
    channel_rules.move(a, up=True, by=olga)
    channel_rules.move(b, up=False, by=olga)
    assert _order() == ["a", "c", "b"]


def test_a_removed_rule_is_gone_for_everybody(olga):
    rule = channel_rules.add(NEWS, by=olga)
    channel_rules.remove(ChannelRule.objects.get(), by=olga)
    for act in (
        lambda: channel_rules.change(rule, PARTNER, by=olga),
        lambda: channel_rules.move(rule, up=True, by=olga),
        lambda: channel_rules.remove(rule, by=olga),
    ):
        with pytest.raises(channel_rules.RuleGone):
            act()


def test_there_are_never_more_than_a_hundred(olga):
    rule = channel_rules.add(NEWS, by=olga)
    more = (ChannelRule(position=n, part="source", how="is", words=["x"]) for n in range(99))
    ChannelRule.objects.bulk_create(more)
    with pytest.raises(channel_rules.TooManyRules):
        channel_rules.add(NEWS, by=olga)
    channel_rules.change(rule, PARTNER, by=olga)


def test_the_test_names_the_rule(olga):
    rule = channel_rules.add(NEWS, by=olga)
    told, own = channel_rules.test("https://acme.example/?utm_source=acme+news", "")
    assert (told.channel, told.source, told.why, own) == ("email", "acme news", Why.RULE, rule)
    told, own = channel_rules.test("https://acme.example/", "https://www.google.com/")
    assert (told.channel, told.why, own) == ("organic_search", Why.KNOWN, None)
