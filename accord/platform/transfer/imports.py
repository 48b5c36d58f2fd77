"""Imports: a file, its mapping, a run in the background, and the way back within seven days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.access.permissions import Forbidden, Scope
from accord.platform.models import Import, User
from accord.platform.queue import work
from accord.platform.trail import audit
from accord.platform.transfer import files, mapping, plans, targets
from accord.platform.transfer.mapping import Mapping

UNDO = timedelta(days=7)
State = Import.State


class AlreadyStarted(Refused):
    """This import has been started. Set up a new one to change its mapping."""


class NotDone(Refused):
    """This import is not done, so there is nothing to undo."""


class TooLate(Refused):
    """An import can be undone for seven days after it is done. That time is over."""


class NothingMapped(Refused):
    """No column is mapped yet. Say which column fills which field."""


class EvidenceGone(Refused):
    """The file that proves where this list is from is gone, as when somebody in it was erased.

    Put another one in its place, or state that the list is of unknown origin.
    """


def begin(file: BinaryIO, *, name: str, into: str, by: User | None) -> Import:
    """Take a file in: it is kept and looked through to its end, nothing is imported yet.

    Raises Forbidden, UnknownTarget, or what `sheets.examine` and `workbooks.turn` raise.
    """
    target = targets.named(into)
    _may_run(by, target)
    job = Import.objects.create(into=into, file_name=files.shown_name(name), by=by)
    try:
        job.digest = files.keep(job, file)
        job.stored_as = f"imports/{job.pk}/file"
        job.rows = files.sheet(job).rows
    except Refused:
        files.remove(job)
        job.delete()
        raise
    job.save(update_fields=["digest", "stored_as", "rows"])
    audit.record("import.begun", job, by=by, into=into, rows=job.rows)
    return job


@transaction.atomic
def set_mapping(job: Import, wanted: Mapping, *, by: User | None) -> Import:
    """Say what becomes of the columns. Raises Forbidden, AlreadyStarted or Wrong."""
    may_touch(job, by)
    target = targets.named(job.into)
    if wanted.into != job.into:
        raise mapping.Wrong(f"This mapping is for {wanted.into}, the import for {job.into}.")
    if strange := set(wanted.sections) - set(target.sections):
        raise mapping.Wrong(f"There is no section “{sorted(strange)[0]}” for {job.into}.")
    if not wanted.fills:
        raise NothingMapped
    sheet = files.sheet(job, wanted)
    plans.make(target, wanted, sheet)
    values = {"mapping": mapping.to_json(wanted), "rows": sheet.rows, "rehearsal": None}
    if not Import.objects.filter(pk=job.pk, state=State.DRAFT).update(**values):
        raise AlreadyStarted
    job.refresh_from_db()
    return job


@transaction.atomic
def start(job: Import, *, by: User | None) -> None:
    """Have the import done in the background. Twice does nothing.

    Where nothing was stated of its people (see `origins.stating`), their origin is unknown.

    Raises Forbidden, NothingMapped, EvidenceGone, or AlreadyStarted for one that was done or
    undone.
    """
    may_touch(job, by)
    target = targets.named(job.into)
    _may_run(by, target)
    if not job.mapping:
        raise NothingMapped
    draft = Import.objects.filter(pk=job.pk, state=State.DRAFT)
    stated = draft.exclude(basis__in=("", Import.Basis.UNKNOWN)).first()
    if stated and not files.evidence_path(stated).is_file():
        raise EvidenceGone
    if target.people:
        draft.filter(basis="").update(basis=Import.Basis.UNKNOWN, stated_at=timezone.now())
    waiting = draft.update(state=State.WAITING)
    job.refresh_from_db()
    if not waiting and job.state not in (State.WAITING, State.RUNNING):
        raise AlreadyStarted
    if waiting:
        audit.record("import.started", job, by=by, into=job.into, rows=job.rows)
    work.enqueue("import.run", payload={"import": job.pk}, key=f"import.run:{job.pk}")


@transaction.atomic
def rehearse(job: Import, *, by: User | None) -> None:
    """Have a dry run done in the background; its answer is in `rehearsal`. Raises Forbidden."""
    may_touch(job, by)
    if not job.mapping:
        raise NothingMapped
    work.enqueue("import.rehearse", payload={"import": job.pk}, key=f"import.rehearse:{job.pk}")


@transaction.atomic
def undo(job: Import, *, by: User | None) -> None:
    """Have an import taken back in the background. Twice does nothing.

    Raises Forbidden, NotDone, or TooLate after seven days.
    """
    _may_undo(job, by)
    job.refresh_from_db()
    if job.state not in (State.UNDOING, State.UNDONE):
        if job.state not in (State.DONE, State.FAILED) or job.finished_at is None:
            raise NotDone
        if timezone.now() - job.finished_at > UNDO:
            raise TooLate
        Import.objects.filter(pk=job.pk).update(state=State.UNDOING, undone_until=0, undone_by=by)
        audit.record("import.undo_started", job, by=by)
        job.refresh_from_db()
    if job.state == State.UNDOING:
        work.enqueue("import.undo", payload={"import": job.pk}, key=f"import.undo:{job.pk}")


@transaction.atomic
def discard(job: Import, *, by: User | None) -> None:
    """Throw away an import that was never started. Raises Forbidden or AlreadyStarted."""
    may_touch(job, by)
    if not Import.objects.filter(pk=job.pk, state=State.DRAFT).delete()[0]:
        raise AlreadyStarted
    audit.record("import.discarded", by=by, import_id=job.pk)
    files.remove_all(job)


def cut_short(job: Import, wanted: Mapping) -> Import | None:
    """An import of the same file by the same mapping and person that was not finished."""
    same = Import.objects.filter(digest=job.digest, into=job.into, by=job.by)
    cut = same.filter(state__in=(State.WAITING, State.RUNNING), mapping=mapping.to_json(wanted))
    return cut.exclude(pk=job.pk).order_by("-pk").first()


def visible_to(user: User) -> QuerySet[Import]:
    """The imports a person may look at: their own, or all where they may undo all."""
    found = Import.objects.order_by("-pk").select_related("by")
    if Scope.ALL in permissions.scopes(user, "import.undo"):
        return found
    return found.filter(by=user)


def may_undo(job: Import, by: User | None) -> bool:
    """Whether this person may take this import back now."""
    try:
        _may_undo(job, by)
    except Forbidden:
        return False
    recent = job.finished_at is not None and timezone.now() - job.finished_at <= UNDO
    return job.state in (State.DONE, State.FAILED) and recent


def tidy() -> int:
    """Throw away files that nobody can undo or look at any more; answers how many.

    What proves where a list is from stays, but that of a list nobody ever brought in.
    """
    limit = timezone.now() - UNDO
    old = Import.objects.filter(created_at__lt=limit).exclude(stored_as="")
    gone = old.filter(state=State.DRAFT) | old.filter(finished_at__lt=limit)
    for job in gone:
        if job.state == State.DRAFT:
            files.remove_all(job)
        else:
            files.remove(job)
    return gone.update(stored_as="", rehearsal=None)


def as_json(job: Import, *, error_file: str | None) -> dict[str, Any]:
    """What became of an import, as people script against it."""
    counts = ("created", "updated", "unchanged", "skipped", "errors")
    found: dict[str, Any] = {name: getattr(job, name) for name in counts}
    return found | {"error_file": error_file, "import_id": job.pk, "state": job.state}


def _may_run(by: User | None, target: targets.Target) -> None:
    for permission in ("import.run", target.permission, target.write):
        if by is not None:
            permissions.require(by, permission)


def may_touch(job: Import, by: User | None) -> None:
    """Let only those set up an import, and state of it, whose it is. Raises Forbidden."""
    if by is not None and job.by_id != by.pk:
        permissions.require(by, "system.manage")


def _may_undo(job: Import, by: User | None) -> None:
    if by is None:
        return
    scopes = permissions.scopes(by, "import.undo")
    if not scopes or (Scope.ALL not in scopes and job.by_id != by.pk):
        raise Forbidden
