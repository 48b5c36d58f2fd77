"""Takes receipts apart: events, visitors and failures, and the receipt is gone, all at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accord.channels.intake import answered, arrivals, counts, erased, events, repeats, restricted
from accord.channels.intake.arrivals import Arrival
from accord.channels.intake.events import NOBODYS, Whose
from accord.channels.intake.restricted import Parted
from accord.channels.models import FailedEvent, Receipt
from accord.engine import identity
from accord.engine.capture.messages import Kind, Untaken
from accord.people import visitors
from accord.people.identity import following
from accord.people.identity.following import Spans
from accord.people.models import Visitor
from accord.platform.queue import work

MOST_RECEIPTS = 2_000  # in one transaction
MOST_EVENTS = 5_000
GAVE_UP = "Accord could not take this in. It is an error of Accord; its log says more."

logger = logging.getLogger(__name__)


def waits() -> bool:
    """Whether there is a receipt to be taken apart."""
    return Receipt.objects.exists()


def take(now: datetime) -> int:
    """Take the eldest receipts apart, in one transaction; answers how many were (0: none is left,
    or somebody else holds them).

    It may be ended at any moment: then nothing of it happened. A receipt that makes it fail is
    found by taking them apart one by one, and kept among the failed events.
    """
    waiting = Receipt.objects.order_by("pk").values_list("pk", "events")[:MOST_RECEIPTS]
    some: list[int] = []
    total = 0
    for pk, count in waiting:
        if some and total + count > MOST_EVENTS:
            break
        some.append(pk)
        total += count
    try:
        return _take(some, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("receipts not taken apart together", extra={"first": some[:1]})
        return sum(_take_alone(pk, now) for pk in some)


def _take_alone(pk: int, now: datetime) -> int:
    try:
        return _take([pk], now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("receipt not taken apart", extra={"receipt": pk})
        return _give_up(pk)


@transaction.atomic
def _take(pks: Sequence[int], now: datetime) -> int:
    work.fence()
    receipts = Receipt.objects.filter(pk__in=pks).order_by("pk").select_related("key")
    held = list(receipts.select_for_update(of=("self",), skip_locked=True))
    arrived, failed = arrivals.of(held)
    fresh = repeats.drop(arrived, now)
    answers = [each.arrival for each in fresh if each.arrival.message.kind is Kind.CONSENT]
    failed += answered.keep(answers)
    counts.add([each.arrival for each in fresh if each.arrival.message.counted_only])
    if telling := [each for each in fresh if _names_somebody(each.arrival)]:
        following.alone()  # nobody is erased or restricted between the look and what is kept
        said, kept = erased.without(telling)
        parted = restricted.part(said, kept)
        restricted.note(parted)
        events.write(parted.kept, _whose(parted), timezone.now())  # after the wait, not `now`
    FailedEvent.objects.bulk_create(failed)
    Receipt.objects.filter(pk__in=[each.pk for each in held]).delete()
    return len(held)


def _names_somebody(arrival: Arrival) -> bool:
    return not arrival.message.counted_only and arrival.message.kind is not Kind.CONSENT


def _whose(parted: Parted) -> list[Whose]:
    told = list(parted.told)
    seen = [each for arrival in told for each in arrival.seen]
    met = visitors.meet(seen + [each.seen_on(name) for name, each in parted.strangers])
    claims = [each.claim(met[name]) for each in told for name in each.visitors]
    claims += [each.stranger(met[name]) for name, each in parted.strangers]
    spans = visitors.recognise(claims, met.values())
    found = iter(_who(met[each.visitor], spans, each.message.happened_at) for each in told)
    return [NOBODYS if n in parted.nobodys else next(found) for n in range(len(parted.said))]


def _who(visitor: Visitor, spans: Mapping[int, Spans], at: datetime) -> Whose:
    return Whose(visitor, identity.at(spans.get(visitor.pk, ()), at))


@transaction.atomic
def _give_up(pk: int) -> int:
    work.fence()
    receipt = Receipt.objects.select_for_update().filter(pk=pk).first()
    if receipt is None:
        return 0
    body = bytes(receipt.body).decode("utf-8", "replace").replace("\0", "")
    failed = arrivals.failure(receipt, Untaken(body, GAVE_UP))
    failed.said = body
    failed.save(force_insert=True)
    receipt.delete()
    return 1
