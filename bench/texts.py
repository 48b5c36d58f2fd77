"""What reads text of strangers, over a megabyte that was written to be slow.

Every public function of the engine that takes a text and nothing else that must be given, and
those that are named here. Refusing is an answer, another error none. See docs/attacks.md.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module

from accord.engine.errors import Refused
from bench.figures import Figure, at_most, reported, took

NAME = "texts"
SIZE = 1_000_000  # bytes of UTF-8
BUDGET = 50.0  # milliseconds
SHOWN = 5
BESIDE = (
    "accord.engine.cleaning.hosts:ascii_name",
    "accord.channels.letters:address",
    "accord.channels.letters:one_line",
    "accord.people.consents.preference_links:find",
    "accord.platform.transfer.reading.defusing:defuse",
    "accord.web.http:number",
    "accord.web.collect.addresses:truncated",
)
CHOICES = ("Energy", "Märkte", "Retail")
GIVEN: dict[str, dict[str, object]] = {  # what reads a text and must be told something else
    "accord.engine.cleaning.choices:read": {"choices": CHOICES},
    "accord.engine.cleaning.choices:closest": {"choices": CHOICES},
    "accord.people.consents.suppressions:normal": {"channel": "email"},
}
LEFT_OUT = (
    "accord.engine.forms.proof:solve",  # the browser's part
    # One pass over each sign, of what others call once they looked at the length.
    "accord.engine.cleaning.wording:plain",
    "accord.engine.cleaning.wording:folded",
    "accord.engine.segments.person:folded",
    # Of a code or a colour that was read before.
    "accord.engine.money:quantum",
    "accord.engine.colours:shades",
)
PIECES = (
    *("a", " ", "0", "1.", "1,", "-", "+49", "(", "[", '{"a":', "@", "a@", "a.", ".", ":", "/"),
    *("<a", "<", ">", "&", "&amp;", "?a=b&", "%41", "\\", '"', "'", "\n", "\t", "\r\n", "e1", "_"),
    *(
        "ä",
        "é",
        "ß",
        "\u200b",
        "\u0301",
        "\U0001f600",
        "\x00",
        "xn--",
        "2026-",
        "31.12.",
        "12:",
        ";",
    ),
)

Reader = Callable[[str], object]


def run() -> list[Figure]:
    import django

    django.setup()
    slowest = sorted(((ms, name) for name, ms in _measured()), reverse=True)
    worst = at_most("text of a megabyte, the slowest reader", slowest[0][0], "ms", BUDGET)
    return [worst, *(reported(f"text: {name}", ms, "ms") for ms, name in slowest[:SHOWN])]


def readers() -> Iterator[tuple[str, Reader]]:
    """What is measured, by name."""
    import accord.engine

    for found in pkgutil.walk_packages(accord.engine.__path__, "accord.engine."):
        if ".tests" in found.name or ".simulator" in found.name:
            continue
        for name, value in vars(import_module(found.name)).items():
            place = f"{found.name}:{name}"
            mine = _reads(value) and value.__module__ == found.name and place not in LEFT_OUT
            if mine and not name.startswith("_"):
                yield place, value
    for place in BESIDE:
        yield place, _found(place)
    for place, more in GIVEN.items():
        yield place, partial(_found(place), **more)


def read(reader: Reader, text: str) -> None:
    """Let it read. A refusal is an answer; whatever else is raised is a fault of the reader."""
    with suppress(Refused):
        reader(text)


def _found(place: str) -> Callable[..., object]:
    module, _, name = place.partition(":")
    found: Callable[..., object] = getattr(import_module(module), name)
    return found


def _reads(value: object) -> bool:
    if not inspect.isfunction(value):
        return False
    given = list(inspect.signature(value).parameters.values())
    plain = bool(given) and given[0].annotation == "str"
    return plain and all(each.default is not each.empty for each in given[1:])


def _measured() -> Iterator[tuple[str, float]]:
    for name, reader in readers():
        yield from ((f"{name} of {piece!r}", _once(reader, piece)) for piece in PIECES)


def _once(reader: Reader, piece: str) -> float:
    text = piece * (SIZE // len(piece.encode()))
    return min(took(lambda: read(reader, text)) for _ in range(2))
