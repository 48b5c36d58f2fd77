"""What people may be written to for, the words they agree to, and our own assessments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accord.engine import reference
from accord.engine.consent.countries import interest_holds
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.people.models import Assessment, ConsentText, Purpose
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit

WAYS = {
    Channel.EMAIL: "e-mail",
    Channel.SMS: "text message",
    Channel.PHONE: "phone",
    Channel.POST: "letter",
}


class NoName(Refused):
    """Give the purpose a name of letters and digits that no other purpose has."""


class NoText(Refused):
    """Write the words people agree to."""


class NoAssessment(Refused):
    """Write the assessment, and a day of review that is still to come."""


class NoCountry(Refused):
    """Name at least one country."""


class NotThere(Refused):
    """No interest of ours counts in these countries."""


class NoPurpose(Refused):
    """There is no such purpose. Choose one of those in the settings of consent."""


@transaction.atomic
def add(*, label: str, definition: str = "", double: bool = False, by: User | None) -> Purpose:
    """Make a purpose; its name comes from the label. Raises Forbidden or NoName."""
    _may(by)
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40]
    if not name or Purpose.objects.filter(pk=name).exists():
        raise NoName
    purpose = Purpose.objects.create(
        name=name,
        label=" ".join(label.split())[:80],
        definition=definition.strip()[:500],
        double=double,
    )
    audit.record("purpose.added", by=by, purpose=name, double=double)
    return purpose


@transaction.atomic
def change(
    purpose: Purpose, *, label: str, definition: str, double: bool, by: User | None
) -> Purpose:
    """Call a purpose something else, or say anew what it is. Its name in the ledger stays.

    Raises Forbidden or NoName.
    """
    _may(by)
    words = " ".join(label.split())[:80]
    if not words:
        raise NoName
    values = {"label": words, "definition": definition.strip()[:500], "double": double}
    changed = {name: new for name, new in values.items() if getattr(purpose, name) != new}
    if changed:
        Purpose.objects.filter(pk=purpose.pk).update(**changed)
        audit.record("purpose.changed", by=by, purpose=purpose.pk, fields=sorted(changed))
        purpose.refresh_from_db()
    return purpose


@transaction.atomic
def archive(purpose: Purpose, *, by: User | None) -> None:
    """Promote nothing for it any more; what was said of it stays. Twice does nothing."""
    _may(by)
    used = Purpose.objects.filter(pk=purpose.pk, archived_at=None)
    if used.update(archived_at=timezone.now()):
        audit.record("purpose.archived", by=by, purpose=purpose.pk)


@transaction.atomic
def restore(purpose: Purpose, *, by: User | None) -> None:
    """Use an archived purpose again. Twice does nothing."""
    _may(by)
    gone = Purpose.objects.filter(pk=purpose.pk, archived_at__isnull=False)
    if gone.update(archived_at=None):
        audit.record("purpose.restored", by=by, purpose=purpose.pk)


def in_use() -> QuerySet[Purpose]:
    """The purposes that are not archived, by what people call them."""
    return Purpose.objects.filter(archived_at=None).order_by("label", "pk")


def newest_text(purpose: Purpose, language: str) -> ConsentText | None:
    """The words in force: in this language, else English, else any; None where none are."""
    texts = list(purpose.texts.order_by("-version", "pk"))
    for wanted in (language, "en"):
        if found := next((each for each in texts if each.language == wanted), None):
            return found
    return texts[0] if texts else None


@transaction.atomic
def word(purpose: Purpose, *, language: str, text: str, by: User | None) -> ConsentText:
    """Write the next version of what people agree to. The words there are give themselves.

    Raises Forbidden or NoText.
    """
    _may(by)
    if not text.strip() or not language.strip():
        raise NoText
    Purpose.objects.select_for_update().get(pk=purpose.pk)
    last = purpose.texts.filter(language=language).order_by("-version").first()
    digest = hashlib.sha256(text.encode()).hexdigest()
    if last and last.digest == digest:
        return last
    made = ConsentText.objects.create(
        purpose=purpose,
        language=language,
        version=last.version + 1 if last else 1,
        text=text,
        digest=digest,
        at=timezone.now(),
        by=by,
    )
    audit.record("purpose.worded", by=by, purpose=purpose.pk, version=made.version)
    return made


@transaction.atomic
def assess(
    purpose: Purpose,
    *,
    channel: Channel,
    countries: Iterable[str],
    text: str,
    until: datetime,
    by: User | None,
) -> Assessment:
    """Write down an assessment of our legitimate interest.

    countries: two capital letters each. Raises Forbidden, NoAssessment, NoCountry, or NotThere
    where one of them admits no interest for the channel.
    """
    _may(by)
    known = sorted(set(countries))
    if not known or not set(known) <= set(reference.countries()):
        raise NoCountry
    if not (text.strip() and until > timezone.now()):
        raise NoAssessment
    if out := [each for each in known if not interest_holds(each, channel, business=True)]:
        named = ", ".join(reference.countries()[each].name for each in out)
        raise NotThere(f"By {WAYS[channel]} no interest of ours counts in {named}.")
    made = Assessment.objects.create(
        purpose=purpose,
        channel=channel,
        countries=known,
        text=text.strip(),
        at=timezone.now(),
        until=until,
        by=by,
    )
    audit.record("purpose.assessed", by=by, purpose=purpose.pk, assessment=made.pk)
    return made


def get(name: str) -> Purpose:
    """The purpose of this name. Raises NoPurpose."""
    found = Purpose.objects.filter(pk=name).first()
    if found is None:
        raise NoPurpose
    return found


def _may(by: User | None) -> None:
    if by is not None:
        permissions.require(by, "consent.manage")
