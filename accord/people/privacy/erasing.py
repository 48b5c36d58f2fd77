"""Erasure of a person: seen before, asked for once, done in the background step by step.

The record itself is emptied at once; each other store follows in a transaction of its own, so
that a killed worker goes on where it was. What stays names nobody, and each store says why.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.people.identity import following, forgetting
from accord.people.models import Contact, Erasure, PrivacyRequest
from accord.people.privacy import erased, happened, in_backups, persons, record, requests
from accord.people.privacy.erased import Line
from accord.platform import failpoints, personal
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.personal import COPIES, NotYet, Person, Store, sweeping
from accord.platform.queue import work
from accord.platform.trail import audit, logbooks

JOB = "privacy.erase"
LATER = timedelta(seconds=30)
State = Erasure.State
LACKING = (
    "The list secrets/{1} here lacks {0} of the erasures this backup knows of: it is missing or of "
    "an earlier day. Whoever was erased after the backup was made may be here again. Copy the "
    "newest copy of the folder secrets here and restore once more, or erase them by hand before "
    "you release this Accord: accord privacy erase."
)
DOUBTFUL = (
    "Contacts with an e-mail address of somebody erased, whose own record this backup does not "
    "have: {0}. They may be the same person, or somebody who shares the address. Look at each, and "
    "erase who is the same before you release this Accord: accord privacy erase."
)
BEGAN = failpoints.declare("erasing.began", "an erasure was asked for, and is on no list yet")
APART = failpoints.declare("erasing.apart", "a store of its own forgot, and nobody knows yet")
STEP = failpoints.declare("erasing.step", "a step is done, and written down")

logger = logging.getLogger(__name__)


class AlreadyErased(Refused):
    """This person was erased already."""


@dataclass(frozen=True)
class Part:
    """What one store keeps of a person: how many rows, and what remains of them and why."""

    title: str
    rows: int
    stays: str


@dataclass(frozen=True)
class Preview:
    """What an erasure takes: the stores that keep something, and texts they are named in.

    shares_name: another contact has the same name, so texts with it are left to people.
    backups: which still hold the person afterwards, and when they go; "" where none does.
    requests: that some of theirs are open, of which they are to be told before; "" where none is.
    """

    parts: tuple[Part, ...]
    mentions: tuple[Part, ...]
    shares_name: bool
    backups: str = ""
    requests: str = ""


def preview(contact: Contact) -> Preview:
    """What would go and what would stay, by store. Raises AlreadyErased.

    Looking changes nothing: what arrived and waits is counted as it lies there.
    """
    if contact.erased_at:
        raise AlreadyErased
    person = persons.as_known(contact)
    parts = [
        Part(store.title, _rows(store, person), store.stays)
        for store in personal.stores()
        if store.tables
    ]
    return Preview(
        tuple(part for part in parts if part.rows),
        tuple(_mentions(person)),
        persons.shares_name(contact),
        in_backups.told(contact),
        requests.to_tell([contact, *persons.merged(contact)]),
    )


@transaction.atomic
def begin(contact: Contact, *, by: User | None) -> Erasure:
    """Empty the record and have everything else erased in the background.

    Raises Forbidden, AlreadyErased, or requests.NotIdentified where somebody asks for it who was
    not checked.
    """
    if by is not None:
        permissions.require(by, "privacy.manage")
    records = [contact, *persons.merged(contact)]
    return _begin(contact, requests.answering(records, PrivacyRequest.Kind.ERASURE), by)


@transaction.atomic
def _begin(contact: Contact, request: PrivacyRequest | None, by: User | None) -> Erasure:
    for asked in requests.open_of([contact]):  # before the record: steps lock in this order
        requests.note(asked, "erasing", by=by)
    held = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if held.erased_at:
        raise AlreadyErased
    following.alone()  # what they are said by stands still until it is forgotten
    person = persons.of(held)
    made = Erasure.objects.create(
        request=request,
        contact=held.pk,
        mark=erased.mark(held),
        digests=erased.digests(held),
        plan=asdict(person) | {"was_deleted": held.deleted_at is not None},
        counts={store.name: _rows(store, person) for store in personal.stores()},
        total=len(_steps()),
        asked_at=timezone.now(),
        by=by,
    )
    record.suppress(held, made.asked_at)
    forgetting.forget(person.keys, at=made.asked_at)
    with logbooks.opened():
        happened.take_off_devices(person)
        record.erase(person)
    audit.record("person.erasure_began", held, by=by, erasure=made.pk)
    work.enqueue(JOB, payload={"erasure": made.pk}, key=f"{JOB}:{made.pk}")
    transaction.on_commit(lambda: _note(made))
    for other in persons.merged(held):
        if Contact.objects.filter(pk=other.pk, erased_at=None).exists():
            _begin(other, None, by)
    return made


def _note(made: Erasure) -> None:
    failpoints.reach(BEGAN)
    erased.note(_line(made))


def run(erasure_id: int) -> None:
    """Do what is left of an erasure; what cannot be reached is asked for again."""
    made = Erasure.objects.filter(pk=erasure_id).exclude(state=State.DONE).first()
    if made is None or made.plan is None:
        return
    erased.note(_line(made))
    Erasure.objects.filter(pk=made.pk).update(state=State.RUNNING)
    person = _person(made)
    left = [step for step in _steps() if step not in made.done]
    try:
        for step in left:
            _do(made, step, person)
    except NotYet:
        due_at = timezone.now() + LATER
        key = f"{JOB}:{made.pk}"
        work.enqueue(JOB, payload={"erasure": made.pk}, key=key, due_at=due_at)
        return
    _finish(made)


def run_all(made: Erasure) -> bool:
    """Do an erasure here and now, with those of merged records; False where some is left to do."""
    record_ids = [made.contact]
    contact = Contact.objects.filter(pk=made.contact).first()
    record_ids += [each.pk for each in persons.merged(contact)] if contact else []
    for each in Erasure.objects.filter(contact__in=record_ids).exclude(state=State.DONE):
        run(each.pk)
    return not Erasure.objects.filter(contact__in=record_ids).exclude(state=State.DONE).exists()


def restored() -> list[str]:
    """A backup was put in place: nobody erased comes back with it. Answers what to be told."""
    lacking = erased.lacking()
    again()
    told = [LACKING.format(lacking, erased.FILE)] if lacking else []
    if doubtful := erased.doubtful():
        told.append(DOUBTFUL.format(", ".join(str(contact.pk) for contact in doubtful)))
    return told


def again() -> int:
    """After a restore: erase every record the backup brought back; answers how many.

    Erasures the backup caught half done are ended too.
    """
    for halfway in Erasure.objects.exclude(state=State.DONE).order_by("pk"):
        run(halfway.pk)
    found = erased.back()
    for contact in found:
        if there := Contact.objects.filter(pk=contact.pk, erased_at=None).first():
            run_all(_begin(there, None, None))
    return len(found)


def _steps() -> list[str]:
    """Stores, then texts, and last what is a copy of both."""
    names = [(store.order >= COPIES, store.name) for store in personal.stores()]
    texts = [(False, f"text {table}") for table in sorted(personal.swept())]
    return [name for late in (False, True) for last, name in [*names, *texts] if last == late]


def _do(made: Erasure, step: str, person: Person) -> None:
    store = next((each for each in personal.stores() if each.name == step), None)
    if store and store.apart:
        store.erase(person)
        failpoints.reach(APART)
    with transaction.atomic(), logbooks.opened():
        work.heed()
        if store is None:
            sweeping.sweep(personal.swept()[step.removeprefix("text ")], person)
        elif not store.apart:
            store.erase(person)
        made.done = [*made.done, step]
        Erasure.objects.filter(pk=made.pk).update(done=made.done)
        work.fence()  # not before: it holds the job's row, whose lease is extended meanwhile
    failpoints.reach(STEP)


@transaction.atomic
def _finish(made: Erasure) -> None:
    work.fence()
    plan = made.plan or {}
    ended = Erasure.objects.filter(pk=made.pk).exclude(state=State.DONE)
    if not ended.update(state=State.DONE, plan=None, finished_at=timezone.now()):
        return
    if plan.get("was_deleted"):
        with logbooks.opened():
            Contact.objects.filter(pk=made.contact).delete()
    audit.record("person.erased", made, by=made.by, contact=made.contact, counts=made.counts)
    logger.info("person erased", extra={"erasure": made.pk})


def _person(made: Erasure) -> Person:
    plan = made.plan or {}
    kinds = ("visitors", "names", "words", "emails", "ids", "numbers", "keys")
    lists = {name: tuple(plan.get(name, ())) for name in kinds}
    return Person(id=plan["id"], **lists)


def _line(made: Erasure) -> Line:
    return Line(made.asked_at.isoformat(), made.contact, made.mark, tuple(made.digests))


def _rows(store: Store, person: Person) -> int:
    return sum(1 for _ in store.read(person))


def _mentions(person: Person) -> Iterator[Part]:
    for _, texts in sorted(personal.swept().items()):
        if rows := sweeping.count(texts, person):
            yield Part(texts.title, rows, f"The words become {sweeping.ERASED}.")
