"""Takes away the demo company's segments, forms, purposes, requests and suppressed addresses."""

from __future__ import annotations

from accord.demo.book import Book
from accord.engine import segments as engine
from accord.engine.forms import notation
from accord.engine.segments import references
from accord.marketing.models import Form, FormVersion, Submission
from accord.people.models import (
    Assessment,
    ConsentRecord,
    ConsentText,
    PrivacyRequest,
    Purpose,
    Segment,
    Suppression,
)
from accord.people.segments import saving
from accord.platform.models import Event


def forget(known: Book) -> None:
    """Segments first: what goes after them need not be asked anew. One of yours may ask for one
    of them: then it stays."""
    there = [each for each in saving.held() if each.pk not in known.segments]
    for segment in Segment.objects.filter(pk__in=known.segments):
        if not saving.used_in(segment, there):
            Event.objects.filter(
                name__startswith="segment.", properties__segment=segment.pk
            ).delete()
            segment.delete()
    _forms(known)
    Suppression.objects.filter(pk__in=known.suppressed).delete()
    PrivacyRequest.objects.filter(pk__in=known.requests).delete()


def _forms(known: Book) -> None:
    forms = Form.objects.filter(pk__in=known.forms)
    Event.objects.filter(name__startswith="form.", properties__id__in=known.forms).delete()
    Submission.objects.filter(form__in=forms).delete()
    forms.update(published=None)
    FormVersion.objects.filter(form__in=known.forms).delete()
    Form.objects.filter(pk__in=known.forms).delete()


def forget_purposes(known: Book) -> None:
    """A purpose stays that something of yours is about: consent, an assessment, a form, a rule."""
    for name in set(known.purposes) - _of_yours():
        if not any(model.objects.filter(purpose=name).exists() for model in _ABOUT):
            ConsentText.objects.filter(purpose=name).delete()
            Purpose.objects.filter(pk=name).delete()


_ABOUT = (ConsentRecord, Assessment)


def _of_yours() -> set[str]:
    """The purposes that forms, as they are or ever were published, and segments name."""
    drafts = Form.objects.values_list("draft", flat=True)
    shown = FormVersion.objects.values_list("definition", flat=True)
    boxes = {box.purpose for each in (*drafts, *shown) for box in notation.read(each).consents}
    rules = [each.rule for each in saving.held() if each.rule is not None]
    return boxes.union(*(references.purposes(engine.from_json(rule)) for rule in rules))
