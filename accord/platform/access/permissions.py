"""The one policy: which hat may do what, and to whose records.

A hat grants each permission with a scope. Several hats add up. Everything that shows or
changes records asks here first: `rows()` for queries, `require()` before a write.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Protocol

from django.db.models import Q

from accord.engine.errors import Refused
from accord.platform.access import preferences
from accord.platform.models import Role, User


class Scope(IntEnum):
    """Whose records: nobody's, one's own and unowned, one's team's, led teams', everybody's."""

    NONE = 0
    OWN = 1
    TEAM = 2
    LED = 3
    ALL = 4


class Owned(Protocol):
    owner_id: int | None

    @property
    def owner(self) -> User | None: ...


class Forbidden(Refused):
    """You may not do this. Ask an owner or admin of your instance for access."""

    needed = ""  # the right that is lacking altogether, as it is called; "" for one record only


PERMISSIONS: dict[str, str] = {
    "contact.read": "See contacts",
    "contact.write": "Create and change contacts",
    "company.read": "See companies",
    "company.write": "Create and change companies",
    "deal.read": "See deals",
    "deal.write": "Create and change deals",
    "campaign.read": "See campaigns",
    "campaign.write": "Create and change campaigns and their costs",
    "segment.write": "Make and change segments and lists",
    "form.read": "See forms and their figures",
    "form.write": "Create, change and publish forms; read what was sent",
    "tracking.manage": "Set up tracking: write keys, the script for pages",
    "consent.manage": "Set up consent: purposes, texts, assessments",
    "suppression.write": "Put addresses on the suppression list",
    "report.read": "Read reports",
    "import.run": "Import files",
    "import.undo": "Take back an import (scope: whose imports)",
    "export.run": "Export lists",
    "bulk.edit": "Change many records at once",
    "view.share": "Share saved views with everybody",
    "product.write": "Change the price list",
    "target.write": "Set targets",
    "audit.read": "Read the audit log",
    "privacy.manage": "Answer privacy requests: copies of somebody's data, erasure, restriction",
    "settings.manage": "Change fields, pipelines, lifecycle, currencies and preferences",
    "members.manage": "Invite people, change roles and teams",
    "owner.manage": "Change the owner's account",
    "system.manage": "See and repair the system: queue, outbox, backups",
}

_READ_ALL = dict.fromkeys(
    ("contact.read", "company.read", "deal.read", "campaign.read", "form.read", "report.read"),
    Scope.ALL,
)
_ADMIN = {name: Scope.ALL for name in PERMISSIONS if name != "owner.manage"}

GRANTS: dict[str, dict[str, Scope]] = {
    Role.OWNER: dict.fromkeys(PERMISSIONS, Scope.ALL),
    Role.ADMIN: _ADMIN,
    Role.MANAGER: _READ_ALL
    | {
        "contact.write": Scope.LED,
        "company.write": Scope.LED,
        "deal.write": Scope.LED,
        "bulk.edit": Scope.LED,
        "import.run": Scope.ALL,
        "import.undo": Scope.OWN,
        "segment.write": Scope.ALL,
        "target.write": Scope.ALL,
        "view.share": Scope.ALL,
    },
    Role.MARKETER: _READ_ALL
    | {
        "contact.write": Scope.ALL,
        "company.write": Scope.ALL,
        "campaign.write": Scope.ALL,
        "segment.write": Scope.ALL,
        "form.write": Scope.ALL,
        "tracking.manage": Scope.ALL,
        "suppression.write": Scope.ALL,
        "bulk.edit": Scope.ALL,
        "import.run": Scope.ALL,
        "import.undo": Scope.OWN,
        "view.share": Scope.ALL,
    },
    Role.SELLER: {
        "campaign.read": Scope.ALL,
        "report.read": Scope.ALL,
        "contact.write": Scope.OWN,
        "company.write": Scope.OWN,
        "deal.write": Scope.OWN,
        "bulk.edit": Scope.OWN,
        "import.run": Scope.ALL,
        "import.undo": Scope.OWN,
    },
    Role.ANALYST: _READ_ALL | {"export.run": Scope.ALL},
    Role.READ_ONLY: _READ_ALL,
}

_SELLER_READABLE = frozenset({"contact.read", "company.read", "deal.read"})
_SELLER_WRITABLE = frozenset({"contact.write", "company.write", "deal.write", "bulk.edit"})
_SELLER_READS = {"all": Scope.ALL, "team": Scope.TEAM, "own": Scope.OWN}


def scopes(user: User, permission: str) -> frozenset[Scope]:
    """Every scope this person's hats grant; empty when none does. Unknown names are a bug."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    if not user.is_active:
        return frozenset()
    found = {granted(role, permission) for role in user.roles} - {Scope.NONE}
    return frozenset({Scope.ALL}) if Scope.ALL in found else frozenset(found)


def rows(user: User, permission: str) -> Q:
    """The condition on rows with an `owner` that this person may read or write."""
    found = scopes(user, permission)
    if not found:
        return Q(pk__in=[])
    if Scope.ALL in found:
        return Q()
    condition = Q(owner=user.pk) | Q(owner=None)
    if Scope.TEAM in found and user.team_id:
        condition |= Q(owner__team=user.team_id)
    if Scope.LED in found:
        condition |= Q(owner__team__lead=user.pk)
    return condition


def may(user: User, permission: str, record: Owned | None = None) -> bool:
    """Whether this person may do it: at all, or to this record."""
    found = scopes(user, permission)
    if not found or record is None or Scope.ALL in found:
        return bool(found)
    if record.owner_id in (None, user.pk):
        return True
    team = record.owner.team if record.owner else None
    if team is None:
        return False
    return (Scope.TEAM in found and team.pk == user.team_id) or (
        Scope.LED in found and team.lead_id == user.pk
    )


def require(user: User, permission: str, record: Owned | None = None) -> None:
    """Raise Forbidden unless this person may do it. Call before any write."""
    if may(user, permission, record):
        return
    refused = Forbidden()
    if record is None or not may(user, permission):
        refused.needed = PERMISSIONS.get(permission, "")
    raise refused


def may_manage(by: User | None, user: User) -> bool:
    """Whether `by` may change this account. Only an owner touches an owner; None is Accord."""
    needed = "owner.manage" if Role.OWNER in user.roles else "members.manage"
    return by is None or may(by, needed)


def require_manage(by: User | None, user: User) -> None:
    """Raise Forbidden unless `by` may change this account. Call before any write."""
    if not may_manage(by, user):
        raise Forbidden


def granted(role: str, permission: str) -> Scope:
    """What one hat grants, with the company's choices for sellers taken in.

    Sellers never write what they may not read. Reports count only what their reader may read.
    """
    scope = GRANTS.get(role, {}).get(permission, Scope.NONE)
    if role != Role.SELLER:
        return scope
    reads = _SELLER_READS[preferences.current().seller_reads]
    if permission in _SELLER_READABLE:
        return reads
    if permission in _SELLER_WRITABLE:
        return min(reads, Scope.TEAM if preferences.current().seller_writes_team else Scope.OWN)
    return scope
