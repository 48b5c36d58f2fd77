"""Implied consent that ends soon, while its people may still be asked for their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, DateTimeField, F, Func, Q, QuerySet, When

from accord.engine.consent.gate import INQUIRY_MONTHS, PURCHASE_HOLDS
from accord.engine.consent.terms import Basis, Channel
from accord.people import families
from accord.people.consents import consent, purposes
from accord.people.models import ConsentRecord, Contact, Purpose
from accord.people.models.consent import CHANNELS
from accord.people.models.contact import ContactQuerySet
from accord.people.segments import excluding

SPAN = timedelta(days=30)
_IMPLIED = (Basis.PURCHASE, Basis.INQUIRY)
MOST = 1_000  # rows of the ledger asked while a page is drawn
What = ConsentRecord.What
# When the gate has a purchase or an inquiry end; nothing for all other rows.
_ENDS = Case(
    When(what=What.PURCHASE, then=F("at") + PURCHASE_HOLDS),
    When(
        what=What.INQUIRY,
        then=Func(F("at"), template=f"%(expressions)s + make_interval(months => {INQUIRY_MONTHS})"),
    ),
    output_field=DateTimeField(),
)


@dataclass(frozen=True)
class Ending:
    """A contact who may be written to for a purpose until then, and no longer as it stands."""

    contact: Contact
    purpose: Purpose
    channel: Channel
    until: datetime

    @property
    def by(self) -> str:
        return dict(CHANNELS)[self.channel]


@dataclass(frozen=True)
class Endings:
    """Who ends first comes first. exact: False where only those that end first were asked."""

    rows: Sequence[Ending]
    exact: bool

    @property
    def people(self) -> int:
        return len({each.contact.pk for each in self.rows})


def soon(
    now: datetime, *, span: timedelta = SPAN, seen: ContactQuerySet, most: int | None = None
) -> Endings:
    """Whose implied consent ends within the span, of those `seen`.

    Left out are those on whom another basis holds afterwards, and who may not be written to now.
    most: of more rows of the ledger than these, as many are asked.
    """
    known = {each.pk: each for each in purposes.in_use()}
    rows = _candidates(now, now + span, known, seen)
    listed = list(rows if most is None else rows[: most + 1])
    exact = most is None or len(listed) <= most
    listed = listed if exact else listed[:most]
    roots = families.roots({contact for *_, contact, merged in listed if merged})
    asked: dict[tuple[str, str], set[int]] = defaultdict(set)
    for name, channel, contact, _ in listed:
        asked[name, channel].add(roots.get(contact, contact))
    found: list[Ending] = []
    for (name, channel), ids in sorted(asked.items()):
        people = list(seen.filter(pk__in=ids).order_by("pk"))
        found += _of(known[name], Channel(channel), people, now, now + span)
    found.sort(key=lambda each: (each.until, each.contact.pk, each.purpose.pk))
    return Endings(found, exact)


def _of(
    purpose: Purpose, channel: Channel, people: list[Contact], now: datetime, then: datetime
) -> list[Ending]:
    question = consent.question(purpose.pk, channel)
    today = excluding.decide(people, question, now)
    later = excluding.decide(people, question, then)
    return [
        Ending(each, purpose, channel, said.until)
        for each in people
        if (said := today[each.pk].decision).until
        and said.basis in _IMPLIED
        and said.until <= then
        and not later[each.pk].decision
    ]


def _candidates(
    now: datetime, then: datetime, names: Iterable[str], seen: ContactQuerySet
) -> QuerySet[ConsentRecord, tuple[str, str, int, int | None]]:
    """Purpose, channel, contact, and what it was merged into; what ends first comes first."""
    rows = ConsentRecord.objects.filter(purpose__in=list(names)).filter(
        Q(contact__in=seen) | Q(contact__merged_into__isnull=False)
    )
    held = rows.annotate(ends=_ENDS).filter(ends__gt=now, ends__lte=then)
    return held.order_by("ends", "pk").values_list(
        "purpose", "channel", "contact", "contact__merged_into"
    )
