"""In which encoding a file is written: its mark, else UTF-8 where it fits, else the best guess."""

from __future__ import annotations

import codecs
import itertools
from typing import BinaryIO

import charset_normalizer

from accord.engine.errors import Refused

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Alphabets beyond ASCII, by language, under the encoding that writes them. Of Latin encodings a
# statistical guess knows too little: a short list of names has few letters that tell.
LATIN = {
    "cp1252": (
        *("äöüß", "éèêëàâçîïôùûœæ", "áéíóúñü¿¡", "ãõáéíóúâêôàç", "àèéìòù", "åäöé", "æøåéö"),
        "ðþáéíóúýæö",
    ),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    "cp1254": ("çğıöşüâîİ",),
    "cp1257": ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž"),
    "mac_roman": ("äöüß", "éèêëàâçîïôùûœæ", "áéíóúñü", "åäöæø"),
}
OTHERS = ["cp1251", "koi8_r", "cp1253", "cp932", "gb18030", "big5", "euc_kr", "euc_jp"]
SIGNS = frozenset("€£©®™°–—‘’“”„…«»\u00a0§")
SURE = 0.8
FEW = 0.6
BLOCK = 1 << 16
SAMPLE = 1 << 16


class UnknownEncoding(Refused):
    """The characters of this file could not be read. Save it as UTF-8 and try again."""


class Binary(Refused):
    """This is not a table. Save it as CSV or XLSX and try again."""


def detect(file: BinaryIO) -> str:
    """The codec to read this file with. Reads it to the end where it has no mark.

    Raises Binary for what is no text, UnknownEncoding where nothing fits.
    """
    start = file.read(BLOCK)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        return _two_byte(start)
    sample = _not_utf8(file, start)
    return _guess(sample) if sample else "utf-8"


def _two_byte(start: bytes) -> str:
    """UTF-16 without its mark: every other byte of Latin text is zero."""
    half = len(start) // 2
    if start[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    if start[0::2].count(0) > 0.4 * half:
        return "utf-16-be"
    raise Binary


def _not_utf8(file: BinaryIO, start: bytes) -> bytes:
    """Empty when the whole file is UTF-8, else lines that hold characters beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = bytearray()
    valid, block = True, start
    while block:
        try:
            if valid:
                decoder.decode(block)
        except UnicodeDecodeError:
            valid = False
        if len(sample) < SAMPLE:
            sample += b"\n".join(line for line in block.split(b"\n") if not line.isascii())
        elif not valid:
            break
        block = file.read(BLOCK)
    if valid and not decoder.getstate()[0]:
        return b""
    return bytes(sample[:SAMPLE])


def _guess(sample: bytes) -> str:
    fits = {name: _likeness(sample, name, letters) for name, letters in LATIN.items()}
    latin = max(fits, key=lambda name: fits[name])
    if fits[latin] >= SURE and _share_beyond_ascii(sample) < FEW:
        return latin
    found = charset_normalizer.from_bytes(sample, cp_isolation=OTHERS, threshold=0.5).best()
    if found is not None:
        return found.encoding
    if fits[latin] <= 0:
        raise UnknownEncoding
    return latin


def _share_beyond_ascii(sample: bytes) -> float:
    """Of letters: Latin languages need few beyond ASCII, all others hardly any of ASCII."""
    beyond = sum(byte >= 0x80 for byte in sample)
    return beyond / (beyond + sum(chr(byte).isalpha() for byte in sample if byte < 0x80))


def _likeness(sample: bytes, encoding: str, alphabets: tuple[str, ...]) -> float:
    """Share of the letters beyond ASCII that one language has, a little for all of them."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    found = [sign for sign in text if not sign.isascii() and sign not in SIGNS]
    if not found:
        return 1.0
    lower = [sign if sign in "İ" else sign.lower() for sign in found]
    odd = _capitals_inside_words(text)
    best = max(sum(sign in letters for sign in lower) for letters in alphabets)
    whole = sum(sign in "".join(alphabets) for sign in lower)
    return (0.4 * best + 0.6 * whole - odd) / len(found)


def _capitals_inside_words(text: str) -> int:
    pairs = itertools.pairwise(text)
    return sum(one.islower() and two.isupper() and not two.isascii() for one, two in pairs)
