"""A believable company with a known truth: for the demo, and for proving what analytics say.

`simulate` gives the company as plain rows (`World`), `truth` what its channels really caused.
Each part is loaded when it is first asked for: every process knows the events, few simulate.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.engine.simulator.counterfactuals import Truth, text, truth
    from accord.engine.simulator.simulation import simulate
    from accord.engine.simulator.words.persons import FREE_MAIL
    from accord.engine.simulator.world import EVENTS, Size, World

__all__ = ["EVENTS", "FREE_MAIL", "Size", "Truth", "World", "simulate", "text", "truth"]

_HOMES = {
    "counterfactuals": ("Truth", "text", "truth"),
    "simulation": ("simulate",),
    "words.persons": ("FREE_MAIL",),
    "world": ("EVENTS", "Size", "World"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(name)
