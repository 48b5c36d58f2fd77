"""Double opt-in: a mail asks whether it was them, and a button, not the link, is the answer."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accord.channels import outbox
from accord.engine.errors import Refused
from accord.engine.forms.terms import Definition
from accord.marketing.forms import forms, people
from accord.marketing.models import Confirmation, Submission
from accord.people.consents import preference_links
from accord.platform import links
from accord.platform.access import preferences
from accord.platform.events import log, names
from accord.platform.trail import audit

names.declare("form.confirmed", "Confirmed a form by mail", team="marketing", icon="shield-check")

VALID = timedelta(days=7)
DAY = timedelta(days=1)
MOST = 3  # mails to one address in a day: nobody's mailbox is filled by our forms


class LinkSpent(Refused):
    """This link was replaced or is older than seven days. Fill the form in again."""


def ask(submission: Submission, definition: Definition) -> bool:
    """Mail the link once, in the caller's transaction.

    False, and nothing is mailed, where the address had its share of such mails within a day.
    """
    now = timezone.now()
    if Confirmation.objects.filter(submission=submission).exists():
        return True
    lately = Confirmation.objects.filter(
        submission__email=submission.email, expires_at__gt=now + VALID - DAY
    )
    if lately.count() >= MOST:
        return False
    token = secrets.token_urlsafe(32)
    Confirmation.objects.create(
        submission=submission, digest=_digest(token), expires_at=now + VALID
    )
    with translation.override(definition.language):
        subject, text = _letter(submission, definition, token)
    outbox.send(
        key=f"form-confirmation:{submission.pk}", to=submission.email, subject=subject, text=text
    )
    return True


def find(token: str) -> Confirmation:
    """What this token confirms, or confirmed already. Raises LinkSpent."""
    rows = Confirmation.objects.select_related("submission__form", "submission__version")
    found = rows.filter(digest=_digest(token)).first()
    if found is None or (found.used_at is None and found.expires_at <= timezone.now()):
        raise LinkSpent
    return found


@transaction.atomic
def confirm(token: str) -> Submission:
    """It was them: consent counts from now on, what waited is taken in. Twice does nothing.

    Raises LinkSpent.
    """
    found = find(token)
    now = timezone.now()
    mine = Confirmation.objects.filter(pk=found.pk, used_at=None, expires_at__gt=now)
    if not mine.update(used_at=now):
        return find(token).submission
    rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version")
    submission = rows.get(pk=found.submission_id)
    if submission.verdict != Submission.Verdict.PENDING:
        return submission
    people.take_in(submission, forms.definition(submission.version))
    Submission.objects.filter(pk=submission.pk).update(verdict=Submission.Verdict.ACCEPTED)
    people.agree(submission, confirmed=True)
    people.follow(submission)
    submission.refresh_from_db()
    audit.record("submission.confirmed", submission, by=None)
    about = log.About(contact=submission.contact_id)
    log.record("form.confirmed", about, form=submission.form.name, submission=submission.pk)
    return submission


def preferences_of(submission: Submission) -> str:
    """Where whoever has the confirmed address now chooses what they are sent; else nothing."""
    contact = people.match(submission.email)
    return preference_links.address(contact) if contact else ""


def _letter(submission: Submission, definition: Definition, token: str) -> tuple[str, str]:
    company = preferences.current().company_name
    link = links.address(f"/confirm/{token}/")
    words = "\n\n".join(box["text"] for box in submission.agreed)
    lines = [
        gettext("Somebody, probably you, filled in the form “%(form)s” with this address.")
        % {"form": definition.title},
        gettext("You agreed to:") + "\n\n" + words if words else "",
        gettext("If it was you, confirm it here within seven days:") + f"\n{link}",
        gettext(
            "If it was not you, do nothing: without the button you have not agreed to anything in "
            "this form."
        ),
        company,
    ]
    subject = gettext("Please confirm: %(form)s") % {"form": definition.title}
    return subject, "\n\n".join(line for line in lines if line) + "\n"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
