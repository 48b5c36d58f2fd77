"""Cards and columns as the board draws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accord.people.origins import channels
from accord.platform.access import permissions
from accord.platform.models import User
from accord.sales.models import Stage, Task
from accord.sales.pipeline import board

HUES = (8, 6, 1, 4, 2, 7)  # from pale to strong, as a deal warms


@dataclass(frozen=True)
class Card:
    """A card and how it is coloured.

    tone: of the next step: "bad" (none, or late), "today" or "". team: "mkt", "sales" or "".
    """

    card: board.Card
    tone: str
    when: date | datetime | None
    team: str
    origin: str
    movable: bool


@dataclass(frozen=True)
class Column:
    """A column, its cards, and how many it shows after "Show more" (0: there are no more).

    slim: only a place to drop a deal into, its cards are not shown.
    """

    column: board.Column
    title: str
    dot: str
    slim: bool
    cards: tuple[Card, ...]
    more: int


def card(found: board.Card, user: User) -> Card:
    """A card as this person sees it."""
    channel = channels.CHANNELS.get(found.channel)
    return Card(
        card=found,
        tone=_tone(found),
        when=_when(found.step),
        team={"marketing": "mkt", "sales": "sales"}.get(channel.team, "") if channel else "",
        origin=found.source or (channel.label if channel else ""),
        movable=permissions.may(user, "deal.write", found.deal),
    )


def column(found: board.Column, user: User, place: int, *, shown: int) -> Column:
    """A column as this person sees it. place: its number among the stages, from 0."""
    slim = found.stage.kind == Stage.Kind.LOST
    won = found.stage.kind == Stage.Kind.WON
    return Column(
        column=found,
        title=f"{found.stage} this month" if won or slim else str(found.stage),
        dot="var(--ok)" if won else "var(--bad)" if slim else f"var(--c{HUES[place % len(HUES)]})",
        slim=slim,
        cards=() if slim else tuple(card(each, user) for each in found.cards),
        more=shown + board.SIZE if found.following and not slim else 0,
    )


def _tone(found: board.Card) -> str:
    if found.deal.outcome:
        return ""
    if found.step is None or found.overdue:
        return "bad"
    return "today" if timezone.localdate(found.step.due_at) == timezone.localdate() else ""


def _when(step: Task | None) -> date | datetime | None:
    """The hour counts only on the day itself: a card is narrow."""
    if step is None:
        return None
    day = timezone.localdate(step.due_at)
    return day if step.all_day or day != timezone.localdate() else step.due_at
