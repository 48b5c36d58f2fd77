"""Where a list of people is from and what they may be written to on, stated with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.models import Import, User
from accord.platform.trail import audit
from accord.platform.transfer import files, imports, targets
from accord.platform.transfer.origins import evidence as kept
from accord.platform.transfer.reading.sheets import TooLarge

Basis = Import.Basis
State = Import.State
LEAST_DAY = date(1970, 1, 1)
_WRITTEN = frozenset({Basis.CONSENT, Basis.SOFT_OPT_IN})  # goes into the ledger as rows are read


class NoPeople(Refused):
    """Only people have to agree: nothing of the kind is stated of these rows."""


class NoBasis(Refused):
    """There is no such basis. Choose unknown, interest, consent or soft_opt_in."""


class Unproven(Refused):
    """A basis counts only with where the list is from, of which day, and a file that proves it."""


class NoPlace(Refused):
    """Say what they may be written to about, and how: at least one purpose and channel."""


class EvidenceTooLarge(Refused):
    """A file that proves it may have 20 MB. Send the part of it that does."""


class NotThatDay(Refused):
    """The list cannot be of a day to come, or from before 1970. Choose another day."""


class AlreadyRead(Refused):
    """The rows are read already: agreements and sales cannot be stated any more, nor taken back.

    Bring the file in again and state them there, or undo this import.
    """


@dataclass(frozen=True)
class Statement:
    """What is known of a list. places: as purpose/channel, for agreements and sales."""

    basis: str
    origin: str = ""
    collected_on: date | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A file that proves it: the form people filled in, the contract with who sold the list."""

    name: str
    file: BinaryIO


@transaction.atomic
def state(
    job: Import, told: Statement, evidence: Evidence | None = None, *, by: User | None
) -> None:
    """State where a list is from and what its people may be written to on.

    Of unknown origin nothing else is asked; anything else needs origin, day and evidence, which
    may be there from an earlier statement. Once rows are read, only an unknown origin and our own
    interest can be exchanged. Raises Forbidden, NoPeople, NoBasis, Unproven, NoPlace, NotThatDay,
    AlreadyRead or EvidenceTooLarge.
    """
    imports.may_touch(job, by)
    target = targets.named(job.into)
    if not target.people:
        raise NoPeople
    held = Import.objects.select_for_update().get(pk=job.pk)
    _check(held, told, evidence, target)
    held.basis, held.stated_at = told.basis, timezone.now()
    known = told.basis != Basis.UNKNOWN
    held.origin = _words(told.origin) if known else ""
    held.collected_on = told.collected_on if known else None
    held.places = list(told.places) if told.basis in _WRITTEN else []
    if known and evidence:
        _keep(held, evidence)
    held.save()
    audit.record("import.stated", held, by=by, basis=told.basis)
    job.refresh_from_db()


def _keep(held: Import, given: Evidence) -> None:
    try:
        held.evidence_digest = kept.keep(held, given.file)
    except TooLarge:
        raise EvidenceTooLarge from None
    held.evidence_name = files.shown_name(given.name)
    transaction.on_commit(partial(kept.keep_only, held))


def _check(
    held: Import, told: Statement, evidence: Evidence | None, target: targets.Target
) -> None:
    if told.basis not in Basis.values:
        raise NoBasis
    if held.state != State.DRAFT and {told.basis, held.basis} & _WRITTEN:
        raise AlreadyRead
    if told.basis == Basis.UNKNOWN:
        return
    proven = evidence is not None or bool(held.evidence_digest)
    if not (_words(told.origin) and told.collected_on and proven):
        raise Unproven
    if not LEAST_DAY <= told.collected_on <= timezone.localdate():
        raise NotThatDay
    if told.basis in _WRITTEN and not (told.places and set(told.places) <= set(target.places())):
        raise NoPlace


def _words(text: str) -> str:
    return " ".join(text.split())[:300]
