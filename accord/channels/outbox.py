"""The outbox: the only way out. Every message is a row here before it leaves.

A row is written in the transaction of what it reports, once for its key, and delivered by the
queue. Where nobody can tell whether it arrived, it is `unknown` and stays so until a person
decides; it is never sent again by itself.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from datetime import timedelta
from random import SystemRandom

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from accord.channels import letters, passing
from accord.channels.letters import Deliver, Result
from accord.channels.models import Message
from accord.channels.passing import ASKED_FOR, Why
from accord.channels.providers.email import console, maildir, smtp
from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.doctor import Finding
from accord.platform.models import User
from accord.platform.queue import work
from accord.platform.safekeeping import quarantine
from accord.platform.trail import audit

JOB = "outbox.deliver"
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)]
GIVE_UP = timedelta(days=4)
State = Message.State

logger = logging.getLogger(__name__)

PROVIDERS: dict[str, Deliver] = {
    "console": console.deliver,
    "maildir": maildir.deliver,
    "smtp": smtp.deliver,
    "smtps": smtp.deliver,
}


class NotToBeSent(Refused):
    """This message was sent, or is being sent. Load the page again to see its present state."""


@transaction.atomic
def send(
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    why: Why = ASKED_FOR,
) -> Message:
    """Put a message into the outbox, in the caller's transaction.

    key: what makes it this message. A second call with the same key changes nothing and
         answers the first one's row.
    to:  one address. Raises letters.NoAddress when it is none.
    why: whom it is for and for what. What the gate of consent refuses is `suppressed`, with the
         reason in words, and goes nowhere.
    """
    row = Message(key=key, to=letters.address(to), text=text, html=html)
    passing.note(row, why, passing.ask(row, why, timezone.now()))
    row.subject = letters.one_line(subject)[:300]
    row.message_id = f"<{uuid.uuid4()}@{_domain()}>"
    Message.objects.bulk_create([row], ignore_conflicts=True)
    message = Message.objects.get(key=key)
    if message.message_id == row.message_id and message.state == State.READY:
        _ask(message)
    return message


def deliver(message_id: int) -> None:
    """Try to hand a waiting message over, and note what became of it."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        return
    if message.state == State.SENDING:
        _settle(message, Result(letters.UNKNOWN, "the worker ended while it was being sent"))
    if message.state != State.READY:
        return
    if quarantine.is_on():
        Message.objects.filter(pk=message.pk, state=State.READY).update(state=State.HELD)
        return
    try:
        _settle(message, _hand_over(message))
    except passing.Withheld as refusal:
        _withhold(message, refusal)


@transaction.atomic
def send_again(message: Message, *, by: User) -> None:
    """Send a message that failed, was held back, or may not have arrived."""
    permissions.require(by, "system.manage")
    stuck = Message.objects.filter(
        pk=message.pk, state__in=[State.FAILED, State.UNKNOWN, State.HELD]
    )
    if not stuck.update(state=State.READY, attempt=0, created_at=timezone.now()):
        raise NotToBeSent
    audit.record("message.sent_again", message, by=by)
    _ask(message)


@transaction.atomic
def release_held(*, by: User | None) -> int:
    """Send everything that was held back; answers how many messages."""
    held = list(Message.objects.select_for_update().filter(state=State.HELD))
    for message in held:
        Message.objects.filter(pk=message.pk).update(state=State.READY)
        _ask(message)
    audit.record("outbox.released", by=by, messages=len(held))
    return len(held)


def states() -> dict[str, int]:
    """How many messages are in each state."""
    rows = Message.objects.values_list("state").annotate(count=Count("pk"))
    return {state.value: Counter(dict(rows))[state.value] for state in State}


def trouble() -> str:
    """Why no mail can leave with the present settings, or nothing when it can."""
    if _scheme() not in PROVIDERS:
        return _unknown_scheme()
    try:
        letters.parse(settings.MAIL_FROM)
    except letters.NoAddress:
        return _no_sender()
    return smtp.check(settings.MAIL_URL) if _scheme().startswith("smtp") else ""


def finding() -> Finding:
    """For the doctor: whether mail can leave, and whether some did not arrive."""
    if reason := trouble():
        return Finding("mail", False, reason, "Put ACCORD_MAIL_URL and ACCORD_MAIL_FROM right.")
    stuck = states()
    if lost := stuck[State.FAILED] + stuck[State.UNKNOWN]:
        seen = f"Messages that failed or may not have arrived: {lost}."
        return Finding("mail", False, seen, "Look at them in Settings, System.")
    if _scheme() == "console":
        return Finding("mail", True, "Mail is printed to the terminal (ACCORD_MAIL_URL).")
    return Finding("mail", True, "Mail can leave.")


def _hand_over(message: Message) -> Result:
    def begin() -> None:
        with transaction.atomic():
            work.fence()
            mine = Message.objects.filter(pk=message.pk, state=State.READY)
            now = passing.again(message)
            if not mine.update(state=State.SENDING, attempt=F("attempt") + 1, **now):
                raise NotToBeSent

    provider = PROVIDERS.get(_scheme())
    if provider is None:
        return Result(letters.DEFERRED, _unknown_scheme())
    try:
        letter = letters.compose(message, sender=settings.MAIL_FROM, at=timezone.now())
    except letters.NoAddress:
        return Result(letters.DEFERRED, _no_sender())
    return provider(letter, begin, settings.MAIL_URL)


def _settle(message: Message, result: Result) -> None:
    """Note the result, and try again later where the other side asks for it."""
    old = timezone.now() - message.created_at > GIVE_UP
    deferred = result.state == letters.DEFERRED and not old
    state = State.READY if deferred else State.FAILED
    if result.state in (letters.SENT, letters.UNKNOWN):
        state = State(result.state)
    with transaction.atomic():
        unsettled = [State.READY, State.SENDING, State.UNKNOWN]
        Message.objects.filter(pk=message.pk, state__in=unsettled).update(
            state=state,
            reply=result.reply[:1000],
            attempt=message.attempt + 1,
            sent_at=timezone.now() if state == State.SENT else None,
        )
        if deferred:
            wait = WAITS[min(message.attempt, len(WAITS) - 1)]
            _ask(message, after=wait * SystemRandom().uniform(0.8, 1.2))
    logger.info("message settled", extra={"message_id": message.pk, "state": state.value})


def _withhold(message: Message, refusal: passing.Withheld) -> None:
    """The gate let it into the outbox and does not let it leave: the person said stop since."""
    Message.objects.filter(pk=message.pk, state=State.READY).update(
        state=State.SUPPRESSED, reply=str(refusal), decided_at=timezone.now()
    )
    logger.info("message withheld", extra={"message_id": message.pk})


def _ask(message: Message, after: timedelta | None = None) -> None:
    due_at = timezone.now() + after if after else None
    payload = {"message": message.pk}
    work.enqueue(JOB, payload=payload, key=f"message:{message.pk}", due_at=due_at)


def _scheme() -> str:
    return str(settings.MAIL_URL).partition(":")[0]


def _unknown_scheme() -> str:
    return f"ACCORD_MAIL_URL begins with {_scheme()!r}; write console:, maildir: or smtp:"


def _no_sender() -> str:
    return f"ACCORD_MAIL_FROM has no e-mail address in it: {settings.MAIL_FROM!r}"


def _domain() -> str:
    try:
        return letters.parse(settings.MAIL_FROM).domain
    except letters.NoAddress:
        return "localhost"
