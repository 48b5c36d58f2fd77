"""Whose work the page is about, and which parts of it somebody's hats call for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accord.platform.access import permissions
from accord.platform.models import Role, User

YOURS = "Yours"
_LEADERS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True)
class Hats:
    """whose: "Yours", "Your team's" or "Everybody's"; owned: the condition on rows with an owner.

    leads, deals: whether new leads and deals that need something are this person's work.
    """

    whose: str
    owned: Q
    leads: bool
    deals: bool


def of(user: User) -> Hats:
    """Who leads sees the team, who sells sees their own, everybody else sees the company."""
    roles = set(user.roles)
    if roles & _LEADERS:
        whose, owned = "Everybody’s", Q()
    elif Role.MANAGER in roles:
        whose, owned = "Your team’s", Q(owner=user.pk) | Q(owner__team__lead=user.pk)
    elif Role.SELLER in roles:
        whose, owned = YOURS, Q(owner=user.pk)
    else:
        whose, owned = "Everybody’s", Q()
    return Hats(
        whose,
        owned,
        permissions.may(user, "contact.write"),
        permissions.may(user, "deal.write"),
    )
