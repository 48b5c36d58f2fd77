"""Import a file, or undo an import."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from accord.engine.errors import Refused
from accord.platform.models import Import, User
from accord.platform.transfer import headers, imports, mapping, problems, rehearsals, runs, targets
from accord.platform.transfer.origins import stating
from accord.platform.transfer.undo import undoing

HELP = "Import a file into contacts, companies, deals, products or users; or undo an import."
NEEDS_DATABASE = True
PATIENCE_SECONDS = 60


class NoSuchFile(Refused):
    """This file does not exist or cannot be read. Check its name."""


class NoSuchImport(Refused):
    """There is no import with this number."""


class NoSuchPerson(Refused):
    """Nobody here has this e-mail address."""


class NoDay(Refused):
    """This is no day. Write it as 2026-03-31."""


class NoTarget(Refused):
    """Say what the rows are: --into contacts, companies, deals, products or users."""


class StatedOtherwise(Refused):
    """An import of this file was cut short, and says otherwise of the people in it."""


class NothingToState(Refused):
    """What people may be written to on is stated as a file comes in.

    Leave out --basis, --for, --origin, --collected and --evidence.
    """


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="a CSV or XLSX file; or: undo, resume")
    parser.add_argument("id", nargs="?", type=int, help="the import to undo or to go on with")
    parser.add_argument("--into", help="what the rows are")
    parser.add_argument(
        "--mapping", metavar="FILE.json", help="what becomes of the columns; guessed without it"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, do nothing")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    _about_people(parser)
    parser.add_argument("--by", metavar="EMAIL", help="in whose name; without it as Accord itself")


def _about_people(parser: argparse.ArgumentParser) -> None:
    known = ", ".join(stating.Basis.values)
    parser.add_argument(
        "--basis", help=f"what the people of the file may be written to on: {known}"
    )
    parser.add_argument(
        "--for",
        dest="places",
        action="append",
        default=[],
        metavar="PURPOSE/CHANNEL",
        help="what they agreed to, such as news/email; may be given several times",
    )
    parser.add_argument("--origin", default="", metavar="TEXT", help="where the list is from")
    parser.add_argument("--collected", metavar="YYYY-MM-DD", help="of which day it is")
    parser.add_argument("--evidence", metavar="FILE", help="a file that proves it")


def run(options: argparse.Namespace) -> int:
    by = _person(options.by)
    if options.file in ("undo", "resume") and options.id is not None:
        job = Import.objects.filter(pk=options.id).first()
        if job is None:
            raise NoSuchImport
        if options.basis or _has_more(options):
            raise NothingToState
        return _undo(job, by, options) if options.file == "undo" else _finish(job, options)
    path = Path(options.file)
    if not path.is_file():
        raise NoSuchFile
    wanted = _mapping(options)
    job = _begun(path, wanted, by, options)
    return _rehearse(job, options) if options.dry_run else _finish(job, options)


def _begun(
    path: Path, wanted: mapping.Mapping | None, by: User | None, options: argparse.Namespace
) -> Import:
    """The import of this file: a new one, or the one that was cut short."""
    into = wanted.into if wanted else str(options.into)
    with path.open("rb") as file:
        job = imports.begin(file, name=path.name, into=into, by=by)
    try:
        wanted = wanted or headers.mapping_for(job)
        if not options.dry_run and (earlier := imports.cut_short(job, wanted)):
            _must_agree(earlier, _stated(job, by, options))
            imports.discard(job, by=by)
            return earlier
        imports.set_mapping(job, wanted, by=by)
        return _stated(job, by, options)
    except Refused:
        imports.discard(job, by=by)
        raise


def _must_agree(earlier: Import, job: Import) -> None:
    """Go on with an import only as what it was begun as. Raises StatedOtherwise."""
    if _said(earlier) != _said(job):
        raise StatedOtherwise(
            f"Import {earlier.pk} of this file was cut short, and says otherwise of the people in "
            f"it. Go on with it as it is: accord import resume {earlier.pk}. Where it is wrong, "
            f"take it back then: accord import undo {earlier.pk}."
        )


def _said(job: Import) -> tuple[object, ...]:
    """What an import says of the people in it; nothing said is an unknown origin."""
    if job.basis in ("", stating.Basis.UNKNOWN):
        return ()
    return job.basis, job.origin, job.collected_on, set(job.places), job.evidence_digest


def _stated(job: Import, by: User | None, options: argparse.Namespace) -> Import:
    """The import with what the options say of the people in it."""
    if not options.basis:
        if _has_more(options):
            raise stating.NoBasis
        return job
    told = stating.Statement(
        options.basis, options.origin, _day(options.collected), tuple(options.places)
    )
    if not options.evidence:
        stating.state(job, told, by=by)
        return job
    path = Path(options.evidence)
    if not path.is_file():
        raise NoSuchFile
    with path.open("rb") as file:
        stating.state(job, told, stating.Evidence(path.name, file), by=by)
    return job


def _has_more(options: argparse.Namespace) -> bool:
    return bool(options.places or options.origin or options.collected or options.evidence)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise NoDay from None


def _mapping(options: argparse.Namespace) -> mapping.Mapping | None:
    if not options.mapping:
        if not options.into:
            raise NoTarget
        targets.named(options.into)
        return None
    path = Path(options.mapping)
    if not path.is_file():
        raise NoSuchFile(f"The mapping {path.name} does not exist. Check its name.")
    wanted = mapping.from_text(path.read_text(encoding="utf-8"))
    if options.into and options.into != wanted.into:
        raise mapping.Wrong(f"This mapping is for {wanted.into}, not for {options.into}.")
    return wanted


def _finish(job: Import, options: argparse.Namespace) -> int:
    if job.state == Import.State.DRAFT:
        imports.start(job, by=job.by)
    _patiently(runs.run, job.pk)
    job.refresh_from_db()
    if job.state != Import.State.DONE:
        raise Refused(job.error or "The import was stopped.")
    path = problems.error_file(job)
    found = imports.as_json(job, error_file=str(path) if path else None)
    if options.json:
        _print(json.dumps(found, indent=1))
        return 0
    _print(f"Import {job.pk}: {_counted(found)}.")
    if path:
        _print(f"The rows that were refused, and why: {path}")
    _print(f"Undo within seven days: accord import undo {job.pk}")
    return 0


def _rehearse(job: Import, options: argparse.Namespace) -> int:
    try:
        found = rehearsals.rehearse(job)
    finally:
        imports.discard(job, by=job.by)
    names = {"error": "errors"}
    counts = dict.fromkeys(("created", "updated", "unchanged", "skipped", "errors"), 0)
    counts |= {names.get(name, name): count for name, count in found.counts.items()}
    if options.json:
        shown = found.as_json()
        lists = {name: shown[name] for name in ("made", "changed", "problems", "notes", "merged")}
        nothing: dict[str, Any] = {"error_file": None, "import_id": None, "dry_run": True}
        _print(json.dumps(counts | nothing | lists, indent=1, ensure_ascii=False))
        return 0
    _print(f"Would be: {_counted(counts)}. Nothing was changed.")
    for change in found.changed[:20]:
        _print(f"  row {change.number}: {change.field}: {change.old!r} -> {change.new!r}")
    for pair in found.merged[:20]:
        taken = f", taking over: {', '.join(pair.taken)}" if pair.taken else ""
        _print(f"  row {pair.number}: {pair.gone} is merged into {pair.kept}{taken}")
    for problem in found.problems[:20]:
        _print(f"  row {problem.number}: {problem.reason}")
    for note in found.notes[:20]:
        _print(f"  row {note.number}: {note.reason}")
    return 0


def _undo(job: Import, by: User | None, options: argparse.Namespace) -> int:
    imports.undo(job, by=by)
    _patiently(undoing.run, job.pk)
    job.refresh_from_db()
    if options.json:
        _print(json.dumps({"import_id": job.pk, "state": job.state, "kept": job.kept_on_undo}))
        return 0
    kept = f" {job.kept_on_undo} records were changed since and left alone." * bool(
        job.kept_on_undo
    )
    _print(f"Import {job.pk} is undone.{kept}")
    return 0


def _patiently(act: Callable[[int], None], pk: int) -> None:
    """Do it; where another process is at it, or died in it a moment ago, wait for it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act(pk)
        except runs.Busy:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _person(email: str | None) -> User | None:
    if not email:
        return None
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise NoSuchPerson
    return found


def _counted(counts: dict[str, Any]) -> str:
    names = ("created", "updated", "unchanged", "skipped", "errors")
    return ", ".join(f"{counts[name]:,} {name}" for name in names)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
