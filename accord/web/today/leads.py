"""New leads: who showed interest this week and is ours to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accord.people import choices, contacts
from accord.people.models import Company, Contact, LifecycleChange
from accord.people.origins import channels
from accord.platform.models import User
from accord.web.hats import Hats

STAGES = ("lead", "mql")
DAYS = 7
SHOWN = 7


@dataclass(frozen=True)
class Lead:
    """A contact that showed interest. stage: its label; source: as recorded, else our channel."""

    contact: Contact
    company: Company | None
    stage: str
    source: str


def new(user: User, hats: Hats, now: datetime) -> list[Lead]:
    """Contacts that became a lead or MQL in the last seven days and still are, newest first.

    Those of whom the hats tell, and unowned ones.
    """
    entered = LifecycleChange.objects.filter(
        stage__in=STAGES, at__gte=now - timedelta(days=DAYS), at__lte=now
    )
    found = Contact.objects.visible_to(user).filter(
        hats.owned | Q(owner=None) if hats.owned else Q(),
        stage__in=STAGES,
        pk__in=entered.values("contact"),
    )
    return [
        _lead(each) for each in contacts.with_company(found.order_by("-stage_since", "-pk"))[:SHOWN]
    ]


def _lead(contact: Any) -> Lead:
    labels = {choice.value: choice.label for choice in choices.stages()}
    company = next((each.company for each in contact.primary_affiliations), None)
    known = channels.CHANNELS.get(contact.channel)
    source = contact.source or (known.label if known else "")
    return Lead(contact, company, labels.get(contact.stage, contact.stage), source)
