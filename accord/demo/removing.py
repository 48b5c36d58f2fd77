"""Take the demo company away: all of it, and nothing else."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError, Q

from accord.demo import book, forgetting, house, truths
from accord.demo.book import Book
from accord.engine.errors import Refused
from accord.insight import attribution
from accord.marketing.models import Campaign
from accord.people.models import ChangedPerson, Company, Contact
from accord.platform import memory
from accord.platform.access import preferences
from accord.platform.models import (
    AuditEntry,
    Event,
    ExchangeRate,
    FieldChange,
    Import,
    Team,
    User,
)
from accord.platform.trail import audit, logbooks
from accord.sales.models import CloseReason, Deal, Product, Task


class NotHere(Refused):
    """There is no demo company here."""


def remove() -> None:
    """Delete every record, event, history row and file of the demo company. Raises NotHere.

    Colleagues, reasons and products that your own records use by now stay.
    """
    known = book.read()
    if known is None:
        raise NotHere
    with logbooks.opened():
        forgetting.forget(known)
        _records(known)
        _house(known)
        forgetting.forget_purposes(known)
        came = Import.objects.filter(pk=known.import_id)
        if came.filter(file_name=preferences.current().company_name).exists():
            preferences.change(by=None, company_name=known.company_name)
        if preferences.current().postal_address == house.POSTAL_ADDRESS:
            preferences.change(by=None, postal_address="")
        came.delete()
        book.forget()
        audit.record("demo.removed", by=None, seed=known.seed)
    truths.forget(known.seed)
    memory.forget_everything()


def _records(known: Book) -> None:
    for model in (Deal, Contact, Company):
        rows = model.objects.filter(import_id=known.import_id)
        noun, ids = model._meta.model_name, list(rows.values_list("pk", flat=True))
        about = Q(subject_type=noun, subject_id__in=ids)
        FieldChange.objects.filter(about).delete()
        AuditEntry.objects.filter(about).delete()
        Event.objects.filter(**{f"{noun}_id__in": ids}).delete()
        rows.delete()
        if model is Contact:
            ChangedPerson.objects.filter(contact_id__in=ids).delete()  # nobody is left to be asked
        if model is Deal:
            attribution.rebuild(ids)  # of what is gone, nothing is left
    Event.objects.filter(import_id=known.import_id).delete()


def _house(known: Book) -> None:
    Campaign.objects.filter(pk__in=known.campaigns).delete()
    ExchangeRate.objects.filter(pk__in=known.rates).delete()
    for model, ids in ((Product, known.products), (CloseReason, known.reasons)):
        for pk in ids:
            _unless_used(model, pk)
    owners = {
        *Contact.objects.filter(owner__in=known.users).values_list("owner", flat=True),
        *Company.objects.filter(owner__in=known.users).values_list("owner", flat=True),
        *Deal.objects.filter(owner__in=known.users).values_list("owner", flat=True),
    }
    alone = Task.objects.filter(contact=None, company=None, deal=None)
    alone.filter(owner__in=known.users).delete()
    User.objects.filter(pk__in=set(known.users) - owners).delete()
    Team.objects.filter(pk__in=known.teams, members=None).delete()


def _unless_used(model: type[Product] | type[CloseReason], pk: int) -> None:
    try:
        with transaction.atomic():
            model.objects.filter(pk=pk).delete()
    except ProtectedError:
        return
