"""Forgetting: by which keys somebody who is erased was known, and evidence without them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accord.engine import identity as engine
from accord.engine.cleaning import emails as cleaning
from accord.engine.errors import Unreadable
from accord.engine.identity import ERASED, Keys
from accord.people.identity import evidence, restricted
from accord.people.models import ErasedKey, Evidence, KeyChange, RestrictedPair, Visitor
from accord.platform.models import User

THEIRS = 0  # whose a key is, whichever of the records of the person has it


def keys(emails: Collection[str], ids: Collection[str], *, records: Collection[int]) -> set[str]:
    """Those of these addresses and ids that are nobody else's we know, and what goes with them.

    records: those of the person. With them go ids that were said together with the addresses,
    and addresses nobody has, no colleague either, that were said together with the ids.
    """
    said = Evidence.objects.filter(email__in=set(emails) - {""}).exclude(user_id="")
    aside = RestrictedPair.objects.filter(email__in=set(emails) - {""})
    found = {*ids, *said.values_list("user_id", flat=True)}
    found |= set(aside.values_list("user_id", flat=True))
    pairs = [each for each in evidence.with_ids(found) if not each.email.startswith(ERASED)]
    pairs += restricted.pairs(found)
    known = evidence.keys({*emails, *(each.email for each in pairs)}, found)
    by_email = dict.fromkeys(emails, THEIRS) | _whose(known.emails, records)
    by_id = _whose(known.user_ids, records)
    whose = dict.fromkeys(ids, THEIRS)
    whose |= engine.with_partners(Keys(by_email, by_id), pairs).user_ids
    theirs = {each for each in found if whose.get(each) == THEIRS}
    beside = {each.email for each in pairs if each.user_id in theirs} - by_email.keys()
    beside -= set(User.objects.filter(email__in=beside).values_list("email", flat=True))
    return theirs | beside | {each for each in emails if by_email[each] == THEIRS}


def said(known_as: Collection[str]) -> QuerySet[Evidence]:
    """What was said in which one of these keys stands."""
    return Evidence.objects.filter(Q(email__in=known_as) | Q(user_id__in=known_as))


def named(known_as: Collection[str]) -> QuerySet[Visitor]:
    """The visitors who go by one of these keys, as a server calls them or an alias did."""
    by_address = said(known_as).filter(visitor__by=Visitor.By.USER, user_id="")
    names = by_address.values_list("visitor", "visitor__name")
    ids = [pk for pk, name in names if name.strip().lower() in known_as]
    by_name = Q(by__in=Visitor.By.values, name__in=known_as)  # as the index goes
    return Visitor.objects.filter(by_name | Q(pk__in=ids))


def changes(known_as: Collection[str]) -> QuerySet[KeyChange]:
    """What is still to be looked at because of one of these keys."""
    return KeyChange.objects.filter(Q(email__in=known_as) | Q(user_id__in=known_as))


def set_aside(known_as: Collection[str]) -> QuerySet[RestrictedPair]:
    """What was said with one of these keys while they were restricted."""
    return RestrictedPair.objects.filter(Q(email__in=known_as) | Q(user_id__in=known_as))


def met_as(known_as: Collection[str]) -> QuerySet[Visitor]:
    """The visitors who are nobody we know, and by what was set aside nobody but who has these
    keys: a server's person called so, and devices on which nobody else was said.
    """
    ids = set(set_aside(known_as).values_list("user_id", flat=True)) & set(known_as)
    others = Evidence.objects.exclude(Q(user_id__in=ids) | Q(email__in=known_as))
    by_id = Evidence.objects.filter(user_id__in=ids)
    met = Q(by=Visitor.By.USER, name__in=ids) | Q(pk__in=by_id.values("visitor"))
    return Visitor.objects.filter(met, spans=None).exclude(
        pk__in=others.filter(visitor__in=by_id.values("visitor")).values("visitor")
    )


@transaction.atomic
def forget(known_as: Collection[str], *, at: datetime) -> None:
    """Blank the keys of somebody who is erased (`keys`), also in what was said before `at` and
    comes late.

    That somebody else was there stays: it keeps what they did from being taken for another's. So
    does what was said of others in the same breath.
    """
    for key in sorted(known_as):
        for kind in ("email", "id") if "@" in key else ("id",):
            digest = evidence.digest(f"{kind}:{key}")
            ErasedKey.objects.update_or_create(digest=digest, defaults={"at": at})
    for visitor in named(known_as).order_by("pk"):
        unname(visitor)
    for row in said(known_as).order_by("pk"):
        _blank(row, known_as)
    set_aside(known_as).delete()
    forget_changes(known_as)


def unname(visitor: Visitor) -> None:
    """Have a visitor go by a name that says nothing, and that nobody can have taken before."""
    name = f"erased {visitor.pk} {secrets.token_hex(8)}"
    Visitor.objects.filter(pk=visitor.pk).update(name=name)


def forget_changes(known_as: Collection[str]) -> None:
    """Take the keys out of what is still to be looked at, and leave those of others there."""
    KeyChange.objects.filter(email__in=known_as).update(email="")
    KeyChange.objects.filter(user_id__in=known_as).update(user_id="")
    KeyChange.objects.filter(email="", user_id="").delete()


def erased_since(said: Collection[tuple[str, datetime]]) -> set[tuple[str, datetime]]:
    """Those of these keys, each said at a moment and as it was written, that were erased since."""
    if not said or not ErasedKey.objects.exists():
        return set()
    digests = {key: evidence.digest(_named(key)) for key, _ in said}
    rows = ErasedKey.objects.filter(digest__in=set(digests.values()))
    gone = dict(rows.values_list("digest", "at"))
    return {(key, at) for key, at in said if at <= gone.get(digests[key], evidence.ALWAYS)}


def _named(key: str) -> str:
    if "@" not in key:
        return f"id:{key}"
    try:
        return f"email:{cleaning.read(key)}"
    except Unreadable:
        return f"id:{key}"


def _whose(known: Mapping[str, int], records: Collection[int]) -> dict[str, int]:
    return {key: THEIRS if who in records else who for key, who in known.items()}


def _blank(row: Evidence, known_as: Collection[str]) -> None:
    email, user_id = evidence.forgotten(row.email, row.user_id, known_as, known_as, str(row.pk))
    mine = Evidence.objects.filter(pk=row.pk)
    same = Evidence.objects.filter(
        visitor=row.visitor_id, email=email, user_id=user_id, strength=row.strength, hour=row.hour
    )
    # What was rejected in words that are gone must not reject what others said without them.
    is_void = not (email or user_id) or bool(row.rejected_at and email and email == row.email)
    if is_void or _join(same.first(), row):
        mine.delete()
    else:
        mine.update(email=email, user_id=user_id, message="")


def _join(same: Evidence | None, row: Evidence) -> bool:
    """Add when a row was said to one in the same words; False where there is none."""
    if same is None:
        return False
    ends = (same.first_at, same.last_at, row.first_at, row.last_at)
    of_device = row.hour > evidence.ALWAYS
    moments = sorted({*ends, *same.moments, *row.moments}) if of_device else []
    Evidence.objects.filter(pk=same.pk).update(
        first_at=min(ends), last_at=max(ends), moments=moments
    )
    return True
