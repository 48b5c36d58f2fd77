from datetime import timedelta

import orjson

from accord.channels.intake import failures
from accord.channels.models import FailedEvent, Receipt
from accord.channels.tests.test_intake import CHROME, NOON, events, site, take, track
from accord.engine.capture import messages
from accord.people.models import Visitor

__all__ = ["site"]


def test_what_failed_in_a_batch_is_tried_again_with_what_the_batch_said(site, olga, monkeypatch):
    late = track(timestamp=(NOON + timedelta(hours=2)).isoformat(), properties={"a": "x" * 500})
    around = {
        "sentAt": (NOON + timedelta(hours=3)).isoformat(),
        "context": {"page": {"url": "https://acme.example/prices"}, "gpc": True},
        "batch": [late, {"anonymousId": "v-1"}],
    }
    monkeypatch.setattr(messages, "LARGEST", 300)  # a limit that was mended meanwhile
    Receipt.objects.create(
        received_at=NOON, key=site, kind="batch", body=orjson.dumps(around), events=2, agent=CHROME
    )
    take()
    monkeypatch.undo()
    for each in FailedEvent.objects.order_by("pk"):
        failures.replay(each, by=olga)
    take()
    [event] = events()
    assert event.happened_at == NOON - timedelta(hours=1)
    assert event.properties["url"] == "https://acme.example/prices"
    assert Visitor.objects.get().opted_out
    again = FailedEvent.objects.get()
    assert again.reason.startswith("The type is none of track")
