"""What this folder keeps of a person: messages, what arrived and could not be taken in."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, Message, PageCount, Receipt
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows, sweeping

MESSAGES_STAY = (
    "That a message left, when, for which purpose and on which basis, without its address and "
    "words: what was sent is counted, and lawful."
)


def register() -> None:
    """Declare every table of this folder. Called when the app is ready."""
    personal.before_erasing(_take_in)
    personal.offer(
        Store(
            "messages",
            "Messages",
            ("channels.Message",),
            _messages,
            _no_words,
            MESSAGES_STAY,
        )
    )
    personal.offer(
        Store(
            "arrived",
            "What their devices sent and was not taken in",
            ("channels.FailedEvent", "channels.Receipt"),
            _arrived,
            _nothing_arrived,
        )
    )
    personal.sweep("Messages", Message, "subject", "text", "html", "reply")
    personal.sweep("Counts of pages", PageCount, "page")
    personal.impersonal("Keys of our own sites and servers.", "channels.WriteKey")
    personal.impersonal(
        "Digests nobody can follow to a person, gone after days.",
        "channels.SeenMessage",
        "channels.DaySalt",
        "channels.DayVisitor",
    )


def _take_in() -> None:
    """What was acknowledged and waits belongs to whoever sent it from now on."""
    while taking.take(timezone.now()):
        pass


def _theirs(person: Person) -> QuerySet[Message]:
    return Message.objects.filter(Q(contact=person.id) | Q(to__in=person.emails))


def _messages(person: Person) -> Iterator[Row]:
    yield from rows.of(_theirs(person))


def _no_words(person: Person) -> None:
    ready, held = Message.State.READY, Message.State.HELD
    _theirs(person).filter(state__in=[ready, held]).update(state=Message.State.SUPPRESSED)
    number = Cast(F("pk"), CharField())
    _theirs(person).update(
        key=Concat(Value("erased:"), number),
        message_id=Concat(Value("<erased-"), number, Value("@erased.invalid>")),
        to="",
        subject="",
        text="",
        html="",
        reply="",
        circumstances={},
        contact=None,
    )


def _failed(person: Person) -> Iterator[FailedEvent]:
    found = sweeping.finder((*person.words, *person.names))
    for failed in FailedEvent.objects.order_by("pk").iterator(500):
        if found and found.search(failed.said):
            yield failed


def _waiting(person: Person) -> Iterator[Receipt]:
    found = sweeping.finder((*person.words, *person.names))
    for receipt in Receipt.objects.order_by("pk").iterator(500):
        if found and found.search(bytes(receipt.body).decode("utf-8", "replace")):
            yield receipt


def _arrived(person: Person) -> Iterator[Row]:
    failed = [each.pk for each in _failed(person)]
    yield from rows.of(FailedEvent.objects.filter(pk__in=failed))
    waiting = [each.pk for each in _waiting(person)]
    yield from rows.of(Receipt.objects.filter(pk__in=waiting))


def _nothing_arrived(person: Person) -> None:
    FailedEvent.objects.filter(pk__in=[each.pk for each in _failed(person)]).delete()
    Receipt.objects.filter(pk__in=[each.pk for each in _waiting(person)]).delete()
