"""First steps: what a new instance still lacks, told by what it holds."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from accord.platform.access import permissions, preferences
from accord.platform.models import User
from accord.web.navigation import address


@dataclass(frozen=True)
class Step:
    """One step. done: told by the data; url: "" where its page does not exist."""

    title: str
    text: str
    done: bool
    url: str
    action: str


@dataclass(frozen=True)
class _Kind:
    """What a step asks for. needs: the permission to take it; url: its page's URL name."""

    title: str
    text: str
    fact: str
    needs: str
    url: tuple[str, ...]
    action: str


_KINDS = (
    _Kind(
        "Name your company",
        "It stands in the sidebar and in every message.",
        "named",
        "settings.manage",
        ("settings-company",),
        "Name it",
    ),
    _Kind(
        "Invite a colleague",
        "Accord is for marketing and sales together.",
        "invited",
        "members.manage",
        ("settings-member-new",),
        "Invite",
    ),
    _Kind(
        "Bring your contacts in",
        "CSV or Excel, from any other system, with undo for seven days.",
        "contacts",
        "import.run",
        ("import-new",),
        "Import",
    ),
    _Kind(
        "Open the first deal",
        "Money hoped for: an amount, a stage, a next step.",
        "deal",
        "deal.write",
        ("list-new", "deals"),
        "New deal",
    ),
    _Kind(
        "Plan a next step",
        "A call, a meeting or a task on a deal, with a day. It waits on Today.",
        "step",
        "deal.write",
        ("deals",),
        "Open deals",
    ),
    _Kind(
        "Write down a campaign",
        "Its marks and what it cost, and Accord tells what it brought.",
        "campaign",
        "campaign.write",
        ("campaign-new",),
        "New campaign",
    ),
    _Kind(
        "Read a report",
        "Where people came from and what became of them.",
        "report",
        "report.read",
        ("reports",),
        "Open reports",
    ),
)
_FACTS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM platform_user WHERE merged_into_id IS NULL
                              AND email IS NOT NULL LIMIT 2) u) > 1,
       (SELECT count(*) FROM (SELECT 1 FROM people_contact WHERE deleted_at IS NULL
                              LIMIT 2) c) > 1,
       EXISTS (SELECT 1 FROM sales_deal WHERE deleted_at IS NULL),
       EXISTS (SELECT 1 FROM sales_task WHERE deal_id IS NOT NULL AND deleted_at IS NULL),
       EXISTS (SELECT 1 FROM marketing_campaign WHERE deleted_at IS NULL)
"""


def steps(user: User, *, read: bool) -> list[Step]:
    """The steps this person may take, for one query. read: whether they opened a report."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        invited, contacts, deal, step, campaign = cursor.fetchone()
    unnamed = preferences.Preferences().company_name
    facts = {
        "named": preferences.current().company_name != unnamed,
        "invited": invited,
        "contacts": contacts,
        "deal": deal,
        "step": step,
        "campaign": campaign,
        "report": read,
    }
    return [
        Step(kind.title, kind.text, facts[kind.fact], address(*kind.url), kind.action)
        for kind in _KINDS
        if permissions.may(user, kind.needs)
    ]
