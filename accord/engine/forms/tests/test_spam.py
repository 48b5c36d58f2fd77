"""Proof of work, and what looks like spam."""

import hashlib

import pytest

from accord.engine.capture.agents import Actor
from accord.engine.forms import proof, spam
from accord.engine.forms.spam import Signs
from accord.engine.forms.terms import Definition, Kind, Question

FORM = Definition(
    "Ask us",
    questions=(
        Question("email", "E-mail", Kind.EMAIL),
        Question("first_name", "First name", Kind.TEXT),
        Question("title", "Job title", Kind.TEXT),
        Question("message", "Message", Kind.LONG),
    ),
)
WELL = Signs(seconds=30, proven=True)


def judged(signs=WELL, **answers):
    return spam.judge(FORM, {name: (text,) for name, text in answers.items()}, signs)


def test_a_number_solves_its_own_ticket_and_no_other():
    number = proof.solve("ticket", bits=8)
    assert hashlib.sha256(f"ticket:{number}".encode()).digest()[0] == 0
    assert proof.solves("ticket", number, bits=8)
    assert not proof.solves("other", number, bits=12)
    assert not proof.solves("ticket", number, bits=60)


@pytest.mark.parametrize("number", ["", "-1", "1e9", "٣", "1" * 21, " 7", "x"])
def test_what_is_no_number_solves_nothing(number):
    assert not proof.solves("ticket", number, bits=0)


def test_a_person_who_takes_time_is_no_spam():
    found = judged(first_name="Ana", title="CTO", message="See https://acme.example please.")
    assert (found.score, found.reasons, found.held) == (0, (), False)


def test_nothing_but_a_missing_script_holds_nobody():
    assert not judged(Signs()).held
    assert not judged(Signs(seconds=1, proven=True)).held


@pytest.mark.parametrize(
    ("signs", "answers", "why"),
    [
        (Signs(trapped=True, proven=True), {}, "do not see"),
        (Signs(actor=Actor.BOT, proven=True), {}, "a machine"),
        (Signs(crowded=True), {}, "same network"),
        (Signs(seconds=0.5), {}, "0.5 seconds"),
        (WELL, {"message": "<a href='x'>buy</a>"}, "markup"),
        (WELL, {"first_name": "www.pills.example"}, "link in “First name”"),
        (Signs(seconds=1, proven=True), {"message": "http://a http://b http://c"}, "3 links"),
    ],
)
def test_what_looks_like_spam_is_held_with_its_reason(signs, answers, why):
    found = judged(signs, **answers)
    assert found.held
    assert why in " ".join(found.reasons)
    assert found.score <= 100


def test_the_heaviest_reason_stands_first():
    found = judged(Signs(trapped=True), message="<a href='x'>")
    assert found.reasons[0].startswith("The field that people do not see")
    assert len(found.reasons) == 3


def test_every_answer_the_same_is_a_sign():
    same = judged(first_name="buy now", title="Buy now", message="BUY NOW")
    assert same.reasons == ("Every answer is the same.",)
