"""Making, drafting, publishing and closing forms."""

from dataclasses import replace

import pytest
from django.db import Error, transaction

from accord.engine.forms import notation
from accord.marketing.forms import forms, questions
from accord.marketing.forms.tests.conftest import WORDS, asking, box
from accord.marketing.models import Form, FormVersion
from accord.people import lifecycle
from accord.people.consents import purposes
from accord.people.fields import custom_fields
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event

pytestmark = pytest.mark.django_db


def test_a_new_form_asks_for_the_address_and_has_one_of_its_own(mia):
    form = forms.create(name="  Müller & Söhne:  Ask ", by=mia)
    again = forms.create(name="Müller & Söhne: Ask", by=mia)
    assert (form.name, form.owner, form.is_open) == ("Müller & Söhne: Ask", mia, False)
    assert [form.slug, again.slug] == ["muller-sohne-ask", "muller-sohne-ask-2"]
    assert [each.name for each in forms.draft(form).questions] == ["email"]
    assert AuditEntry.objects.filter(verb="form.created").count() == 2


def test_who_may_not_write_forms_changes_nothing(mia, ben):
    form = forms.create(name="Ask us", by=mia)
    before = list(Form.objects.values())
    for act in (
        lambda: forms.create(name="Mine", by=ben),
        lambda: forms.write(form, asking(), by=ben),
        lambda: forms.publish(form, by=ben),
        lambda: forms.close(form, by=ben),
        lambda: forms.delete(form, by=ben),
        lambda: forms.handle(form, forms.Handling("x", "lead", None), by=ben),
    ):
        with pytest.raises(Forbidden):
            act()
    assert list(Form.objects.values()) == before


def test_two_who_write_at_once_are_told(mia, olga):
    form = forms.create(name="Ask us", by=mia)
    forms.write(form, asking("phone"), version=1, by=mia)
    forms.write(form, asking("first_name"), version=1, by=mia)
    with pytest.raises(forms.ChangedMeanwhile, match="Load the page again"):
        forms.write(form, asking("last_name"), version=1, by=olga)
    with pytest.raises(forms.ChangedMeanwhile):
        forms.write(form, asking("last_name"), version=1, by=None)
    assert forms.draft(form).question("first_name")


def test_publishing_keeps_the_words_people_agree_to(mia, news):
    form = forms.create(name="Ask us", by=mia)
    forms.write(form, asking(boxes=[box(news)]), by=mia)
    first = forms.publish(form, by=mia)
    [kept] = forms.definition(first).consents
    assert (kept.text, kept.version, kept.digest) == (WORDS, 1, news.texts.get().digest)
    assert forms.publish(form, by=mia) == first
    purposes.word(news, language="en", text="Other words.", by=None)
    second = forms.publish(form, by=mia)
    assert (second.number, forms.definition(second).consents[0].text) == (2, "Other words.")
    assert forms.definition(first).consents[0].text == WORDS
    assert Event.objects.filter(name="form.published").count() == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"questions": ()}, "Ask for the e-mail address"),
        ({"language": "de"}, "no words to agree to for “news” in German"),
        ({"title": ""}, "Give the form a title"),
    ],
)
def test_a_form_that_is_not_ready_says_everything_that_is_wrong(mia, news, change, sentence):
    form = forms.create(name="Ask us", by=mia)
    forms.write(form, replace(asking(boxes=[box(news)]), **change), by=mia)
    with pytest.raises(forms.NotReady, match=sentence):
        forms.publish(form, by=mia)
    assert not FormVersion.objects.exists()


def test_a_version_is_never_changed(publish):
    version = publish()
    rows = FormVersion.objects.filter(pk=version.pk)
    for act in (lambda: rows.update(definition={}), lambda: rows._raw_delete("default")):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            act()


def test_a_closed_form_is_open_again_once_it_is_published(mia, publish):
    form = publish().form
    forms.close(form, by=mia)
    forms.close(form, by=mia)
    assert not form.is_open
    forms.publish(form, by=mia)
    assert form.is_open
    assert AuditEntry.objects.filter(verb="form.closed").count() == 1


def test_a_draft_cannot_be_closed(mia):
    with pytest.raises(forms.NotPublished, match="Publish the form first"):
        forms.close(forms.create(name="Ask us", by=mia), by=mia)


def test_strangers_have_no_say_in_our_own_fields():
    asked = set(questions.catalogue())
    assert {"email", "first_name", "company", "message"} <= asked
    assert not asked & {
        "owner", "stage", "tags", "external_id", "source", "channel", "campaign", "name",
        "acquired_at", "recorded_at", "import_id", "landing_page", "team",
    }  # fmt: skip


def test_a_question_takes_the_choices_its_field_has_now(mia, olga):
    custom_fields.add("contact", label="Size", kind="choice", choices=["Small", "Large"], by=olga)
    lifecycle.ensure()
    form = forms.create(name="Ask us", by=mia)
    draft = forms.add_question(forms.draft(form), "size")
    email, size = draft.questions
    bare = replace(draft, questions=(email, replace(size, options=())))
    forms.write(form, bare, by=mia)
    made = forms.definition(forms.publish(form, by=mia))
    assert [each.label for each in made.questions[1].options] == ["Small", "Large"]


def test_a_draft_is_put_together_question_by_question(mia):
    draft = forms.draft(forms.create(name="Ask us", by=mia))
    for name in ("first_name", "last_name", "phone"):
        draft = forms.add_question(draft, name)
    with pytest.raises(forms.NoQuestion):
        forms.add_question(draft, "phone")
    with pytest.raises(forms.NoQuestion):
        forms.add_question(draft, "owner")
    moved = forms.move(forms.move(draft, "phone", -2), "email", -5)
    assert [each.name for each in moved.questions] == ["email", "phone", "first_name", "last_name"]
    assert [each.name for each in forms.without(moved, ["phone"]).questions] == [
        "email", "first_name", "last_name",
    ]  # fmt: skip
    assert notation.read(notation.written(moved)) == moved
