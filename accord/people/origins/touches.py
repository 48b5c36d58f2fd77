"""Touches: how a person came to us, or how we reached them, as events with a channel."""

from __future__ import annotations

from datetime import datetime

from accord.people.models import Contact
from accord.people.origins import channels
from accord.platform.events import log, names
from accord.platform.models import User

names.declare("touch.recorded", "Came to us", team="marketing", icon="target")


def record(
    contact: Contact,
    *,
    source: str | None,
    at: datetime,
    campaign: str = "",
    landing_page: str = "",
    by: User | None,
) -> None:
    """Note that a person came from a source, in the transaction of the change it belongs to.

    source: as recorded; the channel is our classification of it.
    """
    log.record(
        "touch.recorded",
        log.About(contact=contact.pk),
        by=by,
        at=at,
        touch=log.Touch(
            channel=contact.channel or channels.classify(source),
            source=source or "",
            campaign=campaign,
        ),
        **({"landing_page": landing_page} if landing_page else {}),
    )
