"""Choices of the whole company, changed in Settings and kept in the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from django.db import transaction

from accord.platform import memory
from accord.platform.memory import Memory, Table
from accord.platform.models import InstanceSetting, User
from accord.platform.trail import audit


@dataclass(frozen=True)
class Preferences:
    company_name: str = "My company"
    postal_address: str = ""  # of the sender, in each marketing mail
    reporting_currency: str = "EUR"
    phone_region: str = "DE"
    seller_reads: str = "all"  # all, team or own
    seller_writes_team: bool = False
    lookback_days: int = 180
    unknown_country: str = ""  # whose law counts where a contact's country is not known
    may_reach_children: bool = False  # with a parent's consent; forms ask for the date of birth
    privacy_controller: str = ""  # who is responsible, on the privacy page
    privacy_text_en: str = ""
    privacy_text_de: str = ""
    setup_done: bool = False
    quarantined: bool = False
    brand_colour: str = ""  # "#1f6feb"
    brand_logo: str = ""  # the name of a file


NAMES = frozenset(field.name for field in fields(Preferences))


def _load() -> Preferences:
    stored = {each.name: each.value for each in _settings.rows() if each.name in NAMES}
    return replace(Preferences(), **stored)


_settings = Table(InstanceSetting, "name", "value")
_memory = Memory(_load)


def current() -> Preferences:
    """The company's choices."""
    return _memory.get()


@transaction.atomic
def change(*, by: User | None, **values: Any) -> Preferences:
    """Set one or more choices. Raises TypeError on a name that does not exist."""
    replace(current(), **values)
    before = asdict(current())
    for name, value in values.items():
        if before[name] == value:
            continue
        InstanceSetting.objects.update_or_create(name=name, defaults={"value": value})
        audit.record("preferences.changed", by=by, name=name, old=before[name], new=value)
    forget()
    return current()


def forget() -> None:
    """Read from the database next time."""
    memory.forget_everything()
