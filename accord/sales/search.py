"""Search finds deals by their names, forgiving typing mistakes."""

from __future__ import annotations

from collections.abc import Iterable

from accord.people import search
from accord.people.search import Hit
from accord.platform.models import User
from accord.sales.models import Deal


def find(text: str, user: User, limit: int) -> Iterable[Hit]:
    """The deals this person may see whose names fit the text best."""
    visible = Deal.objects.visible_to(user).select_related("company", "stage")
    for deal, score in search.ranked(visible, text, limit):
        company = [deal.company.name] if deal.company else []
        detail = " · ".join([*company, deal.stage.name])
        yield Hit("deal", deal.pk, deal.name, detail, score)
