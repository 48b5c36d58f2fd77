"""What arrived: the messages of receipts, with what is known of who sent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import orjson

from accord.channels.models import FailedEvent, Receipt, WriteKey
from accord.engine.capture import agents, landings, messages, values
from accord.engine.capture.agents import Actor
from accord.engine.capture.landings import Landing
from accord.engine.capture.messages import Kind, Message, Untaken
from accord.people import visitors
from accord.people.models import Visitor
from accord.people.visitors import Claim, Seen


@dataclass(frozen=True)
class Arrival:
    """One message and the request it came in."""

    message: Message
    receipt: Receipt
    for_browsers: bool

    @cached_property
    def actor(self) -> Actor:
        """A server speaks for people: there, only the browser it names tells who it was."""
        agent = self.receipt.agent if self.for_browsers else self.message.agent
        return agents.actor(agent)

    @cached_property
    def landing(self) -> Landing:
        if self.message.kind is not Kind.PAGE:
            return Landing()
        return landings.read(self.message.page("url"), self.message.page("referrer"))

    @cached_property
    def visitor(self) -> tuple[str, str]:
        """How the visitor is called: (by, name)."""
        if self.message.anonymous_id:
            return Visitor.By.DEVICE, self.message.anonymous_id
        return Visitor.By.USER, self.message.user_id

    @cached_property
    def before(self) -> tuple[str, str] | None:
        """How the device is called that an alias says to be the person; a machine says nothing."""
        said = self.message
        is_told = said.kind is Kind.ALIAS and said.previous_id and said.user_id
        if not is_told or self.actor is Actor.BOT:
            return None
        device = (Visitor.By.DEVICE, said.previous_id)
        return device if device != self.visitor else None

    @property
    def visitors(self) -> tuple[tuple[str, str], ...]:
        """How all are called of whom it says who they are."""
        return (self.visitor, self.before) if self.before else (self.visitor,)

    @property
    def seen(self) -> list[Seen]:
        return [self.seen_on(each) for each in self.visitors]

    @property
    def opted_out(self) -> bool:
        """Whether the browser asked that nothing be sold or shared."""
        return self.receipt.opted_out or self.message.opted_out

    def seen_on(self, visitor: tuple[str, str]) -> Seen:
        """That somebody was there, and whether they opted out; nothing else."""
        return Seen(*visitor, self.message.happened_at, self.receipt.key_id, self.opted_out)

    def claim(self, visitor: Visitor) -> Claim:
        """What it says of who the visitor is. What a machine says of a device is no proof."""
        said = self.message
        emails, user_ids = ((), ()) if self.actor is Actor.BOT else _apart(self._named)
        return Claim(
            visitor_id=visitor.pk,
            at=said.happened_at,
            key_id=self.receipt.key_id,
            message=said.id,
            emails=emails,
            user_ids=user_ids,
            is_known=not self.for_browsers,
        )

    def stranger(self, visitor: Visitor) -> Claim:
        """That it says somebody who is not to be named."""
        at, key_id, is_known = self.message.happened_at, self.receipt.key_id, not self.for_browsers
        return Claim(visitor.pk, at, key_id, "", is_known=is_known, is_unnamed=True)

    @cached_property
    def words(self) -> tuple[str, str]:
        """The address and the id it says somebody by, as they are compared."""
        return visitors.words(*_apart(self._named))

    @cached_property
    def former(self) -> tuple[str, str]:
        """The address or the id somebody went by before, as an alias says."""
        return visitors.words(*_apart([self.message.previous_id]))

    @property
    def _named(self) -> list[str]:
        said = self.message
        traits = said.properties if said.kind is Kind.IDENTIFY else said.context.get("traits")
        email = traits.get("email") if isinstance(traits, dict) else None
        return [each for each in (email, said.user_id) if isinstance(each, str) and each]


def of(receipts: Sequence[Receipt]) -> tuple[list[Arrival], list[FailedEvent]]:
    """The messages of receipts (with their keys loaded), and what could not be taken."""
    arrived: list[Arrival] = []
    failed: list[FailedEvent] = []
    for receipt in receipts:
        for_browsers = receipt.key.kind == WriteKey.Kind.BROWSER
        for each in messages.take_apart(receipt.kind, bytes(receipt.body), receipt.received_at):
            if isinstance(each, Untaken):
                failed.append(failure(receipt, each))
            else:
                arrived.append(Arrival(each, receipt, for_browsers))
    return arrived, failed


def _apart(named: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses and ids."""
    emails = tuple(each for each in named if "@" in each)
    return emails, tuple(each for each in named if "@" not in each)


def failure(receipt: Receipt, untaken: Untaken) -> FailedEvent:
    """The row that keeps what could not be taken in."""
    return FailedEvent(
        received_at=receipt.received_at,
        key_id=receipt.key_id,
        kind=receipt.kind,
        said=_told(untaken.said),
        reason=untaken.reason[:300],
        address=receipt.address,
        agent=receipt.agent,
        origin=receipt.origin,
        opted_out=receipt.opted_out,
    )


def _told(said: object) -> str:
    """JSON of what was said; of what lies deeper than can be written, the part that can."""
    try:
        return orjson.dumps(said).decode()
    except orjson.JSONEncodeError:
        return orjson.dumps(values.cut(said)).decode()
