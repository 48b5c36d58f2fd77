"""Numbers as people write them: decimal comma or point, grouped, signed, shortened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from accord.engine.cleaning import wording
from accord.engine.errors import Ambiguous, Unreadable

DecimalMark = Literal[".", ","]

LONGEST = 60
LARGEST = Decimal("1e27")
MAGNITUDES = {
    **dict.fromkeys(("k", "t", "tsd", "tsd.", "thousand"), 3),
    **dict.fromkeys(("m", "mm", "mn", "mio", "mio.", "million", "millions", "millionen"), 6),
    **dict.fromkeys(("b", "bn", "mrd", "mrd.", "md"), 9),
}

# Three decimals after a point may be a group of thousands, so they take the long way.
_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.(?:[0-9]{1,2}|[0-9]{4,12}))?", re.ASCII)
_SHAPE = re.compile(
    r"([-+]?)([0-9., ']*[0-9][.,]?)(?:e([-+]?[0-9]{1,2}))?\s*([a-z]+\.?)?", re.ASCII
)
_GROUPS = re.compile(r"[0-9]{1,3}(?:([., '])[0-9]{3})(?:\1[0-9]{3})*", re.ASCII)
_INDIAN_GROUPS = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}", re.ASCII)


def read(text: str, *, decimal_mark: DecimalMark | None = None) -> Decimal:
    """Read a number such as 1234.5, 1.234,56, 1'200, (1,200), 10k, 2,5 Mio or 12 %.

    decimal_mark: what separates decimals in this column, None if not known.
    Of a percentage the number before the sign is given. Raises Ambiguous for 1.234 or 1,234
    when the mark is not known, Unreadable for what is no number or does not fit the mark.
    """
    if decimal_mark != "," and _PLAIN.fullmatch(text):
        return Decimal(text)
    if len(text) > LONGEST:
        raise _unreadable(text)
    body, sign = _unsigned(text)
    shape = _SHAPE.fullmatch(body.removesuffix("%").rstrip())
    if shape is None:
        raise _unreadable(text)
    inner_sign, digits, exponent, suffix = shape.groups()
    if (sign and inner_sign) or (suffix or "k") not in MAGNITUDES:
        raise _unreadable(text)
    power = int(exponent or 0) + MAGNITUDES.get(suffix or "", 0)
    value = _magnitude(digits, text, decimal_mark).scaleb(power)
    if value >= LARGEST:
        raise _unreadable(text)
    if power > 0 and value == value.to_integral_value():
        value = value.quantize(Decimal(1))
    return -value if "-" in (sign, inner_sign) else value


def infer_decimal_mark(samples: Iterable[str]) -> DecimalMark | None:
    """Tell from a column's values what separates decimals; None without evidence or against it.

    1.234,56 and 1,5 and 1.234.567 speak for the comma, 1234.5 for the point; 1.234 says nothing.
    """
    found = {mark for text in samples if (mark := _evidence(text))}
    return found.pop() if len(found) == 1 else None


def _unsigned(text: str) -> tuple[str, str]:
    body = wording.plain(text).strip().lower()
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1].strip(), "-"
    if body.endswith("-"):
        return body[:-1].rstrip(), "-"
    if body.startswith(("-", "+")):
        return body[1:].lstrip(), body[0]
    return body, ""


def _magnitude(digits: str, text: str, decimal_mark: DecimalMark | None) -> Decimal:
    mark = decimal_mark or _implied_mark(digits, text)
    whole, _, fraction = digits.partition(mark) if mark else (digits, "", "")
    if not _well_grouped(whole) or (fraction and not fraction.isdigit()):
        raise _misfit(text, decimal_mark) if decimal_mark else _unreadable(text)
    bare = re.sub("[., ']", "", whole)
    return Decimal(f"{bare or 0}.{fraction or 0}" if fraction else bare or "0")


def _well_grouped(whole: str) -> bool:
    return (
        not whole
        or whole.isdigit()
        or bool(_GROUPS.fullmatch(whole) or _INDIAN_GROUPS.fullmatch(whole))
    )


def _implied_mark(digits: str, text: str) -> DecimalMark | None:
    """Tell the decimal mark from one number alone; None when it has neither point nor comma."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if points + commas == 0:
        return None
    if points + commas > 1:
        return "," if points else "."
    mark: DecimalMark = "." if points else ","
    whole, _, fraction = digits.partition(mark)
    if len(fraction) == 3 and whole.isdigit() and len(whole) <= 3 and whole[0] != "0":
        raise Ambiguous(
            f"{wording.quoted(text)} can be {whole}{fraction} or {whole}.{fraction}0. "
            "Say which mark separates decimals here, or write one of these."
        )
    return mark


def _evidence(text: str) -> DecimalMark | None:
    if len(text) > LONGEST or text.isdigit():
        return None
    body, _ = _unsigned(text)
    shape = _SHAPE.fullmatch(body.removesuffix("%").rstrip())
    if shape is None:
        return None
    try:
        return _implied_mark(shape[2], text)
    except Ambiguous:
        return None


def _unreadable(text: str) -> Unreadable:
    return Unreadable(f"{wording.quoted(text)} is not a number. Write it like 1234.56.")


def _misfit(text: str, mark: DecimalMark) -> Unreadable:
    name = "comma" if mark == "," else "point"
    return Unreadable(
        f"{wording.quoted(text)} is not a number with a decimal {name}. "
        f"Write it like 1234{mark}56, or change the decimal mark of this column."
    )
