"""Contacts from a file: found again, made or changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from accord.engine import reference
from accord.engine.cleaning import domains
from accord.people import lifecycle
from accord.people.models import (
    Address,
    Affiliation,
    Company,
    ConsentRecord,
    Contact,
    LifecycleChange,
)
from accord.people.origins import channels
from accord.people.transfer import addresses, employers, erased, history, merging, permitting, slots
from accord.platform.transfer import values
from accord.platform.transfer.mapping import Mapping
from accord.platform.transfer.targets import Batch, Rule, Slot, Statements, Target

_STAGES = "ARRAY[" + ", ".join(f"'{name}'" for name in lifecycle.STAGES) + "]"
# Forward only: a list of leads does not take customers back.
_STAGE = (
    f"CASE WHEN array_position({_STAGES}, s.stage) > array_position({_STAGES}, c.stage::text) "
    "THEN s.stage ELSE c.stage END"
)
# How a person first came to us stays as it was recorded first.
_KEPT = "CASE WHEN coalesce(c.{0}::text, '') = '' THEN coalesce(s.{0}, c.{0}) ELSE c.{0} END"
_FIRST_CONTACT = ("acquired_at", "source", "channel", "campaign", "landing_page")

# "+ 0" keeps the planner from going through all of a table in the order of its ids; a name is
# found by the index of lists, which holds it as null where it is empty.
_BY_EMAIL = """coalesce(
    (SELECT c.id FROM people_contact AS c
     WHERE c.email = s.email AND c.email <> '' AND c.deleted_at IS NULL),
    (SELECT min(a.contact_id + 0) FROM people_address AS a
     JOIN people_contact AS c ON c.id = a.contact_id
     WHERE a.kind = 'email' AND a.value = s.email AND c.deleted_at IS NULL))"""
# An id whose contact was merged is the contact it is now, which keeps an id of its own.
_BY_EXTERNAL_ID = """coalesce((SELECT c.id FROM people_contact AS c
    WHERE c.external_id = s.external_id AND c.external_id <> '' AND c.deleted_at IS NULL),
    CASE WHEN s.external_id <> '' AND EXISTS (SELECT FROM people_merge)
        THEN accord_merged_contact(s.external_id) END)"""
_OWN_ID = """CASE WHEN c.external_id <> '' AND s.external_id <> c.external_id
    AND accord_merged_contact(s.external_id) = c.id
    THEN c.external_id ELSE coalesce(s.external_id, c.external_id) END"""
_BY_PHONE = """(SELECT min(a.contact_id + 0) FROM people_address AS a
    JOIN people_contact AS c ON c.id = a.contact_id
    WHERE a.kind = 'phone' AND a.value = s.phone AND c.deleted_at IS NULL)"""
_BY_NAME_AND_COMPANY = """(SELECT min(c.id + 0) FROM people_contact AS c
    JOIN people_affiliation AS a ON a.contact_id = c.id
    JOIN people_company AS o ON o.id = a.company_id
    WHERE nullif(c.name, '') = s.first_name || ' ' || s.last_name
        AND lower(o.name) = lower(s.company) AND c.deleted_at IS NULL AND o.deleted_at IS NULL)"""
_FUTURE = """UPDATE {stage} AS s
SET problem = concat_ws(' ', s.problem,
    'First contact: this day is still to come, or before 1970.')
WHERE s.wave = %(wave)s AND s.action IS NULL
    AND (s.acquired_at > %(now)s + interval '1 day' OR s.acquired_at < '1970-01-01')"""


def target() -> Target:
    """Contacts as something to import."""
    return Target(
        name="contacts",
        noun="contact",
        label="Contacts",
        model=Contact,
        write="contact.write",
        needs=(("email",), ("external_id",), ("phone",), ("last_name",), ("first_name",)),
        nameless="A contact needs a name, an e-mail address, a phone number or an external id.",
        rules=_rules,
        slots=_slots,
        sections=("fields", "companies"),
        prepare=slots.add_declared,
        check=_check,
        relate=employers.relate,
        made=history.made,
        after=_after,
        restore=_restore,
        merge=merging.merge,
        unmerge=merging.unmerge,
        back=lambda: {"stage_since": history.SINCE_BEFORE},
        also_made=(Company,),
        parts=(Address, Affiliation, LifecycleChange, ConsentRecord),
        retract=permitting.take_back,
        people=True,
        places=permitting.places,
        staged=(
            *("company", "company_domain", "mail_domain", "stage", "stage_since"),
            *("acquired_at", "source", "channel", "campaign", "landing_page"),
        ),
    )


def _rules() -> tuple[Rule, ...]:
    taken = "Another contact has this"
    return (
        Rule("email", "E-mail", ("email",), _BY_EMAIL, f"{taken} e-mail address.", own=True),
        Rule(
            "external_id",
            "External id",
            ("external_id",),
            _BY_EXTERNAL_ID,
            f"{taken} external id.",
            own=True,
        ),
        Rule("phone", "Phone", ("phone",), _BY_PHONE),
        Rule(
            "name_company",
            "Name and company",
            ("first_name", "last_name", "company"),
            _BY_NAME_AND_COMPANY,
        ),
    )


def _slots(mapping: Mapping) -> Iterable[Slot]:
    taken: dict[str, tuple[str, Callable[[str], object]]] = {
        "first_name": ("full_name", lambda text: values.halves(text)[0][:120] or None),
        "last_name": ("full_name", lambda text: values.halves(text)[1][:120] or None),
        "channel": ("source", channels.classify),
    }
    for slot in slots.of(Contact, mapping):
        source, read = taken.get(slot.name, ("", None))
        kept = _KEPT.format(slot.column) if slot.name in _FIRST_CONTACT else slot.merged
        merged = {"stage": _STAGE, "external_id": _OWN_ID}.get(slot.name, kept)
        yield replace(slot, taken_from=source, taken=read, merged=merged)
    yield Slot("full_name", "Full name", "text", "Person")
    yield Slot("stage_since", "In stage since", "datetime", "Work")
    yield Slot("company_domain", "Domain of the company", "domain", "Person")
    yield Slot("mail_domain", "", "domain", taken_from="email", taken=company_domain)
    yield Slot("other_email", "Another e-mail", "email", "Person")
    yield Slot("other_phone", "Another phone", "phone", "Person")


def company_domain(text: str) -> str | None:
    """The domain in an address, where it is a company's and not a mail provider's."""
    found = domains.read(text)
    return None if found in reference.free_mail_domains() else found


def _check(batch: Batch) -> None:
    if batch.has("acquired_at"):
        batch.run(_FUTURE)


def _after(batch: Batch) -> None:
    addresses.add(batch)
    employers.join(batch)
    history.write(batch)
    permitting.write(batch)
    erased.note(batch)


def _restore(here: Statements) -> None:
    addresses.mirror(here)
    employers.leave(here)
    history.take_back(here)
