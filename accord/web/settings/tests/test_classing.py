import pytest
from django.utils import timezone

from accord.people.models import Visitor
from accord.people.origins import channel_rules
from accord.platform.events import partitions
from accord.platform.models import Event
from accord.platform.queue import work

pytestmark = pytest.mark.django_db

URL = "/settings/channels/past/"
NEWS = {"part": "source", "how": "is", "text": "acme news", "channel": "email"}


@pytest.fixture
def house(client, olga):
    client.force_login(olga)
    return client


@pytest.fixture
def visit(db):
    now = timezone.now()
    partitions.ensure({now.date()})
    seen = {"first_seen_at": now, "last_seen_at": now, "key_id": 1}
    visitor = Visitor.objects.create(by="device", name="v", **seen)
    return Event.objects.create(
        name="page.viewed", happened_at=now, recorded_at=now, visitor_id=visitor.pk,
        channel="other", source="acme news",
        properties={"url": "https://acme.example/<b>?utm_source=acme+news", "referrer": "http://["},
    )  # fmt: skip


def test_the_past_is_looked_at_and_then_classed_anew(house, olga, visit):
    assert "Look what would change" in house.get(URL).text
    channel_rules.add(NEWS, by=olga)
    assert house.post(URL).status_code == 302
    page = house.get(URL).text
    assert "Looking: 0 visited pages" in page and 'hx-trigger="load delay:2s"' in page
    work.run_due()
    page = house.get(URL).text
    assert "1 would change" in page and "None of them earned credit" in page
    assert "&lt;b&gt;?utm_source=acme+news" in page and ">E-mail</td>" in page
    pk = page.partition("/start/")[0].rpartition("/")[2]
    assert house.post(f"{URL}{pk}/start/").status_code == 302
    work.run_due()
    page = house.get(URL, headers={"HX-Request": "true"}).text
    assert "Classed anew" in page and "<!doctype" not in page
    visit.refresh_from_db()
    assert (visit.channel, visit.source) == ("email", "acme news")
    assert house.post(f"{URL}{pk}/start/").status_code == 422


def test_other_rules_are_looked_at_again_first(house, olga, visit):
    rule = channel_rules.add(NEWS, by=olga)
    house.post(URL)
    assert "looked at or classed already" in house.post(URL).text
    work.run_due()
    pk = house.get(URL).text.partition("/start/")[0].rpartition("/")[2]
    channel_rules.remove(rule, by=olga)
    answer = house.post(f"{URL}{pk}/start/")
    assert answer.status_code == 422 and "The rules changed" in answer.text
