"""Tables in text files: how one is written, and its rows one after another.

Nothing here holds more than a few rows in memory. A workbook is turned into such a file first
(see `workbooks`).
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from accord.engine.errors import Refused
from accord.platform.transfer.reading import encodings

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 500
SNIFFED = 1 << 16
SAMPLE_ROWS = 200
TITLES = 10
GZIP = b"\x1f\x8b"
NOT_TABLES = ("<!doctype", "<html", "<?xml", "%pdf", '{"', "[{")


class Empty(Refused):
    """This file has no rows. Choose another file, or another sheet of it."""


class TooLarge(Refused):
    """This file is too large. Split it, or raise ACCORD_IMPORT_MAX_MB."""


class TooWide(Refused):
    """This file has more than 500 columns. Leave out those you do not need."""


class Broken(Refused):
    """This file ends too early or is damaged. Export it again."""


class LongCell(Refused):
    """A cell has more than 131,072 characters. A closing quote is probably missing before it."""


@dataclass(frozen=True)
class Layout:
    """How a file is written. header_row: the row that holds the names of the columns, from 1."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0


@dataclass(frozen=True)
class Row:
    """One row as it stands. number: its row in the file, as a spreadsheet counts, from 1."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """A file looked through once: how it is written, its columns, how many rows it has."""

    path: Path
    layout: Layout
    headers: tuple[str, ...]
    rows: int
    sample: tuple[Row, ...]
    limit: int

    def __iter__(self) -> Iterator[Row]:
        return self.after(0)

    def after(self, number: int) -> Iterator[Row]:
        """The rows with a number above `number`, blank ones left out."""
        with _opened(self.path, self.layout.encoding, self.limit) as text:
            for at, cells in enumerate(_rows(text, self.layout.delimiter), 1):
                if at > number and at > self.layout.header_row and any(cells):
                    yield Row(at, cells)


def examine(path: Path, *, limit: int, layout: Layout | None = None) -> Sheet:
    """Look through a file: find out how it is written, and that it can be read to its end.

    limit:  how many bytes it may have, unpacked.
    layout: what is known already; what it leaves open is found out.
    Raises Empty, TooLarge, TooWide, Broken, LongCell, Binary or UnknownEncoding.
    """
    given = layout or Layout()
    encoding = given.encoding or _encoding(path, limit)
    start = _start(path, encoding, limit)
    delimiter = given.delimiter or _delimiter(start)
    wanted = given.header_row or _below_titles(start, delimiter)
    with _opened(path, encoding, limit) as text:
        rows = _rows(text, delimiter)
        header_row, headers = _header(rows, wanted)
        found = 0
        sample: list[Row] = []
        for at, cells in enumerate(rows, header_row + 1):
            if any(cells):
                found += 1
                if len(sample) < SAMPLE_ROWS:
                    sample.append(Row(at, cells))
    if not found:
        raise Empty
    known = Layout(encoding, delimiter, header_row)
    return Sheet(path, known, headers, found, tuple(sample), limit)


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes: packed files may hide any number."""

    def __init__(self, inner: BinaryIO, limit: int) -> None:
        self._inner, self._left = inner, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._inner.read(len(buffer))
        self._left -= len(block)
        if self._left < 0:
            raise TooLarge
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._inner.close()
        super().close()


def unpacked(path: Path, limit: int) -> BinaryIO:
    """The bytes of a file, unpacked where it is gzip. Raises TooLarge while being read."""
    file = path.open("rb")
    packed = file.read(2) == GZIP
    file.seek(0)
    inner = gzip.GzipFile(fileobj=file) if packed else file
    return io.BufferedReader(_Bounded(inner, limit), 1 << 16)  # type: ignore[arg-type]


def _opened(path: Path, encoding: str, limit: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(unpacked(path, limit), encoding, newline="")


def _encoding(path: Path, limit: int) -> str:
    with unpacked(path, limit) as file:
        try:
            return encodings.detect(file)
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise Broken from error


def _start(path: Path, encoding: str, limit: int) -> str:
    with _opened(path, encoding, limit) as text:
        try:
            return text.read(SNIFFED)
        except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, OSError) as error:
            raise Broken from error


def _below_titles(start: str, delimiter: str) -> int:
    """The row below a title and such, 0 where the table begins at once.

    Reports begin with rows of a cell or two: less than half of what most rows have.
    """
    try:
        lines = itertools.islice(
            csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 60
        )
        filled = [(at, sum(map(bool, cells))) for at, cells in enumerate(lines, 1) if any(cells)]
    except csv.Error:
        return 0
    usual = Counter(cells for _, cells in filled).most_common(1)[0][0] if filled else 0
    table = next((at for at, cells in filled[:TITLES] if cells * 2 >= usual), 0)
    return table if usual >= 3 and filled[0][0] < table else 0


def _delimiter(start: str) -> str:
    first = start.partition("\n")[0].strip().lower()
    if first.startswith(NOT_TABLES):
        raise encodings.Binary
    if first.startswith("sep=") and len(first) == 5:
        return first[4]
    return max(DELIMITERS, key=lambda sign: _regularity(start, sign))


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    """How likely the text is cut by this sign: the share of rows as wide as most, the width."""
    lines = itertools.islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 100)
    try:
        widths = Counter(len(cells) for cells in lines if any(cells))
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    width, often = widths.most_common(1)[0]
    return (often / widths.total() if width > 1 else 0.0), width


def _rows(text: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise (LongCell if "field limit" in str(error) else Broken) from error
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, OSError) as error:
        raise Broken from error


def _header(rows: Iterator[list[str]], wanted: int) -> tuple[int, tuple[str, ...]]:
    """The number of the row that names the columns, and the names, each once."""
    for at, cells in enumerate(rows, 1):
        if at < wanted or not any(cell.strip() for cell in cells):
            continue
        if not wanted and at == 1 and cells[0].lower().startswith("sep="):
            continue
        if len(cells) > MOST_COLUMNS:
            raise TooWide
        return at, _unique([cell.strip()[:200] for cell in cells])
    raise Empty


def _unique(names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    while names and not names[-1]:
        names.pop()
    for place, name in enumerate(names, 1):
        plain = name or f"Column {place}"
        again = next(f"{plain} ({n})" for n in itertools.count(2) if f"{plain} ({n})" not in found)
        found.append(again if plain in found else plain)
    return tuple(found)
