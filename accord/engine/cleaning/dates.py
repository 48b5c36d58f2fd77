"""Days and moments as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from accord.engine.cleaning import wording
from accord.engine.errors import Ambiguous, Unreadable

LONGEST = 60
# Day 0 of Excel's serial numbers, shifted by the 29 February 1900 it believes in.
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ISO_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})", re.ASCII)
_SERIAL = re.compile(r"[1-7][0-9]{4}(?:\.[0-9]{1,12})?", re.ASCII)
_WITH_MONTH_NAME = re.compile(r"(?:[0-9 .,/'-]|[^\W\d_])+")
_TIME = re.compile(
    r"[T ,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?"
    r"(?: ?([ap])\.?m\.?| uhr)?(?: ?(z|utc|gmt)?([+-][0-9]{2}:?[0-9]{2})?)?\Z",
    re.ASCII | re.IGNORECASE,
)
_FILLERS = frozenset(("st", "nd", "rd", "th", "of", "the", "de", "del", "le", "er"))
_MONTHS = (
    "january januar janner janvier enero",
    "february februar fevrier febrero",
    "march marz maerz mars marzo",
    "april avril abril",
    "may mai mayo",
    "june juni juin junio",
    "july juli juillet julio",
    "august aout agosto",
    "september septembre septiembre setiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember decembre diciembre",
)


@dataclass(frozen=True, slots=True)
class _Time:
    """What follows the day: the time of day and, if written, its zone."""

    clock: time
    zone: tzinfo | None = None


def read(text: str, *, day_first: bool | None = None) -> date:
    """Read a day such as 2026-12-31, 31.12.2026, 12/31/2026, 31 Dec 2026, 20261231 or 46387.

    day_first: whether 03/04/2026 is 3 April in this column, None if not known; dots mean day
    first unless it says otherwise. Month names may be English, German, French or Spanish; years
    of two digits lie in 1969 to 2068; numbers of five digits are Excel's. A time is left out.
    Raises Ambiguous for 03/04/2026 when the order is not known, Unreadable for other text.
    """
    if len(text) == 10 and _ISO_DAY.fullmatch(text):
        return _day(int(text[:4]), int(text[5:7]), int(text[8:]), text)
    plain = _plain(text)
    timed = _split_time(plain, text)
    if timed is None and _SERIAL.fullmatch(plain):
        return _serial(plain).date()
    return _read_day(plain if timed is None else timed[0], text, day_first)


def read_moment(text: str, *, zone: tzinfo, day_first: bool | None = None) -> datetime:
    """Read a day with a time such as 2018-02-26 19:58:54, 31.12.2026 15:45, 12/31/26 3:45 PM.

    zone: where a time without a zone of its own was written down. A day alone is its midnight.
    The result is aware. Otherwise like `read`.
    """
    if _ISO_MOMENT.fullmatch(text) and len(text) <= LONGEST:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            _day(found.year, found.month, found.day, text)
            return found if found.tzinfo else found.replace(tzinfo=zone)
    plain = _plain(text)
    timed = _split_time(plain, text)
    if timed is None and _SERIAL.fullmatch(plain):
        return _serial(plain).replace(tzinfo=zone)
    part, when = timed or (plain, _Time(time()))
    day = _read_day(part, text, day_first)
    return datetime.combine(day, when.clock, when.zone or zone)


def infer_day_first(samples: Iterable[str]) -> bool | None:
    """Tell from a column's values whether days come before months; None without evidence.

    31/12/2026 speaks for days first, 12/31/2026 against; where both occur nothing is inferred.
    """
    found: set[bool] = set()
    for text in samples:
        if len(text) <= LONGEST and (numeric := _YEAR_LAST.match(text.strip())):
            one, two = int(numeric[1]), int(numeric[3])
            if (one > 12) != (two > 12):
                found.add(one > 12)
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise _unreadable(text)
    return wording.plain(text).strip()


def _split_time(plain: str, text: str) -> tuple[str, _Time] | None:
    """Part the day from the time; None when there is no time."""
    found = _TIME.search(plain)
    if found is None:
        return None
    hour, minute, second, half, utc, offset = found.groups()
    try:
        clock = time(_hour(int(hour), half), int(minute), int(second or 0))
        zone = _offset(offset) if offset else UTC if utc else None
    except ValueError:
        raise Unreadable(
            f"{wording.quoted(text)} has no possible time. Write it like 2026-12-31 15:45."
        ) from None
    return plain[: found.start()].rstrip(" ,"), _Time(clock, zone)


def _hour(written: int, half: str | None) -> int:
    if half is None:
        return written
    if not 1 <= written <= 12:
        raise ValueError
    return written % 12 + (12 if half in "pP" else 0)


def _offset(text: str) -> timezone:
    span = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-span if text[0] == "-" else span)


def _serial(plain: str) -> datetime:
    exact = EXCEL_EPOCH + timedelta(days=float(plain))
    return (exact + timedelta(milliseconds=500)).replace(microsecond=0)


def _read_day(part: str, text: str, day_first: bool | None) -> date:
    if found := _YEAR_FIRST.fullmatch(part):
        year, separator, month, day = found.groups()
        if separator or len(part) == 8:
            return _day(int(year), int(month), int(day), text)
    if found := _YEAR_LAST.fullmatch(part):
        one, separator, two, year = found.groups()
        if day_first is None and separator == ".":
            day_first = int(one) > 12 or int(two) <= 12
        month, day = _order(int(one), int(two), day_first, text)
        return _day(_year(year), month, day, text)
    if _WITH_MONTH_NAME.fullmatch(part):
        return _read_named(part, text)
    raise _unreadable(text)


def _order(one: int, two: int, day_first: bool | None, text: str) -> tuple[int, int]:
    """Give (month, day) of two numbers."""
    if day_first is None and one <= 12 and two <= 12 and one != two:
        raise Ambiguous(
            f"{wording.quoted(text)} can be {date(2000, two, one):%-d %B} or "
            f"{date(2000, one, two):%-d %B}. Say whether days or months come first here, "
            "or write it like 2026-12-31."
        )
    if day_first is None:
        day_first = one > 12
    month, day = (two, one) if day_first else (one, two)
    if month > 12 >= day:
        order = "days come first" if day_first else "months come first"
        raise Unreadable(
            f"{wording.quoted(text)} has no month {month}, and {order} in this column. "
            "Write it like 2026-12-31, or change the order of this column."
        )
    return month, day


def _read_named(part: str, text: str) -> date:
    tokens = [
        token for token in re.findall(r"[0-9]+|[^\W\d_]+", part) if token.lower() not in _FILLERS
    ]
    words = [i for i, token in enumerate(tokens) if not token.isdigit()]
    month = _month(wording.folded(tokens[words[0]])) if len(words) == 1 else None
    if month is None or len(tokens) != 3 or words[0] == 2:
        raise _unreadable(text)
    one, two = (token for token in tokens if token.isdigit())
    day, year = (two, one) if len(one) == 4 else (one, two)
    if len(day) > 2 or len(year) not in (2, 4):
        raise _unreadable(text)
    return _day(_year(year), month, int(day), text)


@lru_cache(maxsize=256)
def _month(word: str) -> int | None:
    """Find the month whose name, in any of the languages, starts with the word."""
    found = {
        number
        for number, names in enumerate(_MONTHS, start=1)
        if len(word) >= 3 and any(name.startswith(word) for name in names.split())
    }
    return found.pop() if len(found) == 1 else None


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    return int(text) + (1900 if int(text) >= 69 else 2000)


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable(
            f"{wording.quoted(text)} is not a day in the calendar. Write it like 2026-12-31."
        ) from None
    if not 1800 <= year < 2200:
        raise Unreadable(
            f"{wording.quoted(text)} is not a date between 1800 and 2199. Check the year."
        )
    return found


def _unreadable(text: str) -> Unreadable:
    return Unreadable(f"{wording.quoted(text)} is not a date. Write it like 2026-12-31.")
