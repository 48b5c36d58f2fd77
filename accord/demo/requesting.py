"""Two of the demo company's people asked what is kept of them: one has the answer, one waits."""

from __future__ import annotations

from datetime import timedelta

from accord.demo.places import Loading
from accord.engine.simulator.world import Contact as Person
from accord.people.models import Contact, PrivacyRequest
from accord.people.privacy import requests

ACCESS = PrivacyRequest.Kind.ACCESS


def load(loading: Loading) -> None:
    """The one that waits is five days old: it is on Today, and nobody is late."""
    patient, other = [each for each in loading.world.contacts if each.stage == "lead"][:2]
    _ask(loading, patient, days=5)
    done = _ask(loading, other, days=18)
    requests.identify(done, "Wrote from the address we know.", by=None)
    requests.answer(done, "The copy was sent by mail.", by=None)


def _ask(loading: Loading, person: Person, *, days: int) -> PrivacyRequest:
    made = requests.receive(
        ACCESS,
        Contact.objects.get(pk=loading.contacts[person.key]),
        asked_by=person.email,
        at=loading.world.now - timedelta(days=days),
        by=None,
    )
    loading.book.requests.append(made.pk)
    return made
