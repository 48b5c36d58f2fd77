"""The builder, the form's page, its submissions and proposals, for colleagues."""

import pytest
from django.utils import timezone

from accord.marketing.forms import forms, proposals, submissions
from accord.marketing.forms.tests.conftest import box, data, filled, news, offers, publish, send
from accord.marketing.models import Form, Submission
from accord.people import lifecycle
from accord.people.models import Contact
from accord.platform.access import preferences
from accord.platform.models import User

__all__ = ["data", "news", "offers", "publish", "send"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client, mia):
    lifecycle.ensure()
    client.force_login(mia)
    return client


@pytest.fixture
def form(mia):
    return forms.create(name="Ask us", by=mia)


def post(client, form, **said):
    """Post the builder as its page would, with what is changed."""
    form.refresh_from_db()
    body = {"version": form.version, "title": "Ask us", "language": "en", "ending": "thanks"}
    draft = forms.draft(form)
    body |= {f"label:{each.name}": each.label for each in draft.questions}
    body |= {f"required:{each.name}": "on" for each in draft.questions if each.required}
    for each in draft.questions:
        if each.shown:
            body[f"shown:{each.name}"] = each.shown.question
            body[f"op:{each.name}"], body[f"value:{each.name}"] = each.shown.op, each.shown.value
    plain = {name.replace("__", ":"): text for name, text in said.items()}
    answer = client.post(f"/forms/{form.pk}/edit/", body | plain)
    form.refresh_from_db()
    return answer


def test_a_form_is_made_put_together_and_published(marketer, news):
    made = marketer.post("/forms/new/", {"name": "Ask us", "language": "en"})
    form = Form.objects.get()
    assert made["Location"] == f"/forms/{form.pk}/edit/"
    for name in ("first_name", "country", "message"):
        assert post(marketer, form, question=name).status_code == 302
    post(marketer, form, act="up:message")
    post(marketer, form, consent="news:email")
    post(
        marketer, form, shown__country="message", op__country="filled", label__country="Where?",
        required__first_name="on", end_title="Good", end_text="We call you.",
    )  # fmt: skip
    draft = forms.draft(form)
    assert [each.name for each in draft.questions] == ["email", "first_name", "message", "country"]
    assert draft.question("country").label == "Where?"
    assert draft.question("country").shown.question == "message"
    assert draft.question("first_name").required
    assert [each.purpose for each in draft.consents] == ["news"]
    assert draft.ending.title == "Good"
    assert marketer.post(f"/forms/{form.pk}/publication/")["Location"] == f"/forms/{form.pk}/"
    assert marketer.get("/f/ask-us/").status_code == 200
    text = marketer.get(f"/forms/{form.pk}/").content.decode()
    assert "data-form=&quot;http://localhost" in text
    assert "consent:news:email" in text


def test_the_builder_says_what_is_missing(marketer, form):
    post(marketer, form, title="", ending="page", end_title="", end_url="javascript:alert(1)")
    text = marketer.get(f"/forms/{form.pk}/edit/").content.decode()
    assert "Give the form a title." in text
    assert "needs its whole address" in text
    marketer.post(f"/forms/{form.pk}/publication/")
    form.refresh_from_db()
    assert form.published is None


def test_who_wrote_meanwhile_is_not_written_over(marketer, form, olga):
    forms.write(form, forms.draft(form), by=olga)
    answer = post(marketer, form, version="1", title="Mine")
    assert answer.status_code == 422
    assert "Somebody else changed this form" in answer.content.decode()
    assert forms.draft(form).title == "Ask us"


@pytest.mark.parametrize(
    "said", [{"question": "owner"}, {"question": "email"}, {"consent": "nothing:email"}]
)
def test_what_cannot_be_asked_is_refused(marketer, form, said):
    assert post(marketer, form, **said).status_code == 422
    assert len(forms.draft(form).questions) == 1


def test_htmx_gets_the_part_alone(marketer, form):
    answer = marketer.post(
        f"/forms/{form.pk}/edit/",
        {"version": 1, "question": "phone"},
        headers={"hx-request": "true"},
    )
    text = answer.content.decode()
    assert text.lstrip().startswith('<div class="build')
    assert "<html" not in text


def test_the_builder_leads_to_the_words_of_consent(client, form, olga, mia):
    for who, linked in ((olga, True), (mia, False)):
        client.force_login(who)
        page = client.get(f"/forms/{form.pk}/edit/").text
        assert "No purpose has words in this language yet" in page
        assert ('href="/settings/consent/">Settings, Consent</a>' in page) is linked


