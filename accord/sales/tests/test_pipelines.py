from decimal import Decimal

import pytest

from accord.people import fields
from accord.platform.access.permissions import Forbidden
from accord.platform.models import AuditEntry, Event, FieldChange
from accord.sales import deals, names
from accord.sales.models import CloseReason, Pipeline, Stage, StageChange
from accord.sales.pipeline import pipelines, reasons, stages
from accord.sales.pipeline.stages import Step

DEMO = Step("Demo", Stage.Kind.OPEN, Decimal("0.3"), 7)


def _names(pipeline):
    return [stage.name for stage in stages.of(pipeline)]


def test_the_first_pipeline_is_made_once(pipeline):
    pipelines.ensure()
    assert Pipeline.objects.get().name == "Sales"
    assert [(s.name, s.probability) for s in stages.of(pipeline)] == [
        ("Qualified", Decimal("0.100")),
        ("Discovery", Decimal("0.250")),
        ("Proposal", Decimal("0.500")),
        ("Negotiation", Decimal("0.750")),
        ("Won", Decimal(1)),
        ("Lost", Decimal(0)),
    ]
    assert reasons.not_recorded("won").reserved and reasons.not_recorded("lost").reserved


def test_pipelines_are_added_renamed_ordered_and_archived(pipeline, olga):
    renewals = pipelines.add(name="  New   renewals ", by=olga)
    assert _names(renewals) == _names(pipeline)
    pipelines.rename(renewals, name="Renewals", by=olga)
    pipelines.reorder([renewals.pk], by=olga)
    assert [each.name for each in pipelines.every()] == ["Renewals", "Sales"]
    assert pipelines.default() == renewals
    pipelines.archive(renewals, by=olga)
    assert pipelines.every() == [pipeline]
    pipelines.restore(renewals, by=olga)
    assert len(pipelines.every()) == 2
    told = AuditEntry.objects.filter(by=olga).values_list("verb", flat=True)
    assert set(told) == {
        f"pipeline.{v}" for v in ("added", "renamed", "reordered", "archived", "restored")
    }


def test_a_pipeline_that_is_needed_stays(pipeline, olga, deal):
    with pytest.raises(pipelines.LastPipeline):
        pipelines.archive(pipeline, by=olga)
    pipelines.add(name="Renewals", by=olga)
    with pytest.raises(pipelines.PipelineInUse, match="Move, win or lose"):
        pipelines.archive(pipeline, by=olga)
    assert Pipeline.objects.filter(archived_at=None).count() == 2


@pytest.mark.parametrize("name", ["", "   ", "n" * 121])
def test_a_name_is_needed(pipeline, olga, name):
    with pytest.raises(names.NameMissing):
        pipelines.add(name=name, by=olga)
    with pytest.raises(names.NameMissing):
        stages.add(pipeline, Step(name, "open", Decimal(0)), by=olga)


def test_a_name_is_given_once(pipeline, olga, at):
    with pytest.raises(names.NameTaken):
        pipelines.add(name="sales", by=olga)
    with pytest.raises(names.NameTaken):
        stages.change(at["Proposal"], name="discovery", by=olga)
    pipelines.rename(pipeline, name="SALES", by=olga)


def test_only_who_manages_settings_may_change_pipelines(pipeline, at, ben, lars, too_dear):
    before = list(Stage.objects.values_list()), list(Pipeline.objects.values_list())
    for who in (ben, lars):
        for act in (
            lambda by: pipelines.add(name="Mine", by=by),
            lambda by: pipelines.rename(pipeline, name="Mine", by=by),
            lambda by: pipelines.reorder([pipeline.pk], by=by),
            lambda by: pipelines.archive(pipeline, by=by),
            lambda by: stages.add(pipeline, DEMO, by=by),
            lambda by: stages.change(at["Proposal"], name="Mine", by=by),
            lambda by: stages.reorder(pipeline, [s.pk for s in at.values()], by=by),
            lambda by: stages.archive(at["Proposal"], by=by),
            lambda by: reasons.add(outcome="lost", label="Mine", by=by),
            lambda by: reasons.rename(too_dear, label="Mine", by=by),
            lambda by: reasons.archive(too_dear, by=by),
        ):
            with pytest.raises(Forbidden):
                act(by=who)
    assert before == (list(Stage.objects.values_list()), list(Pipeline.objects.values_list()))
    assert not AuditEntry.objects.exists()


