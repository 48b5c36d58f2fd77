"""Forms: made, drafted, published, closed. What people send is in `submissions`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from accord.engine.errors import Refused
from accord.engine.forms import faults, notation
from accord.engine.forms.terms import EMAIL, Consent, Definition, Ending, Question
from accord.marketing.forms import questions
from accord.marketing.models import Form, FormVersion
from accord.people import choices
from accord.people.models import ConsentText, Purpose
from accord.platform.access import permissions, preferences
from accord.platform.events import log, names
from accord.platform.models import User
from accord.platform.search import fold
from accord.platform.trail import audit

names.declare("form.created", "Form created", team="marketing", icon="forms", person=False)
names.declare("form.published", "Form published", team="marketing", icon="forms", person=False)
names.declare("form.closed", "Form closed", team="marketing", icon="lock", person=False)

LANGUAGES = {"en": "English", "de": "German"}
WITHOUT_WORDS = "There are no words to agree to for “{purpose}” in {language}. Write them first."


class Nameless(Refused):
    """Give the form a name."""


class NotReady(Refused):
    """The form cannot be published as it is."""


class ChangedMeanwhile(Refused):
    """Somebody else changed this form while you wrote. Load the page again to see it."""


class NotPublished(Refused):
    """Publish the form first."""


class NoStage(Refused):
    """There is no such lifecycle stage. Choose one of the list."""


class NoQuestion(Refused):
    """Choose a question the form does not ask yet."""


@dataclass(frozen=True)
class Handling:
    """What happens with what is sent: whose form it is, who is told, where people begin."""

    name: str
    stage: str
    owner: User | None
    told: tuple[User, ...] = ()


@transaction.atomic
def create(*, name: str, language: str = "en", by: User | None) -> Form:
    """Make a form that asks for the e-mail address; its address comes from its name.

    Raises Forbidden or Nameless.
    """
    _may(by)
    plain = " ".join(name.split())[:120]
    if not plain:
        raise Nameless
    email = replace(questions.catalogue()[EMAIL], required=True)
    draft = Definition(plain, language=language, questions=(email,), ending=Ending())
    form = Form.objects.create(
        name=plain, slug=_slug(plain), owner=by, draft=notation.written(draft)
    )
    audit.record("form.created", form, by=by)
    log.record("form.created", log.About(), by=by, form=form.name, id=form.pk)
    return form


@transaction.atomic
def write(form: Form, draft: Definition, *, version: int | None = None, by: User | None) -> Form:
    """Keep the draft; whoever answers the form does not see it before it is published.

    version: the one whose draft was seen; None writes over whatever is there now. One's own
    later version is no conflict: a page keeps what changes while an answer is on its way.
    Raises Forbidden or ChangedMeanwhile.
    """
    _may(by, form)
    rows = Form.objects.filter(pk=form.pk, deleted_at=None)
    if version is not None:
        rows = rows.filter(Q(version=version) | Q(written_by=by, written_by__isnull=False))
    changed = rows.update(
        draft=notation.written(draft),
        version=F("version") + 1,
        changed_at=timezone.now(),
        written_by=by,
    )
    if not changed:
        raise ChangedMeanwhile
    audit.record("form.changed", form, by=by)
    form.refresh_from_db()
    return form


@transaction.atomic
def handle(form: Form, handling: Handling, *, by: User | None) -> None:
    """Say what happens with what is sent. Raises Forbidden, Nameless or NoStage."""
    _may(by, form)
    name = " ".join(handling.name.split())[:120]
    if not name:
        raise Nameless
    if handling.stage not in {each.value for each in choices.stages()}:
        raise NoStage
    Form.objects.filter(pk=form.pk).update(
        name=name, stage=handling.stage, owner=handling.owner, changed_at=timezone.now()
    )
    form.told.set(handling.told)
    audit.record("form.changed", form, by=by, told=[each.pk for each in handling.told])
    form.refresh_from_db()


def ready(draft: Definition) -> tuple[Definition, tuple[str, ...]]:
    """The draft as it would be published now, and what keeps it from that, in sentences.

    Questions take the choices their fields have today, consents the newest words.
    """
    asked = [(question, questions.current(question)) for question in draft.questions]
    lost = [
        f"There is no field “{question.label}” any more. Take the question away."
        for question, now in asked
        if now is None
    ]
    boxes = [(box, worded(box, draft.language)) for box in draft.consents]
    silent = [
        WITHOUT_WORDS.format(purpose=box.purpose, language=LANGUAGES.get(draft.language, "?"))
        for box, now in boxes
        if now is None
    ]
    known = tuple(now for _, now in asked if now)
    made = replace(draft, questions=known, consents=tuple(now for _, now in boxes if now))
    children = preferences.current().may_reach_children
    return made, (*faults.of(made, children=children), *lost, *silent)


def asking_no_age(found: Iterable[Form]) -> list[Form]:
    """Those of these forms that, as people see them, ask for consent and not for the date of birth.

    None while the company does not reach children, and none that is not open.
    """
    if not preferences.current().may_reach_children:
        return []
    shown = [(form, form.published) for form in found if form.is_open]
    return [form for form, now in shown if now and faults.asks_no_age(definition(now))]


def worded(box: Consent, language: str) -> Consent | None:
    """A box with the newest words of its purpose in a language; None where there are none."""
    purpose = Purpose.objects.filter(pk=box.purpose).first()
    texts = ConsentText.objects.filter(purpose=box.purpose, language=language)
    newest = texts.order_by("-version").first()
    if purpose is None or newest is None:
        return None
    return replace(
        box,
        text_id=newest.pk,
        version=newest.version,
        digest=newest.digest,
        text=newest.text,
        double=purpose.double,
    )


@transaction.atomic
def publish(form: Form, *, by: User | None) -> FormVersion:
    """Let people see and answer the draft. The same as before gives the version there is.

    Raises Forbidden, or NotReady with everything that is to be put right.
    """
    _may(by, form)
    held = Form.objects.select_for_update().get(pk=form.pk)
    made, wrong = ready(notation.read(held.draft))
    if wrong:
        raise NotReady(" ".join(wrong))
    said = notation.written(made)
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    version = held.published
    if version is None or version.digest != digest:
        last = held.versions.aggregate(last=Max("number"))["last"] or 0
        version = FormVersion.objects.create(
            form=held, number=last + 1, definition=said, digest=digest, at=timezone.now(), by=by
        )
    Form.objects.filter(pk=form.pk).update(
        published=version, closed_at=None, changed_at=timezone.now()
    )
    audit.record("form.published", form, by=by, version=version.number)
    about, number = log.About(), version.number
    log.record("form.published", about, by=by, form=held.name, id=held.pk, version=number)
    form.refresh_from_db()
    version.form = form
    return version


@transaction.atomic
def close(form: Form, *, by: User | None) -> None:
    """Take no more answers: the page says so. Twice does nothing.

    Raises Forbidden or NotPublished.
    """
    _may(by, form)
    if form.published_id is None:
        raise NotPublished
    if Form.objects.filter(pk=form.pk, closed_at=None).update(closed_at=timezone.now()):
        audit.record("form.closed", form, by=by)
        log.record("form.closed", log.About(), by=by, form=form.name, id=form.pk)
    form.refresh_from_db()


@transaction.atomic
def delete(form: Form, *, by: User | None) -> None:
    """Hide a form that takes no answers any more; what was sent stays. Raises Forbidden."""
    _may(by, form)
    now = timezone.now()
    if Form.objects.filter(pk=form.pk, deleted_at=None).update(deleted_at=now, closed_at=now):
        audit.record("form.deleted", form, by=by)
    form.refresh_from_db()


def definition(version: FormVersion) -> Definition:
    """What a version asks."""
    return notation.read(version.definition)


def draft(form: Form) -> Definition:
    """What the form asks once it is published."""
    return notation.read(form.draft)


def unpublished(form: Form, made: Definition) -> bool:
    """Whether the draft, as it would be published now, differs from what people see."""
    return form.published is None or form.published.definition != notation.written(made)


def add_question(draft: Definition, name: str) -> Definition:
    """The draft with one more question at its end. Raises NoQuestion."""
    known = questions.catalogue().get(name)
    if known is None or draft.question(name):
        raise NoQuestion
    return replace(draft, questions=(*draft.questions, known))


def move(draft: Definition, name: str, by_places: int) -> Definition:
    """The draft with a question moved; at an end it stays where it is."""
    rows: list[Question] = list(draft.questions)
    at = next((n for n, each in enumerate(rows) if each.name == name), None)
    if at is None:
        return draft
    to = min(max(at + by_places, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    return replace(draft, questions=tuple(rows))


def without(draft: Definition, taken: Iterable[str]) -> Definition:
    """The draft without these questions, and without conditions on them."""
    gone = frozenset(taken)
    rows = tuple(
        replace(each, shown=None) if each.shown and each.shown.question in gone else each
        for each in draft.questions
        if each.name not in gone
    )
    return replace(draft, questions=rows)


def _slug(name: str) -> str:
    usual = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60] or "form"
    taken = set(Form.objects.filter(slug__startswith=usual).values_list("slug", flat=True))
    numbered = (f"{usual}-{n}" for n in range(2, len(taken) + 3))
    return next(each for each in (usual, *numbered) if each not in taken)


def _may(by: User | None, form: Form | None = None) -> None:
    if by is not None:
        permissions.require(by, "form.write", form)
