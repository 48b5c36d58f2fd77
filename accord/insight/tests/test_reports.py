"""Reports on a small company, by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accord.insight import reports
from accord.insight.questions import Cut, Question, UnknownKey
from accord.people.models import Contact, LifecycleChange, LifecycleStage
from accord.platform.events import log, names
from accord.platform.models import FieldChange, Team, User
from accord.sales.agenda import activities
from accord.sales.models import CloseReason, Deal, DealContact, Pipeline, Stage, StageChange

pytestmark = pytest.mark.django_db
STEPS = ("subscriber", "lead", "mql", "accepted", "sql", "opportunity", "customer", "advocate")


def day(number: int) -> datetime:
    return datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(days=number)


@pytest.fixture
def pipeline():
    for position, name in enumerate(STEPS, start=1):
        LifecycleStage.objects.update_or_create(
            name=name, defaults={"label": name, "team": "sales", "position": position}
        )
    pipeline = Pipeline.objects.create(name="Fixture")
    for position, (name, kind, share) in enumerate(
        [("Open", "open", 0.5), ("Won", "won", 1), ("Lost", "lost", 0)]
    ):
        Stage.objects.create(
            pipeline=pipeline, name=name, kind=kind, probability=share, position=position
        )
    return pipeline


def person(name, source, stage, at):
    contact = Contact.objects.create(first_name=name, source=source, stage=stage, acquired_at=at)
    LifecycleChange.objects.create(contact=contact, stage=stage, at=at, recorded_at=at)
    return contact


def deal(pipeline, contact, amount, *, opened, closed=None, outcome="", owner=None):
    stages = {stage.kind: stage for stage in pipeline.stages.all()}
    reason = None
    if outcome:
        reason, _ = CloseReason.objects.get_or_create(outcome=outcome, label=f"because {outcome}")
    deal = Deal.objects.create(
        name="Deal",
        pipeline=pipeline,
        stage=stages[outcome or "open"],
        amount=amount,
        currency="EUR",
        value=amount,
        opened_at=opened,
        closed_at=closed,
        outcome=outcome,
        reason=reason,
        owner=owner,
    )
    first = stages["open"]
    StageChange.objects.create(deal=deal, stage=first, at=opened, recorded_at=opened)
    if closed:
        StageChange.objects.create(
            deal=deal, previous=first, stage=stages[outcome], at=closed, recorded_at=closed
        )
    if contact:
        DealContact.objects.create(deal=deal, contact=contact)
    return deal


@pytest.fixture
def company(pipeline):
    team = Team.objects.create(name="North")
    lena = User.objects.create_user("lena@example.com", name="Lena", team=team)
    Team.objects.filter(pk=team.pk).update(lead=lena)
    ben = User.objects.create_user("ben@example.com", name="Ben", team=team)
    ana = person("Ana", "webinar", "mql", day(0))
    ida = person("Ida", "webinar", "lead", day(1))
    person("Uli", None, "subscriber", day(2))
    won = deal(
        pipeline, ana, Decimal(1000), opened=day(5), closed=day(15), outcome="won", owner=ben
    )
    lost = deal(pipeline, ida, None, opened=day(6), closed=day(10), outcome="lost", owner=ben)
    return {"ana": ana, "ida": ida, "ben": ben, "won": won, "lost": lost}


def ask(report, by, **more):
    return reports.answer(Question(report, by, **more))


def test_the_funnel_counts_people_once_by_the_furthest_step(company):
    answer = ask("funnel", "source")
    (webinar,) = answer.rows
    assert webinar.key == "webinar"
    steps = [webinar.values[s] for s in ("leads", "mql", "accepted", "sql", "opportunity", "won")]
    assert steps == [2, 2, 2, 2, 2, 1]
    assert answer.total["leads"] == 2
    question = answer.question
    (part,) = reports.made_of(question, Cut("webinar"), "won").parts
    assert part.contact == company["ana"].pk


def test_a_missing_source_has_no_key_and_is_not_called_unknown(company):
    person("Eve", None, "lead", day(3))
    person("Kim", "unknown", "lead", day(3))
    assert {row.key for row in ask("funnel", "source").rows} == {"webinar", None, "unknown"}


def test_win_and_loss_with_days_and_values(company):
    (row,) = ask("winloss", "manager").rows
    assert (row.key, row.values["won"], row.values["lost"]) == ("Lena", 1, 1)
    assert (row.values["won_value"], row.values["without_amount"]) == ("1000.00", 1)
    assert (row.values["won_days_mean"], row.values["lost_days_median"]) == (10, 4)
    assert 0 < row.values["win_low"] < 0.5 < row.values["win_high"] < 1


def test_velocity_says_how_long_stages_take(company):
    rows = {row.key: row.values for row in ask("velocity", "stage").rows}
    assert (rows["Open"]["n"], rows["Open"]["median"]) == (2, 7)
    assert rows["first contact to won"]["median"] == 15


def test_velocity_of_owners_and_teams_divides_each_stage(company):
    stages = {row.key: row.values for row in ask("velocity", "stage").rows}
    for by in ("owner", "team"):
        rows = ask("velocity", by).rows
        divided = Counter()
        for row in rows:
            divided[row.key.partition(": ")[0]] += row.values["n"]
        assert divided == {key: values["n"] for key, values in stages.items()}
        assert [row.key.partition(": ")[0] for row in rows] == sorted(
            (row.key.partition(": ")[0] for row in rows), key=list(stages).index
        )
    Deal.objects.filter(pk=company["won"].pk).update(owner=None)
    keys = {row.key: row.values["median"] for row in ask("velocity", "owner").rows}
    assert keys["first contact to won: Not recorded"] == 15
    owners = [key for key in keys if key.startswith("Open: ")]
    assert len(owners) == 2


def test_as_of_before_the_change(company):
    before = timezone.now()
    Contact.objects.filter(pk=company["ana"].pk).update(source="fair")
    FieldChange.objects.create(
        at=before + timedelta(seconds=1),
        subject_type="contact",
        subject_id=company["ana"].pk,
        field="source",
        old="webinar",
        new="fair",
        origin="user",
    )
    Deal.objects.filter(pk=company["won"].pk).update(amount=5, value=5)
    FieldChange.objects.create(
        at=before + timedelta(seconds=1),
        subject_type="deal",
        subject_id=company["won"].pk,
        field="amount",
        old={"amount": 1000, "currency": "EUR"},
        new={"amount": 5, "currency": "EUR"},
        origin="user",
    )
    assert {row.key for row in ask("funnel", "source").rows} == {"webinar", "fair"}
    assert {row.key for row in ask("funnel", "source", as_of=before).rows} == {"webinar"}
    assert ask("revenue", "owner").total["revenue"] == "5.00"
    assert ask("revenue", "owner", as_of=before).total["revenue"] == "1000.00"
    assert ask("revenue", "owner", as_of=day(12)).total["won"] == 0


def test_credit_sums_to_what_was_won_and_the_rest_is_unattributed(company, pipeline):
    if "test.touch" not in names.ALL:
        names.declare("test.touch", "A touch", team="marketing")
    for number, channel in ((1, "paid_search"), (4, "email"), (14, "outbound")):
        log.record(
            "test.touch",
            log.About(contact=company["ana"].pk),
            at=day(number),
            touch=log.Touch(channel, source=channel),
        )
    deal(pipeline, None, Decimal(500), opened=day(1), closed=day(9), outcome="won")
    answer = ask("attribution", "channel")
    values = {row.key: row.values for row in answer.rows}
    assert values["paid_search"]["first_value"] == "1000.00"
    assert values["outbound"]["last_deals"] == 1
    assert values[None]["linear_value"] == "500.00"
    for model in ("first", "last", "linear", "position_u", "position_w", "time_decay"):
        assert answer.total[f"{model}_value"] == "1500.00"
        assert answer.total[f"{model}_deals"] == pytest.approx(2, abs=1e-9)
    (part,) = reports.made_of(answer.question, Cut("email"), "linear_value").parts
    assert (part.deal, part.contact, part.began) == (company["won"].pk, company["ana"].pk, day(4))
    assert part.weight == pytest.approx(1 / 3)
    assert (part.value, part.figure) == (Decimal("333.33"), Decimal("333.33"))


def test_credit_follows_a_later_touch(company):
    ask("attribution", "channel")
    if "test.touch" not in names.ALL:
        names.declare("test.touch", "A touch", team="marketing")
    log.record(
        "test.touch",
        log.About(contact=company["ana"].pk),
        at=day(2),
        touch=log.Touch("event"),
    )
    keys = {row.key for row in ask("attribution", "channel").rows}
    assert keys == {"event"}


def test_a_call_taken_back_earns_nothing(company):
    call = activities.log(kind="call", contact=company["ana"], happened_at=day(3), by=None)
    assert {row.key for row in ask("attribution", "channel").rows} == {"outbound"}
    activities.delete(call, by=None)
    assert "outbound" not in {row.key for row in ask("attribution", "channel").rows}
    activities.restore(call, by=None)
    assert {row.key for row in ask("attribution", "channel").rows} == {"outbound"}


def test_a_key_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(UnknownKey, match="source, channel"):
        ask("funnel", "salary")


def test_a_seller_who_sees_only_his_own_counts_only_his_own(company):
    from accord.platform.access import preferences

    kim = User.objects.create_user("kim@example.com", name="Kim", roles=["seller"])
    assert ask("revenue", "owner", reader=kim).total["won"] == 1
    preferences.change(by=None, seller_reads="own")
    try:
        assert ask("revenue", "owner", reader=kim).total["won"] == 0
    finally:
        preferences.forget()
