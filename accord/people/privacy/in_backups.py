"""Backups that still hold a person after an erasure, and when they go."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import formats, timezone

from accord.people.models import Contact
from accord.people.privacy import persons
from accord.platform.safekeeping import backups
from accord.platform.safekeeping.backups import Backup

AFTERWARDS = "Restoring one erases the person again. Copies of them elsewhere are yours to delete."


def told(contact: Contact) -> str:
    """What is to be said of backups made since the person was recorded; "" where there is none."""
    since = min(each.recorded_at for each in (contact, *persons.merged(contact)))
    holding = [each for each in backups.found() if each.made_at >= since]
    if not holding:
        return ""
    timed, before = _made(holding, backups.SCHEDULED), _made(holding, backups.BEFORE)
    sentences = [
        f"Backups on this machine that hold the person: {len(holding)}.",
        *_going(timed),
        *_followed(len(before)),
        *_staying(len(holding) - len(timed) - len(before)),
        AFTERWARDS,
    ]
    return " ".join(sentences)


def _made(found: list[Backup], kind: str) -> list[Backup]:
    return [each for each in found if each.file.name.startswith(kind)]


def _going(timed: list[Backup]) -> list[str]:
    if not timed:
        return []
    if not settings.BACKUP_HOURS:
        return [f"None is made on schedule any more: the {len(timed)} made so stay until deleted."]
    kept = timedelta(hours=settings.BACKUP_HOURS) * max(1, settings.BACKUP_KEEP)
    last = timezone.localdate(max(each.made_at for each in timed) + kept)
    day = formats.date_format(last, "j F Y")
    return [f"Those made on schedule ({len(timed)}) are dropped one by one, the last about {day}."]


def _followed(number: int) -> list[str]:
    if not number:
        return []
    until = "once three newer ones are there" if settings.BACKUP_HOURS else "by nobody but you"
    return [f"Those made before an upgrade or restore ({number}) are dropped {until}."]


def _staying(number: int) -> list[str]:
    return [f"Those made by hand ({number}) stay until somebody deletes them."] if number else []
