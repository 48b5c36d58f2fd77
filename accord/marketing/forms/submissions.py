"""What people send: kept first, answered then, and only after that put on records.

A good answer is a row and a job in one transaction, and the page is answered when both are there.
The job (`settle`) makes or finds the contact; should it fail it is tried again, and nothing that
was sent is lost.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from accord.channels import letters
from accord.engine.capture import agents
from accord.engine.consent.terms import Channel
from accord.engine.errors import Refused
from accord.engine.forms import answers, proof, spam
from accord.engine.forms.answers import Checked, Given, Problem
from accord.engine.forms.spam import Signs
from accord.engine.forms.terms import EMAIL, Definition
from accord.marketing.forms import confirmations, forms, people, telling, tickets
from accord.marketing.models import Form, FormVersion, Submission
from accord.people import families
from accord.people.consents import suppressions
from accord.people.models import Address, ConsentRecord, Purpose
from accord.platform.access import permissions, preferences
from accord.platform.models import User
from accord.platform.queue import work
from accord.platform.trail import audit, logbooks

JOB = "forms.settle"
LATELY = timedelta(minutes=10)
CROWD = 5  # from one network within that time, without proof: looked at by a person
FLOOD = 60  # from one network within that time, whatever they prove: not taken
KEEP_SPAM = timedelta(days=30)
BLANK = dict.fromkeys(("email", "page", "referrer", "agent", "network", "visitor"), "")
Verdict = Submission.Verdict
Stop = ConsentRecord.What


class TooMany(Refused):
    """Too many forms were sent from your network. Wait ten minutes and send it again."""


class NotSpam(Refused):
    """This is not in the spam box any more. Load the page again."""


@dataclass(frozen=True)
class Post:
    """A form as it was sent. given: answers by name; trap: what no person sees was filled.

    ticket, number: of the page, and the proof of work for it. network: the first bytes of the
    address. visitor: the id of the device, where they agreed to be recognised.
    """

    given: Given
    trap: bool = False
    ticket: str = ""
    number: str = ""
    page: str = ""
    referrer: str = ""
    agent: str = ""
    network: str = ""
    visitor: str = ""


@dataclass(frozen=True)
class Received:
    """What was read, and the row that keeps it; None where an answer has to be put right."""

    checked: Checked
    submission: Submission | None


def receive(version: FormVersion, post: Post, *, now: datetime) -> Received:
    """Take in what somebody sent. When this has answered, it is kept.

    The same page sent twice is one submission, unless it says something else the second time:
    then it is one more, without the proof of work, which counts once. Raises TooMany.
    """
    definition = forms.definition(version)
    checked = answers.check(definition, post.given, region=preferences.current().phone_region)
    if checked.good and not letters.mailable(checked.answers[EMAIL][0]):
        checked = replace(checked, problems={EMAIL: Problem.NOT_EMAIL})
    if not checked.good:
        return Received(checked, None)
    opened = tickets.opened(version.form, post.ticket, now=now) if post.ticket else None
    try:
        before = _before(post) if opened else None
        if before is None:
            return Received(checked, _keep(version, definition, checked, (post, opened), now))
    except IntegrityError:
        before = _before(post)
        if before is None:
            raise
    if _says(before, _row(version, definition, checked, post)):
        return Received(checked, before)
    post = replace(post, ticket="", number="")
    return Received(checked, _keep(version, definition, checked, (post, opened), now))


def settle(submission_id: int) -> None:
    """Do what follows from a submission's verdict. Twice does nothing more."""
    with transaction.atomic():
        rows = Submission.objects.select_for_update(of=("self",))
        found = rows.filter(pk=submission_id).select_related("version", "form").first()
        if found is None or found.verdict == Verdict.SPAM:
            return
        definition = forms.definition(found.version)
        if found.verdict == Verdict.PENDING:
            if not confirmations.ask(found, definition):
                _ask(found, due_at=timezone.now() + confirmations.DAY)
            if _confirms(definition, found.form):
                return
        people.take_in(found, definition)


@transaction.atomic
def release(submission: Submission, *, by: User) -> None:
    """Take something out of the spam box: it goes on as if nobody had doubted it.

    Raises Forbidden or NotSpam.
    """
    permissions.require(by, "form.write", submission.form)
    verdict = _verdict(forms.definition(submission.version), submission)
    spam_box = Submission.objects.filter(pk=submission.pk, verdict=Verdict.SPAM)
    if not spam_box.update(verdict=verdict):
        raise NotSpam
    audit.record("submission.released", submission, by=by)
    _ask(submission)
    submission.refresh_from_db()


@transaction.atomic
def discard(submission: Submission, *, by: User) -> None:
    """Throw something in the spam box away, for good. Raises Forbidden or NotSpam."""
    permissions.require(by, "form.write", submission.form)
    with logbooks.opened():
        spam_box = Submission.objects.filter(pk=submission.pk, verdict=Verdict.SPAM)
        number, _ = spam_box.delete()
    if not number:
        raise NotSpam
    audit.record("submission.discarded", submission.form, by=by, submission=submission.pk)


