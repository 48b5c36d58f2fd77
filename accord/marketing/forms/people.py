"""From a submission to a contact: nobody's known value is overwritten by what a stranger typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.utils import timezone

from accord.engine.capture import landings
from accord.engine.forms.answers import Answer
from accord.engine.forms.terms import MESSAGE, Definition
from accord.marketing.forms import agreeing, proposals, questions, telling
from accord.marketing.models import Submission
from accord.people import companies, contacts, families, fields, visitors
from accord.people.consents import consent
from accord.people.identity import evidence
from accord.people.models import Address, Company, Contact, Restriction, Visitor
from accord.people.origins import channel_rules, channels
from accord.people.visitors import Claim, Seen, Way
from accord.platform.events import log


def match(email: str) -> Contact | None:
    """The contact who has this address: as the first one rather than as another, the eldest."""
    mine = Address.objects.filter(
        kind=Address.Kind.EMAIL, value=email, contact__deleted_at=None
    ).order_by("-is_primary", "contact_id")
    found = mine.select_related("contact").first()
    return found.contact if found else None


def take_in(submission: Submission, definition: Definition) -> Contact | None:
    """Make or find the contact of a submission, in the caller's transaction. Twice does nothing,
    also where the contact is gone since (None).

    Empty fields are filled; an answer that differs from what the record says is proposed there.
    Consent is written down once nothing waits for a confirmation.
    """
    if submission.contact is not None or submission.settled_at is not None:
        return submission.contact
    said = {name: tuple(answer) for name, answer in submission.answers.items()}
    values, left_out = questions.values(said)
    contact = match(submission.email)
    is_new = contact is None
    if contact is None:
        contact = _create(submission, definition, values, said)
    else:
        _fill(contact, submission, values, said)
    Submission.objects.filter(pk=submission.pk).update(
        contact=contact, is_new=is_new, left_out=list(left_out), settled_at=timezone.now()
    )
    submission.contact, submission.is_new = contact, is_new
    _record(submission, contact, is_new)
    if submission.verdict == Submission.Verdict.ACCEPTED:
        agree(submission)
        follow(submission)
    telling.tell(submission, contact)
    return contact


def agree(submission: Submission, *, confirmed: bool = False) -> None:
    """Write down the consent somebody gave; an address of theirs it was given for is proposed."""
    if submission.contact is None:
        return
    contact = consent.hold(submission.contact, None)
    others = agreeing.agree(submission, contact, confirmed=confirmed)
    for name, other in others.items():
        proposals.make(submission, contact, fields.field("contact", name), other)


def follow(submission: Submission) -> None:
    """Let the device they agreed to be recognised by be this contact's; never a child's, nor that
    of somebody restricted.
    """
    contact = submission.contact
    if not submission.visitor or contact is None or agreeing.is_child(submission, contact):
        return
    families.alone()  # nobody is restricted meanwhile
    if _is_restricted(contact, match(submission.email)):
        return
    seen = Seen(Visitor.By.DEVICE, submission.visitor, submission.at, evidence.OURS)
    [visitor] = visitors.meet([seen]).values()
    said = f"form:{submission.pk}"
    claim = Claim(visitor.pk, submission.at, evidence.OURS, said, emails=(submission.email,))
    visitors.recognise([claim], [visitor])


def _is_restricted(*contacts: Contact | None) -> bool:
    """Whether one of these is, as who they are now, or anybody who was merged into that."""
    now = families.roots([each.pk for each in contacts if each is not None])
    mine = families.of(set(now.values()))
    return Restriction.objects.filter(contact__in=mine, lifted_at=None).exists()


def _create(
    submission: Submission,
    definition: Definition,
    values: Mapping[str, object],
    said: Mapping[str, Answer],
) -> Contact:
    """A new contact; their company is found or made by name."""
    came, is_visit = _origin(submission)
    origin: dict[str, object] = {
        "email": submission.email,
        "stage": submission.form.stage,
        "owner": _owner(submission),
        "language": definition.language,
        "acquired_at": submission.at,
        **came,
    }
    if name := "".join(said.get(questions.COMPANY, ())):
        origin["company"] = _company(name, submission.email)
    values = {**values, **origin}
    return contacts.create(values=values, by=None, origin="form", touched=is_visit)


def _owner(submission: Submission) -> int | None:
    """The form's owner, while they are one of us."""
    owner = submission.form.owner
    return owner.pk if owner is not None and owner.is_active else None


