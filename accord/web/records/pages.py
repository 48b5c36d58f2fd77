"""What every record's page needs besides its own panel."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Window

from accord.platform.access import permissions
from accord.platform.models import Record
from accord.sales.models import Deal
from accord.web.http import StaffRequest
from accord.web.lists.nouns import Noun
from accord.web.records import details, feed, neighbours

DEALS = 25


def deals(found: QuerySet[Deal]) -> dict[str, Any]:
    """The deals of a record for its panel: open ones first, then the newest."""
    still_open = ExpressionWrapper(Q(outcome=""), output_field=BooleanField())
    told: Any = found.select_related("stage", "owner").annotate(counted=Window(Count("pk")))
    rows = list(told.order_by(still_open.desc(), "-pk")[:DEALS])
    return {"deals": rows, "deals_count": rows[0].counted if rows else 0}


def context(request: StaffRequest, noun: Noun, record: Record) -> dict[str, Any]:
    """Details, timeline, tasks and the place in the list the reader came from."""
    return feed.page(request, noun.plural, record) | {
        "noun": noun,
        "record": record,
        "groups": details.groups(noun, record, request.user),
        "place": neighbours.place(noun, request.GET, request.user),
        "may_write": permissions.may(request.user, noun.write, record),
    }
