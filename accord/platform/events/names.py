"""The names of everything that can happen. Each folder declares its own; docs list them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """An event's name, the sentence that tells it, the team it belongs to and its icon.

    person: whether it is something a contact does, or that happens to one. What happens to a deal
    is about a contact only where one alone is on it, which no segment should ask for.
    """

    name: str
    label: str
    team: str
    icon: str
    person: bool = True


ALL: dict[str, Name] = {}


def declare(
    name: str, label: str, *, team: str = "", icon: str = "point", person: bool = True
) -> None:
    """Make a name known. Declaring the same name twice is a bug."""
    if name in ALL:
        raise ValueError(f"event {name} is declared twice")
    ALL[name] = Name(name, label, team, icon, person)
