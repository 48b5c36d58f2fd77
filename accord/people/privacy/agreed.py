"""What a person agreed to and asked of us: the ledger of consent, pauses, privacy requests."""

from __future__ import annotations

from collections.abc import Iterator

from accord.engine.consent.terms import Channel
from accord.people.consents import suppressions
from accord.people.identity import forgetting
from accord.people.models import (
    BannerAnswer,
    ConsentRecord,
    Contact,
    Erasure,
    Pause,
    PrivacyRequest,
    PrivacyStep,
    Restriction,
    Suppression,
)
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows

LEDGER_STAYS = (
    "That somebody agreed, withdrew or objected, to what and when, without address, place and "
    "note: the proof that what was sent before was lawful (GDPR article 17(3)(e))."
)
REQUESTS_STAY = "What was asked, when it was due and answered: we are held to it (article 5(2))."
LIST_STAYS = (
    "A keyed digest of each address, which nobody can read an address from: so that nothing that "
    "promotes is sent to it again, and a restored backup cannot bring the person back."
)

BANNER_STAYS = (
    "That somebody answered the consent banner, what and when, without device, page, network and "
    "browser: the proof that we asked."
)
_OF_A_DEVICE = ("device", "page", "referrer", "network", "agent", "salt")
_PERSONAL = ("address", "page", "referrer", "ip", "agent", "note", "salt")


def register() -> None:
    """Declare the ledger and what stands beside it."""
    ledger = ("people.ConsentRecord",)
    stops = ("people.Pause", "people.Restriction", "people.RestrictedPair")
    answers = ("people.BannerAnswer",)
    asked = ("people.PrivacyRequest", "people.PrivacyStep")
    listed = ("people.Suppression", "people.Erasure", "people.ErasedKey")
    for store in (
        Store("consent", "Consent, with its proof", ledger, _ledger, _no_proof, LEDGER_STAYS),
        Store("banner", "Answers to the banner", answers, _banner, _no_device, BANNER_STAYS, 15),
        Store("stops", "Pauses and restrictions", stops, _stops, _no_stops),
        Store("requests", "Privacy requests", asked, _requests, _no_notes, REQUESTS_STAY),
        Store("lists", "Suppressions and erasures", listed, _list, _all_stays, LIST_STAYS),
    ):
        personal.offer(store)


def _ledger(person: Person) -> Iterator[Row]:
    told = {"text_agreed_to": "text__text"}
    yield from rows.of(ConsentRecord.objects.filter(contact=person.id), **told)


def _no_proof(person: Person) -> None:
    blank = dict.fromkeys(_PERSONAL, "")
    ConsentRecord.objects.filter(contact=person.id).update(**blank)


def _banner(person: Person) -> Iterator[Row]:
    theirs = BannerAnswer.objects.filter(device__in=person.names).exclude(device="")
    yield from rows.of(theirs, words_shown="text__words")


def _no_device(person: Person) -> None:
    theirs = BannerAnswer.objects.filter(device__in=person.names).exclude(device="")
    theirs.update(**dict.fromkeys(_OF_A_DEVICE, ""))


def _stops(person: Person) -> Iterator[Row]:
    yield from rows.of(Pause.objects.filter(contact=person.id))
    yield from rows.of(Restriction.objects.filter(contact=person.id))
    yield from rows.of(forgetting.set_aside(person.keys))


def _no_stops(person: Person) -> None:
    Pause.objects.filter(contact=person.id).delete()
    Restriction.objects.filter(contact=person.id).delete()
    forgetting.set_aside(person.keys).delete()


def _requests(person: Person) -> Iterator[Row]:
    yield from rows.of(PrivacyRequest.objects.filter(contact=person.id))
    yield from rows.of(PrivacyStep.objects.filter(request__contact=person.id))


def _no_notes(person: Person) -> None:
    PrivacyStep.objects.filter(request__contact=person.id).update(note="")
    PrivacyRequest.objects.filter(contact=person.id).update(asked_by="", identity="")


def _list(person: Person) -> Iterator[Row]:
    reached = {(each, Channel.EMAIL) for each in person.emails}
    for contact in Contact.objects.filter(pk=person.id):
        reached |= suppressions.reached(contact)
    digests = [suppressions.digest(*each) for each in reached]
    yield from rows.of(Suppression.objects.filter(digest__in=digests))
    for made in Erasure.objects.filter(contact=person.id):
        yield {"id": made.pk, "asked_at": str(made.asked_at), "state": made.state}


def _all_stays(person: Person) -> None:
    """Digests name nobody; the plan of an erasure goes as it ends."""
