"""What arrives is classed by the rules of the company."""

from accord.channels.models import PageCount
from accord.channels.tests.test_intake import events, page, receive, site, take, unrecognised
from accord.people.origins import channel_rules

__all__ = ["site"]


def test_rules_of_the_company_class_what_arrives_from_then_on(site, olga):
    receive(site, page("/?utm_source=acme+news", 0), page("/go/radio", 1))
    take()
    rule = {"part": "source", "how": "is", "text": "Acme News", "channel": "email"}
    channel_rules.add(rule, by=olga)
    poster = {"part": "path", "how": "starts", "text": "/go/", "channel": "display"}
    channel_rules.add(poster, by=olga)
    receive(site, page("/?utm_source=acme+news", 2), page("/go/radio", 3), page("/", 4))
    receive(site, unrecognised("/?utm_source=acme+news", 5))
    take()
    assert [(each.channel, each.source) for each in events()] == [
        ("other", "acme news"), ("", ""), ("email", "acme news"), ("display", ""), ("", "")
    ]  # fmt: skip
    assert PageCount.objects.get().channel == "email"
