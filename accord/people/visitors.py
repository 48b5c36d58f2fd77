"""Visitors: who did something on a site, and what is said of who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accord.engine.cleaning import emails
from accord.engine.errors import Unreadable
from accord.engine.identity import UNNAMED
from accord.people.identity import evidence, following
from accord.people.identity.evidence import Note
from accord.people.identity.following import Spans
from accord.people.models import Visitor
from accord.platform.events import names
from accord.platform.models import Event

LATELY = timedelta(days=30)  # how long what brought a device counts for who it turns out to be
LONGEST = 500  # characters of a landing page

names.declare("page.viewed", "Viewed a page", team="marketing", icon="browser")
names.declare("screen.viewed", "Viewed a screen", team="marketing", icon="browser")
names.declare("track", "Did something", team="marketing", icon="click")
names.declare("form.submitted", "Submitted a form", team="marketing", icon="forms")
names.declare("visitor.identified", "Said who they are", team="marketing", icon="user-check")
names.declare("visitor.grouped", "Said where they belong", team="marketing", icon="users")
names.declare("visitor.renamed", "Goes by another id", team="marketing", icon="refresh")


@dataclass(frozen=True)
class Seen:
    """A visitor's sign of life. by: Visitor.By, name: the id; opted_out: GPC was set."""

    by: str
    name: str
    at: datetime
    key_id: int
    opted_out: bool = False


@dataclass(frozen=True)
class Claim:
    """What a message says of who a visitor is.

    emails, user_ids: what a contact may be known by. is_known: a server said it, not a page.
    is_unnamed: somebody is meant who is not to be named, whatever else is said here.
    """

    visitor_id: int
    at: datetime
    key_id: int
    message: str
    emails: tuple[str, ...] = ()
    user_ids: tuple[str, ...] = ()
    is_known: bool = False
    is_unnamed: bool = False


@dataclass(frozen=True)
class Way:
    """How a visit began, as a contact keeps it. landing_page: the address it began at."""

    source: str
    channel: str
    campaign: str
    landing_page: str


def came(device: str, at: datetime) -> Way | None:
    """How the last visit of a device began that a channel brought, in the 30 days up to `at`."""
    visitor = Visitor.objects.filter(by=Visitor.By.DEVICE, name=device).first()
    if visitor is None:
        return None
    brought = Event.objects.filter(
        visitor_id=visitor.pk,
        name="page.viewed",
        happened_at__gt=at - LATELY,
        happened_at__lte=at,
    ).exclude(channel="")
    page = brought.order_by("-happened_at", "-id").first()
    if page is None:
        return None
    url = str(page.properties.get("url", ""))[:LONGEST]
    return Way(page.source or page.channel, page.channel, page.campaign, url)


def meet(seen: Iterable[Seen]) -> dict[tuple[str, str], Visitor]:
    """The visitors of these signs of life, made where they are new; by (by, name).

    When they were first and last seen, and that they opted out, comes out the same whatever
    the order of calls. Whoever goes on to say who they are needs the lock of identity: it is
    taken first, as by everybody else, so that two of them never wait for each other.
    """
    merged: dict[tuple[str, str], Seen] = {}
    last: dict[tuple[str, str], datetime] = {}
    for each in seen:
        key = (each.by, each.name)
        before = merged.get(key, each)
        earlier = min(before, each, key=lambda one: one.at)
        merged[key] = Seen(*key, earlier.at, earlier.key_id, before.opted_out or each.opted_out)
        last[key] = max(last.get(key, each.at), each.at)
    if not merged:
        return {}
    following.alone()
    rows = sorted(merged.items())
    found = Visitor.objects.raw(
        _MEET,
        [
            [key[0] for key, _ in rows],
            [key[1] for key, _ in rows],
            [one.at for _, one in rows],
            [last[key] for key, _ in rows],
            [one.key_id for _, one in rows],
            [one.opted_out for _, one in rows],
        ],
    )
    return {(each.by, each.name): each for each in found}


def opt_out(names: Collection[tuple[str, str]]) -> None:
    """Note on those of these visitors who were met before that they opted out, and nothing else."""
    if there_already := [each.pk for each in there(names).values() if not each.opted_out]:
        Visitor.objects.filter(pk__in=there_already).update(opted_out=True)


def there(names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Visitor]:
    """Those of these visitors who were met before; by (by, name)."""
    found = Visitor.objects.filter(by__in=Visitor.By.values, name__in={name for _, name in names})
    return {key: each for each in found if (key := (each.by, each.name)) in names}


_MEET = """
INSERT INTO people_visitor AS visitor
    (by, name, first_seen_at, last_seen_at, key_id, opted_out)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::bigint[],
                     %s::boolean[])
ON CONFLICT (by, name) DO UPDATE SET
    first_seen_at = least(visitor.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(visitor.last_seen_at, excluded.last_seen_at),
    opted_out = visitor.opted_out OR excluded.opted_out
RETURNING *
"""


def recognise(claims: Sequence[Claim], met: Iterable[Visitor]) -> dict[int, Spans]:
    """Keep what is said of visitors, and let what they did follow; who each of `met` was when.

    An address counts more than an id, a second person splits a device: `engine.identity` has the
    rule. The outcome is the same whatever the order of calls, and however often they come.
    """
    visitors = {each.pk: each for each in met}
    notes = [note for each in claims if (note := _note(each, visitors[each.visitor_id]))]
    evidence.add(notes)
    said = {each.visitor.pk for each in notes}
    found = following.known([pk for pk in visitors if pk not in said])
    return found | following.settle(said) if said else found


def words(emails: Iterable[str], user_ids: Iterable[str]) -> tuple[str, str]:
    """The address and the id of what is said, as they are compared; "" where there is none."""
    clean = [found for each in emails if (found := _clean(each))]
    ids = [each for each in user_ids if each]
    return (clean or [""])[0], (ids or [""])[0][:200]


def _note(claim: Claim, visitor: Visitor) -> Note | None:
    """What is said, in the form it is compared by; None where that is nothing."""
    email, user_id = words(claim.emails, claim.user_ids)
    if claim.is_unnamed:
        email, user_id = f"{UNNAMED}{visitor.pk}", ""
    if not email and not user_id:
        return None
    key_id, message = claim.key_id, claim.message
    return Note(visitor, email, user_id, claim.is_known, claim.at, key_id, message)


def _clean(email: str) -> str:
    try:
        return emails.read(email) if "@" in email else ""
    except Unreadable:
        return ""
