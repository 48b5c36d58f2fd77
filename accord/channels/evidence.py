"""Over the whole outbox and ledger: did every marketing message leave on a basis that held?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet

from accord.channels import passing, recipients
from accord.channels.models import Message
from accord.people.consents import banner, ledger
from accord.people.models import BannerAnswer, ConsentRecord

AT_ONCE = 1000
State = Message.State


@dataclass(frozen=True)
class Found:
    """How much was looked at, and the ids of what is not as it must be.

    erased: messages whose person is gone, and with them the proof that could be asked.
    answers: rows of what visitors answered to the banner. altered: versions of its words.
    """

    messages: int
    rows: int
    erased: int
    unlawful: tuple[int, ...]
    broken: tuple[int, ...]
    answers: int
    broken_answers: tuple[int, ...]
    altered: tuple[str, ...]

    @property
    def well(self) -> bool:
        return not (self.unlawful or self.broken or self.broken_answers or self.altered)


def check() -> Found:
    """Decide anew, as of its instant, on every marketing message that left or may have left.

    A message without the instant of its decision, or whose basis is another one by what the
    ledger says of that instant, is unlawful. It is asked of whom the message was for then, whatever
    records became one since. Every contact's chain of consent is recomputed, and
    that of the answers to the banner, with the words they answered.
    """
    left = _left()
    return Found(
        messages=left.count(),
        rows=ConsentRecord.objects.count(),
        erased=left.filter(contact=None).count(),
        unlawful=tuple(_unlawful(left.exclude(contact=None))),
        broken=_broken(),
        answers=BannerAnswer.objects.count(),
        broken_answers=tuple(banner.broken()),
        altered=tuple(f"{each.version} ({each.language})" for each in banner.altered()),
    )


def _left() -> QuerySet[Message]:
    gone = Message.objects.filter(
        kind=Message.Kind.MARKETING, state__in=[State.SENDING, State.SENT, State.UNKNOWN]
    )
    return gone.select_related("contact").order_by("pk")


def _unlawful(asked: QuerySet[Message]) -> Iterator[int]:
    messages = asked.iterator(AT_ONCE)
    while several := list(islice(messages, AT_ONCE)):
        contacts = recipients.then(several)
        for each in several:
            if not passing.was_lawful(each, contacts[each.pk]):
                yield each.pk


def _broken() -> tuple[int, ...]:
    people = ConsentRecord.objects.order_by("contact").values_list("contact", flat=True).distinct()
    return tuple(pk for person in people.iterator(1000) for pk in ledger.broken(person))
