"""Channel rules of the company's own, in the order they are asked, before those of Accord."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from django.db import connection, transaction
from django.db.models import Max

from accord.engine.capture import landings
from accord.engine.capture.rules import Rule
from accord.engine.errors import Refused
from accord.people.models import ChannelRule
from accord.people.origins import channels
from accord.people.origins.channels import Told
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

MOST = 100  # rules
MOST_WORDS = 50  # of one rule
LONGEST = 200  # characters of a word
MAY = "settings.manage"


class NothingToCompare(Refused):
    """Say what to compare with: one text, or several with commas between them for “is one of”."""


class TooMuchToCompare(Refused):
    """A rule compares with at most 50 texts of 200 characters each. Make two rules of it."""


class NoChannel(Refused):
    """Choose what is compared, how, and the channel it gives, each from its list."""


class TooManyRules(Refused):
    """There are 100 rules already. Put several texts into one rule with “is one of”."""


class RuleGone(Refused):
    """This rule was removed. Load the page again to see those in use."""


class Values(TypedDict):
    """What a rule says. text: what it compares with, commas between several for "one_of"."""

    part: str
    how: str
    text: str
    channel: str


def every() -> list[ChannelRule]:
    """The rules in the order they are asked."""
    return list(ChannelRule.objects.all())


def current() -> tuple[Rule, ...]:
    """The rules as the engine asks them."""
    return tuple(each.rule for each in every())


def test(url: str, referrer: str) -> tuple[Told, ChannelRule | None]:
    """What a visit to this address, from that page, is classed as, and the own rule that said so.

    Nothing is kept of it.
    """
    rows = every()
    told = channels.tell(landings.read(url, referrer), [each.rule for each in rows])
    return told, next((each for each in rows if each.rule == told.rule), None)


@transaction.atomic
def add(values: Values, *, by: User) -> ChannelRule:
    """Add a rule after the others; from now on what arrives is asked by it.

    Raises Forbidden, NothingToCompare, TooMuchToCompare, NoChannel, TooManyRules.
    """
    permissions.require(by, MAY)
    said = _read(values)
    _alone()
    if ChannelRule.objects.count() >= MOST:
        raise TooManyRules
    last = ChannelRule.objects.aggregate(last=Max("position"))["last"] or 0
    rule = ChannelRule.objects.create(position=last + 1, **said)
    audit.record("channel_rule.added", rule, by=by, **said)
    return rule


@transaction.atomic
def change(rule: ChannelRule, values: Values, *, by: User) -> None:
    """Change what a rule says. Raises what `add` does, and RuleGone."""
    permissions.require(by, MAY)
    said = _read(values)
    if not ChannelRule.objects.filter(pk=rule.pk).update(**said):
        raise RuleGone
    audit.record("channel_rule.changed", rule, by=by, **said)


@transaction.atomic
def move(rule: ChannelRule, *, up: bool, by: User) -> None:
    """Ask a rule one earlier, or one later; at the end it stays. Raises Forbidden, RuleGone."""
    permissions.require(by, MAY)
    _alone()
    order = [each.pk for each in every()]
    if rule.pk not in order:
        raise RuleGone
    at = order.index(rule.pk)
    order.insert(max(0, at - 1) if up else at + 1, order.pop(at))
    for position, pk in enumerate(order, start=1):
        ChannelRule.objects.filter(pk=pk).update(position=position)
    audit.record("channel_rule.moved", rule, by=by, up=up)


@transaction.atomic
def remove(rule: ChannelRule, *, by: User) -> None:
    """Remove a rule; the others class what arrives. Raises Forbidden, RuleGone."""
    permissions.require(by, MAY)
    audit.record("channel_rule.removed", rule, by=by, part=rule.part, channel=rule.channel)
    if not ChannelRule.objects.filter(pk=rule.pk).delete()[0]:
        raise RuleGone


def _read(values: Values) -> Mapping[str, str | list[str]]:
    known = (values["part"] in ChannelRule.Part.values, values["how"] in ChannelRule.How.values)
    if not all(known) or values["channel"] not in channels.CHANNELS:
        raise NoChannel
    text = values["text"].replace("\0", "")
    several = values["how"] == ChannelRule.How.ONE_OF
    words = [" ".join(each.split()) for each in (text.split(",") if several else [text])]
    words = list(dict.fromkeys(filter(None, words)))
    if not words:
        raise NothingToCompare
    if len(words) > MOST_WORDS or any(len(each) > LONGEST for each in words):
        raise TooMuchToCompare
    return {
        "part": values["part"],
        "how": values["how"],
        "words": words,
        "channel": values["channel"],
    }


def _alone() -> None:
    """Whoever else orders the rules waits until this transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people_channelrule'))")