@transaction.atomic
def tidy(now: datetime) -> int:
    """After 30 days, throw away spam and what nobody confirmed; blank what contacts said who are
    gone. At most 500 at once; answers how many. What was never put on a record stays.
    """
    unsure = Q(verdict__in=[Verdict.SPAM, Verdict.PENDING], settled_at=None, at__lt=now - KEEP_SPAM)
    ids = list(Submission.objects.filter(unsure).values_list("pk", flat=True)[:500])
    gone = Submission.objects.filter(contact=None, settled_at__isnull=False).exclude(email="")
    left = list(gone.values_list("pk", flat=True)[:500])
    with logbooks.opened():
        Submission.objects.filter(pk__in=ids).delete()
        Submission.objects.filter(pk__in=left).update(answers={}, **BLANK)
        telling.forget(left)
    if ids or left:
        audit.record("submissions.tidied", by=None, removed=len(ids), blanked=len(left))
    return len(ids) + len(left)


def waits(definition: Definition, submission: Submission) -> bool:
    """Whether whoever sends this has to confirm it by mail, whosever the address is.

    Asked of today: what the form asks since it was published anew, and what purposes ask since,
    count for somebody who filled in an older page as well.
    """
    if _confirms(definition, submission.form) or any(box["double"] for box in submission.agreed):
        return True
    agreed = [box["purpose"] for box in submission.agreed]
    return Purpose.objects.filter(pk__in=agreed, double=True).exists()


def of(form: Form) -> dict[str, int]:
    """How many submissions of each verdict a form has."""
    rows = Submission.objects.filter(form=form).values_list("verdict")
    counted = dict(rows.annotate(number=Count("pk")))
    return {verdict.value: counted.get(verdict.value, 0) for verdict in Verdict}


def doubted(found: Collection[Form]) -> dict[int, int]:
    """How many submissions wait in the spam box of each form, by its id."""
    rows = Submission.objects.filter(form__in=found, verdict=Verdict.SPAM).values_list("form")
    return dict(rows.annotate(number=Count("pk")))


def unrecorded(email: str) -> bool:
    """Whether anything sent with this address is kept that is on no record."""
    return Submission.objects.filter(email=email, contact=None, settled_at=None).exists()


@transaction.atomic
def _keep(
    version: FormVersion,
    definition: Definition,
    checked: Checked,
    sent: tuple[Post, datetime | None],
    now: datetime,
) -> Submission:
    post, opened = sent
    proven = opened is not None and proof.solves(post.ticket, post.number)
    lately = _lately(post.network, now)
    if lately >= FLOOD:
        raise TooMany
    signs = Signs(
        trapped=post.trap,
        seconds=(now - opened).total_seconds() if opened else None,
        proven=proven,
        actor=agents.actor(post.agent),
        crowded=lately >= CROWD and not proven,
    )
    judged = spam.judge(definition, checked.answers, signs)
    submission = _row(version, definition, checked, post)
    submission.at, submission.proven = now, proven
    submission.ticket = (post.ticket or None) if opened else None
    submission.score = judged.score
    submission.reasons = [reason[:300] for reason in judged.reasons]
    submission.verdict = Verdict.SPAM if judged.held else _verdict(definition, submission)
    submission.save(force_insert=True)
    _ask(submission)
    return submission


def _before(post: Post) -> Submission | None:
    return Submission.objects.filter(ticket=post.ticket).first()


def _says(before: Submission, now: Submission) -> bool:
    """Whether both say the same: every answer, and every box."""
    return (before.answers, before.agreed) == (now.answers, now.agreed)


def _row(version: FormVersion, definition: Definition, checked: Checked, post: Post) -> Submission:
    return Submission(
        version=version,
        form=version.form,
        answers={name: list(answer) for name, answer in checked.answers.items() if answer},
        agreed=_boxes(definition, checked),
        email=checked.answers[EMAIL][0],
        page=post.page[:2048],
        referrer=post.referrer[:2048],
        agent=post.agent[:300],
        network=post.network[:45],
        visitor=post.visitor[:200],
    )


def _boxes(definition: Definition, checked: Checked) -> list[dict[str, object]]:
    """The boxes they ticked, with the very words that stood beside them."""
    ticked = (box for box in definition.consents if (box.purpose, box.channel) in checked.agreed)
    return [asdict(box) for box in ticked]


def _confirms(definition: Definition, form: Form) -> bool:
    """Whether the form, as it was filled in or as it is now, waits with everything."""
    now = form.published
    return definition.confirm or (now is not None and forms.definition(now).confirm)


def _verdict(definition: Definition, submission: Submission) -> Verdict:
    """Whether the address has to be confirmed first.

    A stranger may type any address. So whoever once said stop must say by mail that it is them
    who agrees now.
    """
    if waits(definition, submission) or (submission.agreed and _said_stop(submission.email)):
        return Verdict.PENDING
    return Verdict.ACCEPTED


def _said_stop(email: str) -> bool:
    """Whether anybody with this address said so, also on a record merged away or deleted since."""
    if suppressions.of(email, Channel.EMAIL).exists():
        return True
    held = Address.objects.filter(kind=Address.Kind.EMAIL, value=email)
    family = families.of(held.values_list("contact", flat=True))
    stops = ConsentRecord.objects.filter(what__in=[Stop.WITHDRAWN, Stop.OBJECTED])
    return stops.filter(contact__in=family).exists()


def _lately(network: str, now: datetime) -> int:
    """How many came from this network; 0 where nobody knows it."""
    if not network:
        return 0
    return Submission.objects.filter(network=network, at__gt=now - LATELY)[: FLOOD + 1].count()


def _ask(submission: Submission, due_at: datetime | None = None) -> None:
    key = f"{JOB}:{submission.pk}"
    work.enqueue(JOB, payload={"submission": submission.pk}, key=key, due_at=due_at)
