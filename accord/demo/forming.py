"""Two forms of the demo company, with what was sent, looked at and held back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from random import Random

from accord.demo.consenting import GUIDE, SITE
from accord.demo.places import Loading
from accord.engine.forms import spam
from accord.engine.forms.spam import Signs
from accord.engine.forms.terms import MESSAGE, Consent, Definition, Ending
from accord.engine.simulator.streams import stream
from accord.engine.simulator.world import Contact as Person
from accord.engine.simulator.world import Event as Told
from accord.marketing.forms import confirmations, forms, questions
from accord.marketing.models import Confirmation, Form, FormDay, FormVersion, Submission
from accord.platform.trail import logbooks

TALK, READ = "Talk to an engineer", "Guide to peak load"
PAGES = {TALK: "/contact/", READ: GUIDE}
ASKS = (
    "Could you send us an offer for two sites?",
    "We pay for peaks every winter. Can you help?",
    "Is there a case from a foundry?",
    "How long does it take to put the meters in?",
)
SPAM = (
    "Rank first in every search engine! 5,000 links for 99 dollars.",
    "Dear sir, I have a business proposal of 4.5 million for you.",
)
Verdict = Submission.Verdict


def load(loading: Loading) -> None:
    """Publish the forms and file what was sent. Nothing is mailed."""
    chance = stream(loading.world.seed, "forms")
    for name, page in PAGES.items():
        version = _published(loading, name)
        told = [each for each in loading.world.events if _sent_by(each, page)]
        rows = [*_sent(loading, version, told, chance), *_held_back(loading, version, chance)]
        sent = Submission.objects.bulk_create(sorted(rows, key=lambda row: row.at))
        Confirmation.objects.bulk_create(_confirmations(loading, sent))
        FormDay.objects.bulk_create(_days(version.form, told, chance))


def _sent_by(told: Told, page: str) -> bool:
    return told.name == "form.submitted" and told.page == page


def _published(loading: Loading, name: str) -> FormVersion:
    form = forms.create(name=name, by=None)
    loading.book.forms.append(form.pk)
    forms.write(form, _definition(loading, forms.draft(form)), by=None)
    version = forms.publish(form, by=None)
    stage = "lead" if name == TALK else "subscriber"
    Form.objects.filter(pk=form.pk).update(stage=stage, created_at=loading.since)
    with logbooks.opened():  # people saw this version all along
        FormVersion.objects.filter(pk=version.pk).update(at=loading.since)
    return version


def _definition(loading: Loading, draft: Definition) -> Definition:
    known = questions.catalogue()
    names = ["first_name", "last_name"]
    asked = (*draft.questions, *(known[name] for name in names))
    if draft.title == TALK:
        asked = (*asked, known[questions.COMPANY], replace(known[MESSAGE], label="Your question"))
        ending = Ending("Thank you", "An engineer answers within one working day.")
        intro = "Tell us what you pay for at peak times, and an engineer calls you back."
        return replace(draft, intro=intro, questions=asked, ending=ending, button="Ask")
    box = Consent(loading.book.purposes[0], "email", 0, 0, "", "")
    intro = "Twelve pages on what peaks cost and how foundries and dairies shave them."
    ending = Ending("The guide is on its way", "Look into your mailbox.")
    return replace(
        draft, intro=intro, questions=asked, consents=(box,), ending=ending, button="Send it to me"
    )


def _sent(
    loading: Loading, version: FormVersion, told: list[Told], chance: Random
) -> Iterator[Submission]:
    definition = forms.definition(version)
    boxes = [asdict(each) for each in definition.consents]
    ticked: set[str] = set()
    for each in told:
        person = loading.people[each.contact]
        row = _row(version, each.at, person.email, _answers(person, definition, chance))
        row.page = SITE + each.page
        row.contact_id = loading.contacts[person.key]
        row.is_new = person.known_at >= each.at
        row.settled_at = each.at
        row.verdict = Verdict.ACCEPTED
        if boxes and person.key in loading.agreed.keys() - ticked:
            ticked.add(person.key)
            row.agreed = boxes
            row.verdict = Verdict.ACCEPTED if loading.agreed[person.key] else Verdict.PENDING
        yield row


def _confirmations(loading: Loading, sent: list[Submission]) -> Iterator[Confirmation]:
    """The links that were mailed then; what they were is not kept, and nothing opens them now."""
    keys = {pk: key for key, pk in loading.contacts.items()}
    for row in sent:
        if row.agreed and row.contact_id:
            yield Confirmation(
                submission=row,
                digest=hashlib.sha256(f"{loading.book.import_id} {row.pk}".encode()).hexdigest(),
                expires_at=row.at + confirmations.VALID,
                used_at=loading.agreed[keys[row.contact_id]],
            )


def _held_back(loading: Loading, version: FormVersion, chance: Random) -> Iterator[Submission]:
    """Three that look like spam, of the last weeks: older ones were thrown away."""
    definition = forms.definition(version)
    for number in range(3):
        at = loading.world.now - timedelta(days=chance.uniform(0.5, 27))
        said = {
            "email": [f"win{number}@offers.example"],
            "first_name": ["Best"],
            "last_name": ["Offer"],
        }
        if version.form.name == TALK:
            said[MESSAGE] = [SPAM[number % len(SPAM)]]
        row = _row(version, at, f"win{number}@offers.example", said)
        row.page = SITE + PAGES[version.form.name]
        signs = Signs(seconds=chance.uniform(0.3, 1.5))
        judged = spam.judge(definition, {name: tuple(each) for name, each in said.items()}, signs)
        row.score, row.reasons, row.verdict = judged.score, list(judged.reasons), Verdict.SPAM
        row.proven = signs.proven
        yield row


def _answers(person: Person, definition: Definition, chance: Random) -> dict[str, list[str]]:
    said = {
        "email": [person.email],
        "first_name": [person.first_name],
        "last_name": [person.last_name],
    }
    if definition.question(MESSAGE):
        said[MESSAGE] = [chance.choice(ASKS)]
    return said


def _row(version: FormVersion, at: datetime, email: str, said: dict[str, list[str]]) -> Submission:
    return Submission(
        version=version, form=version.form, at=at, answers=said, email=email, network="192.0.2.0",
        proven=True,
    )  # fmt: skip


def _days(form: Form, told: list[Told], chance: Random) -> Iterator[FormDay]:
    """Every day some look; of those who begin, a third to all send it."""
    sent = Counter(each.at.date() for each in told)
    first = min(sent)
    for after in range((max(sent) - first).days + 1):
        day = first + timedelta(days=after)
        starts = sent[day] + chance.randint(0, 2 * sent[day] + 1) // 2
        looked = starts + chance.randint(0, 4)
        if looked:
            yield FormDay(form=form, day=day, starts=starts, views=looked)