def test_the_preview_is_tried_out_and_keeps_nothing(marketer, form):
    page = f"/forms/{form.pk}/preview/"
    shown = marketer.get(page)
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert marketer.post(page, {"email": "x"}).status_code == 422
    assert "nothing was sent" in marketer.post(page, {"email": "a@b.example"}).content.decode()
    assert not Submission.objects.exists()


def test_the_preview_says_everything_once_as_the_page_does(marketer, publish):
    form = publish(intro="Tell us.").form
    draft = marketer.get(f"/forms/{form.pk}/preview/").text
    page = marketer.get("/f/ask-us/").text
    for words in (">Ask us<", "Tell us.", ">Privacy<"):
        assert draft.count(words) == page.count(words) == 1


def test_what_happens_with_it_is_set_by_colleagues(marketer, form, olga, mia):
    said = {"name": "Ask", "stage": "mql", "owner": olga.pk, "told": [mia.pk, 999_999]}
    marketer.post(f"/forms/{form.pk}/handling/", said)
    form.refresh_from_db()
    assert (form.name, form.stage, form.owner, list(form.told.all())) == ("Ask", "mql", olga, [mia])
    assert (
        marketer.post(f"/forms/{form.pk}/handling/", {"name": "", "stage": "mql"}).status_code
        == 422
    )
    assert (
        marketer.post(f"/forms/{form.pk}/handling/", {"name": "a", "stage": "x"}).status_code == 422
    )


def test_the_list_marks_forms_whose_consent_asks_no_age_where_children_are_reached(
    client, publish, news, olga
):
    client.force_login(olga)
    publish(boxes=[box(news)])
    assert "No date of birth" not in client.get("/forms/").text
    preferences.change(may_reach_children=True, by=None)
    assert "No date of birth" in client.get("/forms/").text


def test_the_list_names_open_forms_nobody_is_told_of(client, publish, mia, olga):
    client.force_login(olga)
    form = publish().form
    assert "Nobody is told" not in client.get("/forms/").text
    User.objects.filter(pk=mia.pk).update(is_active=False)  # whose form it is
    assert "Nobody is told" in client.get("/forms/").text
    form.told.add(olga)
    assert "Nobody is told" not in client.get("/forms/").text
    form.told.set([])
    forms.close(form, by=None)
    assert "Nobody is told" not in client.get("/forms/").text


def test_the_spam_box_tells_why_and_lets_through(marketer, publish, send):
    version = publish("message")
    sent = send(version, message="<a href='x'>buy</a>")
    page = f"/forms/{version.form_id}/submissions/"
    text = marketer.get(f"{page}?verdict=spam").content.decode()
    assert "There is markup in an answer." in text
    assert "&lt;a href=" in text
    marketer.post(f"{page}{sent.pk}/release/")
    submissions.settle(sent.pk)
    assert Contact.objects.get().email in marketer.get(page).content.decode()
    assert marketer.post(f"{page}{sent.pk}/removal/").status_code == 422


def test_another_forms_submission_is_not_reached(marketer, publish, send):
    sent = send(publish(), trap=True)
    other = publish(name="Other").form
    assert marketer.post(f"/forms/{other.pk}/submissions/{sent.pk}/release/").status_code == 404


def test_a_proposal_is_taken_on_the_record(marketer, publish, send, ana):
    send(publish("first_name"), first_name="Anna")
    [proposal] = proposals.open_ones(ana)
    text = marketer.get(f"/contacts/{ana.pk}/").content.decode()
    assert "A form says otherwise" in text
    marketer.post(f"/contacts/{ana.pk}/proposals/{proposal.pk}/", {"take": "1"})
    ana.refresh_from_db()
    assert ana.first_name == "Anna"
    assert "A form says otherwise" not in marketer.get(f"/contacts/{ana.pk}/").content.decode()


def test_the_bell_tells_of_forms_that_were_filled_in(marketer, publish, send):
    send(publish())
    assert "1 filled in within 7 days" in marketer.get("/notices/").content.decode()


def test_pages_take_few_queries(marketer, publish, send, django_assert_max_num_queries, news):
    version = publish("first_name", "message")
    for n in range(30):
        sent = filled(version, proven=False, email=f"a{n}@b.example")
        submissions.receive(version, sent, now=timezone.now())
    for path in ("/forms/", f"/forms/{version.form_id}/submissions/"):
        marketer.get(path)
        with django_assert_max_num_queries(12):
            assert marketer.get(path).status_code == 200
