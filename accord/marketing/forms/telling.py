"""Telling colleagues that somebody filled a form in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accord.channels import letters, outbox
from accord.channels.models import Message
from accord.engine.forms.terms import MESSAGE
from accord.marketing.models import Form, Submission
from accord.people.models import Contact
from accord.platform import links
from accord.platform.access import permissions
from accord.platform.models import User


def told(form: Form) -> list[User]:
    """Everybody who is told: the owner and whom they chose, as far as they still work here."""
    found = {each.pk: each for each in form.told.all()}
    if form.owner:
        found[form.owner.pk] = form.owner
    return [each for each in found.values() if each.is_active and each.email]


def tell(submission: Submission, contact: Contact) -> None:
    """Write a mail to each, in the caller's transaction. Names only those who may see them.

    A colleague whose address no mail can go to is passed over.
    """
    for colleague in told(submission.form):
        if not letters.mailable(colleague.email or ""):
            continue
        outbox.send(
            key=f"{_key(submission.pk)}{colleague.pk}",
            to=colleague.email or "",
            subject=f"{submission.form.name}: somebody filled it in",
            text=_text(submission, contact, colleague),
        )


def mails(submissions: Iterable[int]) -> QuerySet[Message]:
    """The mails that told colleagues of these submissions, by whose numbers they are found."""
    begin = Q(pk=None)
    for pk in submissions:
        begin |= Q(key__startswith=_key(pk))
    return Message.objects.filter(begin).order_by("pk")


def forget(submissions: Iterable[int]) -> None:
    """Blank what those mails say; one that has not left stays here."""
    found = mails(submissions)
    waiting = [Message.State.READY, Message.State.HELD]
    found.filter(state__in=waiting).update(state=Message.State.SUPPRESSED)
    found.update(text="", html="")


def _key(submission: int) -> str:
    return f"form-notice:{submission}:"


def _text(submission: Submission, contact: Contact, colleague: User) -> str:
    lines = [f"Somebody filled in the form “{submission.form.name}”."]
    if permissions.may(colleague, "contact.read", contact):
        known = "a new contact" if submission.is_new else "a contact you know"
        lines = [f"{contact}, {known}, filled in the form “{submission.form.name}”."]
        lines += submission.answers.get(MESSAGE, [])
        lines.append(f"The record: {links.address(f'/contacts/{contact.pk}/')}")
    return "\n\n".join(lines) + "\n"
