"""What the builder's page posts, as a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.http import QueryDict

from accord.engine.forms.terms import (
    EMAIL,
    Condition,
    Consent,
    Definition,
    Ending,
    Op,
    Question,
)
from accord.marketing.forms import forms
from accord.people.consents import purposes


def read(post: QueryDict, draft: Definition) -> Definition:
    """The draft with everything that was written, and then with what was asked for: a question
    added, moved or taken away. What was not posted stays as it is.

    Raises NoQuestion or NoPurpose.
    """
    written = replace(
        draft,
        title=_line(post.get("title", draft.title), 200),
        language=post.get("language", draft.language),
        intro=post.get("intro", draft.intro).strip()[:2000],
        button=_line(post.get("button", draft.button), 60),
        confirm="confirm" in post,
        questions=tuple(_question(post, each) for each in draft.questions),
        consents=tuple(_consent(post, each) for each in draft.consents),
        ending=_ending(post, draft.ending),
    )
    return _consents(post, _questions(post, written))


def _questions(post: QueryDict, draft: Definition) -> Definition:
    act, _, name = post.get("act", "").partition(":")
    match act:
        case "up":
            return forms.move(draft, name, -1)
        case "down":
            return forms.move(draft, name, 1)
        case "drop":
            return forms.without(draft, [name])
    added = post.get("question", "")
    return forms.add_question(draft, added) if added else draft


def _consents(post: QueryDict, draft: Definition) -> Definition:
    act, _, name = post.get("act", "").partition(":")
    if act == "drop-consent":
        kept = tuple(each for each in draft.consents if _name(each) != name)
        return replace(draft, consents=kept)
    added, _, channel = post.get("consent", "").partition(":")
    if not added or channel not in purposes.WAYS:
        return draft
    box = Consent(purposes.get(added).pk, channel, 0, 1, "0" * 64, "")
    if _name(box) in {_name(each) for each in draft.consents}:
        return draft
    return replace(draft, consents=(*draft.consents, forms.worded(box, draft.language) or box))


def _question(post: QueryDict, each: Question) -> Question:
    if f"label:{each.name}" not in post:
        return each
    return replace(
        each,
        label=_line(post.get(f"label:{each.name}", ""), 200),
        hint=_line(post.get(f"hint:{each.name}", ""), 300),
        required=each.name == EMAIL or f"required:{each.name}" in post,
        shown=_condition(post, each),
    )


def _condition(post: QueryDict, each: Question) -> Condition | None:
    asked = post.get(f"shown:{each.name}", "")
    if not asked or each.name == EMAIL:
        return None
    said = post.get(f"op:{each.name}", Op.FILLED)
    op = Op(said) if said in set(Op) else Op.FILLED
    value = "" if op is Op.FILLED else _line(post.get(f"value:{each.name}", ""), 200)
    return Condition(asked, op, value)


def _consent(post: QueryDict, each: Consent) -> Consent:
    return replace(each, required=f"consent-required:{_name(each)}" in post)


def _ending(post: QueryDict, before: Ending) -> Ending:
    if "end_title" not in post:
        return before
    elsewhere = post.get("ending") == "page"
    return Ending(
        title=_line(post.get("end_title", ""), 200),
        text=post.get("end_text", "").strip()[:2000],
        url=(post.get("end_url", "").strip()[:500] or "https://") if elsewhere else "",
    )


def earlier(questions: Iterable[Question]) -> list[tuple[Question, list[Question]]]:
    """Each question with those above it, which it may depend on."""
    above: list[Question] = []
    found = []
    for each in questions:
        found.append((each, list(above)))
        above.append(each)
    return found


def _name(box: Consent) -> str:
    return f"{box.purpose}:{box.channel}"


def _line(text: str, longest: int) -> str:
    return " ".join(text.replace("\0", "").split())[:longest]
