"""The size of a segment over time, drawn by the server."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accord.people.models import Segment, SegmentSize
from accord.web import charts
from accord.web.charts import Bar, Frame
from accord.web.insight.drawing import MONTH, PHONE, Drawn

WIDE, DAYS = 720, 30


def rows(segment: Segment) -> list[SegmentSize]:
    """Its latest sizes, oldest first: enough for the days that are drawn, in one query."""
    return list(segment.sizes.order_by("-day")[: DAYS + 1])[::-1]


def drawn(rows: list[SegmentSize]) -> Drawn | None:
    """How many were in it at the end of each of the last days; None before anybody was."""
    if not rows:
        return None
    today, by_day = timezone.localdate(), {row.day: row for row in rows}
    first = max(rows[0].day, today - timedelta(days=DAYS - 1))
    size = next((row.size for row in reversed(rows) if row.day < first), 0)
    bars = []
    for step in range((today - first).days + 1):
        day = first + timedelta(days=step)
        row = by_day.get(day)
        size = row.size if row else size
        note = f"{row.entered:,} entered, {row.left:,} left" if row else ""
        bars.append(Bar(day.strftime("%-d %b"), size, note=note))
    wide, narrow = (
        charts.columns(bars[-int(width / MONTH) :], Frame("People by day", width, height=180))
        for width in (WIDE, PHONE)
    )
    return Drawn(wide, narrow)
