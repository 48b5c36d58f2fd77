"""Where a list of people is from and what they may be written to on, stated with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.models import Import, User
from accord.platform.queue import work
from accord.platform.trail import audit
from accord.platform.transfer import files, imports, targets
from accord.platform.transfer.origins import evidence as kept
from accord.platform.transfer.reading.sheets import TooLarge

Basis = Import.Basis
State = Import.State
_AT_WORK = (State.WAITING, State.RUNNING, State.UNDOING)
_STATED = (
    *("basis", "stated_at", "origin", "collected_on", "places"),
    *("evidence_digest", "evidence_name"),
)
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
    """The rows are read already. To say that people agreed or bought, bring the file in again."""


class AtWork(Refused):
    """This import is being done or undone. Wait until that is over, then state it here."""


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
    may be there from an earlier statement. Once rows are read, an unknown origin or our own
    interest takes the place of what was said; agreements and sales are then taken back in the
    background. Of an import that was undone nothing is known, whatever is stated. Raises
    Forbidden, NoPeople, NoBasis, Unproven, NoPlace, NotThatDay, AlreadyRead, AtWork or
    EvidenceTooLarge.
    """
    imports.may_touch(job, by)
    target = targets.named(job.into)
    if not target.people:
        raise NoPeople
    held = Import.objects.select_for_update().get(pk=job.pk)
    _check(held, told, evidence, target)
    if held.state != State.DRAFT and held.basis in _WRITTEN:
        said = {"import": job.pk, "by": by.pk if by else None}
        work.enqueue("import.retract", payload=said, key=f"import.retract:{job.pk}")
    _tell(held, told)
    if held.basis != Basis.UNKNOWN and evidence:
        _keep(held, evidence)
    held.save(update_fields=_STATED)
    details = {name: getattr(held, name) for name in ("basis", "origin", "places")}
    details |= {"day": str(held.collected_on or ""), "evidence": held.evidence_digest}
    audit.record("import.stated", held, by=by, **details)
    job.refresh_from_db()


def _tell(held: Import, told: Statement) -> None:
    known = told.basis != Basis.UNKNOWN
    if known or held.basis != Basis.UNKNOWN:  # what is still unknown is so since it was
        held.stated_at = timezone.now()
    held.basis = told.basis
    held.origin = _words(told.origin) if known else ""
    held.collected_on = told.collected_on if known else None
    held.places = list(dict.fromkeys(told.places)) if told.basis in _WRITTEN else []


def _keep(held: Import, given: Evidence) -> None:
    try:
        held.evidence_digest = kept.keep(held, given.file)
    except TooLarge:
        raise EvidenceTooLarge from None
    held.evidence_name = files.shown_name(given.name)


def _check(
    held: Import, told: Statement, evidence: Evidence | None, target: targets.Target
) -> None:
    if told.basis not in Basis.values:
        raise NoBasis
    if held.state in _AT_WORK:
        raise AtWork
    if held.state != State.DRAFT and told.basis in _WRITTEN:
        raise AlreadyRead
    if told.basis == Basis.UNKNOWN:
        return
    proven = evidence is not None or kept.is_there(held)
    if not (_words(told.origin) and told.collected_on and proven):
        raise Unproven
    if not LEAST_DAY <= told.collected_on <= timezone.localdate():
        raise NotThatDay
    if told.basis in _WRITTEN and not (told.places and set(told.places) <= set(target.places())):
        raise NoPlace


def _words(text: str) -> str:
    return " ".join(text.split())[:300]
