"""Answers to yes-or-no questions, in the words of four languages and of programs."""

from __future__ import annotations

from accord.engine.cleaning import wording
from accord.engine.errors import Unreadable

_YES = "yes y true t 1 on x ✓ ✔ checked ja j wahr oui o vrai si s verdadero"
_NO = "no n false f 0 off unchecked nein falsch non faux falso"
_ANSWERS = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


def read(text: str) -> bool:
    """Read yes, ja, oui, sí, true, 1, x or no, nein, non, false, 0, whatever the case.

    Raises Unreadable for anything else.
    """
    answer = _ANSWERS.get(text)
    if answer is None and len(text) <= 20:
        answer = _ANSWERS.get(wording.folded(wording.plain(text).strip().rstrip(".!")))
    if answer is None:
        raise Unreadable(f"{wording.quoted(text)} is not a yes or no. Write yes or no.")
    return answer
