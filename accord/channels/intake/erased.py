"""What was said before a person was erased, and comes late, is taken in without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime

from accord.channels.intake.repeats import Fresh
from accord.engine.capture.messages import Kind, Message
from accord.engine.capture.values import Value
from accord.people.identity import forgetting


def without(fresh: Sequence[Fresh]) -> tuple[list[Fresh], list[Fresh]]:
    """These messages as they were said, and as they are kept: without ids and addresses of people
    erased since. What a server says of such a person, and of no device, is in neither, and an
    alias of one names no device.
    """
    keys = {(key, each.arrival.message.happened_at) for each in fresh for key in _keys(each)}
    gone = forgetting.erased_since(keys)
    if not gone:
        return list(fresh), list(fresh)
    said = [each for each in fresh if not _is_of(each.arrival.message, gone)]
    return [_no_alias(each, gone) for each in said], [_unnamed(each, gone) for each in said]


def _keys(fresh: Fresh) -> Iterator[str]:
    message = fresh.arrival.message
    email = message.properties.get("email")
    named = (message.user_id, message.previous_id, email if isinstance(email, str) else "")
    yield from (key for key in named if key)


def _is_of(message: Message, gone: Set[tuple[str, datetime]]) -> bool:
    return not message.anonymous_id and (message.user_id, message.happened_at) in gone


def _no_alias(fresh: Fresh, gone: Set[tuple[str, datetime]]) -> Fresh:
    message = fresh.arrival.message
    if (message.previous_id, message.happened_at) not in gone:
        return fresh
    return replace(fresh, arrival=replace(fresh.arrival, message=replace(message, previous_id="")))


def _unnamed(fresh: Fresh, gone: Set[tuple[str, datetime]]) -> Fresh:
    message = fresh.arrival.message
    erased = {key for key in _keys(fresh) if (key, message.happened_at) in gone}
    if not erased:
        return fresh
    unnamed = replace(
        message,
        user_id="" if message.user_id in erased else message.user_id,
        previous_id="" if message.previous_id in erased else message.previous_id,
        properties=_without(message, erased),
    )
    return replace(fresh, arrival=replace(fresh.arrival, message=unnamed))


def _without(message: Message, erased: Set[str]) -> dict[str, Value]:
    """What was said, without the erased addresses; nothing of what says who somebody is."""
    if message.kind is Kind.IDENTIFY:
        return {}
    said = message.properties
    email = said.get("email")
    is_erased = isinstance(email, str) and email in erased
    return {name: value for name, value in said.items() if not (name == "email" and is_erased)}
