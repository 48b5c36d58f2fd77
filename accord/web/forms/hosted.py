"""The page of a form, for everybody: filled in there, or from a page of the company's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accord.engine.capture import agents
from accord.engine.forms import endings, proof
from accord.engine.forms.answers import Checked
from accord.engine.forms.terms import Definition
from accord.marketing.forms import confirmations, conversion, forms, submissions, tickets
from accord.marketing.forms.submissions import Post, Received, TooMany
from accord.marketing.models import Form, FormVersion, Submission
from accord.platform import links
from accord.web.collect import addresses
from accord.web.forms import asked
from accord.web.public.guesses import slowed
from accord.web.public.pages import POLICY, public

TRAP = "website-url"  # no person sees it
WAIT = int(submissions.LATELY.total_seconds())
Given = Mapping[str, list[str]]


@dataclass(frozen=True)
class Shown:
    """A form on its way to a page. whole: a page of ours rather than a part of somebody's."""

    form: Form
    version: FormVersion
    definition: Definition
    whole: bool


@public
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The form as a page of ours."""
    return _answered(request, slug, whole=True)


@public
def part(request: HttpRequest, slug: str) -> HttpResponse:
    """The form alone, for the script that puts it into another page."""
    answer = _answered(request, slug, whole=False)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@public
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody began to write. Nothing but a number is kept."""
    form, _ = _form(slug)
    conversion.count(form, "starts", actor=_actor(request), now=timezone.now())
    return HttpResponse(status=204, headers={"Access-Control-Allow-Origin": "*"})


@public
@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    form, version = _form(slug)
    shown = Shown(form, version, forms.definition(version), whole=True)
    with translation.override(shown.definition.language):
        return _done(request, shown, waits="mail" in request.GET)


