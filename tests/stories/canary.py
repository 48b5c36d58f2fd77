"""A contact of whom everything is kept, every word of it a canary: one search finds any trace.

Whatever is added to Accord and keeps something of a person leaves its canary here.
"""

from __future__ import annotations

import io
import itertools
from datetime import date, timedelta

import orjson
from django.db import connection
from django.utils import timezone

from accord.channels import outbox
from accord.channels.intake import taking
from accord.channels.models import FailedEvent, Receipt, WriteKey
from accord.channels.passing import Why
from accord.engine.consent.terms import Channel, Source
from accord.insight import attribution
from accord.marketing.forms import telling
from accord.marketing.models import Form
from accord.marketing.models.form import Confirmation, FormVersion, Proposal, Submission
from accord.people import companies, contacts, lifecycle
from accord.people.consents import banner, consent, purposes
from accord.people.consents.banner import Words
from accord.people.consents.consent import Given
from accord.people.consents.ledger import Proof
from accord.people.fields import custom_fields
from accord.people.identity import merging, restricted
from accord.people.models import Contact, Membership, Segment
from accord.people.privacy import requests
from accord.platform.access import preferences
from accord.platform.models import BulkChange, SavedView, User
from accord.platform.running import startup
from accord.platform.transfer import imports, mapping, runs
from accord.platform.transfer.origins import stating
from accord.sales import deal_contacts, deals
from accord.sales.agenda import activities, tasks
from accord.sales.pipeline import moves, reasons
from tests.stories import devices, mentions

SONG = "zqxcanary"  # stands in every word that is the person's
_count = itertools.count(1)


def word() -> str:
    """A word nobody else has."""
    return f"{SONG}{next(_count)}"


def build() -> Contact:
    """Make the contact, and everything Accord can know of one."""
    for function in startup._ready:
        function()
    owner = User.objects.create_user("keeper@accord.example", name="Keeper", roles=["owner"])
    contact = _contact(owner)
    _imported(contact, owner)
    _agreed(contact, owner)
    _sold(contact, owner)
    devices.everywhere(contact)
    _visited(contact)
    _filled_in(contact)
    _listed(contact, owner)
    _asked(contact, owner)
    mentions.everywhere(contact, owner)
    contact.refresh_from_db()
    return contact


def once_more(contact: Contact) -> Contact:
    """Another record of the same person, by other words: to be merged with the first."""
    values = {
        "first_name": word(),
        "last_name": word(),
        "email": f"{word()}@again.example",
        "city": word(),
        "external_id": f"{word()}-8",
        "tags": [word()],
    }
    again = contacts.create(values=values, by=None)
    contacts.change(again, values={"title": word()}, by=None)
    activities.log(kind="note", body=word(), contact=again, by=None)
    soon = timezone.now() + timedelta(days=1)
    tasks.add(title=f"Is {again.email} {contact.email}?", due_at=soon, by=None)
    text = purposes.newest_text(purposes.get("news"), "en")
    proof = Proof(f"https://acme.example/{word()}", word(), "192.0.2.8", word(), word())
    given = Given("news", Channel.EMAIL, text=text, source=Source.PERSON)
    consent.give(again, given, proof=proof, by=None)
    return again


def joined(first: Contact) -> Contact:
    """Both records of the person as one."""
    again = once_more(first)
    first.refresh_from_db()
    again.refresh_from_db()
    merging.merge(again, first, choices={}, by=None)
    return again


