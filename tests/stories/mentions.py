"""A person named in texts about others: wherever anything can be written."""

from __future__ import annotations

from django.db.models import Model
from django.utils import timezone

from accord.channels import outbox
from accord.channels.models import Message, PageCount, WriteKey
from accord.marketing.models import Campaign, CampaignCost
from accord.people.models import Address, Company, Contact, Segment, SegmentVersion
from accord.platform.models import AuditEntry, BulkChange, Import, ImportRow, Job, User
from accord.sales.models import Deal


def everywhere(contact: Contact, owner: User) -> None:
    """Name the contact by their address, as anybody might, wherever something can be written."""
    text = f"See {contact.email}."
    _in_the_house(contact, text, owner)
    _in_trade(contact, text)
    _in_segments(contact, owner)
    _on_the_way(contact, text)


def _write(row: Model, **texts: object) -> None:
    type(row).objects.filter(pk=row.pk).update(**texts)  # type: ignore[attr-defined]


def _in_the_house(contact: Contact, text: str, owner: User) -> None:
    AuditEntry.objects.create(verb="view.shared", by=owner, details={"name": text})
    BulkChange.objects.create(
        noun="contact",
        field="city",
        value=text,
        query=f"f=email:is:{contact.email}",
        by=owner,
    )
    job = Job.objects.create(
        name="lake.ship", payload={"about": contact.email}, error=text, due_at=timezone.now()
    )
    _write(job, state="done")
    of_others = Import.objects.create(
        into="companies",
        file_name=f"{contact.email}.csv",
        stored_as="gone",
        mapping={"into": "companies", "columns": {contact.email: "name"}, "match": ["name"]},
        rehearsal={"errors": [text]},
        error=text,
        state="undone",
        by=owner,
    )
    ImportRow.objects.create(
        source=of_others, number=2, values={"Name": text}, action="error", reason=text
    )


def _in_trade(contact: Contact, text: str) -> None:
    Company.objects.create(
        name=f"Shop of {contact.email}",
        website=f"https://shop.example/{contact.email}",
        phone=contact.email,
        industry=text,
        city=text,
        custom={"hint": text},
        tags=[contact.email],
        external_id=contact.email,
    )
    _write(
        Deal.objects.latest("pk"),
        external_id=contact.email,
        reason_note=text,
        custom={"hint": text},
        tags=[contact.email, "big"],
    )
    fair = Campaign.objects.create(
        name=f"Dinner with {contact.email}",
        goal=text,
        custom={"hint": text},
        tags=[contact.email],
        external_id=contact.email,
    )
    CampaignCost.objects.create(campaign=fair, on="2026-11-01", amount=9, currency="EUR", note=text)


def _in_segments(contact: Contact, owner: User) -> None:
    rule = {"contact": "email", "kind": "text", "is": [contact.email]}
    name = f"Like {contact.email}"
    like = Segment.objects.create(
        name=name, description=name, kind="dynamic", rule=rule, owner=owner
    )
    SegmentVersion.objects.create(
        segment=like, number=1, name=name, description=name, rule=rule, at=timezone.now(), by=owner
    )


def _on_the_way(contact: Contact, text: str) -> None:
    Address.objects.filter(contact=contact).update(label=f"{contact.first_name} home")
    Message.objects.filter(contact=contact).update(html=f"<p>{text}</p>", reply=text)
    key = WriteKey.objects.get(key="canary-site")
    PageCount.objects.create(
        day="2026-11-01", key=key, page=f"acme.example/{contact.email}", views=1, visitors=1
    )
    outbox.send(key="to-us", to="keeper@accord.example", subject=text, text=text)
