"""Two real companies in one instance with the demo company: the reports come out exactly."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accord import commands
from accord.demo import loading
from accord.engine.attribution import Model
from accord.engine.simulator import Size
from accord.insight import reports
from accord.insight.questions import Cut, Question
from accord.platform.models import User
from accord.platform.running import startup
from accord.sales.models import Deal, Pipeline

EXAMPLES = Path(__file__).parents[2] / "examples" / "imports"
FILES = {
    "maven-users": "maven-crm/sales_teams.csv",
    "maven-accounts": "maven-crm/accounts.csv",
    "maven-products": "maven-crm/products.csv",
    "maven-deals": "maven-crm/sales_pipeline.csv.gz",
    "olist-leads": "olist/olist_marketing_qualified_leads_dataset.csv.gz",
    "olist-deals": "olist/olist_closed_deals_dataset.csv.gz",
}
BY_SOURCE = {
    "organic_search": (2296, 271),
    "paid_search": (1586, 195),
    "social": (1350, 75),
    "unknown": (1099, 179),
    "direct_traffic": (499, 56),
    "email": (493, 15),
    "referral": (284, 24),
    "other": (150, 4),
    "display": (118, 6),
    "other_publicities": (65, 3),
    None: (60, 14),
}
BY_MANAGER = {
    "Melvin Marxen": "2251930.00",
    "Summer Sewald": "1964750.00",
    "Rocco Neubert": "1960545.00",
    "Celia Rouche": "1603897.00",
    "Cara Losch": "1130049.00",
    "Dustin Brinkmann": "1094363.00",
}


FUNNEL = (
    *("leads", "mql", "accepted", "sql", "opportunity", "won"),
    *("won_share", "won_low", "won_high"),
)


class Shell:
    """The command line, answering JSON."""

    def __init__(self, capsys, folder):
        self._capsys, self._folder = capsys, folder

    def __call__(self, name, *arguments):
        command = commands.load(name)
        options = commands.parser(name, command).parse_args([*arguments, "--json"])
        assert command.run(options) == 0
        return json.loads(self._capsys.readouterr().out)

    def bring(self, name):
        mapping = str(EXAMPLES / f"{name}.json")
        done = self("import", str(self._folder / FILES[name]), "--mapping", mapping)
        assert done["errors"] == 0
        return str(done["import_id"])


@pytest.fixture
def shell(db, real_data, capsys):
    for function in startup._ready:
        function()
    loading.load(7, Size.SMALL, now=datetime(2026, 11, 23, 10, tzinfo=UTC))
    return Shell(capsys, real_data)


def test_olist_and_maven_beside_the_demo_company(shell, client):
    demo = {name: shell("report", name) for name in reports.ALL}
    numbers = {name: shell.bring(name) for name in FILES}
    _olist(shell, numbers)
    _maven(shell, numbers)
    _pages(client, numbers)
    _demo_as_before(shell, demo)


def _olist(shell, numbers):
    funnel = shell("report", "funnel", "--by", "source", "--import", numbers["olist-leads"])
    assert list(funnel) == ["report", "by", "filters", "currency", "rows", "total", "notes"]
    assert (funnel["report"], funnel["by"]) == ("funnel", "source")
    assert funnel["filters"] == {"import": [int(numbers["olist-leads"])]}
    assert list(funnel["rows"][0]) == ["key", "label", *FUNNEL]
    found = {row["key"]: (row["leads"], row["won"]) for row in funnel["rows"]}
    assert found == BY_SOURCE
    assert all(row["mql"] == row["leads"] for row in funnel["rows"])
    assert (funnel["total"]["leads"], funnel["total"]["won"]) == (8000, 842)
    sold = shell("report", "funnel", "--by", "source", "--import", numbers["olist-deals"])
    assert {row["key"]: row["won"] for row in sold["rows"]} == {
        key: won for key, (_, won) in BY_SOURCE.items()
    }
    velocity = shell("report", "velocity", "--pipeline", "Olist")
    (way,) = [row for row in velocity["rows"] if row["key"] == "first contact to won"]
    quartiles = (way["lower_quartile"], way["median"], way["upper_quartile"])
    assert (quartiles, way["n"], way["negative"]) == ((5, 14, 54.75), 842, 1)
    asked = Question("velocity", "stage", pipelines=("Olist",))
    (before,) = reports.made_of(asked, Cut("first contact to won"), "negative").parts
    assert before.ended < before.began and before.figure < 0
    for more in (("--pipeline", "Olist"), ("--import", numbers["olist-deals"])):
        closed = shell("report", "winloss", "--by", "reason", *more)
        assert (closed["total"]["won"], closed["total"]["without_amount"]) == (842, 842)
        assert closed["total"]["won_value"] is None
        assert [row["key"] for row in closed["rows"]] == ["unknown"]
        assert "842 closed deals have no amount." in closed["notes"]
    credit = shell("report", "attribution", "--pipeline", "Olist")
    for model in Model:
        assert credit["total"][f"{model}_deals"] == pytest.approx(842, abs=1e-6)


def _maven(shell, numbers):
    for more in (("--pipeline", "Maven"), ("--import", numbers["maven-deals"])):
        revenue = shell("report", "revenue", "--by", "manager", *more)
        assert {row["key"]: row["revenue"] for row in revenue["rows"]} == BY_MANAGER
        assert revenue["total"]["revenue"] == "10005534.00"
        by_team = shell("report", "revenue", "--by", "team", *more)["rows"]
        led = {row["key"].split(" ", 1)[1]: row["revenue"] for row in by_team}
        assert led == BY_MANAGER
        closed = shell("report", "winloss", "--by", "manager", *more)["total"]
        assert (closed["won"], closed["lost"]) == (4238, 2473)
        assert (round(closed["win_rate"], 5), closed["won_value"]) == (0.63150, "10005534.00")
        assert round(closed["won_days_mean"], 2) == 51.78
        assert round(closed["lost_days_mean"], 2) == 41.48
    deals = Deal.objects.filter(pipeline__name="Maven")
    assert (deals.count(), deals.filter(opened_at=None).count()) == (8800, 500)
    opened = shell("report", "attribution", "--goal", "opened", "--pipeline", "Maven")
    assert opened["total"]["first_deals"] == 8300  # of the 500 nobody knows when
    assert opened["filters"] == {"pipeline": ["Maven"], "goal": "opened"}


def _pages(client, numbers):
    client.force_login(User.objects.create_user("ann@example.com", name="Ann", roles=["analyst"]))
    page = client.get("/reports/revenue/?by=manager&pipeline=Maven").text
    assert "10,005,534" in page and "Melvin Marxen" in page
    table = client.get("/reports/revenue/table.csv?by=manager&pipeline=Maven").text
    assert "Melvin Marxen,882,2251930.00" in table
    assert table.splitlines()[-1].startswith("total,4238,10005534.00")
    leads = f"import={numbers['olist-leads']}"
    page = client.get(f"/reports/funnel/?by=source&{leads}").text
    assert "2,296" in page and "8,000" in page
    nobody = client.get(f"/reports/funnel/rows/?by=source&measure=won&{leads}").text
    assert "Won: 14 people" in nobody and "Not recorded" in nobody
    sold = client.get("/reports/winloss/rows/?by=reason&measure=won_value&whole=1&pipeline=Maven")
    assert "4,238 deals, together €10,005,534" in sold.text


def _demo_as_before(shell, demo):
    """The demo company's own figures are not touched by what came in beside it."""
    name = Pipeline.objects.exclude(name__in=("Maven", "Olist")).get(deals__in=_demo_deals()).name
    for report in ("winloss", "revenue", "velocity"):
        now = shell("report", report, "--pipeline", name)
        assert (now["rows"], now["total"]) == (demo[report]["rows"], demo[report]["total"])
    credit = shell("report", "attribution", "--pipeline", name)
    assert credit["total"] == pytest.approx(demo["attribution"]["total"])


def _demo_deals():
    return Deal.objects.exclude(pipeline__name__in=("Maven", "Olist"))[:1]
