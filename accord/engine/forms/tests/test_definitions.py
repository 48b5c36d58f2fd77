"""Definitions: there and back, the schema, what keeps one from being published."""

import json
import re
from dataclasses import replace
from importlib import resources

import jsonschema
import pytest

from accord.engine.forms import endings, faults, notation
from accord.engine.forms.notation import NoForm
from accord.engine.forms.terms import Condition, Ending, Kind, Op, Question
from accord.engine.forms.tests.test_answers import FORM

SCHEMA = json.loads((resources.files("accord.engine.forms") / "form.schema.json").read_text())


def test_a_definition_comes_back_as_it_was():
    said = notation.written(FORM)
    assert notation.read(json.loads(json.dumps(said))) == FORM
    jsonschema.validate(said, SCHEMA)


@pytest.mark.parametrize(
    "said", [{}, [], {"title": "x"}, notation.written(FORM) | {"questions": [{"name": "x"}]}]
)
def test_what_is_no_definition_is_refused(said):
    with pytest.raises(NoForm, match="not the definition of a form"):
        notation.read(said)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(said, SCHEMA)


def test_a_good_draft_has_no_faults():
    assert faults.of(FORM) == ()


def test_where_children_may_be_reached_who_agrees_says_when_they_were_born():
    born = Question("born_on", "Date of birth", Kind.DATE, required=True)
    asks = replace(FORM, questions=(*FORM.questions, born))
    optional = replace(FORM, questions=(*FORM.questions, replace(born, required=False)))
    email = FORM.questions[0].name
    sometimes = replace(born, shown=Condition(email, Op.FILLED))
    hidden = replace(FORM, questions=(*FORM.questions, sometimes))
    assert FORM.consents
    for draft in (FORM, optional, hidden):
        [said] = faults.of(draft, children=True)
        assert said.startswith("Ask for the date of birth, always and as required")
        assert faults.of(draft) == ()
    assert faults.of(asks, children=True) == ()
    assert faults.of(replace(FORM, consents=()), children=True) == ()


def _but(name, **changes):
    asked = tuple(replace(q, **changes) if q.name == name else q for q in FORM.questions)
    return replace(FORM, questions=asked)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (replace(FORM, title=" "), "Give the form a title"),
        (replace(FORM, language="fr"), "English or German"),
        (_but("email", required=False), "Ask for the e-mail address"),
        (replace(FORM, questions=FORM.questions[1:]), "Ask for the e-mail address"),
        (_but("size", options=()), "something to choose from"),
        (_but("message", label=""), "Write what “message” asks"),
        (_but("size", shown=Condition("budget", Op.FILLED)), "only depend on a question above"),
        (_but("size", shown=Condition("size", Op.FILLED)), "only depend on a question above"),
        (_but("budget", shown=Condition("size", Op.IS)), "Say which answer to “People”"),
        (_but("budget", shown=Condition("size", Op.NOT, "xl")), "“xl” is no answer"),
        (replace(FORM, questions=(*FORM.questions, FORM.questions[0])), "once"),
        (replace(FORM, consents=FORM.consents * 2), "each consent once"),
        (
            replace(
                FORM,
                questions=(
                    FORM.questions[0],
                    *(Question(f"q{n}", "Q", Kind.TEXT) for n in range(30)),
                ),
            ),
            "at most 30",
        ),
    ],
)
def test_a_fault_is_a_sentence(draft, sentence):
    assert sentence in " ".join(faults.of(draft))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "//evil.example", "\\\\evil.example", "https:", "ftp://a.example",
        "/thanks/", "https://a.example/ b", "https://a.example\\@evil.example", "http://[",
        "https://a.example/" + "a" * 500, 'https://a.example/"', "https://a.example;b/",
        "https://a.example,b/", "https://a_b.example/", "https://\N{SNOWMAN}.example/",
        "https://ana:secret@a.example/", "https://a.example:x/", "https://a.example:99999/",
        "https://a..example/", "https://[::1]/", "https://\u202ea.example/",
    ],
)  # fmt: skip
def test_people_are_sent_to_whole_addresses_of_the_web_only(url):
    assert endings.address(url) == endings.origin(url) == ""
    assert "https://" in " ".join(faults.of(replace(FORM, ending=Ending(url=url))))


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://acme.example/thanks?from=form", "https://acme.example/thanks?from=form"),
        ("https://müller.example/danke", "https://xn--mller-kva.example/danke"),
        ("HTTPS://MÜLLER.example/Danke", "https://xn--mller-kva.example/Danke"),
        ("https://акме.example:8443", "https://xn--80akoi.example:8443"),
        ("https://xn--mller-kva.example/", "https://xn--mller-kva.example/"),
        ("http://localhost:8000/#thanks", "http://localhost:8000/#thanks"),
        ("http://192.0.2.1/thanks", "http://192.0.2.1/thanks"),
        ("https://r3---a.example/", "https://r3---a.example/"),
    ],
)
def test_a_whole_address_is_asked_for_with_its_host_in_ascii(url, asked):
    assert endings.address(url) == asked
    assert endings.origin(url) == re.match(r"\w+://[^/]+", asked)[0]
    assert faults.of(replace(FORM, ending=Ending(url=url))) == ()


def test_no_address_has_no_origin():
    assert endings.origin("") == endings.origin("https://a.example;b/") == ""
