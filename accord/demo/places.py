"""Where things went: the ids that the keys of the demo company got in this instance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from accord.demo.book import Book
from accord.engine.simulator import World


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

    @property
    def since(self) -> datetime:
        """When the company began, as far as anybody knows."""
        return datetime.combine(self.world.start, time(), UTC)

    def user(self, key: str | None) -> int | None:
        return self.users[key] if key else None
