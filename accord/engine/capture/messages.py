"""Messages of the Segment API taken apart into plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import orjson

from accord.engine.capture import fingerprints, values
from accord.engine.capture.values import Unfit, Value

LARGEST = 32 * 1024  # bytes of one message
LONGEST_ID = 200  # characters
LONGEST_NAME = 200
LONGEST_AGENT = 512
OLDEST = timedelta(days=730)


class Kind(StrEnum):
    TRACK = "track"
    IDENTIFY = "identify"
    PAGE = "page"
    SCREEN = "screen"
    GROUP = "group"
    ALIAS = "alias"
    CONSENT = "consent"


@dataclass(frozen=True)
class Message:
    """One message.

    id:           the client's, "" where it gave none: then it can be no repeat.
    anonymous_id: of the device, user_id: of the person as the client knows them; one is there,
                  except where `counted_only`: the page asked that nobody be recognised.
    previous_id:  who an alias was before; group_id: which group a group message is of.
    name:         of what was tracked, or of the page or screen.
    properties:   of the event, or the traits of the person or group.
    opted_out:    the browser asks that nothing be sold or shared (GPC).
    """

    kind: Kind
    id: str
    fingerprint: bytes
    anonymous_id: str
    user_id: str
    name: str
    happened_at: datetime
    properties: Mapping[str, Value]
    context: Mapping[str, Value] = field(default_factory=dict)
    previous_id: str = ""
    group_id: str = ""
    counted_only: bool = False
    opted_out: bool = False

    @property
    def agent(self) -> str:
        """The browser's user agent where the client passes it on, else ""."""
        found = self.context.get("userAgent")
        return found[:LONGEST_AGENT] if isinstance(found, str) else ""

    def page(self, name: str) -> str:
        """What is known of the page: url, path (of the url, where only that was sent), title,
        referrer."""
        found = self._page(name)
        return _path(self._page("url")) if name == "path" and not found else found

    def _page(self, name: str) -> str:
        place = self.context.get("page")
        found = self.properties.get(name) if self.kind is Kind.PAGE else None
        found = found or (place.get(name) if isinstance(place, dict) else None)
        return found if isinstance(found, str) else ""


@dataclass(frozen=True)
class Untaken:
    """What could not be taken, and a sentence that says why.

    said: what to send to the same place to try it again: the request, or for a message of a
    batch a batch of it alone.
    """

    said: object
    reason: str