def _origin(submission: Submission) -> tuple[Mapping[str, str], bool]:
    """How a new contact came: as the page says, else as a visit of their device began; and
    whether it was such a visit, which counts as theirs once the device does.

    Who came to the page from another one of the same site, on a device nobody may recognise, came
    nobody knows how: that is not direct.
    """
    landing = landings.read(submission.page, submission.referrer)
    channel, source = channels.came_by(landing, channel_rules.current())
    here = {"landing_page": submission.page[:500]}
    if channel:
        brought = {"source": source or channel, "channel": channel, "campaign": landing.campaign}
        return brought | here, _is_visit(submission, channel)
    if way := _visit(submission):
        return asdict(way), True
    if submission.referrer and not landing.path:
        return {"channel": "unknown"} | here, False
    return {"source": "direct", "channel": "direct"} | here, False


def _visit(submission: Submission) -> Way | None:
    """How the last visit of their device began that a channel brought."""
    return visitors.came(submission.visitor, submission.at) if submission.visitor else None


def _is_visit(submission: Submission, channel: str) -> bool:
    """Whether the page the form stands on was itself seen to begin a visit of their device."""
    way = _visit(submission)
    return way is not None and (way.channel, way.landing_page) == (channel, submission.page)


def _company(name: str, email: str) -> int:
    """The company of the address counts more than a name somebody typed."""
    found = companies.for_domain(email.rpartition("@")[2]) or (
        Company.objects.alive().filter(name__iexact=name).order_by("pk").first()
    )
    return (found or companies.create(values={"name": name}, by=None, origin="form")).pk


def _fill(
    contact: Contact,
    submission: Submission,
    values: Mapping[str, object],
    said: Mapping[str, Answer],
) -> None:
    filled: dict[str, object] = {}
    held = _is_restricted(contact)
    for name, value in values.items():
        field = fields.field("contact", name)
        known = fields.read(contact, field)
        if name == "email" or known == value:
            continue
        if known == fields.empty(field) and not held:
            filled[name] = value
        else:
            proposals.make(submission, contact, field, value)
    if filled:
        contacts.change(contact, values=filled, by=None, origin="form")
    _employer(contact, submission, "".join(said.get(questions.COMPANY, ())))


def _employer(contact: Contact, submission: Submission, name: str) -> None:
    """A company they name is proposed where it is known and is not theirs yet."""
    if not name:
        return
    found = Company.objects.alive().filter(name__iexact=name).order_by("pk").first()
    field = fields.field("contact", questions.COMPANY)
    if found and fields.read(contact, field) != found.pk:
        proposals.make(submission, contact, field, found.pk)


def _record(submission: Submission, contact: Contact, is_new: bool) -> None:
    """The event. How they came is told once: by the visit, or with a new contact, or here."""
    landing = landings.read(submission.page, submission.referrer)
    touch = None
    channel, source = channels.came_by(landing, channel_rules.current())
    if channel and not is_new and not _is_visit(submission, channel):
        touch = log.Touch(channel, source[:200], landing.campaign)
    log.record(
        "form.submitted",
        log.About(contact=contact.pk),
        at=min(submission.at, timezone.now()),
        touch=touch,
        form=submission.form.name,
        submission=submission.pk,
        version=submission.version.number,
        url=submission.page,
        said="".join(submission.answers.get(MESSAGE, []))[:1000],
    )
