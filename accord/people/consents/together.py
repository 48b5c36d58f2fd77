"""The facts of many contacts at once, each with all that were merged into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db.models import Q, QuerySet

from accord.engine.consent import merging
from accord.engine.consent.terms import Channel, Facts
from accord.people.consents import story, suppressions
from accord.people.models import (
    Affiliation,
    Assessment,
    ConsentRecord,
    Contact,
    Merge,
    MergeItem,
    Pause,
    Purpose,
    Restriction,
    Suppression,
)
from accord.platform.models import Import

R = TypeVar("R", ConsentRecord, Pause, Restriction)
Reached = Mapping[Channel, str]
_UNDONE = (Import.State.UNDOING, Import.State.UNDONE)
_AFFILIATIONS = Affiliation._meta.db_table


def whole(
    contact: Contact, address: str, channel: Channel, *, known_at: datetime | None = None
) -> Facts:
    """The facts of one contact, as `Known.whole` has them."""
    return read({contact: {channel: address}}).whole(contact.pk, channel, known_at)


@dataclass(frozen=True)
class Known:
    """What is kept of contacts and of all that ever were merged into them.

    rows, work (the affiliations to companies that are there) and merges (into it, oldest first)
    by contact; brought (what a merge did to affiliations) by merge. double: the purposes whose
    consent must be confirmed.
    """

    rows: Mapping[int, story.Rows]
    work: Mapping[int, Collection[int]]
    merges: Mapping[int, Sequence[Merge]]
    brought: Mapping[int, Sequence[MergeItem]]
    double: Collection[str]

    def whole(self, contact: int, channel: Channel, known_at: datetime | None = None) -> Facts:
        """The facts of a contact and of all that were merged into it: the most restrictive wins.

        What was said to one of two before they were merged holds for both; what is said since is
        said by the one they are. known_at: leave out rows of the ledger written down later,
        whenever they say it happened, and merges that did not stand. What was taken back by then
        was never said, not even as records were merged before.
        """
        return self._whole(contact, channel, known_at, known_at)

    def _whole(
        self, contact: int, channel: Channel, known_at: datetime | None, read_at: datetime | None
    ) -> Facts:
        """The same, without what was taken back until `read_at`."""
        merges = self._merged(contact, known_at)
        alone = partial(self._alone, contact, channel, read_at)
        now = alone(known_at)
        if not merges:
            return now
        found = alone(merges[0].at)
        found = replace(found, business=self._was_at_work(contact, merges))
        for each, following in zip(merges, [*merges[1:], None], strict=True):
            other = self._whole(each.gone_id, channel, each.at, read_at)
            other = replace(other, business=other.business or self._brought_work(each))
            found = merging.merge(found, other, double=self.double, now=each.at)
            later = alone(following.at) if following else now
            earlier = alone(each.at)
            found = replace(
                found,
                claims=found.claims + tuple(c for c in later.claims if c not in earlier.claims),
                stops=found.stops + tuple(s for s in later.stops if s not in earlier.stops),
            )
        return found

    def family(self, contact: int, known_at: datetime | None = None) -> Iterator[story.Rows]:
        """The rows of a contact, and of all that were merged into it."""
        yield self.rows[contact]
        for each in self._merged(contact, known_at):
            yield from self.family(each.gone_id, each.at)

    def _merged(self, contact: int, at: datetime | None) -> list[Merge]:
        return [each for each in self.merges.get(contact, ()) if _stood(each, at)]

    def _alone(
        self, contact: int, channel: Channel, read_at: datetime | None, known_at: datetime | None
    ) -> Facts:
        rows = self.rows[contact]
        ledger = story.counted(rows.ledger, read_at)
        if known_at:
            ledger = tuple(row for row in ledger if row.recorded_at <= known_at)
        return story.of_channel(replace(rows, ledger=ledger), channel)

    def _was_at_work(self, contact: int, merges: Iterable[Merge]) -> bool:
        """Whether a contact is at a company that no merge brought."""
        brought = {
            item.row_id
            for merge in merges
            for item in self.brought.get(merge.pk, ())
            if item.returned_at is None and _whose(item) != contact
        }
        return any(each not in brought for each in self.work.get(contact, ()))

    def _brought_work(self, merge: Merge) -> bool:
        return any(_whose(item) == merge.gone_id for item in self.brought.get(merge.pk, ()))


def read(
    reached: Mapping[Contact, Reached], *, ledger: QuerySet[ConsentRecord] | None = None
) -> Known:
    """What is kept of these contacts, each with where it is reached, in a few queries.

    ledger: all rows of it, with what is joined to them; plain ones where it is None.
    """
    found = _merges(each.pk for each in reached)
    channels = {channel for addresses in reached.values() for channel in addresses}
    people: dict[Contact, Reached] = {each.gone: _reach(each.gone, channels) for each in found}
    people |= reached
    by_kept: dict[int, list[Merge]] = defaultdict(list)
    brought: dict[int, list[MergeItem]] = defaultdict(list)
    work: dict[int, set[int]] = defaultdict(set)
    for merge in found:
        by_kept[merge.kept_id].append(merge)
    for item in MergeItem.objects.filter(merge__in=found, name=_AFFILIATIONS):
        brought[item.merge_id].append(item)
    employed = Affiliation.objects.filter(contact__in=list(people), company__deleted_at=None)
    for contact, affiliation in employed.values_list("contact", "pk"):
        work[contact].add(affiliation)
    double = Purpose.objects.filter(double=True).values_list("pk", flat=True) if found else ()
    lines = ConsentRecord.objects.all() if ledger is None else ledger
    rows = _rows(people, work, channels, lines)
    return Known(rows, work, by_kept, brought, set(double))


def _merges(contacts: Iterable[int]) -> list[Merge]:
    """The merges into these contacts and into what was merged into them, also those undone."""
    found: list[Merge] = []
    asked: set[int] = set()
    new = set(contacts)
    while new:
        asked |= new
        merges = Merge.objects.filter(kept__in=new).select_related("gone").order_by("at", "pk")
        into = list(merges)
        found += into
        new = {each.gone_id for each in into} - asked
    return found


def _rows(
    people: Mapping[Contact, Reached],
    work: Mapping[int, Collection[int]],
    channels: Collection[Channel],
    lines: QuerySet[ConsentRecord],
) -> dict[int, story.Rows]:
    ids = [each.pk for each in people]
    listed = _listed(people)
    ledger = _by_contact(lines.filter(contact__in=ids).order_by("pk"))
    pauses = _by_contact(Pause.objects.filter(contact__in=ids))
    restrictions = _by_contact(Restriction.objects.filter(contact__in=ids))
    unknown = _unknown(people)
    assessments = tuple(Assessment.objects.filter(channel__in=channels).order_by("pk"))
    return {
        contact.pk: story.Rows(
            country=story.country(contact),
            business=bool(work.get(contact.pk)),
            born_on=contact.born_on,
            unknown_since=unknown.get(contact.import_id or 0),
            ledger=tuple(ledger.get(contact.pk, ())),
            assessments=assessments,
            suppressions=tuple(listed.get(contact.pk, ())),
            pauses=tuple(pauses.get(contact.pk, ())),
            restrictions=tuple(restrictions.get(contact.pk, ())),
            reached=reached,
        )
        for contact, reached in people.items()
    }


def _unknown(people: Iterable[Contact]) -> Mapping[int, datetime | None]:
    """The imports of unknown origin that brought these contacts, and since when they are that.

    An import that said more and was undone said nothing of who is still there.
    """
    brought = {each.import_id for each in people if each.import_id}
    if not brought:
        return {}
    unknown, undone = Q(basis=Import.Basis.UNKNOWN), Q(state__in=_UNDONE) & ~Q(basis="")
    found = Import.objects.filter(unknown | undone, pk__in=brought)
    return {
        each.pk: each.stated_at
        if each.basis == Import.Basis.UNKNOWN
        else each.undone_at or each.finished_at
        for each in found
    }


def _listed(people: Mapping[Contact, Reached]) -> Mapping[int, list[Suppression]]:
    digests: dict[str, list[int]] = defaultdict(list)
    for contact, reached in people.items():
        for channel, address in reached.items():
            if address:
                digests[suppressions.digest(address, channel)].append(contact.pk)
    listed: dict[int, list[Suppression]] = defaultdict(list)
    for row in Suppression.objects.filter(digest__in=list(digests)).order_by("pk"):
        for id in digests[row.digest]:
            listed[id].append(row)
    return listed


def _reach(contact: Contact, channels: Iterable[Channel]) -> Reached:
    return {channel: story.address_of(contact, channel) for channel in channels}


def _by_contact(rows: QuerySet[R]) -> Mapping[int, list[R]]:
    found: dict[int, list[R]] = defaultdict(list)
    for row in rows:
        found[row.contact_id].append(row)
    return found


def _stood(merge: Merge, at: datetime | None) -> bool:
    """Whether a merge stood at an instant, or stands now."""
    if at is None:
        return merge.undone_at is None
    return merge.at <= at and (merge.undone_at is None or merge.undone_at > at)


def _whose(item: MergeItem) -> int | None:
    """Whose affiliation it was before the merge."""
    return (item.before or {}).get("contact_id")
