"""Who a contact is, as everything that is kept of them is found by it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from django.db.models import Q

from accord.people.identity import forgetting
from accord.people.models import Address, Contact, Visitor, VisitorSpan
from accord.platform.models import FieldChange, User
from accord.platform.personal import Person, settle

FEWEST_LETTERS = 7  # of a name that is looked for in texts
_NAMING = ("first_name", "last_name", "email", "phone", "external_id")


def of(contact: Contact) -> Person:
    """A contact with what they are found by, once what waits has been taken in."""
    settle()
    return as_known(contact)


def as_known(contact: Contact) -> Person:
    """A contact with what they are found by at this moment; what waits is not taken in first."""
    found = list(Address.objects.filter(contact=contact).values_list("kind", "value"))
    former = _former(contact)
    emails = {contact.email, *(value for kind, value in found if kind == Address.Kind.EMAIL)}
    numbers = {contact.external_id, *_free_ids(former["external_id"], contact)} - {""}
    ids = {each for each in numbers if _tells_apart(each)}
    words = {contact.phone, *emails, *(value for _, value in found), *_names(contact, former), *ids}
    words |= _given_up(former["email"] | former["phone"])  # in texts only: they may be mistakes
    keys = forgetting.keys(
        (emails | _given_up(former["email"])) - {""}, numbers, records=_same(contact)
    )
    visitors = _visitors(contact, keys)
    return Person(
        id=contact.pk,
        visitors=tuple(pk for pk, _ in visitors),
        names=tuple(name for _, name in visitors),
        words=tuple(sorted(words - {""})),
        emails=tuple(sorted(emails - {""})),
        ids=tuple(sorted(ids)),
        numbers=tuple(sorted(numbers)),
        keys=tuple(sorted(keys)),
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
    return bool(contact.name) and _is_anothers(contact.name, contact)


def _visitors(contact: Contact, keys: Collection[str]) -> list[tuple[int, str]]:
    spans = VisitorSpan.objects.filter(contact=contact).values("visitor")
    theirs = Visitor.objects.filter(Q(contact=contact) | Q(pk__in=spans))
    found = {*theirs.values_list("pk", "name"), *forgetting.met_as(keys).values_list("pk", "name")}
    return sorted(found)


def _is_anothers(name: str, contact: Contact) -> bool:
    found = Contact.objects.filter(erased_at=None, name__iexact=name)
    others = set(found.exclude(pk=contact.pk).values_list("pk", flat=True))
    return bool(others) and bool(others - _same(contact))


def _same(contact: Contact) -> set[int]:
    """The records of this person: the one it was merged into, and all merged into that."""
    last = contact
    while last.merged_into:
        last = last.merged_into
    return {last.pk, *(each.pk for each in merged(last))}


def _former(contact: Contact) -> dict[str, set[str]]:
    """What fields that name a person once held, by field."""
    former: dict[str, set[str]] = {name: set() for name in _NAMING}
    changes = FieldChange.objects.filter(
        subject_type="contact", subject_id=contact.pk, field__in=_NAMING
    )
    for name, old in changes.values_list("field", "old"):
        if isinstance(old, str):
            former[name].add(old.strip())
    return former


def _given_up(values: set[str]) -> set[str]:
    """Those of these addresses and numbers that nobody has now, no colleague either."""
    held = set(Address.objects.filter(value__in=values).values_list("value", flat=True))
    users = User.objects.filter(email__in={value.lower() for value in values})
    held |= {str(email) for email in users.values_list("email", flat=True)}
    return {value for value in values if value not in held and value.lower() not in held}


def _free_ids(values: set[str], contact: Contact) -> set[str]:
    """Those of these ids that no other person has now."""
    others = Contact.objects.filter(external_id__in=values, erased_at=None)
    others = others.exclude(pk__in=_same(contact))
    return values - set(others.values_list("external_id", flat=True))


def _names(contact: Contact, former: dict[str, set[str]]) -> Iterator[str]:
    """The full names they go by or went by that are nobody else's, as texts write them."""
    firsts = {contact.first_name.strip(), *former["first_name"]} - {""}
    lasts = {contact.last_name.strip(), *former["last_name"]} - {""}
    for first, last in sorted(product(firsts, lasts)):
        whole = f"{first} {last}"
        if len(whole) >= FEWEST_LETTERS and not _is_anothers(whole, contact):
            yield from (whole, f"{last} {first}", f"{last}, {first}")


def _tells_apart(external_id: str) -> bool:
    """Whether an id is nobody else's number by chance: it has letters and figures, or is long."""
    letters = any(sign.isalpha() for sign in external_id)
    figures = any(sign.isdigit() for sign in external_id)
    return letters and (figures or len(external_id) >= 12) and len(external_id) >= 6
