"""Answers: read by their kind, conditional questions, boxes of consent, hostile input."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.forms.answers import Problem, check, shows
from accord.engine.forms.terms import Condition, Consent, Definition, Kind, Op, Option, Question

SIZES = (Option("s", "Up to 50"), Option("l", "More"))
BOX = Consent("news", "email", 1, 1, "0" * 64, "Send me news.")
FORM = Definition(
    "Ask us",
    questions=(
        Question("email", "E-mail", Kind.EMAIL, required=True),
        Question("size", "People", Kind.CHOICE, options=SIZES),
        Question(
            "budget", "Budget", Kind.NUMBER, required=True, shown=Condition("size", Op.IS, "l")
        ),
        Question("phone", "Phone", Kind.PHONE, shown=Condition("budget", Op.FILLED)),
        Question("message", "Message", Kind.LONG),
    ),
    consents=(BOX,),
)


def say(**texts):
    return {name: [text] if isinstance(text, str) else text for name, text in texts.items()}


def test_good_answers_come_out_as_records_hold_them():
    found = check(
        FORM, say(email=" Ana@ACME.example ", size="l", budget="1200", phone="030 901820")
    )
    assert found.good
    assert found.answers == {
        "email": ("ana@acme.example",), "size": ("l",), "budget": ("1200",),
        "phone": ("+4930901820",), "message": (),
    }  # fmt: skip
    assert found.agreed == frozenset()


def test_a_question_that_does_not_show_is_neither_missed_nor_kept():
    found = check(FORM, say(email="ana@acme.example", size="s", budget="12", phone="nonsense"))
    assert found.good
    assert found.answers["budget"] == found.answers["phone"] == ()
    shown = check(FORM, say(email="ana@acme.example", size="l"))
    assert shown.problems == {"budget": Problem.MISSING}


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (Kind.EMAIL, "ana@", Problem.NOT_EMAIL),
        (Kind.PHONE, "12", Problem.NOT_PHONE),
        (Kind.NUMBER, "many", Problem.NOT_NUMBER),
        (Kind.NUMBER, "1.200", Problem.NOT_NUMBER),
        (Kind.DATE, "soon", Problem.NOT_DATE),
        (Kind.URL, "javascript:alert(1)", Problem.NOT_URL),
        (Kind.URL, "http://[", Problem.NOT_URL),
        (Kind.CHOICE, "xl", Problem.NOT_A_CHOICE),
        (Kind.CHOICES, "s;l", Problem.NOT_A_CHOICE),
        (Kind.TEXT, "a" * 201, Problem.TOO_LONG),
        (Kind.LONG, "a" * 5001, Problem.TOO_LONG),
        (Kind.TEXT, " \t\r\n\0 ", Problem.MISSING),
    ],
)
def test_a_bad_answer_has_a_problem_and_no_value(kind, text, problem):
    asked = Question("x", "X", kind, required=True, options=SIZES)
    found = check(Definition("T", questions=(asked,)), {"x": [text]})
    assert found.problems == {"x": problem}
    assert found.answers == {"x": ()}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "Ana\r\nBcc: x@y.example\u2028\0", "Ana Bcc: x@y.example"),
        (Kind.LONG, "one\r\ntwo\u2028three", "one\ntwo three"),
        (Kind.DATE, "2026-02-28", "2026-02-28"),
        (Kind.URL, "acme.example/a", "https://acme.example/a"),
        (Kind.YES, "on", "yes"),
        (Kind.NUMBER, "12.5", "12.5"),
    ],
)
def test_an_answer_is_tidied(kind, text, value):
    found = check(Definition("T", questions=(Question("x", "X", kind),)), {"x": [text]})
    assert found.answers == {"x": (value,)}


def test_several_choices_are_kept_once_each():
    asked = Question("x", "X", Kind.CHOICES, options=SIZES)
    found = check(Definition("T", questions=(asked,)), {"x": ["l", "s", "l"]})
    assert found.answers == {"x": ("l", "s")}


def test_a_box_counts_only_where_it_is_ticked():
    ticked = check(FORM, say(email="a@b.example") | {"consent:news:email": ["on"]})
    assert ticked.agreed == {("news", "email")}
    assert not check(FORM, say(email="a@b.example")).agreed
    needed = replace(FORM, consents=(replace(BOX, required=True),))
    assert check(needed, say(email="a@b.example")).problems == {"news:email": Problem.NOT_AGREED}


def test_what_nobody_asked_for_is_named():
    found = check(FORM, say(email="a@b.example", owner="1", is_admin="1"))
    assert found.unknown == ("is_admin", "owner")
    assert not found.good
    assert "owner" not in found.answers


@pytest.mark.parametrize(
    ("op", "value", "answer", "shown"),
    [
        (Op.FILLED, "", ("l",), True),
        (Op.FILLED, "", (), False),
        (Op.IS, "l", ("s", "l"), True),
        (Op.IS, "l", (), False),
        (Op.NOT, "l", (), True),
        (Op.NOT, "l", ("l",), False),
    ],
)
def test_a_condition_looks_at_an_earlier_answer(op, value, answer, shown):
    assert shows(Condition("size", op, value), FORM, {"size": answer}) is shown


texts = st.lists(st.text(max_size=60), max_size=3)


@given(st.dictionaries(st.sampled_from([q.name for q in FORM.questions]), texts))
def test_whatever_is_sent_gets_an_answer_that_can_be_sent_again(said):
    found = check(FORM, said)
    assert set(found.answers) == {each.name for each in FORM.questions}
    assert not {name for name in found.problems if found.answers.get(name)}
    if found.good:
        again = check(FORM, {name: list(answer) for name, answer in found.answers.items()})
        assert again.answers == found.answers


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", ["a" * 10**6, "@" * 10**6, "1," * 5 * 10**5, "a.b@" * 250_000])
def test_a_megabyte_takes_no_time(kind, text):
    asked = Question("x", "X", kind, options=SIZES)
    began = time.process_time()
    check(Definition("T", questions=(asked,)), {"x": [text]})
    assert time.process_time() - began < 0.5