def traces() -> list[str]:
    """Every table and row of the database a canary is heard in, as a dump would hold it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        found = []
        for (table,) in cursor.fetchall():
            # What is kept in bytes is text too: compared as a dump writes it, and as it was sent.
            cursor.execute(
                f'SELECT t::text FROM "{table}" AS t WHERE t::text ILIKE %s OR t::text ILIKE %s',
                [f"%{SONG}%", f"%{SONG.encode().hex()}%"],
            )
            found += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return found


def _contact(owner: User) -> Contact:
    custom_fields.add("contact", label="Hobby", kind="text", by=owner)
    acme = companies.create(values={"name": "Acme", "domain": "acme.example"}, by=owner)
    values = {
        "first_name": f"{word()}a",
        "last_name": f"{word()}b",
        "email": f"{word()}@before.example",
        "phone": "+493012345678",
        "title": word(),
        "city": word(),
        "country": "DE",
        "source": word(),
        "campaign": word(),
        "landing_page": f"https://acme.example/{word()}",
        "external_id": f"{word()}-6",
        "tags": [word()],
        "hobby": word(),
        "owner": owner.pk,
    }
    contact = contacts.create(values=values, by=owner)
    companies.affiliate(contact, acme, role=word(), by=owner)
    _changed(contact, owner)
    SavedView.objects.create(
        noun="contact",
        name=f"Only {contact.email}",
        owner=owner,
        query=f"f=email:is:{contact.email}",
    )
    BulkChange.objects.create(
        noun="contact",
        field="city",
        value="Bonn",
        ids=[contact.pk],
        before=[[contact.pk, word(), 3]],
        by=owner,
    )
    return contact


def _changed(contact: Contact, owner: User) -> None:
    """What it said before is in its history; the address and the id are other ones now."""
    contacts.add_address(contact, kind="email", value=f"{word()}@home.example", by=owner)
    for name in ("city", "title", "source", "first_name"):
        contacts.change(contact, values={name: word()}, by=owner)
    keys = {"email": f"{word()}@buyer.example", "external_id": f"{word()}-7"}
    contacts.change(contact, values=keys, by=owner)
    lifecycle.move(contact, to="lead", reason=word(), by=owner)


def _imported(contact: Contact, owner: User) -> None:
    text = f"Mail,City,Title\n{contact.email},{word()},{word()}\nnobody@b,{contact.email},x\n"
    wanted = {
        "into": "contacts",
        "columns": {"Mail": "email", "City": "city", "Title": "title"},
        "match": ["email"],
    }
    job = imports.begin(
        io.BytesIO(text.encode()), name=f"{contact.name}.csv", into="contacts", by=owner
    )
    imports.set_mapping(job, mapping.from_json(wanted), by=owner)
    proof = stating.Evidence(f"{contact.email}.txt", io.BytesIO(contact.email.encode()))
    told = stating.Statement(stating.Basis.INTEREST, contact.email, date(2026, 3, 1))
    stating.state(job, told, proof, by=owner)
    imports.start(job, by=owner)
    runs.run(job.pk)
    # A name of a file that says an address, and a draft nobody started.
    imports.begin(io.BytesIO(text.encode()), name="draft.csv", into="contacts", by=owner)
    contact.refresh_from_db()


def _agreed(contact: Contact, owner: User) -> None:
    news = purposes.add(label="News", by=None)
    wording = purposes.word(news, language="en", text="Send me news.", by=None)
    proof = Proof(f"https://acme.example/{word()}", word(), "192.0.2.7", word(), word())
    given = Given("news", Channel.EMAIL, text=wording, source=Source.PERSON)
    consent.give(contact, given, proof=proof, by=owner)
    preferences.change(postal_address="1 Sun Road", by=None)
    why = Why(contact, "news")
    outbox.send(key=f"news:{word()}", to=contact.email, subject=word(), text=word(), why=why)
    outbox.send(key="plain", to=contact.email, subject="Hello", text=word())
    consent.pause(contact, until=timezone.now() + timedelta(days=9), by=owner)
    consent.restrict(contact, reason=word(), by=owner)
    restricted.set_aside([(contact.email, word(), True)])
    consent.unrestrict(contact, by=owner)  # what arrives of restricted people is nobody's


def _sold(contact: Contact, owner: User) -> None:
    deal = deals.create(
        values={"name": f"Solar for {contact.name}", "amount": "1200 EUR"}, by=owner
    )
    deal_contacts.add_contact(deal, contact, role=word(), by=owner)
    activities.log(kind="call", body=word(), outcome=word(), contact=contact, deal=deal, by=owner)
    activities.log(kind="note", body=word(), contact=contact, by=owner)
    activities.log(
        kind="note", body=f"Write to {contact.email}: {contact.name}", deal=deal, by=owner
    )
    soon = timezone.now() + timedelta(days=1)
    tasks.add(title=word(), due_at=soon, contact=contact, by=owner)
    tasks.add(title=word(), due_at=soon, contact=contact, deal=deal, by=owner)
    tasks.add(title=f"Call {contact.name}", due_at=soon, deal=deal, by=owner)
    moves.win(deal, reason=reasons.to_pick("won")[0], by=owner)
    attribution.refresh(timezone.now())


def _visited(contact: Contact) -> None:
    key = WriteKey.objects.create(key="canary-site", name="acme.example", kind="browser")
    device = word()
    pages = [_said("page", device, properties={"url": f"https://acme.example/{word()}"})]
    pages.append(_said("track", device, event="Ordered", properties={"what": word()}))
    known = _said(
        "identify", device, userId=word(), traits={"email": contact.email, "plan": word()}
    )
    _receive(key, *pages, known)
    words = banner.word(
        Words("Hi", "May we?", "Yes", "No", "Keep", "Visits", "An id."), language="en", by=None
    )
    place = {
        "page": {"url": f"https://acme.example/{word()}", "referrer": f"https://a.example/{word()}"}
    }
    answer = {"text": words.pk, "digest": words.digest, "agreed": ["visits"]}
    _receive(key, _said("consent", device, properties=answer, context=place))
    taking.take(timezone.now())
    outbox_of = _said("page", device, properties={"url": f"https://acme.example/{word()}"})
    _receive(key, outbox_of)  # acknowledged, and not taken in yet
    FailedEvent.objects.create(
        received_at=timezone.now(),
        key=key,
        said=f'{{"type": "page", "anonymousId": "{device}", "title": "{word()}"}}',
        reason="It could not be taken in.",
        agent=word(),
    )


def _said(kind: str, device: str, **more: object) -> dict[str, object]:
    now = timezone.now() - timedelta(hours=1)
    return {
        "type": kind,
        "anonymousId": device,
        "messageId": word(),
        "timestamp": now.isoformat(),
        **more,
    }


def _receive(key: WriteKey, *said: dict[str, object]) -> None:
    Receipt.objects.create(
        received_at=timezone.now(),
        key=key,
        kind="batch",
        body=orjson.dumps({"batch": said}),
        events=len(said),
        agent=f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 {word()}",
        address="192.0.2.0",
    )


def _filled_in(contact: Contact) -> None:
    form = Form.objects.create(name=f"For {contact.name}", slug="contact-us", draft={})
    version = FormVersion.objects.create(
        form=form, number=1, definition={}, digest="0", at=timezone.now()
    )
    sent = Submission.objects.create(
        version=version,
        form=form,
        at=timezone.now(),
        answers={"email": contact.email, "wish": word()},
        email=contact.email,
        page=f"https://acme.example/{word()}",
        referrer=word(),
        agent=word(),
        visitor=word(),
        ticket=word(),
        verdict="accepted",
        contact=contact,
    )
    Confirmation.objects.create(submission=sent, digest="1", expires_at=timezone.now())
    form.owner = User.objects.get(email="keeper@accord.example")
    telling.tell(sent, contact)
    Proposal.objects.create(
        submission=sent, contact=contact, field="city", value=word(), at=timezone.now()
    )


def _listed(contact: Contact, owner: User) -> None:
    name = f"Friends of {contact.name}"
    friends = Segment.objects.create(name=name, kind="static", owner=owner)
    Segment.objects.create(name=f"Not {contact.name}", kind="static", owner=owner)
    Membership.objects.create(segment=friends, contact=contact, since=timezone.now())


def _asked(contact: Contact, owner: User) -> None:
    asked = requests.receive("erasure", contact, asked_by=contact.email, by=owner)
    requests.identify(asked, f"Wrote from {contact.email}, {word()}", by=owner)
