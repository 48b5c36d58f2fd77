"""Merging: a person says that two contacts are one, and may take it back, item by item.

The contact that goes is hidden, never emptied: it keeps its own row, its ledger of consent and its
history. What belongs to it moves, each thing written down as it was; events move in the log, with
a list of which. So that taking it back is exact, and what was edited since stays and is named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people import addresses, affiliations, families, fields, lifecycle, records
from accord.people.consents import parting
from accord.people.fields import Field, Kind
from accord.people.identity import evidence, following, moving
from accord.people.models import Address, Affiliation, Contact, LifecycleChange, Merge, MergeItem
from accord.people.records import Deleted
from accord.platform.events import log, names
from accord.platform.models import Event, User
from accord.platform.trail import audit, history, logbooks

names.declare("contact.merged", "Merged with another contact", icon="users")
names.declare("contact.unmerged", "A merge was undone", icon="users")

KEPT, GONE, BOTH = "kept", "gone", "both"
ORIGIN = ("acquired_at", "source", "channel", "campaign", "landing_page")
_NEVER = ("company",)  # a row's flag says it; its choice is still offered


class TheSame(Refused):
    """This is one contact. Choose another one to merge with."""


class BadChoice(Refused):
    """Choose for each field which value stays."""


class UndoneAlready(Refused):
    """This is taken back already."""


class MergedSince(Refused):
    """This contact was merged into another one since. Undo the later merge first."""


@dataclass(frozen=True)
class Question:
    """A field in which two contacts differ. both: the values can be kept together.

    suggested: what stays where nobody chooses.
    """

    field: Field
    kept: Any
    gone: Any
    both: bool
    suggested: str


def questions(kept: Contact, gone: Contact) -> list[Question]:
    """The fields in which the contact that would go holds something else, in catalogue order."""
    found = []
    gone_first = _came_first(gone, kept)
    origins = kept.source is not None and gone.source is not None
    for field in fields.catalogue("contact").values():
        if not field.editable:
            continue
        mine, theirs = fields.read(kept, field), fields.read(gone, field)
        if theirs == fields.empty(field) or mine == theirs:
            continue
        several = field.kind in (Kind.TAGS, Kind.CHOICES)
        if several and set(theirs) <= set(mine):
            continue
        suggested = _suggested(field, (mine, theirs), gone_first, origins)
        found.append(Question(field, mine, theirs, several, BOTH if several else suggested))
    return found


@transaction.atomic
def merge(kept: Contact, gone: Contact, *, choices: Mapping[str, str], by: User | None) -> Merge:
    """Make two contacts one: `gone` becomes part of `kept`, which is fresh afterwards.

    choices: "kept", "gone" or "both" by field name; what is not chosen is as `questions` suggests.
    Raises TheSame, Forbidden, Deleted or BadChoice.
    """
    if kept.pk == gone.pk:
        raise TheSame
    given = kept
    kept, gone = _held(kept, gone)
    for contact in (kept, gone):
        records.permissions_of(contact, by)
        if contact.deleted_at:
            raise Deleted
    wanted = _wanted(kept, gone, choices)
    now, both = timezone.now(), [kept.pk, gone.pk]
    done = Merge.objects.create(kept=kept, gone=gone, at=now, by=by)
    finish, before = moving.begin(both), moving.rows(both)
    stage_since = kept.stage_since
    _hide(gone, kept, by)
    moving.move(gone.pk, kept.pk)
    changes = _write(kept, gone, wanted, by)
    _note_fields(done, changes, stage_since)
    _note_rows(done, before, moving.rows(both))
    moving.move_events(done)
    for each in finish:
        each(by)
    _settle(both)
    audit.record("contact.merged", kept, by=by, gone=gone.pk, merge=done.pk)
    log.record("contact.merged", log.About(contact=kept.pk), by=by, gone=gone.pk, merge=done.pk)
    given.refresh_from_db()
    return done


@transaction.atomic
def unmerge(merge: Merge, *, items: Collection[int] | None = None, by: User | None) -> Merge:
    """Take a merge back, or of one taken back already what stayed then.

    items: ids of what goes back to the contact that comes back; None is all. What was edited
    since stays, and its item says so. Raises Forbidden, Deleted, MergedSince or UndoneAlready.
    """
    done = Merge.objects.select_for_update().get(pk=merge.pk)
    kept, gone = _held(Contact.objects.get(pk=done.kept_id), Contact.objects.get(pk=done.gone_id))
    _may_undo(done, kept, gone, by)
    chosen = done.items.filter(returned_at=None).order_by("pk")
    rows = list(chosen if items is None else chosen.filter(pk__in=items))
    if done.undone_at and not rows:
        raise UndoneAlready
    both = [kept.pk, gone.pk]
    finish, companies = moving.begin(both), [fields.read(each, _company()) for each in (kept, gone)]
    left = _fields_back(kept, [each for each in rows if each.kind == MergeItem.Kind.FIELD], by)
    left |= moving.put_back([each for each in rows if each.kind == MergeItem.Kind.ROW], kept.pk)
    if any(each.kind == MergeItem.Kind.EVENTS for each in rows):
        moving.events_back(done)
    _mark(rows, left)
    _agree(kept, companies[0], by)
    if not done.undone_at:
        _show(done, kept, gone, by)
    _agree(gone, companies[1], by)
    if not done.undone_at:
        parting.keep_stopped(done, by=by)
    for each in finish:
        each(by)
    _settle(both)
    audit.record("contact.unmerged", kept, by=by, gone=gone.pk, merge=done.pk, items=len(rows))
    for pk in both:
        log.record("contact.unmerged", log.About(contact=pk), by=by, merge=done.pk)
    done.refresh_from_db()
    return done


def of(contact: Contact) -> list[Merge]:
    """The merges a contact took part in, newest first."""
    ids = families.of([contact.pk])
    found = Merge.objects.filter(kept__in=ids) | Merge.objects.filter(gone=contact.pk)
    return list(found.select_related("kept", "gone", "by").order_by("-at"))


def _held(kept: Contact, gone: Contact) -> tuple[Contact, Contact]:
    """Both, locked in the order of their ids, as they are now; rows may still point to them."""
    rows = Contact.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=[kept.pk, gone.pk]
    )
    found = {each.pk: each for each in rows.select_related("owner__team").order_by("pk")}
    if len(found) < 2:
        raise Deleted
    return found[kept.pk], found[gone.pk]


def _came_first(one: Contact, other: Contact) -> bool:
    if one.acquired_at is None:
        return False
    return other.acquired_at is None or one.acquired_at < other.acquired_at


def _suggested(field: Field, values: tuple[Any, Any], gone_first: bool, origins: bool) -> str:
    """Nothing is lost: what only one has is kept; the first contact, the further stage.

    origins: both have a source; all that says how they came is the first one's then.
    """
    mine, theirs = values
    if field.name == "acquired_at" or (field.name in ORIGIN and origins):
        return GONE if gone_first else KEPT
    if mine == fields.empty(field):
        return GONE
    if field.kind is Kind.STAGE:
        order = lifecycle.STAGES
        return GONE if order.index(theirs) > order.index(mine) else KEPT
    return KEPT


def _wanted(kept: Contact, gone: Contact, choices: Mapping[str, str]) -> dict[Field, Any]:
    wanted: dict[Field, Any] = {}
    for question in questions(kept, gone):
        choice = choices.get(question.field.name) or question.suggested
        match choice:
            case "gone":
                wanted[question.field] = question.gone
            case "both" if question.both:
                wanted[question.field] = tuple(dict.fromkeys((*question.kept, *question.gone)))
            case "kept":
                pass
            case _:
                raise BadChoice(f"{question.field.label}: choose which value stays.")
    return wanted


def _hide(gone: Contact, kept: Contact, by: User | None) -> None:
    Contact.objects.filter(pk=gone.pk).update(
        deleted_at=timezone.now(), deleted_by=by, merged_into=kept, version=gone.version + 1
    )


def _show(done: Merge, kept: Contact, gone: Contact, by: User | None) -> None:
    """Bring the contact back; a main address that stays with the other one is its no longer."""
    mine = Address.objects.filter(contact=gone)
    for kind in Address.Kind.values:
        value = getattr(gone, kind)
        if value and not mine.filter(kind=kind, value=value).exists():
            other = mine.filter(kind=kind).order_by("pk").first()
            change = {fields.field("contact", kind): other.value if other else ""}
            records.change_held(gone, change, by=by)
    same_id = Contact.objects.alive().filter(external_id=gone.external_id).exclude(pk=gone.pk)
    if gone.external_id and same_id.exists():
        records.change_held(gone, {fields.field("contact", "external_id"): ""}, by=by)
    addresses.refuse_taken(gone.email, besides=gone.pk)
    Contact.objects.filter(pk=gone.pk).update(
        deleted_at=None, deleted_by=None, merged_into=None, version=gone.version + 1
    )
    Merge.objects.filter(pk=done.pk).update(undone_at=timezone.now(), undone_by=by)


def _write(
    kept: Contact, gone: Contact, wanted: Mapping[Field, Any], by: User | None
) -> tuple[history.Change, ...]:
    changes = records.change_held(kept, wanted, by=by) if wanted else ()
    changed = {each.field: each for each in changes}
    for kind in Address.Kind.values:
        if kind in changed:
            addresses.mirror(kept, kind)
    if "company" in changed:
        affiliations.set_primary(kept, changed["company"].new)
    if "stage" in changed:
        entered = [each for each in (kept.stage_since, gone.stage_since) if each]
        at = max(entered, default=timezone.now())
        before = changed["stage"].old
        lifecycle.note(kept, previous=before, at=at, reason=f"Merged with {gone}"[:300], by=by)
    return changes


def _note_fields(done: Merge, changes: Collection[history.Change], stage_since: Any) -> None:
    found = []
    for each in changes:
        item = MergeItem(merge=done, kind="field", name=each.field)
        item.before, item.after = each.old, each.new
        if each.field == "stage":
            noted = LifecycleChange.objects.filter(contact=done.kept_id).order_by("-pk").first()
            item.row_id = noted.pk if noted else None
            item.before = {"stage": each.old, "since": str(stage_since or "")}
        if each.field not in _NEVER:
            found.append(item)
    MergeItem.objects.bulk_create(found)


def _note_rows(done: Merge, before: moving.Rows, after: moving.Rows) -> None:
    MergeItem.objects.bulk_create(
        MergeItem(merge=done, kind="row", name=table, row_id=pk, before=was, after=now)
        for table, pk, was, now in moving.differences(before, after)
    )


def _settle(contacts: list[int]) -> None:
    """Let the visitors known by the keys of these contacts follow."""
    mine = Address.objects.filter(contact__in=contacts, kind=Address.Kind.EMAIL)
    people = Contact.objects.filter(pk__in=contacts).exclude(external_id="")
    emails = set(mine.values_list("value", flat=True))
    ids = set(people.values_list("external_id", flat=True))
    if found := evidence.touched(emails, ids):
        following.settle(found)


def _may_undo(done: Merge, kept: Contact, gone: Contact, by: User | None) -> None:
    for each in (kept, gone):
        records.permissions_of(each, by)
    if kept.merged_into_id or (done.undone_at and gone.merged_into_id):
        raise MergedSince
    if kept.deleted_at or (done.undone_at and gone.deleted_at):
        raise Deleted


def _fields_back(kept: Contact, items: list[MergeItem], by: User | None) -> dict[int, str]:
    left: dict[int, str] = {}
    wanted: dict[Field, Any] = {}
    known = fields.catalogue("contact")
    for item in items:
        field = known.get(item.name)
        if field is None:
            left[item.pk] = moving.REMOVED
        elif item.name == "stage":
            if not _stage_back(kept, item, by):
                left[item.pk] = moving.CHANGED
        elif field.kind in (Kind.TAGS, Kind.CHOICES):
            wanted[field] = _without_added(fields.read(kept, field), item)
        elif fields.to_json(fields.read(kept, field)) != item.after:
            left[item.pk] = moving.CHANGED
        else:
            wanted[field] = fields.from_json(field, item.before)
    if wanted:
        records.change_held(kept, wanted, by=by)
    return left


def _without_added(now: tuple[str, ...], item: MergeItem) -> tuple[str, ...]:
    """The words that are there but for those the merge brought; those it took come back."""
    before, after = list(item.before or ()), list(item.after or ())
    stay = [each for each in now if each in before or each not in after]
    return (*stay, *(each for each in before if each not in after and each not in stay))


def _stage_back(kept: Contact, item: MergeItem, by: User | None) -> bool:
    """Forget that the merge moved the stage, unless it was moved since: as if it never had."""
    if kept.stage != item.after:
        return False
    noted = LifecycleChange.objects.filter(contact=kept).order_by("-pk").first()
    if noted is None or noted.pk != item.row_id:
        return False
    before = item.before or {}
    records.change_held(kept, {fields.field("contact", "stage"): before["stage"]}, by=by)
    since = before["since"] or None
    Contact.objects.filter(pk=kept.pk).update(stage_since=since)
    with logbooks.opened():
        told = Event.objects.filter(name="lifecycle.changed", contact_id=kept.pk)
        told.filter(happened_at=noted.at, recorded_at__gte=noted.recorded_at).delete()
        LifecycleChange.objects.filter(pk=item.row_id).delete()
    return True


def _mark(items: list[MergeItem], left: Mapping[int, str]) -> None:
    now = timezone.now()
    for item in items:
        item.left = left.get(item.pk, "")
        item.returned_at = None if item.left else now
    MergeItem.objects.bulk_update(items, ["left", "returned_at"])


def _agree(contact: Contact, company: int | None, by: User | None) -> None:
    """Make flags and columns say one thing where only a part went back."""
    contact.refresh_from_db()
    for kind in Address.Kind.values:
        mine = Address.objects.filter(contact=contact, kind=kind)
        value = getattr(contact, kind)
        if value and not mine.filter(value=value).exists():
            other = mine.order_by("pk").first()
            value = other.value if other else ""
            records.change_held(contact, {fields.field("contact", kind): value}, by=by)
        mine.exclude(value=value).filter(is_primary=True).update(is_primary=False)
        mine.filter(value=value, is_primary=False).update(is_primary=True)
    belongs = Affiliation.objects.filter(contact=contact)
    if not belongs.filter(is_primary=True).exists() and (first := belongs.order_by("pk").first()):
        Affiliation.objects.filter(pk=first.pk).update(is_primary=True)
    now = fields.read(contact, _company())
    if now != company:
        change = history.Change("company", company, now)
        history.record(contact, [change], at=timezone.now(), by=by)


def _company() -> Field:
    return fields.field("contact", "company")
