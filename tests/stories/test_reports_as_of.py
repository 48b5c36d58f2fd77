"""Asked as of a moment, every report says what it said then, whatever happened since."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from accord import cli, commands
from accord.engine.errors import Refused
from accord.insight import reports
from accord.people import contacts, lifecycle
from accord.people.models import Contact
from accord.platform.models import User
from accord.platform.running import startup
from accord.sales import deal_contacts, deals
from accord.sales.agenda import activities
from accord.sales.models import CloseReason, Deal, Pipeline
from accord.sales.pipeline import moves

LEADS = """id,name,came,from,campaign,stage
1,Ana,2026-03-02,webinar,spring,mql
2,Ida,2026-03-05,google,,lead
3,Uli,2026-03-09,,,sql
4,Kim,2026-04-01,fair,,mql
"""
DEALS = """id,person,name,stage,amount,opened,closed
1,1,Roof,Won,1000.00,2026-03-10,2026-04-10
2,2,Wall,Qualified,500.00,2026-03-20,
3,3,Yard,Lost,300.00,2026-03-12,2026-03-30
"""
INTO_CONTACTS = {
    "name": "Leads",
    "into": "contacts",
    "columns": {
        "id": {"field": "external_id", "prefix": "lead:"},
        "name": "first_name",
        "came": "acquired_at",
        "from": "source",
        "campaign": "campaign",
        "stage": "stage",
    },
    "match": ["external_id"],
    "reading": {"dates": "iso"},
}
INTO_DEALS = {
    "name": "Deals",
    "into": "deals",
    "columns": {
        "id": {"field": "external_id", "prefix": "deal:"},
        "person": {"field": "contact", "prefix": "lead:"},
        "name": "name",
        "stage": "stage",
        "amount": "amount",
        "opened": "opened_at",
        "closed": "closed_at",
    },
    "match": ["external_id"],
    "reading": {"dates": "iso", "decimal_mark": "."},
}


@pytest.fixture
def shell(db, tmp_path, capsys):
    for function in startup._ready:
        function()

    def run(name, *arguments):
        command = commands.load(name)
        options = commands.parser(name, command).parse_args([*arguments, "--json"])
        assert command.run(options) == 0
        return json.loads(capsys.readouterr().out)

    def bring(name, rows, mapping):
        (tmp_path / f"{name}.csv").write_text(rows)
        (tmp_path / f"{name}.json").write_text(json.dumps(mapping))
        found = run(
            "import", str(tmp_path / f"{name}.csv"), "--mapping", str(tmp_path / f"{name}.json")
        )
        assert found["errors"] == 0
        return found["import_id"]

    run.bring = bring
    return run


def everything(shell, *arguments):
    """Every report, cut every way, without the filters it was asked with."""
    found = {}
    for name, report in reports.ALL.items():
        for by in report.keys:
            answer = shell("report", name, "--by", by, *arguments)
            found[name, by] = (answer["rows"], answer["total"], answer["notes"])
    return found


def change_much():
    ana, ida, uli, kim = Contact.objects.order_by("external_id")
    won, still_open, lost = Deal.objects.order_by("external_id")
    ben = User.objects.create_user("ben@example.com", name="Ben", roles=["seller"])
    contacts.change(ana, values={"source": "referral", "owner": ben.pk}, by=None)
    contacts.change(ida, values={"campaign": "autumn"}, by=None)
    contacts.delete(kim, by=None)
    lifecycle.move(uli, to="lead", by=None)
    deals.change(won, values={"amount": "1", "owner": ben.pk}, by=None)
    deal_contacts.add_contact(won, ida, by=None)
    deal_contacts.remove_contact(still_open, ida, by=None)
    reason = CloseReason.objects.filter(outcome="won", reserved=False).first()
    moves.win(still_open, reason=reason, on=timezone.localdate(), by=None)
    moves.reopen(lost, by=None)
    long_ago = datetime(2026, 3, 15, tzinfo=UTC)
    activities.log(kind="call", contact=ana, happened_at=long_ago, by=None)
    contacts.create(values={"first_name": "Eve", "source": "google"}, by=None)


def test_import_change_and_ask_before_the_change(shell):
    shell.bring("leads", LEADS, INTO_CONTACTS)
    shell.bring("deals", DEALS, INTO_DEALS)
    said = everything(shell)
    assert said["funnel", "source"][1]["leads"] == 4
    assert said["revenue", "owner"][1]["revenue"] == "1000.00"
    assert {row["key"] for row in said["attribution", "channel"][0]} == {"event"}
    before = timezone.now()
    change_much()
    now = everything(shell)
    changed = {key for key in said if now[key] != said[key]}
    assert changed == set(said), set(said) - changed
    assert everything(shell, "--as-of", before.isoformat()) == said


def test_what_is_imported_later_counts_from_the_day_it_happened(shell):
    shell.bring("leads", LEADS, INTO_CONTACTS)
    shell.bring("deals", DEALS, INTO_DEALS)
    march = shell("report", "funnel", "--by", "source", "--as-of", "2026-03-31")
    assert {row["key"]: row["leads"] for row in march["rows"]} == {
        "webinar": 1,
        "google": 1,
        None: 1,
    }
    assert shell("report", "winloss", "--as-of", "2026-03-31")["total"]["lost"] == 1
    assert shell("report", "revenue", "--as-of", "2026-04-09")["total"]["won"] == 0
    assert shell("report", "revenue", "--as-of", "2026-04-10")["total"]["won"] == 1
    credit = shell("report", "attribution", "--as-of", "2026-04-10")
    assert credit["total"]["first_value"] == "1000.00"


def test_filters_may_be_given_more_than_once(shell):
    leads = shell.bring("leads", LEADS, INTO_CONTACTS)
    sold = shell.bring("deals", DEALS, INTO_DEALS)
    other = shell.bring(
        "more", "id,name,came,from,campaign,stage\n9,Zoe,2026-05-01,fair,,mql\n", INTO_CONTACTS
    )
    asked = ("report", "funnel", "--import")
    assert shell(*asked, str(leads))["total"]["leads"] == 4
    assert shell(*asked, str(other))["total"]["leads"] == 1
    assert shell(*asked, str(sold))["total"]["leads"] == 3  # the people on its deals
    both = shell(*asked, str(leads), "--import", str(other), "--from", "2026-03-05")
    assert both["total"]["leads"] == 4
    assert both["filters"] == {"from": "2026-03-05", "import": [leads, other]}
    pipeline = Deal.objects.first().pipeline.name
    closed = ("report", "winloss", "--pipeline")
    other_pipeline = Pipeline.objects.create(name="Renewals").name
    assert shell(*closed, other_pipeline)["total"]["won"] == 0
    assert shell(*closed, other_pipeline, "--pipeline", pipeline)["total"]["won"] == 1
    march = shell(*closed, pipeline, "--to", "2026-03-31")["total"]
    assert (march["won"], march["lost"]) == (0, 1)


def test_a_filter_that_names_nothing_is_refused_with_what_there_is(shell):
    leads = shell.bring("leads", LEADS, INTO_CONTACTS)
    with pytest.raises(reports.UnknownPipeline, match=r"no pipeline 'Slaes'.*Sales"):
        shell("report", "winloss", "--pipeline", "Slaes")
    with pytest.raises(reports.UnknownImport, match=f"no import {leads + 9}"):
        shell("report", "funnel", "--import", str(leads + 9))


@pytest.mark.parametrize("option", ["--from", "--to", "--as-of"])
def test_a_misspelt_day_is_refused_with_how_to_write_it(option):
    with pytest.raises(Refused) as refused:  # the command prints it and ends with 1
        cli._run(["report", "revenue", option, "2026-13-01"])
    said = "“2026-13-01” is not a day. Write it as year-month-day, for example 2026-03-31."
    assert str(refused.value) == said


def test_a_period_is_compared_with_the_one_before(shell):
    shell.bring("leads", LEADS, INTO_CONTACTS)
    april = ("report", "funnel", "--from", "2026-04-01", "--to", "2026-04-30")
    assert "before" not in shell(*april)
    told = shell(*april, "--compare")
    assert (told["total"]["leads"], told["before"]["total"]["leads"]) == (1, 3)
    assert (told["before"]["from"], told["before"]["to"]) == ("2026-03-01", "2026-03-31")
    with pytest.raises(Refused, match="Say --from and --to"):
        shell("report", "funnel", "--compare")
