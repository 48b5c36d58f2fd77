"""The people who work here: how they come, what they may do, and how they leave.

`by=None` is Accord itself: the first set-up, the command line, an import.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accord.engine.errors import Refused
from accord.platform import links
from accord.platform.access import permissions, preferences, sessions
from accord.platform.models import Role, Team, User
from accord.platform.trail import audit


class BadAddress(Refused):
    """This is not an e-mail address. Write it like name@company.com."""


class AddressTaken(Refused):
    """Somebody with this e-mail address is here already. Open their entry under Members."""


class WeakPassword(Refused):
    """This password is too easy to guess. Choose a longer one."""


class UnknownRole(Refused):
    """There is no such role. Choose from the list."""


class NeedsRole(Refused):
    """Everybody needs at least one role. Choose one, or switch the account off."""


class LastOwner(Refused):
    """This is the last owner. Make somebody else an owner first."""


class NotYourself(Refused):
    """You cannot switch off your own account. Ask another owner or admin."""


class AlreadySignsIn(Refused):
    """This person has an account that works. They can reset their password on the sign-in page."""


class NotInvited(Refused):
    """This person has never had a password. Invite them instead."""


class NeedsAddress(Refused):
    """An invitation needs an e-mail address. Type one."""


class NeedsName(Refused):
    """A name is missing. Type one."""


@dataclass(frozen=True)
class Invitation:
    """Somebody was invited: the person, and the address that lets them in once."""

    user: User
    url: str


def setup_link() -> str | None:
    """The address that makes the first owner, or None where there is one. Older ones end."""
    if User.objects.filter(roles__contains=[Role.OWNER], is_active=True).exists():
        return None
    token = links.make(links.Kind.SETUP)
    return links.address(f"/setup/{token}/")


@transaction.atomic
def create_owner(*, token: str, email: str, name: str, password: str, company: str) -> User:
    """Make the first owner with the one-time link. Raises LinkSpent, WeakPassword and the like."""
    links.spend(links.Kind.SETUP, token)
    owner = add(email=email, name=name, roles=[Role.OWNER], password=password, by=None)
    preferences.change(company_name=company.strip(), by=owner)
    return owner


@transaction.atomic
def add(*, email: str, name: str, roles: Iterable[str], password: str, by: User | None) -> User:
    """Make an account that can sign in at once. Raises AddressTaken, WeakPassword, UnknownRole.

    An owner made this way ends the set-up link.
    """
    chosen = _roles(roles, by=by)
    if not name.strip():
        raise NeedsName
    user = User(email=_free_address(email), name=name.strip(), roles=chosen)
    _set_password(user, password)
    user.save(force_insert=True)
    if Role.OWNER in chosen:
        links.void(links.Kind.SETUP, user=None)
        preferences.change(setup_done=True, by=by)
    audit.record("user.added", user, by=by, roles=chosen)
    return user


@transaction.atomic
def placeholder(
    *, name: str, external_id: str = "", team: Team | None = None, by: User | None
) -> User:
    """Somebody who owns records but cannot sign in. They may be invited later."""
    if by is not None:
        permissions.require(by, "members.manage")
    if not name.strip():
        raise NeedsName
    user = User(name=name.strip(), external_id=external_id, team=team, is_active=False)
    user.set_unusable_password()
    user.save(force_insert=True)
    audit.record("user.placeholder", user, by=by)
    return user


@transaction.atomic
def invite(
    *, email: str, name: str = "", roles: Iterable[str], team: Team | None = None, by: User | None
) -> Invitation:
    """Let somebody in by a link that works once, for seven days. Raises AddressTaken.

    A placeholder with this address becomes the invited person and keeps their records.
    """
    address = _address(email)
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User(email=address, name=name.strip(), team=team, is_active=False)
        user.set_unusable_password()
        user.save(force_insert=True)
    elif not user.is_placeholder:
        raise AddressTaken
    return invite_again(user, roles=roles, by=by)


@transaction.atomic
def invite_again(
    user: User, *, email: str = "", roles: Iterable[str] | None = None, by: User | None
) -> Invitation:
    """Invite a placeholder, or send a new link to somebody invited. The old link ends.

    Raises AlreadySignsIn, NeedsAddress, AddressTaken.
    """
    chosen = _roles(user.roles if roles is None else roles, by=by)
    permissions.require_manage(by, user)
    if not user.is_placeholder:
        raise AlreadySignsIn
    if email and _address(email) != user.email:
        user.email = _free_address(email)
    if not user.email:
        raise NeedsAddress
    user.roles = chosen
    user.save(update_fields=["email", "roles"])
    token = links.make(links.Kind.INVITE, user=user)
    audit.record("user.invited", user, by=by, roles=chosen)
    return Invitation(user, links.address(f"/invitation/{token}/"))


@transaction.atomic
def accept(*, token: str, name: str, password: str) -> User:
    """Take up an invitation: from now on the person can sign in. Raises LinkSpent, WeakPassword."""
    link = links.spend(links.Kind.INVITE, token)
    user = link.user
    if user is None or not user.is_placeholder:
        raise links.LinkSpent
    user.name = name.strip() or user.name
    user.is_active = True
    _set_password(user, password)
    user.save(update_fields=["name", "is_active", "password"])
    audit.record("user.accepted", user, by=user)
    return user


@transaction.atomic
def rename(user: User, *, name: str, by: User | None) -> None:
    """Change a person's name: one's own, or somebody's one manages. Raises NeedsName."""
    if by != user:
        permissions.require_manage(by, user)
    if not name.strip():
        raise NeedsName
    if name.strip() != user.name:
        user.name = name.strip()
        user.save(update_fields=["name"])
        audit.record("user.renamed", user, by=by)


