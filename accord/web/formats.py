"""How numbers, money, dates and spans read, in pages, charts, toasts and mails alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.formats import date_format

SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "C$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "ILS": "₪",
    "INR": "₹", "JPY": "¥", "KRW": "₩", "NZD": "NZ$", "TRY": "₺", "UAH": "₴", "USD": "$",
}  # fmt: skip
COUNT_CEILING = 10_000


def money(amount: Decimal | float | None, currency: str = "") -> str:
    """€84,000 or €84,000.50: cents only where there are any; nothing for no amount."""
    if amount is None:
        return ""
    places = 0 if amount == int(amount) else 2
    return f"{_sign(amount)}{_symbol(currency)}{abs(amount):,.{places}f}"


def money_near(amount: Decimal | float | None, currency: str = "") -> str:
    """€84,001 for 84,000.50, €57.90 as it is: no cents from 100 up, where nobody reads them."""
    if amount is None or -100 < amount < 100:
        return money(amount, currency)
    return money(Decimal(round(amount)), currency)


def money_short(amount: Decimal | float | None, currency: str = "") -> str:
    """€1.25M, €84k, €950: for columns, cards and axes, with the full amount close by."""
    if amount is None:
        return ""
    size = abs(float(amount))
    head = f"{_sign(amount)}{_symbol(currency)}"
    for limit, unit, letter in ((999_500_000, 10**9, "B"), (999_500, 10**6, "M")):
        if size >= limit:
            return f"{head}{size / unit:.2f}{letter}"
    return f"{head}{size / 1000:.0f}k" if size >= 9_950 else f"{head}{size:,.0f}"


def number(value: Decimal | float | None, places: int | None = None) -> str:
    """12,408 or 51.78; whole numbers have no decimals unless `places` asks for them."""
    if value is None:
        return ""
    shown = places if places is not None else 0 if value == int(value) else 2
    return f"{_sign(value)}{abs(value):,.{shown}f}"


def capped(count: int) -> str:
    """12 as it is, 12,408 as 10,000+: an exact count of a long list is asked for, not assumed."""
    return f"{COUNT_CEILING:,}+" if count > COUNT_CEILING else f"{count:,}"


def signed(value: Decimal | float | None, places: int = 0) -> str:
    """+3 or −3: a change."""
    if value is None:
        return ""
    return f"{'+' if value > 0 else _sign(value)}{abs(value):,.{places}f}"


def percent(share: float | None, places: int = 0) -> str:
    """A share 0 to 1 as 63%."""
    return "" if share is None else f"{share:.{places}%}"


def near(moment: datetime | date, now: datetime) -> str:
    """Words up to seven days either way, else the date. Both in the company's time zone."""
    if isinstance(moment, datetime):
        return _since(moment, now)
    return _day(moment, now.date())


def full(moment: datetime | date) -> str:
    """23 November 2026, 15:04: the whole moment."""
    has_time = isinstance(moment, datetime)
    return date_format(moment, "j F Y, H:i" if has_time else "j F Y")


def span(length: timedelta | None) -> str:
    """A span as 18 min, 3 h 5 min or 2 d 4 h."""
    if length is None:
        return ""
    total = int(abs(length).total_seconds()) // 60
    if total < 60:
        return f"{total} min"
    if total < 24 * 60:
        return f"{total // 60} h {total % 60} min" if total % 60 else f"{total // 60} h"
    hours = total % 1440 // 60
    return f"{total // 1440} d {hours} h" if hours else f"{total // 1440} d"


def _since(moment: datetime, now: datetime) -> str:
    """A past moment looks back in minutes and hours, a later one of today names its time."""
    gone = now - moment
    if timedelta(0) <= gone < timedelta(minutes=1):
        return "just now"
    if timedelta(0) <= gone < timedelta(hours=1):
        return f"{gone.seconds // 60} min ago"
    if moment.date() == now.date():
        return f"{gone.seconds // 3600} h ago" if gone > timedelta(0) else f"today {moment:%H:%M}"
    words = _day(moment.date(), now.date())
    return f"{words} {moment:%H:%M}" if words in ("tomorrow", "yesterday") else words


def _day(day: date, today: date) -> str:
    days = (day - today).days
    close = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in close:
        return close[days]
    if abs(days) <= 7:
        return f"in {days} days" if days > 0 else f"{-days} days ago"
    return date_format(day, "j M" if day.year == today.year else "j M Y")


def _sign(value: Decimal | float) -> str:
    return "−" if value < 0 else ""


def _symbol(currency: str) -> str:
    return SYMBOLS.get(currency, f"{currency}\u00a0" if currency else "")
