"""What credit says of a person: which of their touches earned what."""

from __future__ import annotations

from collections.abc import Iterator

from accord.insight import attribution
from accord.insight.models import Credit
from accord.platform import personal
from accord.platform.personal import Person, Row, Store, rows

STAYS = "What touches of an unnamed person earned: the attribution of past months still adds up."


def register() -> None:
    """Declare every table of this folder. Called when the app is ready."""
    personal.offer(
        Store("credit", "Credit of touches", ("insight.Credit",), _credit, _rebuilt, STAYS, 80)
    )
    personal.impersonal(
        "Numbers of deals and of what was noticed.", "insight.CreditedDeal", "insight.Watermark"
    )
    personal.impersonal("Counts of visits, and their numbers in the log.", "insight.Classing")


def _credit(person: Person) -> Iterator[Row]:
    yield from rows.of(Credit.objects.filter(contact_id=person.id))


def _rebuilt(person: Person) -> None:
    """Worked out anew from the events that stay, which name nobody."""
    deals = Credit.objects.filter(contact_id=person.id).values_list("deal_id", flat=True)
    attribution.rebuild(list(deals.distinct()))
