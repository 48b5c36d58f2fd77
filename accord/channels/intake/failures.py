"""Events that could not be taken in: kept with their reason, tried again or thrown away."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from accord.channels.models import FailedEvent, Receipt
from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

KEEP = timedelta(days=30)


class Gone(Refused):
    """This event is not among the failed ones any more. Load the page again."""


@transaction.atomic
def replay(failed: FailedEvent, *, by: User) -> None:
    """Let a worker take it in once more, as it arrived then. Raises Forbidden or Gone."""
    permissions.require(by, "tracking.manage")
    held = FailedEvent.objects.select_for_update().filter(pk=failed.pk).first()
    if held is None:
        raise Gone
    Receipt.objects.create(
        received_at=held.received_at,
        key_id=held.key_id,
        kind=held.kind,
        body=held.said.encode(),
        events=1,
        address=held.address,
        agent=held.agent,
        origin=held.origin,
        opted_out=held.opted_out,
    )
    held.delete()
    audit.record("failed_event.replayed", failed, by=by)


@transaction.atomic
def discard(failed: FailedEvent, *, by: User) -> None:
    """Throw it away. Raises Forbidden or Gone."""
    permissions.require(by, "tracking.manage")
    if not FailedEvent.objects.filter(pk=failed.pk).delete()[0]:
        raise Gone
    audit.record("failed_event.discarded", failed, by=by)


def forget(now: datetime) -> int:
    """Throw away what failed more than 30 days ago; answers how much."""
    return FailedEvent.objects.filter(failed_at__lt=now - KEEP).delete()[0]
