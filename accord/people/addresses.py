"""The addresses of a contact. `contact.email` and `contact.phone` mirror the primary ones."""

from __future__ import annotations

from accord.engine.errors import Refused
from accord.people.models import Address, Contact


class EmailTaken(Refused):
    """Another contact has this e-mail address. Open that contact instead."""

    def __init__(self, contact_id: int | None = None) -> None:
        super().__init__()
        self.contact_id = contact_id


def refuse_taken(email: str, *, besides: int | None) -> None:
    """Raise EmailTaken where another contact that is not deleted has this address."""
    if not email:
        return
    others = Contact.objects.alive().exclude(pk=besides or 0)
    found = others.filter(email=email).only("pk").first() or (
        others.filter(addresses__kind=Address.Kind.EMAIL, addresses__value=email).first()
    )
    if found is not None:
        raise EmailTaken(found.pk)


def mirror(contact: Contact, kind: str) -> None:
    """Make the primary address of a kind what the contact's own column now says.

    An address the contact has already becomes primary. Another one takes the place of the
    primary one, because whoever edits the field corrects it.
    """
    value = contact.email if kind == Address.Kind.EMAIL else contact.phone
    mine = Address.objects.filter(contact=contact, kind=kind)
    if not value:
        mine.filter(is_primary=True).delete()
    elif mine.filter(value=value).exists():
        mine.filter(is_primary=True).exclude(value=value).update(is_primary=False)
        mine.filter(value=value).update(is_primary=True)
    elif not mine.filter(is_primary=True).update(value=value):
        Address.objects.create(contact=contact, kind=kind, value=value, is_primary=True)