@public
@slowed
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button. Opening it does nothing: scanners of mail open every link.

    The button leads to where the form ends.
    """
    try:
        found = confirmations.find(token)
    except confirmations.LinkSpent:
        return render(request, "public/form_spent.html", status=410)
    definition = forms.definition(found.submission.version)
    if request.method == "POST":
        confirmations.confirm(token)
        if onward := endings.address(definition.ending.url):
            return HttpResponseRedirect(onward, status=303)
    done = request.method == "POST" or found.used_at is not None
    return _confirmed(request, definition, found.submission, done=done)


def _answered(request: HttpRequest, slug: str, *, whole: bool) -> HttpResponse:
    form, published = _form(slug)
    version = _version(request, form, published)
    shown = Shown(form, version, forms.definition(version), whole)
    with translation.override(shown.definition.language):
        answer = _closed(request, shown) if not form.is_open else _open(request, shown)
    answer["Content-Language"] = shown.definition.language
    answer._csp_config = _policy(shown.definition)  # type: ignore[attr-defined]  # as csp does
    patch_vary_headers(answer, ["User-Agent"])
    return answer


def _open(request: HttpRequest, shown: Shown) -> HttpResponse:
    if request.method != "POST":
        conversion.count(shown.form, "views", actor=_actor(request), now=timezone.now())
        return _page(request, shown, {}, None)
    given = {
        name: request.POST.getlist(name)
        for name in request.POST
        if not name.startswith("_") and name != TRAP
    }
    try:
        received = submissions.receive(shown.version, _post(request, given), now=timezone.now())
    except TooMany:
        sentence = gettext(
            "Too many forms were sent from your network. Wait ten minutes and send it again."
        )
        answer = _page(request, shown, given, None, sentence)
        answer.status_code, answer["Retry-After"] = 429, str(WAIT)
        return answer
    return _told(request, shown, given, received)


def _told(request: HttpRequest, shown: Shown, given: Given, received: Received) -> HttpResponse:
    if received.checked.unknown:
        names = ", ".join(f"“{name[:60]}”" for name in received.checked.unknown[:5])
        sentence = gettext("This form does not ask for %(names)s. Nothing was sent.")
        return _refused(request, sentence % {"names": names}, 400)
    if received.submission is None:
        answer = _page(request, shown, given, received.checked)
        answer.status_code = 422
        return answer
    # Not by the verdict: it would tell a stranger whether somebody of this address said stop.
    spam = received.submission.verdict == Submission.Verdict.SPAM
    waits = not spam and submissions.waits(shown.definition, received.submission)
    if not shown.whole:
        return _done(request, shown, waits=waits)
    onward = endings.address(shown.definition.ending.url)
    if onward and not waits:
        return HttpResponseRedirect(onward, status=303)
    return HttpResponseRedirect(f"thanks/{'?mail=1' if waits else ''}", status=303)


def _page(
    request: HttpRequest,
    shown: Shown,
    given: Given,
    checked: Checked | None,
    sentence: str = "",
) -> HttpResponse:
    template = "public/form.html" if shown.whole else "public/_form.html"
    path = f"/f/{shown.form.slug}/"
    context = fields(shown.definition, given, checked) | {
        "form": shown.form,
        "version": shown.version.number,
        "address": path if shown.whole else links.address(path),
        "ticket": _ticket(request, shown.form),
        "bits": proof.BITS,
        "page": _said(request, "_page") or (_here(request) if shown.whole else ""),
        "referrer": _said(request, "_referrer") or request.META.get("HTTP_REFERER", ""),
        "sentence": sentence,
        "whole": shown.whole,
    }
    return render(request, template, context)


def fields(definition: Definition, given: Given, checked: Checked | None) -> dict[str, Any]:
    """What a template needs to show a form, whoever it is for."""
    questions = asked.questions(definition, given, checked)
    boxes = asked.boxes(definition, given, checked)
    return {
        "definition": definition,
        "questions": questions,
        "boxes": boxes,
        "policy": links.address(f"{reverse('privacy-policy')}?lang={definition.language}"),
        "wrong": len([each.error for each in questions if each.error])
        + len([each.error for each in boxes if each.error]),
        "trap": TRAP,
    }


def _confirmed(
    request: HttpRequest, definition: Definition, submission: Submission, *, done: bool
) -> HttpResponse:
    context = {"definition": definition, "agreed": submission.agreed, "done": done}
    if done:
        context["preferences"] = confirmations.preferences_of(submission)
    with translation.override(definition.language):
        answer = render(request, "public/form_confirmation.html", context)
    answer["Content-Language"] = definition.language
    answer._csp_config = _onward(definition)  # type: ignore[attr-defined]  # as csp does
    return answer


def _done(request: HttpRequest, shown: Shown, *, waits: bool) -> HttpResponse:
    template = "public/form_done.html" if shown.whole else "public/_form_done.html"
    url = "" if waits or shown.whole else endings.address(shown.definition.ending.url)
    context = {"definition": shown.definition, "waits": waits, "url": url, "form": shown.form}
    return render(request, template, context)


def _closed(request: HttpRequest, shown: Shown) -> HttpResponse:
    template = "public/form_closed.html" if shown.whole else "public/_form_closed.html"
    return render(request, template, {"definition": shown.definition}, status=410)


def _refused(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "public/refused.html", {"sentence": sentence}, status=status)


def _form(slug: str) -> tuple[Form, FormVersion]:
    """A form and what people see of it. Drafts are not there: nobody learns of them."""
    rows = Form.objects.filter(slug=slug, deleted_at=None, published__isnull=False)
    found = rows.select_related("published", "owner").first()
    if found is None or found.published is None:
        raise Http404
    return found, found.published


def _version(request: HttpRequest, form: Form, published: FormVersion) -> FormVersion:
    """The version they had before them: a copy on a page somewhere keeps its words."""
    said = _said(request, "_version")
    number = int(said) if said.isdecimal() and len(said) < 10 else published.number
    if number == published.number:
        version = published
    else:
        version = form.versions.filter(number=number).first() or published
    version.form = form
    return version


def _post(request: HttpRequest, given: Given) -> Post:
    return Post(
        given,
        trap=bool(_said(request, TRAP)),
        ticket=_said(request, "_ticket"),
        number=_said(request, "_number"),
        page=_line(_said(request, "_page") or request.META.get("HTTP_REFERER", "")),
        referrer=_line(_said(request, "_referrer")),
        agent=_line(request.META.get("HTTP_USER_AGENT", "")),
        network=addresses.truncated(request.META.get("REMOTE_ADDR", "")),
        visitor=_line(_said(request, "_visitor")),
    )


def _ticket(request: HttpRequest, form: Form) -> str:
    """A page that comes back with errors keeps its ticket: it was opened when it was opened."""
    now, said = timezone.now(), _said(request, "_ticket")
    return said if tickets.opened(form, said, now=now) else tickets.make(form, now=now)


def _policy(definition: Definition) -> dict[str, list[str]]:
    """The script counts and proves."""
    return _onward(definition) | {"script-src": ["'self'"], "connect-src": ["'self'"]}


def _onward(definition: Definition) -> dict[str, list[str]]:
    """Browsers follow a redirect only to where forms may go."""
    origin = endings.origin(definition.ending.url)
    return POLICY | {"form-action": ["'self'", *filter(None, [origin])]}


def _said(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "") if request.method == "POST" else ""


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _here(request: HttpRequest) -> str:
    return links.address(request.get_full_path())[:2048]


def _actor(request: HttpRequest) -> agents.Actor:
    return agents.actor(request.META.get("HTTP_USER_AGENT", ""))