@transaction.atomic
def set_roles(user: User, *, roles: Iterable[str], by: User | None) -> None:
    """Change somebody's hats. Raises LastOwner, NeedsRole, UnknownRole, Forbidden."""
    permissions.require_manage(by, user)
    chosen = _roles(roles, by=by)
    if Role.OWNER in user.roles and Role.OWNER not in chosen:
        _keep_an_owner(user)
    if chosen != user.roles:
        audit.record("user.roles", user, by=by, old=user.roles, new=chosen)
        user.roles = chosen
        user.save(update_fields=["roles"])


@transaction.atomic
def disable(user: User, *, by: User | None) -> None:
    """Switch an account off: every session ends at once, an open invitation too.

    Their records stay theirs. Raises LastOwner, NotYourself, Forbidden.
    """
    permissions.require_manage(by, user)
    if user == by:
        raise NotYourself
    _keep_an_owner(user)
    links.void(links.Kind.INVITE, user=user)
    sessions.end(user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        audit.record("user.disabled", user, by=by)
    user.is_active = False


@transaction.atomic
def enable(user: User, *, by: User | None) -> None:
    """Switch an account on again. Raises NotInvited for somebody who never had a password."""
    permissions.require_manage(by, user)
    if not user.has_usable_password():
        raise NotInvited
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        audit.record("user.enabled", user, by=by)
    user.is_active = True


@transaction.atomic
def drop_second_step(user: User, *, by: User | None) -> None:
    """Take a lost phone out of the way: the person signs in with the password alone again."""
    permissions.require_manage(by, user)
    if Authenticator.objects.filter(user=user).delete()[0]:
        audit.record("user.second_step_dropped", user, by=by)


@transaction.atomic
def set_password(user: User, *, password: str, by: User | None) -> None:
    """Give somebody a new password. Django ends every session made with the old one."""
    _set_password(user, password)
    user.save(update_fields=["password"])
    audit.record("user.password", user, by=by)


def set_theme(user: User, *, theme: str) -> None:
    """Light, dark or as the device. Raises ValueError on anything else."""
    user.theme = User.Theme(theme)
    user.save(update_fields=["theme"])


def set_single_keys(user: User, *, on: bool) -> None:
    """Switch the keyboard shortcuts of one key on or off."""
    user.single_keys = on
    user.save(update_fields=["single_keys"])


def hide_checklist(user: User, *, on: bool) -> None:
    """Put the first steps of Today away, or show them again."""
    user.checklist_hidden = on
    user.save(update_fields=["checklist_hidden"])


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress from None
    return address


def _free_address(email: str) -> str:
    address = _address(email)
    if User.objects.filter(email=address).exists():
        raise AddressTaken
    return address


def _roles(roles: Iterable[str], *, by: User | None) -> list[str]:
    """The hats in their usual order, if `by` may hand them out."""
    wanted = set(roles)
    if by is not None:
        permissions.require(by, "members.manage")
        if Role.OWNER in wanted:
            permissions.require(by, "owner.manage")
    if not wanted:
        raise NeedsRole
    if not wanted <= set(Role.values):
        raise UnknownRole
    return [role for role in Role.values if role in wanted]


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    user.set_password(password)


def _keep_an_owner(user: User) -> None:
    """Lock the owners, so that two cannot remove each other at once."""
    owners = User.objects.filter(roles__contains=[Role.OWNER], is_active=True)
    if {owner.pk for owner in owners.order_by("pk").select_for_update()} == {user.pk}:
        raise LastOwner
