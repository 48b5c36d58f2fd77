import pytest
from django.utils import timezone

from accord.channels.intake import failures, taking
from accord.channels.models import FailedEvent, PageCount, Receipt, WriteKey
from accord.platform.models import AuditEntry, Event


@pytest.fixture
def key(db):
    return WriteKey.objects.create(key="site-key", name="acme.example", kind="browser")


@pytest.fixture
def failed(key):
    return FailedEvent.objects.create(
        received_at=timezone.now(), key=key, kind="track", agent="Mozilla/5.0 Chrome/142",
        said='{"type": "track", "event": "<b>Bought</b>", "anonymousId": "v-1"}',
        reason="What was tracked has no name: send it as event.",
    )  # fmt: skip


@pytest.fixture
def signed_in(client, olga):
    client.force_login(olga)
    return client


def test_a_failed_event_is_shown_with_its_reason(signed_in, failed):
    page = signed_in.get("/settings/tracking/failed/").content.decode()
    assert "What was tracked has no name" in page
    assert "&lt;b&gt;Bought" in page and "<b>Bought" not in page
    assert "acme.example" in page


def test_it_is_tried_again_as_it_arrived(signed_in, failed):
    answer = signed_in.post(f"/settings/tracking/failed/{failed.pk}/replay/", follow=True)
    assert "It is tried again" in answer.content.decode()
    receipt = Receipt.objects.get()
    assert (receipt.received_at, receipt.kind, receipt.events) == (failed.received_at, "track", 1)
    taking.take(timezone.now())
    assert Event.objects.get(name="track").properties["event"] == "<b>Bought</b>"
    assert not FailedEvent.objects.exists()
    assert AuditEntry.objects.filter(verb="failed_event.replayed").exists()


def test_what_fails_again_comes_back(signed_in, failed):
    FailedEvent.objects.filter(pk=failed.pk).update(said="{}")
    signed_in.post(f"/settings/tracking/failed/{failed.pk}/replay/")
    taking.take(timezone.now())
    assert FailedEvent.objects.get().reason == "It names nobody: send an anonymousId or a userId."


def test_it_is_thrown_away_once(signed_in, failed, olga):
    signed_in.post(f"/settings/tracking/failed/{failed.pk}/removal/")
    assert not FailedEvent.objects.exists()
    assert signed_in.post(f"/settings/tracking/failed/{failed.pk}/removal/").status_code == 404
    for verb in (failures.discard, failures.replay):
        with pytest.raises(failures.Gone):
            verb(failed, by=olga)


def test_many_come_page_by_page(signed_in, failed, key, django_assert_max_num_queries):
    FailedEvent.objects.bulk_create(
        FailedEvent(received_at=timezone.now(), key=key, said="{}", reason="r") for _ in range(60)
    )
    with django_assert_max_num_queries(14):
        first = signed_in.get("/settings/tracking/failed/")
    assert len(first.context["lines"]) == 50
    older = signed_in.get(f"/settings/tracking/failed/?before={first.context['older']}")
    assert len(older.context["lines"]) == 11 and older.context["older"] is None
    assert signed_in.get("/settings/tracking/failed/?before=x%27").status_code == 200


def test_tracking_shows_script_failures_and_counts(signed_in, failed, key):
    PageCount.objects.create(
        day=timezone.localdate(), key=key, page="acme.example/", views=7, visitors=3
    )
    page = signed_in.get("/settings/tracking/").content.decode()
    assert "/t.js&quot;" in page or '/t.js"' in page
    assert "1 event could not be taken in" in page
    assert '<td class="n">3</td><td class="n">7</td>' in page
