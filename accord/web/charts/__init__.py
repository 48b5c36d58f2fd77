"""Charts drawn by the server as SVG.

Seen without JavaScript, coloured by CSS variables, sharp in print and mail, no layout shift.
Every mark is reached by keyboard and carries its numbers; every chart has them as a table too.
"""

from accord.web.charts.bars import (
    Bar,
    Column,
    Marker,
    Series,
    coloured,
    columns,
    horizontal,
    split,
    stacked,
)
from accord.web.charts.drawing import COUNT, NARROW, Chart, Frame, Table, Unit, days, money
from accord.web.charts.funnels import Stage, funnel
from accord.web.charts.lines import Forecast, Progress, burn_up, sparkline
from accord.web.charts.quartiles import Spread, strips

__all__ = [
    "COUNT",
    "NARROW",
    "Bar",
    "Chart",
    "Column",
    "Forecast",
    "Frame",
    "Marker",
    "Progress",
    "Series",
    "Spread",
    "Stage",
    "Table",
    "Unit",
    "burn_up",
    "coloured",
    "columns",
    "days",
    "funnel",
    "horizontal",
    "money",
    "sparkline",
    "split",
    "stacked",
    "strips",
]
