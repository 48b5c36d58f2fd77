"""One record of each kind for the matrix: `{contact}` in an address is a key of RECORDS here.

A function gets the person the record belongs to and makes one. Kinds whose reading the company
can narrow for sellers are named in NARROWED.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.db.models import Model
from django.utils import timezone

from accord.engine.consent.terms import Channel
from accord.marketing.forms import forms
from accord.marketing.models import Campaign, Form
from accord.people.consents import consent
from accord.people.identity import merging
from accord.people.models import (
    Company,
    ConsentRecord,
    Contact,
    Erasure,
    Merge,
    PrivacyRequest,
    Segment,
)
from accord.people.privacy import erasing, requests
from accord.people.segments import saving
from accord.platform.models import BulkChange, Import, ImportRow, SavedView, Team, User
from accord.platform.transfer import headers, imports
from accord.platform.transfer.origins import stating
from accord.sales.models import Deal, Stage, Task


def contact(owner: User) -> Contact:
    return Contact.objects.create(first_name="Ana", last_name=f"of {owner}", owner=owner)


def privacy_request(owner: User) -> PrivacyRequest:
    return requests.receive("access", contact(owner), asked_by="By mail", by=None)


def erasure(owner: User) -> Erasure:
    return erasing.begin(contact(owner), by=None)


def company(owner: User) -> Company:
    return Company.objects.create(name=f"Acme of {owner}", owner=owner)


def contact_merge(owner: User) -> Merge:
    kept, gone = contact(owner), contact(owner)
    return merging.merge(kept, gone, choices={}, by=None)


def consent_row(owner: User) -> ConsentRecord:
    given = consent.Given("news", Channel.EMAIL)
    return consent.give(contact(owner), given, by=None)


def deleted_contact(owner: User) -> Contact:
    return Contact.objects.create(last_name="Gone", owner=owner, deleted_at=timezone.now())


def deleted_company(owner: User) -> Company:
    return Company.objects.create(name="Gone", owner=owner, deleted_at=timezone.now())


def deal(owner: User) -> Deal:
    stage = Stage.objects.filter(kind=Stage.Kind.OPEN).earliest("position")
    now = timezone.now()
    return Deal.objects.create(
        name="Grid", owner=owner, stage=stage, pipeline=stage.pipeline, opened_at=now
    )


def deleted_deal(owner: User) -> Deal:
    gone = deal(owner)
    gone.deleted_at = timezone.now()
    gone.save(update_fields=["deleted_at"])
    return gone


def task(owner: User) -> Task:
    subject = contact(owner)
    due = timezone.now()
    return Task.objects.create(title="Call", due_at=due, owner=owner, by=owner, contact=subject)


def campaign(owner: User) -> Campaign:
    return Campaign.objects.create(name=f"Fair of {owner}", owner=owner)


def form(owner: User) -> Form:
    made = forms.create(name=f"Ask {owner}", by=None)
    forms.publish(made, by=None)
    Form.objects.filter(pk=made.pk).update(owner=owner)
    return made


def contact_view(owner: User) -> SavedView:
    return SavedView.objects.create(noun="contact", name="Mine", owner=owner)


def company_view(owner: User) -> SavedView:
    return SavedView.objects.create(noun="company", name="Mine", owner=owner)


def contact_change(owner: User) -> BulkChange:
    return BulkChange.objects.create(noun="contact", field="city", state="done", by=owner)


def company_change(owner: User) -> BulkChange:
    return BulkChange.objects.create(noun="company", field="city", state="done", by=owner)


def deal_change(owner: User) -> BulkChange:
    return BulkChange.objects.create(noun="deal", field="close_on", state="done", by=owner)


def deal_view(owner: User) -> SavedView:
    return SavedView.objects.create(noun="deal", name="Mine", owner=owner)


def campaign_view(owner: User) -> SavedView:
    return SavedView.objects.create(noun="campaign", name="Mine", owner=owner)


def campaign_change(owner: User) -> BulkChange:
    return BulkChange.objects.create(noun="campaign", field="close_on", state="done", by=owner)


def member(owner: User) -> User:
    return owner


def team(owner: User) -> Team:
    assert owner.team
    return owner.team


def session(owner: User) -> UserSession:
    return UserSession.objects.create(
        user=owner, session_key=f"matrix-{owner.pk}", ip="192.0.2.1", user_agent="Firefox"
    )


def segment(owner: User) -> Segment:
    rule = {"contact": "city", "kind": "text", "is": "Bonn"}
    return _owned(saving.create(name=f"Bonn of {owner}", rule=rule, by=None), owner)


def listed(owner: User) -> Segment:
    return _owned(saving.create(name=f"Fair of {owner}", by=None), owner)


def _owned(made: Segment, owner: User) -> Segment:
    made.owner = owner
    made.save(update_fields=["owner"])
    return made


def draft_import(owner: User) -> Import:
    file = io.BytesIO(b"E-mail,Country\nana@acme.example,Philipines\n")
    job = imports.begin(file, name="contacts.csv", into="contacts", by=None)
    imports.set_mapping(job, headers.mapping_for(job), by=None)
    Import.objects.filter(pk=job.pk).update(by=owner)
    return job


def done_import(owner: User) -> Import:
    job = draft_import(owner)
    proof = stating.Evidence("form.txt", io.BytesIO(b"They agreed."))
    told = stating.Statement(stating.Basis.INTEREST, "Fair", timezone.localdate())
    stating.state(job, told, proof, by=None)
    done = {"state": Import.State.DONE, "finished_at": timezone.now(), "errors": 1}
    Import.objects.filter(pk=job.pk).update(**done)
    reason = "Country: “Philipines” is not a country we know."
    ImportRow.objects.create(source=job, number=2, action="error", reason=reason)
    return job


RECORDS: dict[str, Callable[[User], Model]] = {
    "contact": contact,
    "privacy_request": privacy_request,
    "erasure": erasure,
    "company": company,
    "contact_merge": contact_merge,
    "consent_row": consent_row,
    "deleted_contact": deleted_contact,
    "deleted_company": deleted_company,
    "deal": deal,
    "deleted_deal": deleted_deal,
    "contact_view": contact_view,
    "company_view": company_view,
    "contact_change": contact_change,
    "company_change": company_change,
    "deal_change": deal_change,
    "deal_view": deal_view,
    "campaign_change": campaign_change,
    "campaign_view": campaign_view,
    "task": task,
    "segment": segment,
    "list": listed,
    "draft_import": draft_import,
    "done_import": done_import,
    "campaign": campaign,
    "form": form,
    "member": member,
    "team": team,
    "session": session,
}
NARROWED = frozenset({"contact", "consent_row", "contact_merge", "company", "deal"})
