"""Where things went: the ids that the keys of the demo company got in this instance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property

from django.db.models import Model

from accord.demo.book import Book
from accord.engine.simulator import World
from accord.engine.simulator.world import Contact


def unused(model: type[Model], name: str, *, field: str = "name") -> str:
    """The name, marked as the demo company's where something of yours has it."""
    taken = model._default_manager.filter(**{field: name}).exists()
    return f"{name} (demo)" if taken else name


@dataclass
class Loading:
    """A world on its way in: the ids its keys got, and the book of what was put where."""

    world: World
    book: Book
    users: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    stages: dict[str, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    companies: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    deals: dict[str, int] = field(default_factory=dict)
    activities: dict[str, int] = field(default_factory=dict)
    # Who ticked the box for the newsletter with the guide, and when they confirmed it (not yet).
    agreed: dict[str, datetime | None] = field(default_factory=dict)

    @cached_property
    def people(self) -> dict[str, Contact]:
        """Everybody of the world by their key."""
        return {each.key: each for each in self.world.contacts}

    @property
    def since(self) -> datetime:
        """When the company began, as far as anybody knows."""
        return datetime.combine(self.world.start, time(), UTC)

    def user(self, key: str | None) -> int | None:
        return self.users[key] if key else None
