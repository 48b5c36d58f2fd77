"""What the people of a file may be written to on, as whoever brings them in states."""

from __future__ import annotations

from collections.abc import Mapping

from accord.engine.consent.terms import Channel
from accord.people.consents import purposes

_BY = {
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by text message",
    Channel.PHONE: "by phone",
    Channel.POST: "by letter",
}


def places() -> Mapping[str, str]:
    """Every purpose and channel, as purpose/channel, in words."""
    return {
        f"{purpose.pk}/{channel}": f"{purpose.label}, {words}"
        for purpose in purposes.in_use()
        for channel, words in _BY.items()
    }
