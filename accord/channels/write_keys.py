"""Write keys: what lets a website or a server send events to us."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from accord.channels.models import WriteKey
from accord.engine.errors import Refused
from accord.platform.access import permissions
from accord.platform.models import User
from accord.platform.trail import audit


class Unnamed(Refused):
    """Give the write key a name that says where it is used, such as the address of the site."""


class Revoked(Refused):
    """This write key is revoked already. Make a new one."""


@transaction.atomic
def make(*, name: str, kind: str, by: User) -> WriteKey:
    """Make a key; it counts within two seconds. Raises Forbidden or Unnamed.

    kind: WriteKey.Kind. A browser's key stands in pages, so each address that uses it has a
    pace of its own; a server's is kept secret and sends for many people.
    """
    permissions.require(by, "tracking.manage")
    name = " ".join(name.split())[:80]
    if not name:
        raise Unnamed
    made = WriteKey.objects.create(
        key=secrets.token_urlsafe(24), name=name, kind=WriteKey.Kind(kind), made_by=by
    )
    audit.record("write_key.made", made, by=by, kind=made.kind)
    return made


@transaction.atomic
def revoke(key: WriteKey, *, by: User) -> None:
    """Take a key out of use; within two seconds nothing more is taken by it."""
    permissions.require(by, "tracking.manage")
    if not WriteKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        raise Revoked
    audit.record("write_key.revoked", key, by=by)
