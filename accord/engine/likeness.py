"""Likeness: addresses that are probably one person's, mistyped."""

from __future__ import annotations

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789._-"


def near(email: str) -> set[str]:
    """The addresses one slip of the keys away from a clean one, in the name or in the domain.

    A slip is a letter too many, too few, another one, or two in the wrong order (Damerau 1964).
    The address itself is not among them. A name of one letter has none: nothing would be left.
    """
    name, at, domain = email.rpartition("@")
    if not at or not name or not domain:
        return set()
    names = {f"{each}@{domain}" for each in _slips(name)} if len(name) > 2 else set()
    host, dot, top = domain.rpartition(".")
    hosts = {f"{name}@{each}{dot}{top}" for each in _slips(host)} if len(host) > 2 else set()
    return (names | hosts) - {email}


def _slips(word: str) -> set[str]:
    cuts = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    fewer = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    other = {left + each + right[1:] for left, right in cuts if right for each in LETTERS}
    more = {left + each + right for left, right in cuts for each in LETTERS}
    return (fewer | swapped | other | more) - {word}