def take_apart(kind: str, body: bytes, received_at: datetime) -> list[Message | Untaken]:
    """The messages of one request, in order; each is taken or named with the reason.

    kind: what the request was sent to: a Kind or "batch".
    body: JSON as it was sent.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return [Untaken(None, "The request is no JSON.")]
    if not isinstance(said, dict):
        return [Untaken(said, "The request is no JSON object.")]
    try:
        around = Around.of(said) if kind == "batch" else Around(said.get("sentAt"))
    except Unfit as unfit:
        return [Untaken(said, str(unfit))]
    if kind != "batch":
        return [read(kind, said, around, received_at)]
    each = said.get("batch")
    if not isinstance(each, list):
        return [Untaken(said, "A batch needs a list called batch.")]
    return [_of_batch(said, read("", one, around, received_at)) for one in each]


def _of_batch(said: Mapping[str, object], found: Message | Untaken) -> Message | Untaken:
    if isinstance(found, Message):
        return found
    around = {name: said[name] for name in ("sentAt", "context") if name in said}
    return Untaken({"batch": [found.said], **around}, found.reason)


@dataclass(frozen=True)
class Around:
    """What a request says for all its messages: when it was sent, and a common context."""

    sent_at: object = None
    context: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Around:
        """Raises Unfit where the context cannot be kept."""
        context = values.mapping(said.get("context"))
        if _size(context) > LARGEST:
            raise Unfit(f"The context of a batch is larger than {LARGEST // 1024} KB.")
        return cls(said.get("sentAt"), context)


def read(kind: str, said: object, around: Around, received_at: datetime) -> Message | Untaken:
    """One message. kind: what it was sent as, "" where it names its type itself."""
    if not isinstance(said, dict):
        return Untaken(said, "A message has to be a JSON object.")
    try:
        return _read(_kind(kind or said.get("type")), said, around, received_at)
    except Unfit as unfit:
        return Untaken(said, str(unfit))


def _kind(said: object) -> Kind:
    if isinstance(said, str) and said in set(Kind):
        return Kind(said)
    raise Unfit("The type is none of track, identify, page, screen, group, alias, consent.")


def _read(kind: Kind, said: dict[str, object], around: Around, received_at: datetime) -> Message:
    if _size(said) > LARGEST:
        raise Unfit(f"A message is larger than {LARGEST // 1024} KB.")
    context = {**around.context, **values.mapping(said.get("context"))}
    found = Message(
        kind=kind,
        id=values.text(said.get("messageId"), longest=LONGEST_ID),
        fingerprint=fingerprints.of(said),
        anonymous_id=values.text(said.get("anonymousId"), longest=LONGEST_ID),
        user_id=values.text(said.get("userId"), longest=LONGEST_ID),
        name=_name(kind, said),
        happened_at=_happened(said, around.sent_at, received_at),
        properties=values.mapping(_properties(kind, said)),
        context=context,
        previous_id=values.text(said.get("previousId"), longest=LONGEST_ID),
        group_id=values.text(said.get("groupId"), longest=LONGEST_ID),
        counted_only=said.get("anonymous") is True,
        opted_out=context.get("gpc") is True,
    )
    _complete(found)
    return found


def _size(said: Mapping[str, object]) -> int:
    """Bytes of what was said. Raises Unfit where it lies deeper than can be written."""
    try:
        return len(orjson.dumps(said))
    except orjson.JSONEncodeError as error:
        raise Unfit(values.TOO_DEEP) from error


def _complete(found: Message) -> None:
    """Raises Unfit where something the kind cannot do without is missing."""
    if not (found.anonymous_id or found.user_id or found.counted_only):
        raise Unfit("It names nobody: send an anonymousId or a userId.")
    if found.kind is Kind.TRACK and not found.name:
        raise Unfit("What was tracked has no name: send it as event.")
    if found.kind is Kind.GROUP and not found.group_id:
        raise Unfit("A group message names no group: send a groupId.")
    if found.kind is Kind.ALIAS and not found.previous_id:
        raise Unfit("An alias does not say who it was before: send a previousId.")


def _name(kind: Kind, said: Mapping[str, object]) -> str:
    return values.text(said.get("event" if kind is Kind.TRACK else "name"), longest=LONGEST_NAME)


def _path(url: str) -> str:
    """The path of an address as the browser names it, "" where it has none."""
    try:
        found = urlsplit(url)
    except ValueError:
        return ""
    path = found.path or ("/" if found.netloc else "")
    return path if path.startswith("/") else ""


def _properties(kind: Kind, said: Mapping[str, object]) -> object:
    traits = kind in (Kind.IDENTIFY, Kind.GROUP)
    return said.get("traits" if traits else "properties")


def _happened(said: Mapping[str, object], sent_at: object, received_at: datetime) -> datetime:
    """When it happened by our clock: how wrong the client's is shows in when it says it sent.

    Never later than it was received. Raises Unfit where it lies too far back.
    """
    happened = _moment(said.get("timestamp") or said.get("originalTimestamp"))
    if happened is None:
        return received_at
    sent = _moment(said.get("sentAt") or sent_at)
    try:
        ours = min(received_at, happened + (received_at - sent) if sent else happened)
    except OverflowError as error:
        raise Unfit("The time cannot be understood.") from error
    if received_at - ours > OLDEST:
        raise Unfit(f"It happened more than {OLDEST.days} days before it arrived.")
    return ours


def _moment(value: object) -> datetime | None:
    """A time as clients write it; without a zone it is UTC. Raises Unfit."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 40:
        raise Unfit("The time cannot be understood. Write it as 2026-11-25T12:00:00Z.")
    try:
        found = datetime.fromisoformat(value)
        zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unfit("The time cannot be understood. Write it as 2026-11-25T12:00:00Z.") from error
