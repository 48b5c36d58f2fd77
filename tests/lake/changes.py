"""Random lives of an instance: people, companies, deals and events come, change and go."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from django.db import transaction

from accord.people import fields
from accord.people.models import Affiliation, Company, Contact, CustomField, LifecycleChange
from accord.platform.events import partitions
from accord.platform.models import Event
from accord.platform.trail import logbooks
from accord.sales.models import Deal, DealContact, Pipeline
from accord.sales.pipeline import pipelines

BEGIN = datetime(2028, 1, 1, tzinfo=UTC)
TEXTS = ["Ana", "", "İzmir", 'a"b,c', "two\nlines", "tab\tand \\N", "\\N", "😀", "\r\n", "null"]
CUSTOM = {
    "size": "number",
    "budget": "money",
    "met": "date",
    "colour": "choice",
    "likes": "choices",
    "vip": "boolean",
}


class Changes:
    """The same seed changes the same things."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        pipelines.ensure()
        self.pipeline = Pipeline.objects.first()
        for name, kind in CUSTOM.items():
            CustomField.objects.get_or_create(noun="contact", name=name, label=name, kind=kind)
        fields.forget()
        partitions.ensure((BEGIN + timedelta(days=days)).date() for days in range(0, 90, 20))

    def make(self, count: int) -> None:
        """Changes, some of them many to a transaction."""
        while count > 0:
            size = self.random.choice([1, 1, 3, 20])
            with transaction.atomic():
                for _ in range(size):
                    self._one()
            count -= size

    def _one(self) -> None:
        ways = [self._contact, self._events, self._events, self._touch, self._follow, self._deal]
        self.random.choice([*ways, *ways, self._blank, self._delete])()

    def _contact(self) -> None:
        pick = self.random
        contact = Contact.objects.create(
            first_name=pick.choice(TEXTS), tags=pick.sample(TEXTS, 2), custom=self._custom()
        )
        company = Company.objects.create(name=pick.choice(TEXTS) or "-", employees=5)
        Affiliation.objects.create(contact=contact, company=company, is_primary=True)
        LifecycleChange.objects.create(
            contact=contact, stage="lead", at=self._moment(), recorded_at=BEGIN
        )

    def _custom(self) -> dict[str, object]:
        pick = self.random
        drawn = {
            "size": pick.choice([1, 2.5, "999999999999.999999"]),
            "budget": {"amount": "12.50", "currency": "EUR"},
            "met": "2028-02-29",
            "colour": pick.choice(TEXTS),
            "likes": pick.sample(TEXTS, 2),
            "vip": pick.choice([True, False]),
        }
        return {name: value for name, value in drawn.items() if pick.random() < 0.6}

    def _events(self) -> None:
        pick = self.random
        Event.objects.bulk_create(
            Event(
                name="page.viewed",
                happened_at=self._moment(),
                recorded_at=BEGIN,
                contact_id=pick.choice([None, self._any(Contact)]),
                visitor_id=pick.choice([None, pick.randrange(1, 9)]),
                properties={"url": pick.choice(TEXTS), "n": pick.choice([1, 1e20, None])},
            )
            for _ in range(pick.choice([1, 5, 30]))
        )

    def _touch(self) -> None:
        Contact.objects.filter(pk=self._any(Contact)).update(
            city=self.random.choice(TEXTS), custom=self._custom()
        )

    def _follow(self) -> None:
        visitor = self.random.randrange(1, 9)
        with logbooks.following():
            Event.objects.filter(visitor_id=visitor).update(contact_id=self._any(Contact))

    def _deal(self) -> None:
        deal = Deal.objects.create(
            name="Boat", pipeline=self.pipeline, stage=self.pipeline.stages.first()
        )
        if (contact := self._any(Contact)) is not None:
            DealContact.objects.create(deal=deal, contact_id=contact)

    def _blank(self) -> None:
        with logbooks.opened():
            Event.objects.filter(contact_id=self._any(Contact)).update(properties={})

    def _delete(self) -> None:
        contact = self._any(Contact)
        with logbooks.opened():
            Event.objects.filter(contact_id=contact).delete()
            LifecycleChange.objects.filter(contact_id=contact).delete()
            Contact.objects.filter(pk=contact).delete()

    def _moment(self) -> datetime:
        edge = self.random.choice([timedelta(), timedelta(microseconds=-1)])
        return BEGIN + timedelta(days=self.random.choice([1, 31, 60, 61])) + edge

    def _any(self, model):
        ids = list(model.objects.values_list("pk", flat=True))
        return self.random.choice(ids) if ids else None
