"""Templates stay inside what the content security policy and the htmx subset allow."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "accord/web/templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
ALLOWED = {
    "get", "post", "patch", "delete", "target", "swap", "trigger", "include", "vals", "push-url",
    "replace-url", "indicator", "sync", "disable", "confirm", "preserve",
}  # fmt: skip
ON_BODY = {"headers:inherited", "boost:inherited"}
ATTRIBUTE = re.compile(r"""\s(?:data-)?hx-([a-z][a-z0-9:-]*)(?:=("[^"]*"|'[^']*'|[^\s>]+))?""")


def faults(text, base=False, public=False):
    """What a template does that it may not, one sentence each.

    A public page has no token: nobody is signed in, and a token would set a cookie.
    """
    found = [
        fault for name, value in ATTRIBUTE.findall(text) if (fault := _fault(name, value, base))
    ]
    if re.search(r"<script(?![^>]*\ssrc=)", text):
        found.append("inline script: write a module in static/js")
    if re.search(r"<style\b", text):
        found.append("inline style sheet: write CSS in static/css")
    if re.search(r"\son[a-z]+=", text):
        found.append("inline event handler: listen in a module")
    if public:
        return found + ["a token, which sets a cookie"] * ("csrf_token" in text)
    return found + [
        "a POST form without csrf_token"
        for form in re.findall(r"<form\b[^>]*method=.post.*?</form>", text, re.S | re.I)
        if "csrf_token" not in form
    ]


def _fault(name, value, base):
    if name in ON_BODY:
        return None if base else f"hx-{name} belongs on body, in base.html"
    if name.split(":")[0] == "status":
        return None
    if name not in ALLOWED:
        return f"hx-{name} is not one of ours"
    if name == "trigger" and "[" in value:
        return "hx-trigger with a filter needs eval: send an event from a module"
    if name in ("vals", "confirm") and re.match(r"""["']?\s*(js|javascript):""", value):
        return f"hx-{name} with js: needs eval"
    return None


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_use_what_is_allowed(path):
    public = path.is_relative_to(TEMPLATES / "public")
    assert not faults(path.read_text(), base=path == TEMPLATES / "base.html", public=public)


@pytest.mark.parametrize(
    "text",
    [
        '<b hx-on:click="x">',
        '<b hx-get="/" hx-trigger="click[ctrlKey]">',
        "<b hx-vals='js:{a: 1}'>",
        "<b hx-headers:inherited='{}'>",
        "<b hx-boost='true'>",
        "<script>x</script>",
        "<script type='module'>x</script>",
        "<style>b {}</style>",
        '<b onclick="x">',
        '<form method="post"></form>',
    ],
)
def test_what_is_not_allowed_is_noticed(text):
    assert faults(text)


def test_a_public_page_has_forms_without_a_token():
    assert not faults('<form method="post"></form>', public=True)
    assert faults('<form method="post">{% csrf_token %}</form>', public=True)


def test_what_is_allowed_passes():
    text = (
        '<form method="post" hx-post="/" hx-status:422="swap:none" hx-target="#rows">'
        "{% csrf_token %}</form><script src='a.js' defer></script>"
        '<input hx-get="/" hx-trigger="input changed delay:200ms" hx-sync="this:replace">'
    )
    assert not faults(text)
