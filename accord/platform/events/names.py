"""The names of everything that can happen. Each folder declares its own; docs list them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """An event's name, the sentence that tells it, the team it belongs to and its icon."""

    name: str
    label: str
    team: str
    icon: str


ALL: dict[str, Name] = {}


def declare(name: str, label: str, *, team: str = "", icon: str = "point") -> None:
    """Make a name known. Declaring the same name twice is a bug."""
    if name in ALL:
        raise ValueError(f"event {name} is declared twice")
    ALL[name] = Name(name, label, team, icon)
