"""Answers to the consent banner among what arrived."""

from __future__ import annotations

from collections.abc import Sequence

from accord.channels.intake import arrivals
from accord.channels.intake.arrivals import Arrival
from accord.channels.models import FailedEvent
from accord.engine.capture.messages import Untaken
from accord.people.consents import banner
from accord.people.consents.banner import Said

STRANGE = "It answers words of the banner that were never shown, or agrees to what was not asked."


def keep(arrived: Sequence[Arrival]) -> list[FailedEvent]:
    """Put answers into their ledger; those to words we never showed become failed events."""
    said = {_said(each): each for each in arrived}
    strange = banner.keep(said)
    return [_failure(said[each]) for each in strange]


def _said(arrival: Arrival) -> Said:
    message, receipt = arrival.message, arrival.receipt
    text, agreed = message.properties.get("text"), message.properties.get("agreed")
    names = agreed if isinstance(agreed, list) else ["?"]
    return Said(
        text=text if isinstance(text, int) and 0 <= text < 2**31 else 0,
        digest=str(message.properties.get("digest")),
        agreed=tuple(sorted({str(each) for each in names})),
        at=message.happened_at,
        key_id=receipt.key_id,
        device=message.anonymous_id,
        page=message.page("url"),
        referrer=message.page("referrer"),
        network=receipt.address,
        agent=receipt.agent,
        gpc=receipt.opted_out or message.opted_out,
    )


def _failure(arrival: Arrival) -> FailedEvent:
    message = arrival.message
    said = {
        "type": message.kind.value,
        "messageId": message.id,
        "anonymousId": message.anonymous_id,
        "properties": dict(message.properties),
        "context": dict(message.context),
        "timestamp": message.happened_at.isoformat(),
    }
    return arrivals.failure(arrival.receipt, Untaken({"batch": [said]}, STRANGE))
