"""Workbooks (XLSX, ODS) become text files, in a process of its own that may be cut short.

A workbook is a packed file that can unpack to anything. The child that opens it has bounds on
memory and time, so that a hostile one ends the child and not Accord. This module imports no
Django: the child starts it with `python -m`.
"""

from __future__ import annotations

import csv
import datetime
import json
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.engine.errors import Refused

MEMORY = 1536 << 20
SECONDS = 120
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"


class NotAWorkbook(Refused):
    """This file could not be opened as a workbook. Save it as XLSX or CSV and try again."""


class OldWorkbook(Refused):
    """This workbook is in an old format or has a password. Save it as XLSX without one."""


class TooHeavy(Refused):
    """This workbook is too large to open. Save the sheet as CSV and import that."""


class NoSuchSheet(Refused):
    """There is no such sheet in this workbook. Choose one of its sheets."""


class Hidden(Refused):
    """This workbook has no sheet with cells. Choose another file."""


@dataclass(frozen=True)
class Turned:
    """What became of a workbook: its sheets, and which of them was written out."""

    sheets: tuple[str, ...]
    sheet: str


_REFUSALS: dict[str, type[Refused]] = {
    each.__name__: each for each in (NotAWorkbook, OldWorkbook, TooHeavy, NoSuchSheet, Hidden)
}


def is_workbook(path: Path) -> bool:
    """Whether the file is packed as workbooks are. Raises OldWorkbook for XLS."""
    with path.open("rb") as file:
        start = file.read(4)
    if start == OLE:
        raise OldWorkbook
    return start == ZIP


def turn(source: Path, target: Path, *, limit: int, sheet: str = "") -> Turned:
    """Write one sheet of a workbook (the first with cells where none is named) as CSV in UTF-8.

    Row numbers stay those of the sheet. Days are written 2026-03-31, moments 2026-03-31 14:05:00.
    limit: how many bytes it may have, packed; unpacked it may have ten times as many.
    Raises NotAWorkbook, OldWorkbook, TooHeavy, NoSuchSheet or Hidden.
    """
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(source), str(target), str(limit), sheet],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS * 3,
        check=False,
    )
    if done.returncode:
        raise _REFUSALS.get(done.stdout.strip(), TooHeavy)
    found = json.loads(done.stdout)
    return Turned(tuple(found["sheets"]), found["sheet"])


def main(source: str, target: str, limit: str, sheet: str) -> None:
    """The child: its answer is JSON on standard output, or the name of a refusal."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        _check(source, int(limit))
        found = _convert(source, target, sheet)
    except Refused as refusal:
        sys.stdout.write(type(refusal).__name__)
        raise SystemExit(1) from None
    except MemoryError:
        raise SystemExit(2) from None
    sys.stdout.write(json.dumps({"sheets": found.sheets, "sheet": found.sheet}))


def _check(source: str, limit: int) -> None:
    try:
        with zipfile.ZipFile(source) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotAWorkbook from error
    if len(parts) > 10_000 or sum(part.file_size for part in parts) > 10 * limit:
        raise TooHeavy


def _convert(source: str, target: str, wanted: str) -> Turned:
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_path(source) as book:
            names = tuple(book.sheet_names)
            if wanted and wanted not in names:
                raise NoSuchSheet
            for name in [wanted] if wanted else names:
                sheet = book.get_sheet_by_name(name)
                if sheet.start is not None:
                    _write(sheet, target)
                    return Turned(names, name)
    except calamine.PasswordError as error:
        raise OldWorkbook from error
    except (calamine.CalamineError, OSError) as error:
        raise NotAWorkbook from error
    raise Hidden


def _write(sheet: Any, target: str) -> None:
    with Path(target).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        # Rows are given from the first of the sheet, cells from the first column that is used.
        margin = [""] * sheet.start[1]
        for cells in sheet.iter_rows():
            writer.writerow(margin + [_text(cell) for cell in cells])


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return _to_second(cell).isoformat(" ")
        case datetime.time():
            day = datetime.datetime.combine(datetime.date(2000, 1, 1), cell)
            return _to_second(day).time().isoformat()
        case _:
            return str(cell)


def _to_second(moment: datetime.datetime) -> datetime.datetime:
    """Workbooks keep moments as shares of a day: 14:05 may stand there as 14:04:59.999."""
    return (moment + datetime.timedelta(milliseconds=500)).replace(microsecond=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
