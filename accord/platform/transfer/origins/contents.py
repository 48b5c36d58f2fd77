"""What a file says, as texts to search: also what is packed in it, and in which letters."""

from __future__ import annotations

import codecs
import email
import gzip
import html
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from pathlib import Path
from typing import IO

MOST_UNPACKED = 200 << 20  # bytes, of all parts of a file together
MOST_PARTS = 1_000
DEEP = 3  # a workbook in a zip in a mail
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_LOCKED = 1  # the flag of a part that has a password
_MAIL = re.compile(rb"^(content-transfer-encoding|mime-version|message-id):", re.I | re.M)
_HEAD = 64 << 10  # bytes in which a mail is known by its headers
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WINDOW, _OVERLAP = 1 << 20, 4 << 10  # bytes: a large file is not decoded at once
_SOME_NULS = 50  # one byte of so many: letters of two bytes each may be among them
_TAG = re.compile(r"<[^<>]*>")
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, struct.error),
    *(ValueError, OverflowError, RecursionError),
)


class Damaged(Exception):
    """Something packed cannot be read any more."""


def texts(path: Path) -> Iterator[str]:
    """The texts of a file, and of each part of what is packed in it, in pieces that overlap.

    Read as UTF-8, as Latin-1 where that does not fit, and as UTF-16; of what has tags also without
    them. At most 200 MB unpacked and 1,000 parts are read, three levels deep. Parts with a
    password, or packed in a way nobody here knows, are left out.

    Raises FileNotFoundError or Damaged.
    """
    for part in _parts(path.read_bytes(), DEEP, _Left(MOST_UNPACKED, MOST_PARTS)):
        for text in _decoded(part):
            yield text
            if "<" in text or "&" in text:
                yield html.unescape(_TAG.sub("", text))


@dataclass
class _Left:
    """How much may still be unpacked."""

    size: int
    parts: int

    @property
    def nothing(self) -> bool:
        return self.size <= 0 or self.parts <= 0

    def read(self, source: IO[bytes] | gzip.GzipFile) -> bytes:
        found = source.read(max(self.size, 0))
        self.size -= len(found)
        self.parts -= 1
        return found


def _parts(whole: bytes, deep: int, left: _Left) -> Iterator[bytes]:
    """These bytes, and of what is packed in them the parts, and theirs."""
    yield whole
    if deep and not left.nothing:
        for each in _within(whole, left):
            yield from _parts(each, deep - 1, left)


def _within(whole: bytes, left: _Left) -> Iterator[bytes]:
    try:
        if whole.startswith(_ZIP):
            yield from _of_zip(whole, left)
        elif whole.startswith(_GZIP):
            with gzip.open(io.BytesIO(whole)) as unpacked:
                yield left.read(unpacked)
        elif _MAIL.search(whole[:_HEAD]):
            yield from _of_mail(whole, left)
    except _BROKEN:
        raise Damaged from None


def _of_zip(whole: bytes, left: _Left) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as packed:
            for each in packed.infolist():
                if left.nothing:
                    return
                if not each.is_dir() and not each.flag_bits & _LOCKED:
                    with packed.open(each) as part:
                        yield left.read(part)
    except NotImplementedError:
        return  # packed in a way nobody here knows


def _of_mail(whole: bytes, left: _Left) -> Iterator[bytes]:
    for each in email.message_from_bytes(whole).walk():
        if left.nothing:
            return
        yield "\n".join(_header(value) for value in each.values()).encode(errors="replace")
        if isinstance(body := each.get_payload(decode=True), bytes):
            yield left.read(io.BytesIO(body))


def _header(value: object) -> str:
    try:
        pairs = decode_header(str(value))
        return "".join(_word(raw, coding) for raw, coding in pairs)
    except (MessageError, LookupError, ValueError):
        return ""


def _word(raw: bytes | str, coding: str | None) -> str:
    return raw if isinstance(raw, str) else raw.decode(coding or "latin-1", errors="replace")


def _decoded(part: bytes) -> Iterator[str]:
    mark = next((coding for mark, coding in _MARKS if part.startswith(mark)), None)
    for start in range(0, len(part), _WINDOW):
        piece = part[start : start + _WINDOW + _OVERLAP]
        if mark:
            yield piece.decode(mark, errors="replace")
        else:
            yield from _guessed(piece)


def _guessed(piece: bytes) -> Iterator[str]:
    text = piece.decode("utf-8-sig", errors="replace")
    yield text
    if "\ufffd" in text:
        yield piece.decode("latin-1")
    if piece.count(0) * _SOME_NULS > len(piece):
        for coding in ("utf-16-le", "utf-16-be"):
            yield piece.decode(coding, errors="replace")
            yield piece[1:].decode(coding, errors="replace")
