"""Settings > System and the price list: what waits for a person, and what they decide."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accord.channels import outbox
from accord.channels.models import Message
from accord.platform.access import preferences
from accord.platform.models import Heartbeat, Job
from accord.platform.queue import leases
from accord.sales.models import Product

pytestmark = pytest.mark.django_db
SYSTEM = "/settings/system/"


@pytest.fixture
def signed_in(client, olga):
    client.force_login(olga)
    return client


@pytest.fixture
def dead(db):
    now = timezone.now()
    state = Job.State.DEAD
    return Job.objects.create(
        name="import.run", state=state, due_at=now, finished_at=now, attempt=5, error="<b>Boom</b>"
    )


def message(state, key="a"):
    row = outbox.send(key=key, to="ana@acme.example", subject="<i>Hello</i>", text="Hi")
    Message.objects.filter(pk=row.pk).update(state=state, reply="550 no such user")
    return row


def test_it_tells_what_waits_and_escapes_it(signed_in, dead, django_assert_max_num_queries):
    message(Message.State.FAILED)
    now = timezone.now()
    leases.enter("worker-1", "worker")
    gone = Heartbeat(process="worker-2", kind="worker", started_at=now, seen_at=now)
    gone.save()
    signed_in.get(SYSTEM)
    with django_assert_max_num_queries(20):
        page = signed_in.get(SYSTEM).text
    for text in ("import.run", "5 of 5", "ana@acme.example", "550 no such user", "Quiet", "Alive"):
        assert text in page
    assert "<b>Boom" not in page and "<i>Hello" not in page and "This is a copy" not in page


def test_a_job_given_up_is_tried_again_or_discarded(signed_in, dead):
    signed_in.post(f"{SYSTEM}jobs/{dead.pk}/retry/")
    dead.refresh_from_db()
    assert dead.state == Job.State.READY
    assert signed_in.post(f"{SYSTEM}jobs/{dead.pk}/discard/").status_code == 422
    Job.objects.filter(pk=dead.pk).update(state=Job.State.DEAD)
    signed_in.post(f"{SYSTEM}jobs/{dead.pk}/discard/")
    dead.refresh_from_db()
    assert dead.state == Job.State.DISCARDED


def test_a_failed_message_is_sent_again_once(signed_in):
    row = message(Message.State.FAILED)
    signed_in.post(f"{SYSTEM}messages/{row.pk}/")
    row.refresh_from_db()
    assert row.state == Message.State.READY
    assert signed_in.post(f"{SYSTEM}messages/{row.pk}/").status_code == 422


def test_a_copy_says_so_everywhere_until_it_is_released(signed_in):
    preferences.change(quarantined=True, by=None)
    row = message(Message.State.HELD)
    assert "This is a copy" in signed_in.get(SYSTEM).text
    page = signed_in.get("/").text
    assert "it sends nothing" in page and f'href="{SYSTEM}">Settings, System</a>' in page
    signed_in.post(f"{SYSTEM}release/", {"held": "1"})
    row.refresh_from_db()
    assert row.state == Message.State.READY and not preferences.current().quarantined
    assert "it sends nothing" not in signed_in.get("/").text


@pytest.mark.parametrize("page", [SYSTEM, "/settings/products/"])
def test_others_are_turned_away(client, ben, page):
    client.force_login(ben)
    assert client.get(page).status_code == 403


def test_products_are_added_changed_and_archived(signed_in):
    signed_in.post("/settings/products/", {"name": "Panel <1>", "price": "1,250.50", "series": "P"})
    panel = Product.objects.get()
    assert (panel.price, panel.currency) == (Decimal("1250.50"), "EUR")
    assert "Panel &lt;1&gt;" in signed_in.get("/settings/products/").text
    url = f"/settings/products/{panel.pk}/"
    signed_in.post(url, {"name": "Panel", "price": "", "currency": "USD"})
    panel.refresh_from_db()
    assert (panel.name, panel.price, panel.currency) == ("Panel", None, "USD")
    signed_in.post(f"{url}archive/")
    assert "Put back" in signed_in.get("/settings/products/").text
    signed_in.post(f"{url}archive/", {"back": "1"})
    panel.refresh_from_db()
    assert panel.archived_at is None


@pytest.mark.parametrize("price", ["dear", "-1", "1e99"])
def test_a_price_nobody_can_read_is_refused(signed_in, price):
    answer = signed_in.post("/settings/products/", {"name": "Panel", "price": price})
    assert answer.status_code == 422 and not Product.objects.exists()


def test_a_suppressed_message_says_why_and_offers_no_way_to_send_it(signed_in):
    row = message(Message.State.SUPPRESSED)
    Message.objects.filter(pk=row.pk).update(reply="Refused: consent was withdrawn.")
    page = signed_in.get(SYSTEM).content.decode()
    assert "Refused: consent was withdrawn." in page
    assert f"{SYSTEM}messages/{row.pk}/" not in page
