"""What people do while their records are restricted (GDPR article 18) is taken in as nobody's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from accord.channels.intake.arrivals import Arrival
from accord.channels.intake.repeats import Fresh
from accord.engine import identity as engine
from accord.engine.capture.agents import Actor
from accord.engine.identity import Keys, Said
from accord.people import visitors
from accord.people.identity import evidence, following, restricted
from accord.people.identity.evidence import Words
from accord.people.identity.following import Spans
from accord.people.identity.restricted import STRANGER, Held, Name, Pair
from accord.people.models import Visitor


@dataclass(frozen=True)
class Parted:
    """Messages as they were said and as they are kept, those of others without restricted people.

    nobodys: the places of what restricted people did. strangers: the devices on which they were
    said, and by what, that would go on being taken for somebody else's or nobody's. pairs: the ids
    that were said with addresses of restricted people, or the other way round.
    """

    said: Sequence[Fresh]
    kept: Sequence[Fresh]
    nobodys: Set[int] = frozenset()
    strangers: Sequence[tuple[Name, Arrival]] = ()
    pairs: Set[Pair] = frozenset()

    @property
    def told(self) -> Iterator[Arrival]:
        """What is said of visitors."""
        yield from (each.arrival for n, each in enumerate(self.said) if n not in self.nobodys)

    @property
    def opted_out(self) -> set[Name]:
        """On whom nobody is seen, and whose browser asked that nothing be sold or shared."""
        apart = (self.said[n].arrival for n in self.nobodys)
        return {name for each in apart if each.opted_out for name in each.visitors}


def part(said: Sequence[Fresh], kept: Sequence[Fresh]) -> Parted:
    """Part what names restricted people, or is done on a device that is theirs at that moment,
    from the rest. Who shares the device keeps what is theirs.
    """
    if not said:
        return Parted(said, kept)
    arrived = [each.arrival for each in said]
    earliest = min(each.receipt.received_at for each in arrived)
    held = restricted.held({name for each in arrived for name in each.visitors}, earliest)
    near = _near(arrived, held) if held.contacts else set()
    if not near:
        return Parted(said, kept)
    return _part(said, kept, _Whole.of(arrived, near, held))


def note(parted: Parted) -> None:
    """Keep the little that counts of what is nobody's: that a visitor who was met before opted out,
    and, apart from all evidence, which ids are those of restricted people.
    """
    if parted.nobodys:
        visitors.opt_out(parted.opted_out)
        restricted.set_aside(parted.pairs)


def _near(arrived: Sequence[Arrival], held: Held) -> set[Name]:
    """The visitors who may be restricted people, by what was or is said of them."""
    keys = set(held.keys)
    keys.update(each.words[1] for each in arrived if each.words[0] in held.keys)
    keys.discard("")
    near: set[Name] = set()
    for each in arrived:
        is_named = not keys.isdisjoint({*each.words, *each.former})
        near.update(name for name in each.visitors if is_named or name in held.visitors)
    return near


def _part(said: Sequence[Fresh], kept: Sequence[Fresh], whole: _Whole) -> Parted:
    said, kept = list(said), list(kept)
    nobodys: set[int] = set()
    strangers: list[tuple[Name, Arrival]] = []
    pairs: set[Pair] = set()
    for n, each in enumerate(said):
        arrival = each.arrival
        if whole.is_theirs(arrival):
            nobodys.add(n)
            strangers += [(name, arrival) for name in whole.taken_for_others(arrival)]
            pairs.update(whole.said_together(arrival))
        elif whole.has_their_id(arrival):
            said[n], kept[n] = _without_id(each), _without_id(kept[n])
    return Parted(said, kept, nobodys, strangers, pairs)


@dataclass(frozen=True)
class _Whole:
    """Who visitors would be if all counted that was said and is said now, and if what names
    restricted people did not. rejected: words that are wrong, by the visitors of whom they are.
    """

    held: Held
    keys: Keys
    rejected: Set[tuple[Name, str, str]]
    all: Mapping[Name, Spans]
    without: Mapping[Name, Spans]

    @classmethod
    def of(cls, arrived: Sequence[Arrival], near: Collection[Name], held: Held) -> _Whole:
        there = visitors.there(near)
        called = {name: there.get(name) or _new(n, name) for n, name in enumerate(near)}
        before, rejected = evidence.whole([each.pk for each in there.values()])
        now = [
            (arrival, said)
            for arrival in arrived
            for name in arrival.visitors
            if name in called and (said := _said(arrival, called[name]))
            if (said.visitor, said.email, said.user_id) not in rejected
        ]
        keys = _keys(arrived, [*before, *(said for _, said in now)], near, held)
        others = [said for arrival, said in now if not _named(arrival, keys, held)]
        return cls(
            held,
            keys,
            _by_name(rejected, called),
            _spans(called, [*before, *(said for _, said in now)], keys),
            _spans(called, [*before, *others], keys),
        )

    def is_theirs(self, arrival: Arrival) -> bool:
        at = engine.at(self.all.get(arrival.visitor, ()), arrival.message.happened_at)
        is_on_theirs = self.held.holds(at, arrival.receipt.received_at)
        return is_on_theirs or _named(arrival, self.keys, self.held) is not None

    def taken_for_others(self, arrival: Arrival) -> Iterator[Name]:
        """The devices on which a restricted person is said, and that are not theirs then."""
        who, at = _named(arrival, self.keys, self.held), arrival.message.happened_at
        if who is None or arrival.actor is Actor.BOT:
            return
        for name in arrival.visitors:
            is_device = name[0] == Visitor.By.DEVICE and name[1] not in self.held.keys
            if (name, *arrival.words) in self.rejected or not is_device:
                continue
            if engine.at(self.without.get(name, ()), at) not in (who, STRANGER):
                yield name

    def has_their_id(self, arrival: Arrival) -> bool:
        found = self.keys.user_ids.get(arrival.words[1])
        return self.held.holds(found, arrival.receipt.received_at)

    def said_together(self, arrival: Arrival) -> Iterator[Pair]:
        """The address and the id a restricted person is said by, both. A machine proves nothing."""
        email, user_id = arrival.words
        is_said = email and user_id and arrival.actor is not Actor.BOT
        is_rejected = (arrival.visitor, email, user_id) in self.rejected
        if is_said and not is_rejected and _meant([arrival.words], arrival, self.keys, self.held):
            yield email, user_id, not arrival.for_browsers


def _new(n: int, name: Name) -> Visitor:
    return Visitor(pk=-1 - n, by=name[0], name=name[1])


def _said(arrival: Arrival, visitor: Visitor) -> Said | None:
    email, user_id = arrival.words
    if arrival.actor is Actor.BOT or not (email or user_id):
        return None
    is_known, at = not arrival.for_browsers, arrival.message.happened_at
    return Said(visitor.pk, email, user_id, is_known, (at,))


def _by_name(
    rejected: Collection[Words], called: Mapping[Name, Visitor]
) -> set[tuple[Name, str, str]]:
    names = {visitor.pk: name for name, visitor in called.items()}
    return {(names[pk], email, user_id) for pk, email, user_id in rejected}


def _keys(
    arrived: Sequence[Arrival], said: Sequence[Said], near: Collection[Name], held: Held
) -> Keys:
    words = [each.words for each in arrived] + [each.former for each in arrived]
    words += [(each.email, each.user_id) for each in said]
    words += [(name, name) for by, name in near if by == Visitor.By.USER]
    emails, ids = {email for email, _ in words} - {""}, {user_id for _, user_id in words} - {""}
    found = evidence.known_by(emails, ids, [*said, *restricted.pairs(ids)])
    return Keys({**found.emails, **dict.fromkeys(held.unnamed, STRANGER)}, found.user_ids)


def _named(arrival: Arrival, keys: Keys, held: Held) -> int | None:
    """The restricted person a message says somebody is or was."""
    return _meant((arrival.words, arrival.former), arrival, keys, held)


def _meant(
    words: Sequence[tuple[str, str]], arrival: Arrival, keys: Keys, held: Held
) -> int | None:
    for email, user_id in words:
        found = keys.emails.get(email) or keys.user_ids.get(user_id)
        if held.holds(found, arrival.receipt.received_at):
            return found
    return None


def _spans(called: Mapping[Name, Visitor], said: Sequence[Said], keys: Keys) -> dict[Name, Spans]:
    mine: dict[int, list[Said]] = {}
    for each in said:
        mine.setdefault(each.visitor, []).append(each)
    return {
        name: following.spans(visitor, mine.get(visitor.pk, []), keys)
        for name, visitor in called.items()
    }


def _without_id(fresh: Fresh) -> Fresh:
    message = replace(fresh.arrival.message, user_id="")
    return replace(fresh, arrival=replace(fresh.arrival, message=message))
