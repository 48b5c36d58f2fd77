"""A pipeline comes with the deals of a file: its stages are guessed, shown and mended."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accord.people import lifecycle
from accord.platform.events import partitions
from accord.platform.models import Import
from accord.platform.queue import work
from accord.platform.transfer import mapping
from accord.sales.models import Deal, Pipeline, StageChange
from accord.sales.pipeline import pipelines
from accord.web.transfer import stages

pytestmark = pytest.mark.django_db
FILE = (
    "Deal,Step,Since,Closed\n"
    "One,Gewonnen,2026-01-05,2026-02-01\n"
    "Two,Proposal sent,2026-01-06,\n"
    "Three,Prospecting,2026-01-07,\n"
    "Four,Prospecting,2026-01-08,\n"
    "Five,Dead,2026-01-09,2026-02-02\n"
)
MAPPED = {"c0": "name", "c1": "stage", "c2": "opened_at", "c3": "close_on"}


@pytest.fixture
def wizard(client, olga):
    lifecycle.ensure()
    pipelines.ensure()
    partitions.ensure({timezone.now().date()})
    client.force_login(olga)
    return client


def _begun(client, text=FILE):
    file = SimpleUploadedFile("deals.csv", text.encode())
    assert client.post("/imports/new/", {"into": "deals", "file": file}).status_code == 302
    return f"/imports/{Import.objects.latest('pk').pk}/"


def _form(page):
    """What the page would post as it stands."""
    found = dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return found


def _stages(name):
    found = Pipeline.objects.get(name=name).stages.order_by("position")
    return [(each.name, each.kind, float(each.probability)) for each in found]


def test_a_pipeline_is_made_of_the_stages_in_the_file(wizard):
    base = _begun(wizard)
    answer = wizard.post(base + "map/", MAPPED | {"new_pipeline": "Old system"})
    assert answer.headers["Location"] == base + "stages/"
    form = _form(wizard.get(base + "stages/").content.decode())
    names = [form[f"name-{at}"] for at in range(5)]
    assert names == ["Prospecting", "Proposal sent", "Gewonnen", "Dead", ""]
    assert [form[f"kind-{at}"] for at in range(4)] == ["open", "open", "won", "lost"]
    form |= {"percent-0": "10", "percent-1": "60 %", "opened_in": "Proposal sent"}
    answer = wizard.post(base + "stages/", form)
    assert answer.headers["Location"] == base + "check/"
    assert not Pipeline.objects.filter(name="Old system").exists()
    wizard.post(base + "start/")
    for _ in range(5):
        work.run_due(timezone.now(), 100)
    assert _stages("Old system") == [
        ("Prospecting", "open", 0.1),
        ("Proposal sent", "open", 0.6),
        ("Gewonnen", "won", 1),
        ("Dead", "lost", 0),
    ]
    deals = Deal.objects.filter(pipeline__name="Old system")
    assert (deals.count(), deals.filter(outcome="won").count()) == (5, 1)
    way = StageChange.objects.filter(deal__name="One").order_by("at")
    assert [each.stage.name for each in way] == ["Proposal sent", "Gewonnen"]


def test_stages_are_ordered_added_and_left_out(wizard):
    base = _begun(wizard)
    wizard.post(base + "map/", MAPPED | {"new_pipeline": "Old"})
    form = _form(wizard.get(base + "stages/").content.decode())
    form |= {"rank-0": "9", "name-4": "Later", "kind-4": "open", "rank-4": "20", "name-3": ""}
    answer = wizard.post(base + "stages/", form)
    assert answer.status_code == 422
    assert "A pipeline needs an open, a won and a lost stage" in answer.content.decode()
    answer = wizard.post(base + "stages/", form | {"name-3": "Dead", "percent-4": "120"})
    assert "is no probability" in answer.content.decode()
    answer = wizard.post(base + "stages/", form | {"name-3": "later"})
    assert "Two stages have the same name" in answer.content.decode()
    wizard.post(base + "stages/", form | {"name-3": "Dead"})
    [kept] = Import.objects.get().mapping["pipelines"]
    names = [stage["name"] for stage in kept["stages"]]
    assert names == ["Proposal sent", "Prospecting", "Later", "Gewonnen", "Dead"]


def test_a_pipeline_nobody_wants_any_more_is_not_made(wizard):
    base = _begun(wizard)
    wizard.post(base + "map/", MAPPED | {"new_pipeline": "Old"})
    page = wizard.get(base + "map/").content.decode()
    assert "Stages of Old" in page
    assert "<option selected>Old</option>" in page
    wizard.post(base + "map/", MAPPED | {"pipeline": "Old"})
    assert Import.objects.get().mapping["pipelines"]
    wizard.post(base + "map/", MAPPED | {"pipeline": "Sales"})
    assert "pipelines" not in Import.objects.get().mapping
    assert wizard.get(base + "stages/").headers["Location"] == base + "map/"


def test_a_column_that_is_no_stage_is_refused(wizard):
    rows = "".join(f"Deal {at},Step {at},,\n" for at in range(40))
    base = _begun(wizard, "Deal,Step,Since,Closed\n" + rows)
    answer = wizard.post(base + "map/", MAPPED | {"new_pipeline": "Old"})
    assert answer.status_code == 422
    assert "The column of the stages has 40 values" in answer.content.decode()


def test_who_may_not_change_settings_is_not_offered_a_pipeline(wizard, ben):
    wizard.force_login(ben)
    base = _begun(wizard)
    assert "new_pipeline" not in wizard.get(base + "map/").content.decode()
    answer = wizard.post(base + "map/", MAPPED | {"new_pipeline": "Old"})
    assert answer.status_code == 403


def test_without_a_stage_column_the_usual_stages_are_offered():
    wanted = mapping.from_json({"into": "deals", "columns": {"Deal": "name"}})
    made = stages.declared(stages.declare(wanted, "Fresh", sheet=None))
    assert [stage["name"] for stage in made["stages"]][:2] == ["Qualified", "Discovery"]
