"""Backups that still hold a person after an erasure, and when they go."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import formats, timezone

from accord.people.models import Contact
from accord.platform.safekeeping import backups
from accord.platform.safekeeping.backups import Backup

AFTERWARDS = "Restoring one erases the person again. Copies of them elsewhere are yours to delete."


def told(contact: Contact) -> str:
    """What is to be said of backups made since the contact was recorded; "" where there is none."""
    holding = [each for each in backups.found() if each.made_at >= contact.recorded_at]
    if not holding:
        return ""
    timed = [each for each in holding if each.file.name.startswith(backups.SCHEDULED)]
    sentences = [
        f"Backups on this machine that hold the person: {len(holding)}.",
        *_going(timed),
        *_staying(len(holding) - len(timed)),
        AFTERWARDS,
    ]
    return " ".join(sentences)


def _going(timed: list[Backup]) -> list[str]:
    if not timed:
        return []
    if not settings.BACKUP_HOURS:
        return [f"None is made on schedule any more: the {len(timed)} made so stay until deleted."]
    kept = timedelta(hours=settings.BACKUP_HOURS) * max(1, settings.BACKUP_KEEP)
    last = timezone.localdate(max(each.made_at for each in timed) + kept)
    day = formats.date_format(last, "j F Y")
    return [f"Those made on schedule ({len(timed)}) are dropped one by one, the last about {day}."]


def _staying(number: int) -> list[str]:
    if not number:
        return []
    return [f"Those made by hand or before a change ({number}) stay until somebody deletes them."]
