"""Who a contact is, as everything that is kept of them is found by it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from accord.people.models import Address, Contact, Visitor, VisitorSpan
from accord.platform.personal import Person, settle

FEWEST_LETTERS = 7  # of a name that is looked for in texts


def of(contact: Contact) -> Person:
    """A contact with what they are found by, once what waits has been taken in."""
    settle()
    return as_known(contact)


def as_known(contact: Contact) -> Person:
    """A contact with what they are found by at this moment; what waits is not taken in first."""
    spans = VisitorSpan.objects.filter(contact=contact).values("visitor")
    theirs = Visitor.objects.filter(Q(contact=contact) | Q(pk__in=spans))
    visitors = list(theirs.order_by("pk").values_list("pk", "name"))
    found = list(Address.objects.filter(contact=contact).values_list("kind", "value"))
    emails = {contact.email, *(value for kind, value in found if kind == Address.Kind.EMAIL)}
    words = {contact.phone, *emails, *(value for _, value in found), *_names(contact)}
    if _tells_apart(contact.external_id):
        words.add(contact.external_id)
    return Person(
        id=contact.pk,
        visitors=tuple(pk for pk, _ in visitors),
        names=tuple(name for _, name in visitors),
        words=tuple(sorted(words - {""})),
        emails=tuple(sorted(emails - {""})),
    )


def merged(contact: Contact) -> list[Contact]:
    """The records that were merged into this one, and into those, which hold more of the person."""
    found: list[Contact] = []
    into = {contact.pk}
    while more := list(Contact.objects.filter(merged_into__in=into).order_by("pk")):
        found += more
        into = {each.pk for each in more}
    return found


def shares_name(contact: Contact) -> bool:
    """Whether another contact goes by the same name, so that texts with it may mean either."""
    if not contact.name:
        return False
    others = Contact.objects.exclude(pk__in=(contact.pk, contact.merged_into_id or contact.pk))
    others = others.filter(erased_at=None).exclude(merged_into=contact.pk)
    return others.filter(name__iexact=contact.name).exists()


def _names(contact: Contact) -> Iterator[str]:
    first, last = contact.first_name.strip(), contact.last_name.strip()
    whole = f"{first} {last}"
    if not (first and last) or len(whole) < FEWEST_LETTERS or shares_name(contact):
        return
    yield from (whole, f"{last} {first}", f"{last}, {first}")


def _tells_apart(external_id: str) -> bool:
    """Whether an id is nobody else's number by chance: it has letters and figures, or is long."""
    letters = any(sign.isalpha() for sign in external_id)
    figures = any(sign.isdigit() for sign in external_id)
    return letters and (figures or len(external_id) >= 12) and len(external_id) >= 6
