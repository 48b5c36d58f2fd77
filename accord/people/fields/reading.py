"""How the words people write become values: the engine's ways of reading, as forms mean them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone

from accord.engine import money as engine
from accord.engine import reference
from accord.engine.cleaning import dates, domains, numbers
from accord.engine.errors import Ambiguous, Unreadable
from accord.engine.money import Money

_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Locale:
    """What is meant where it is not written: region of phone numbers, currency of amounts."""

    region: str
    currency: str


def text(written: str) -> str:
    """The text without the one sign PostgreSQL cannot keep."""
    return written.replace("\x00", "").strip()


def number(written: str) -> Decimal:
    """A number; 1,200 is read as pages show it. Raises Unreadable, for 1.200 Ambiguous."""
    try:
        return numbers.read(written)
    except Ambiguous:
        if "," not in written:
            raise
        return numbers.read(written, decimal_mark=".")


def money(written: str, locale: Locale) -> Money:
    """An amount, read as `number` reads numbers; without a currency it is in the locale's."""
    try:
        return engine.read(written, currency=locale.currency)
    except Ambiguous:
        if "," not in written:
            raise
        return engine.read(written, currency=locale.currency, decimal_mark=".")


def moment(written: str) -> datetime:
    """A moment; without a zone it is in that of the company."""
    return dates.read_moment(written, zone=timezone.get_current_timezone())


def url(written: str) -> str:
    """A web address, with https:// where no scheme is written."""
    full = written if "://" in written else f"https://{written}"
    try:
        _url(full)
    except ValidationError as error:
        raise Unreadable(
            f"“{written[:60]}” is not a web address. Write it like https://acme.example."
        ) from error
    return full


def company_domain(written: str) -> str:
    """The domain in a web or e-mail address, "" where it is a mail provider's.

    Raises Unreadable for what has no domain.
    """
    found = domains.read(written)
    return "" if found in reference.free_mail_domains() else found
