import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from accord.web import charts
from accord.web.charts import drawing

EVIL = '<script>alert("1")</script>&'
FRAME = charts.Frame(label=EVIL)


def shapes(chart, name):
    root = ET.fromstring(str(getattr(chart, "svg", chart)))
    return [node for node in root.iter() if node.tag == name]


def evil_charts():
    stages = [charts.Stage(EVIL, 10, "marketing", 9), charts.Stage(EVIL, 4, "sales", 5)]
    bars = [charts.Bar(EVIL, 3, note=EVIL)]
    progress = charts.Progress(((0, 0), (3, 5)), 9, 10, 3, ((0, EVIL),))
    return [
        charts.funnel(stages, earlier=EVIL),
        charts.columns(bars, FRAME, charts.Marker(0, EVIL)),
        charts.horizontal(bars, FRAME),
        charts.stacked([charts.Column(EVIL, (1,))], [charts.Series(EVIL)], FRAME),
        charts.split(
            [charts.Column(EVIL, (1, 2))], [charts.Series(EVIL), charts.Series("b")], FRAME
        ),
        charts.burn_up(progress, label=EVIL),
        charts.strips([charts.Spread(EVIL, 3, 1, 2, 3, 4, 5)], FRAME),
        charts.sparkline([1, 2], label=EVIL),
    ]


@pytest.mark.parametrize("chart", evil_charts())
def test_words_of_users_are_escaped_and_the_drawing_is_well_formed(chart):
    svg = str(getattr(chart, "svg", chart))
    assert "<script" not in svg
    assert ET.fromstring(svg).get("role") in ("group", "img")


@pytest.mark.parametrize("chart", evil_charts()[:-1])
def test_every_chart_has_its_numbers_as_a_table(chart):
    assert chart.table.rows
    assert all(len(row) == len(chart.table.heads) for row in chart.table.rows)


def test_marks_are_reached_by_keyboard_and_say_their_numbers():
    bars = [charts.Bar("Price", 30), charts.Bar("Timing", 10)]
    chart = charts.columns(bars, charts.Frame("Why deals were lost"))
    marks = [node for node in shapes(chart, "g") if node.get("tabindex") == "0"]
    assert [mark.get("data-tip") for mark in marks] == [
        "Price    30\n75% of 40",
        "Timing    10\n25% of 40",
    ]
    assert all(mark.get("role") == "img" for mark in marks)


def test_a_split_bar_names_its_parts_and_cuts_in_proportion():
    stacks = [charts.Column("Ben", (1, 3)), charts.Column("Olga", (2, 0))]
    chart = charts.split(
        stacks, [charts.Series("Won"), charts.Series("Lost")], charts.Frame("x", 400)
    )
    said = [node.text for node in shapes(chart, "text")]
    assert said == ["Ben", "1 won, 3 lost", "Olga", "2 won"]
    bars = [r for r in shapes(chart, "rect") if r.get("class") not in ("hit", "rail")]
    assert [float(r.get("width")) for r in bars] == [99, 299, 199]
    assert [float(r.get("x")) for r in bars] == [0, 100, 0]


def test_columns_are_as_high_as_their_values():
    bars = [charts.Bar("a", 10), charts.Bar("b", 5), charts.Bar("c", 0)]
    chart = charts.columns(bars, charts.Frame("x"))
    heights = [float(r.get("height")) for r in shapes(chart, "rect") if r.get("class") != "hit"]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert heights[2] == 0


def test_a_stack_leaves_out_what_is_not_there():
    chart = charts.stacked(
        [charts.Column("W1", (5, 0, 3)), charts.Column("W2", (0, 0, 0))],
        [charts.Series("Ads"), charts.Series("Mail"), charts.Series("Fairs")],
        charts.Frame("Leads", unit=charts.COUNT),
    )
    parts = [*shapes(chart, "rect"), *shapes(chart, "path")]
    drawn = [node for node in parts if node.get("class") != "hit"]
    assert [node.get("fill") for node in drawn] == ["var(--c1)", "var(--c3)"]
    assert chart.table.rows == (("W1", "5", "0", "3", "8"), ("W2", "0", "0", "0", "0"))


def test_a_funnel_shows_rates_and_changes():
    stages = [
        charts.Stage("Leads", 200, "marketing", 100),
        charts.Stage("Accepted", 100, "both", 40),
        charts.Stage("Won", 25, "sales", 10),
    ]
    chart = charts.funnel(stages, earlier="last quarter")
    words = [node.text for node in shapes(chart, "text")]
    assert {"50%", "+10.0 pt", "25%", "0.0 pt"} <= set(words)
    assert chart.table.rows[1] == ("Accepted", "100", "50.0%", "40")


def test_a_funnel_of_nobody_is_drawn_without_rates():
    chart = charts.funnel([charts.Stage("Leads", 0, "marketing"), charts.Stage("Won", 0, "sales")])
    assert not [node.text for node in shapes(chart, "text") if "%" in node.text]
    with pytest.raises(ValueError, match="at least two stages"):
        charts.funnel([charts.Stage("Leads", 3, "marketing")])


def test_two_funnels_on_a_page_do_not_share_gradients():
    one = charts.funnel([charts.Stage("A", 3, "marketing"), charts.Stage("B", 2, "both")])
    two = charts.funnel([charts.Stage("A", 3, "sales"), charts.Stage("B", 2, "sales")])
    ids = [node.get("id") for chart in (one, two) for node in shapes(chart, "linearGradient")]
    assert len(ids) == len(set(ids))


def test_strips_say_when_nobody_passed():
    rows = [charts.Spread("Won", 0, 0, 0, 0, 0, 0), charts.Spread("Lead", 9, 1, 2, 4, 8, 20)]
    chart = charts.strips(rows, charts.Frame("Days", unit=charts.days()))
    tips = [node.get("data-tip") for node in shapes(chart, "g")]
    assert tips == ["Won    nobody yet", "Lead    9\nmedian    4 d\nmiddle half    2 d to 8 d"]
    assert chart.table.rows[0] == ("Won", "0", "", "", "", "", "")


@pytest.mark.parametrize("draw", [charts.columns, charts.horizontal])
def test_no_bars_is_an_empty_drawing(draw):
    assert not draw([], charts.Frame("Nothing")).table.rows


def test_a_trend_of_equal_values_is_flat():
    line = shapes(charts.sparkline([5, 5, 5], label="Score"), "polyline")[0]
    assert len({point.split(",")[1] for point in line.get("points").split()}) == 1


@pytest.mark.parametrize(
    ("top", "steps"),
    [(0, [0, 1]), (7, [0, 2, 4, 6, 8]), (230, [0, 50, 100, 150, 200, 250]), (1, [0, 0.2, 0.4])],
)
def test_ticks_are_round_and_reach_the_top(top, steps):
    found = drawing.ticks(top)
    assert found[: len(steps)] == pytest.approx(steps)
    assert found[-1] >= top
    assert len(found) <= 7


def test_money_on_an_axis_is_short_and_full_in_a_tip():
    unit = charts.money("EUR")
    assert unit.short(Decimal("1250000")) == "€1.25M"
    assert unit.full(Decimal("1250000.50")) == "€1,250,000.50"
