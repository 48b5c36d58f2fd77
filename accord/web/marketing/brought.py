"""What campaigns brought, as the reports tell it, one line a mark."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import QueryDict

from accord.insight import reports
from accord.insight.questions import Answer, Question
from accord.marketing import results
from accord.marketing.models import Campaign
from accord.platform import currencies
from accord.platform.models import User
from accord.web import charts
from accord.web.charts import Bar, Frame
from accord.web.insight import cells
from accord.web.insight.cells import Table
from accord.web.insight.drawing import MONTH, PHONE, Drawn

WIDE = 716
PEOPLE = ("leads", "mql", "opportunity", "won")
MONEY = ("linear_deals", "linear_value", "position_u_deals", "position_u_value")


@dataclass(frozen=True)
class Brought:
    """people: of the funnel; money: credit for won deals, linear and U-shaped, by mark."""

    people: Table
    money: Table


def by_mark(campaign: Campaign, reader: User) -> Brought:
    """What one campaign brought, of what the reader may see; every number opens its rows."""
    return Brought(
        _table("funnel", PEOPLE, campaign.marks, reader),
        _table("attribution", MONEY, campaign.marks, reader),
    )


def months(campaign: Campaign, reader: User) -> Drawn | None:
    """How many people first came by the campaign in each of its last months; None for none."""
    found = results.by_month(campaign, reader)
    if not found:
        return None
    wide, narrow = (
        charts.columns(
            [
                Bar(month.strftime("%b %y"), people, "var(--mkt)")
                for month, people in found[-int(width / MONTH) :]
            ],
            Frame("People by month", width, height=200),
        )
        for width in (WIDE, PHONE)
    )
    return Drawn(wide, narrow)


def won(campaigns: Iterable[Campaign], reader: User) -> dict[int, Decimal]:
    """Revenue booked that linear attribution gives to each campaign, by id; none where none.

    As it was last worked out: a list need not wait for what changed this minute.
    """
    owner = {mark: campaign.pk for campaign in campaigns for mark in campaign.marks}
    found: dict[int, Decimal] = {}
    question = Question("attribution", "campaign", reader=reader, as_kept=True)
    for row in reports.answer(question).rows:
        campaign = owner.get((row.key or "").lower())
        if campaign and row.values["linear_value"] is not None:
            value = Decimal(str(row.values["linear_value"]))
            found[campaign] = found.get(campaign, Decimal(0)) + value
    return found


def _table(report: str, measures: Collection[str], marks: Collection[str], reader: User) -> Table:
    answer = _answer(report, reader)
    narrowed = replace(
        answer,
        measures=tuple(each for each in answer.measures if each.name in measures),
        rows=tuple(row for row in answer.rows if (row.key or "").lower() in marks),
        total={},
    )
    return cells.table(narrowed, currencies.reporting(), QueryDict())


def _answer(report: str, reader: User) -> Answer:
    return reports.answer(Question(report, "campaign", reader=reader))
