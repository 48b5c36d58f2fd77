"""Search finds campaigns by their names, forgiving typing mistakes."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.search import TrigramWordSimilarity

from accord.marketing.models import Campaign
from accord.people import search
from accord.people.origins import channels
from accord.people.search import Hit
from accord.platform.models import User
from accord.platform.search import fold


def find(text: str, user: User, limit: int) -> Iterable[Hit]:
    """The campaigns this person may see whose names fit the text best.

    There are few campaigns, so one query asks for exact and similar names alike.
    """
    fits = search.matching(text) | search.alike(text)
    score = TrigramWordSimilarity(fold(text), "search_text")
    found = Campaign.objects.visible_to(user).filter(fits).annotate(score=score)
    for campaign in found.order_by("-score", "pk")[:limit]:
        channel = channels.CHANNELS.get(campaign.channel)
        detail = channel.label if channel else ""
        likeness: float = vars(campaign)["score"]
        yield Hit("campaign", campaign.pk, campaign.name, detail, likeness)
