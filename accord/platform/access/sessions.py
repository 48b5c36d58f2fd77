"""Where a person is signed in, and how to end that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session as StoredSession

from accord.platform.models import User


@dataclass(frozen=True)
class Session:
    """One browser somebody is signed in with."""

    pk: int
    browser: str
    ip: str
    started_at: datetime
    seen_at: datetime
    current: bool


def of(user: User, *, current_key: str | None) -> list[Session]:
    """Every live session, this browser's first, then the most recently seen."""
    found = [
        Session(
            pk=row.pk,
            browser=describe(row.user_agent),
            ip=row.ip,
            started_at=row.created_at,
            seen_at=row.last_seen_at,
            current=row.session_key == current_key,
        )
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda session: (session.current, session.seen_at), reverse=True)


def end(user: User, *, keep: str | None = None, only: int | None = None) -> int:
    """Sign the person out everywhere, or in one session (`only`), except where `keep` is the key.

    Returns how many sessions ended.
    """
    rows = UserSession.objects.filter(user=user)
    if only is not None:
        rows = rows.filter(pk=only)
    ended = [row for row in rows if row.session_key != keep]
    for row in ended:
        row.end()
    return len(ended)


def tidy(now: datetime) -> None:
    """Forget sessions that have ended and guesses at passwords that no longer count."""
    StoredSession.objects.filter(expire_date__lt=now).delete()
    live = StoredSession.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=live).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(days=1)).delete()


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def describe(user_agent: str) -> str:
    """Browser and system in words: Firefox on Windows."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
