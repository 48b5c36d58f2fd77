"""Pages viewed by people who are not to be recognised: counted, and nobody is kept.

How many people they were is told by a hash of network and browser with a salt of the day. The
salt is thrown away after the next day, the hashes with it.
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accord.channels.intake.arrivals import Arrival
from accord.channels.models import DaySalt, DayVisitor, PageCount
from accord.engine.capture.agents import Actor
from accord.engine.capture.messages import Kind
from accord.engine.capture.rules import Rule
from accord.people.origins import channel_rules, channels

LONGEST_PAGE = 300  # characters
SIZE = 16  # bytes of a hash


@dataclass(frozen=True, order=True)
class Line:
    """What is counted apart."""

    day: date
    key: int
    page: str
    channel: str


def add(arrived: Sequence[Arrival]) -> None:
    """Count the pages people viewed; machines and other messages are not counted."""
    viewed = [
        each for each in arrived if each.message.kind is Kind.PAGE and each.actor is not Actor.BOT
    ]
    if not viewed:
        return
    salts = {day: _salt(day) for day in sorted({_day(each) for each in viewed})}
    digests = [_digest(each, salts) for each in viewed]
    new = _meet({(_day(each), digest) for each, digest in zip(viewed, digests, strict=True)})
    views: Counter[Line] = Counter()
    first: Counter[Line] = Counter()
    rules = channel_rules.current()
    for each, digest in zip(viewed, digests, strict=True):
        line = _line(each, rules)
        views[line] += 1
        if (line.day, digest) in new:
            new.remove((line.day, digest))
            first[line] += 1
    _add(views, first)


@dataclass(frozen=True)
class DayCount:
    day: date
    views: int
    visitors: int


def by_day(since: date) -> list[DayCount]:
    """What was counted on each day that has something, newest first."""
    found = PageCount.objects.filter(day__gte=since).values("day")
    summed = found.annotate(viewed=Sum("views"), people=Sum("visitors")).order_by("-day")
    return [DayCount(row["day"], row["viewed"], row["people"]) for row in summed]


def forget(now: datetime) -> None:
    """Throw away salts and hashes of days before yesterday."""
    yesterday = timezone.localdate(now) - timedelta(days=1)
    DaySalt.objects.filter(day__lt=yesterday).delete()
    DayVisitor.objects.filter(day__lt=yesterday).delete()


def _day(each: Arrival) -> date:
    return timezone.localdate(each.receipt.received_at)


def _line(each: Arrival, rules: Sequence[Rule]) -> Line:
    url = each.message.page("url")
    try:
        place = urlsplit(url)
        page = f"{place.hostname or ''}{place.path or '/'}"
    except ValueError:
        page = ""
    channel, _ = channels.came_by(each.landing, rules)
    return Line(_day(each), each.receipt.key_id, page[:LONGEST_PAGE], channel)


def _salt(day: date) -> bytes:
    kept, _ = DaySalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_bytes(32)})
    return bytes(kept.salt)


def _digest(each: Arrival, salts: Mapping[date, bytes]) -> bytes:
    receipt = each.receipt
    who = f"{receipt.key_id}\0{receipt.address}\0{receipt.agent}".encode()
    return hmac.digest(salts[_day(each)], who, "sha256")[:SIZE]


def _meet(people: set[tuple[date, bytes]]) -> set[tuple[date, bytes]]:
    """Those that were not there yet that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_dayvisitor (day, digest) "
            "SELECT day, digest FROM unnest(%s::date[], %s::bytea[]) AS said (day, digest) "
            "ORDER BY day, digest ON CONFLICT DO NOTHING RETURNING day, digest",
            [[day for day, _ in people], [digest for _, digest in people]],
        )
        return {(day, bytes(digest)) for day, digest in cursor.fetchall()}


def _add(views: Mapping[Line, int], first: Mapping[Line, int]) -> None:
    rows = sorted(views)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_pagecount AS counted"
            " (day, key_id, page, channel, views, visitors)"
            " SELECT * FROM unnest(%s::date[], %s::bigint[], %s::text[], %s::text[], %s::int[],"
            " %s::int[]) ON CONFLICT (day, key_id, page, channel) DO UPDATE SET"
            " views = counted.views + excluded.views,"
            " visitors = counted.visitors + excluded.visitors",
            [
                [each.day for each in rows],
                [each.key for each in rows],
                [each.page for each in rows],
                [each.channel for each in rows],
                [views[each] for each in rows],
                [first.get(each, 0) for each in rows],
            ],
        )