def test_stages_are_added_before_won_and_lost_and_ordered(pipeline, at, olga):
    demo = stages.add(pipeline, DEMO, by=olga)
    assert _names(pipeline)[3:] == ["Negotiation", "Demo", "Won", "Lost"]
    order = [at["Won"].pk, demo.pk, at["Qualified"].pk, at["Lost"].pk]
    rest = [at[name].pk for name in ("Discovery", "Proposal", "Negotiation")]
    stages.reorder(pipeline, order + rest, by=olga)
    assert _names(pipeline)[:2] == ["Demo", "Qualified"]
    assert _names(pipeline)[-2:] == ["Won", "Lost"]
    with pytest.raises(stages.OtherStages):
        stages.reorder(pipeline, order, by=olga)


def test_a_new_stage_can_be_chosen_at_once(pipeline, olga, ben):
    fields.catalogue("deal")
    stages.add(pipeline, DEMO, by=olga)
    deal = deals.create(values={"name": "Grid", "stage": "Demo"}, by=ben)
    assert deal.stage.name == "Demo"


def test_a_stage_keeps_its_rules(pipeline, at, olga):
    changed = stages.change(at["Proposal"], probability=Decimal("0.6"), stale_after_days=5, by=olga)
    assert (changed.probability, changed.stale_after_days) == (Decimal("0.600"), 5)
    for wrong in (Decimal("1.1"), Decimal("-0.1"), Decimal("NaN")):
        with pytest.raises(stages.NotAShare):
            stages.change(at["Proposal"], probability=wrong, by=olga)
    with pytest.raises(stages.FixedProbability):
        stages.change(at["Won"], probability=Decimal("0.9"), by=olga)
    with pytest.raises(stages.NotDays):
        stages.change(at["Proposal"], stale_after_days=0, by=olga)
    for last in ("Won", "Lost"):
        with pytest.raises(stages.LastStage):
            stages.archive(at[last], by=olga)


def test_a_stage_with_deals_is_archived_once_it_is_said_where_they_go(at, olga, ben, deal):
    gone = deals.create(values={"name": "Deleted"}, by=ben)
    deals.delete(gone, by=ben)
    with pytest.raises(stages.StageInUse, match="into which stage"):
        stages.archive(at["Qualified"], by=olga)
    for wrong in ("Won", "Qualified"):
        with pytest.raises(stages.WrongPlace):
            stages.archive(at["Qualified"], move_to=at[wrong], by=olga)
    assert stages.archive(at["Qualified"], move_to=at["Discovery"], by=olga) == 2
    deal.refresh_from_db()
    assert deal.stage == at["Discovery"] and deal.version == 2
    last = StageChange.objects.filter(deal=deal).latest("pk")
    assert (last.previous, last.stage, last.by) == (at["Qualified"], at["Discovery"], olga)
    assert (last.amount, last.owner) == (deal.amount, ben)
    change = FieldChange.objects.get(subject_id=deal.pk, field="stage")
    assert (change.old, change.new) == (str(at["Qualified"].pk), str(at["Discovery"].pk))
    assert Event.objects.filter(name="deal.moved", deal_id=deal.pk, user_id=olga.pk).count() == 1
    assert AuditEntry.objects.filter(verb="deal.moved", subject_id=deal.pk).count() == 1
    deals.restore(gone, by=ben)
    assert gone.stage == at["Discovery"]


def test_an_archived_stage_comes_back_under_its_name(pipeline, at, olga):
    stages.archive(at["Proposal"], by=olga)
    assert "Proposal" not in _names(pipeline)
    with pytest.raises(names.NameTaken):
        stages.add(pipeline, Step("Proposal", "won", Decimal(1)), by=olga)
    again = stages.add(pipeline, Step("proposal", "open", Decimal("0.4")), by=olga)
    assert again.pk == at["Proposal"].pk and _names(pipeline)[3] == "proposal"


def test_reasons_are_added_renamed_and_archived(pipeline, olga, too_dear):
    reasons.rename(too_dear, label="Too dear", by=olga)
    assert CloseReason.objects.get(pk=too_dear.pk).label == "Too dear"
    with pytest.raises(names.NameTaken):
        reasons.add(outcome="lost", label="too DEAR", by=olga)
    reasons.archive(too_dear, by=olga)
    assert too_dear not in reasons.to_pick("lost")
    assert reasons.add(outcome="lost", label="Too dear", by=olga).pk == too_dear.pk
    assert reasons.to_pick("lost")[-1] == too_dear


def test_reserved_and_last_reasons_stay(pipeline, olga):
    reserved = reasons.not_recorded("lost")
    assert reserved not in reasons.to_pick("lost")
    with pytest.raises(reasons.ReasonReserved):
        reasons.rename(reserved, label="Mine", by=olga)
    with pytest.raises(reasons.ReasonReserved):
        reasons.archive(reserved, by=olga)
    for each in reasons.to_pick("won")[1:]:
        reasons.archive(each, by=olga)
    with pytest.raises(reasons.LastReason):
        reasons.archive(reasons.to_pick("won")[0], by=olga)
