"""Settings of the record and of selling, as who manages them uses the pages."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accord.people import lifecycle
from accord.people.fields import custom_fields
from accord.people.models import CustomField, LifecycleStage
from accord.platform import currencies
from accord.platform.queue import work
from accord.sales import deals
from accord.sales.models import CloseReason, Pipeline, Stage
from accord.sales.pipeline import pipelines, reasons, stages

pytestmark = pytest.mark.django_db


def _work():
    """What the worker would do now."""
    for _ in range(3):
        work.run_due(timezone.now(), 100)


@pytest.fixture
def house(client, olga):
    lifecycle.ensure()
    pipelines.ensure()
    client.force_login(olga)
    return client


def _names(pipeline):
    return [stage.name for stage in stages.of(pipeline)]


def test_a_field_is_added_renamed_moved_and_its_choices_changed(house, olga):
    for label in ("Plan", "Size"):
        given = {"label": label, "noun": "company", "kind": "choice", "choices": "S\nL"}
        assert house.post("/settings/fields/", given | {"group": ""}).status_code == 302
    size = CustomField.objects.get(name="size")
    house.post(f"/settings/fields/{size.pk}/", {"up": "1"})
    order = CustomField.objects.filter(noun="company").values_list("name", flat=True)
    assert list(order) == ["size", "plan"]
    changed = {"label": "Site size", "group": "Sites", "choices": "Small\nS\nL"}
    house.post(f"/settings/fields/{size.pk}/", changed)
    size.refresh_from_db()
    assert (size.label, size.name, size.group) == ("Site size", "size", "Sites")
    assert [value for value, _ in size.choices] == ["Small", "S", "L"]


def test_a_field_the_trade_refuses_says_why(house, olga):
    custom_fields.add("contact", label="Plan", kind="text", by=olga)
    given = {"label": "Plan", "noun": "contact", "kind": "text", "group": "", "choices": ""}
    answer = house.post("/settings/fields/", given)
    assert answer.status_code == 422 and "Choose another name." in answer.text
    answer = house.post("/settings/fields/", given | {"label": "Kind", "kind": "choice"})
    assert answer.status_code == 422 and "Give the choices" in answer.text


def test_a_pipeline_is_made_and_its_stages_ordered_and_changed(house):
    made = house.post("/settings/pipelines/", {"name": "Renewals"})
    renewals = Pipeline.objects.get(name="Renewals")
    assert made.url == f"/settings/pipelines/{renewals.pk}/"
    step = {"name": "Legal", "probability": "60 %", "stale_after_days": "10"}
    house.post(f"/settings/pipelines/{renewals.pk}/stages/", step)
    legal = Stage.objects.get(pipeline=renewals, name="Legal")
    assert (legal.probability, legal.stale_after_days) == (Decimal("0.6"), 10)
    house.post(f"/settings/stages/{legal.pk}/", {"up": "1"})
    assert _names(renewals)[3:5] == ["Legal", "Negotiation"]
    changed = {"name": "Contract", "probability": "65", "stale_after_days": "7"}
    house.post(f"/settings/stages/{legal.pk}/", changed)
    legal.refresh_from_db()
    assert (legal.name, legal.probability) == ("Contract", Decimal("0.65"))
    answer = house.post(f"/settings/stages/{legal.pk}/", changed | {"probability": "130"})
    assert answer.status_code == 422 and "between 0 and 100" in answer.text
    assert "Contract" in house.get(made.url).text


def test_a_stage_with_deals_goes_once_it_is_said_where_they_go(house, olga):
    pipeline = pipelines.default()
    first, second = stages.of(pipeline)[:2]
    deal = deals.create(values={"name": "Grid", "stage": first}, by=olga)
    url = f"/settings/stages/{first.pk}/archive/"
    answer = house.post(url)
    assert answer.status_code == 422 and "into which stage they go" in answer.text
    assert house.post(url, {"move_to": second.pk}).status_code == 302
    deal.refresh_from_db()
    assert deal.stage == second and first.name not in _names(pipeline)


def test_reasons_are_added_and_the_reserved_one_cannot_be_touched(house):
    house.post("/settings/reasons/", {"outcome": "lost", "label": "Went silent"})
    assert "Went silent" in [each.label for each in reasons.to_pick("lost")]
    reserved = reasons.not_recorded("lost")
    answer = house.post(f"/settings/reasons/{reserved.pk}/archive/")
    assert answer.status_code == 422 and "written by Accord" in answer.text
    assert not CloseReason.objects.get(pk=reserved.pk).archived_at


def test_a_rate_prices_deals_anew_and_can_be_taken_away(house, olga):
    deal = deals.create(values={"name": "Grid", "amount": "100 USD"}, by=olga)
    assert deal.value is None
    house.post("/settings/currencies/", {"currency": "USD", "on": "2026-01-01", "rate": "0.9"})
    [rate] = currencies.rates()
    assert rate.rate == Decimal("0.9")
    _work()
    deal.refresh_from_db()
    assert deal.value == Decimal("90.00")
    house.post(f"/settings/currencies/{rate.pk}/remove/")
    _work()
    deal.refresh_from_db()
    assert deal.value is None


def test_a_lifecycle_stage_keeps_its_name_under_a_new_label(house):
    given = {"label-mql": "Warm lead", "definition-mql": "Read three guides"}
    house.post("/settings/lifecycle/", given)
    mql = LifecycleStage.objects.get(pk="mql")
    assert (mql.label, mql.definition) == ("Warm lead", "Read three guides")


def test_pipelines_are_ordered_archived_and_brought_back(house, olga):
    sales = pipelines.default()
    renewals = pipelines.add(name="Renewals", by=olga)
    house.post("/settings/pipelines/", {"up": renewals.pk})
    assert [each.name for each in pipelines.every()] == ["Renewals", "Sales"]
    house.post(f"/settings/pipelines/{renewals.pk}/archive/")
    assert "Bring Renewals back" in house.get("/settings/pipelines/").text
    answer = house.post(f"/settings/pipelines/{sales.pk}/archive/")
    assert answer.status_code == 422
    house.post(f"/settings/pipelines/{renewals.pk}/archive/")
    assert [each.name for each in pipelines.every()] == ["Renewals", "Sales"]


def test_a_second_won_stage_is_added_and_archived(house):
    pipeline = pipelines.default()
    given = {"name": "Signed", "kind": "won", "probability": "30", "stale_after_days": "21"}
    house.post(f"/settings/pipelines/{pipeline.pk}/stages/", given)
    signed = Stage.objects.get(name="Signed")
    assert (signed.kind, signed.probability) == ("won", 1)
    assert _names(pipeline)[-3:] == ["Won", "Signed", "Lost"]
    assert house.post(f"/settings/stages/{signed.pk}/archive/").status_code == 302
    assert _names(pipeline)[-2:] == ["Won", "Lost"]
