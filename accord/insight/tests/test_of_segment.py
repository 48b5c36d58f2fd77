"""Reports of a segment tell of its members and of the deals they are on, and of nobody else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accord.insight import attribution, of_segment, reports
from accord.insight.questions import Cut, Question
from accord.insight.tests.test_reports import company, day, deal, person, pipeline  # noqa: F401
from accord.people import contacts
from accord.people.origins import touches
from accord.people.segments import live, members, saving

pytestmark = pytest.mark.django_db
WEBINAR = {"contact": "source", "kind": "text", "is": "webinar"}


@pytest.fixture
def fair(company):  # noqa: F811
    """A list with Ana, who bought, on it; Ida, who did not, is on none."""
    made = saving.create(name="Fair", by=None)
    members.add(made, people=[company["ana"].pk], by=None)
    return made


def total(report, segment, **more):
    return reports.answer(Question(report, segment=segment, **more)).total


def test_each_report_counts_members_and_deals_they_are_on(fair, company):  # noqa: F811
    for who in ("ana", "ida"):
        touches.record(company[who], source="google / cpc", at=day(2), by=None)
    attribution.refresh(timezone.now())
    assert total("funnel", None, by="source")["leads"] == 2
    assert total("funnel", fair, by="source")["leads"] == 1
    every, some = (total("winloss", each, by="owner") for each in (None, fair))
    assert (every["won"], every["lost"]) == (1, 1) and (some["won"], some["lost"]) == (1, 0)
    assert total("revenue", fair, by="owner")["revenue"] == "1000.00"
    rows = reports.answer(Question("velocity", "stage", segment=fair)).rows
    assert {row.key: row.values["n"] for row in rows}["Open"] == 1
    assert total("attribution", fair, by="channel")["linear_deals"] == 1
    assert total("attribution", fair, by="channel", goal="opened")["linear_deals"] == 1
    assert total("attribution", None, by="channel", goal="opened")["linear_deals"] == 2


def test_a_number_opens_only_what_members_did(fair, company):  # noqa: F811
    asked = Question("funnel", "source", segment=fair)
    (part,) = reports.made_of(asked, Cut("webinar"), "leads").parts
    assert part.contact == company["ana"].pk
    assert (
        reports.made_of(Question("winloss", "owner", segment=fair), Cut(whole=True), "lost").n == 0
    )


def test_as_of_a_moment_those_count_who_were_in_it_then(fair, company):  # noqa: F811
    before = timezone.now()
    members.remove(fair, people=[company["ana"].pk], by=None)
    members.add(fair, people=[company["ida"].pk], by=None)
    assert total("winloss", fair, by="owner")["lost"] == 1
    then = total("winloss", fair, by="owner", as_of=before)
    assert (then["won"], then["lost"]) == (1, 0)
    assert total("funnel", fair, by="source", as_of=before)["won"] == 1
    with pytest.raises(of_segment.BeforeItsTime, match="is known since it was made"):
        total("funnel", fair, by="source", as_of=fair.created_at - timedelta(days=1))


def test_who_is_deleted_is_no_member(fair, company):  # noqa: F811
    before = timezone.now()
    contacts.delete(company["ana"], by=None)
    assert total("winloss", fair, by="owner")["won"] == 0
    assert total("winloss", fair, by="owner", as_of=before)["won"] == 1


def test_a_segment_by_a_rule_gives_the_same_as_its_people_by_hand(company, pipeline):  # noqa: F811
    eve = person("Eve", "fair", "lead", day(3))
    deal(pipeline, eve, 7, opened=day(4), closed=day(5), outcome="won")
    made = saving.create(name="Webinar", rule=WEBINAR, by=None)
    with pytest.raises(of_segment.StillAsking):
        total("revenue", made, by="month")
    live.settle(timezone.now())
    made.refresh_from_db()
    assert total("revenue", None, by="month")["revenue"] == "1007.00"
    assert total("revenue", made, by="month")["revenue"] == "1000.00"
    funnel = reports.answer(Question("funnel", "source", segment=made))
    assert [row.key for row in funnel.rows] == ["webinar"]


def test_names_are_found_whatever_their_capitals(fair):
    assert of_segment.named(" fair") == of_segment.named(str(fair.pk)) == fair
    with pytest.raises(of_segment.UnknownSegment):
        of_segment.named("99999")
    with pytest.raises(of_segment.UnknownSegment, match=r"'Fiar'\. Use one of: Fair"):
        of_segment.named("Fiar")
    saving.archive(fair, by=None)
    with pytest.raises(of_segment.PutAway, match="'Fair' was put away"):
        of_segment.named("Fair")
