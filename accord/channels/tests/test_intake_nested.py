import orjson
import pytest

from accord.channels.intake import taking
from accord.channels.models import FailedEvent, Receipt
from accord.channels.tests.test_intake import events, page, receive, site, take

__all__ = ["site"]


@pytest.mark.parametrize("levels", [255, 1_020])
@pytest.mark.parametrize("where", ["properties", "type", "messageId", "context", "x"])
def test_what_is_nested_too_deep_fails_alone(site, where, levels, monkeypatch):
    """An encoder gives up at 255 levels, the decoder of the collect server at 1,024."""
    monkeypatch.setattr(taking, "_take_alone", None)  # nothing is taken apart one by one
    deep = b'{"a":' * levels + b"1" + b"}" * levels
    bad = b'{"type": "page", "anonymousId": "v-2", "%s": %s}' % (where.encode(), deep)
    around = b'{"context": %s, "batch": [%s]}' % (deep, orjson.dumps(page("/2")))
    for body in (b'{"batch": [%s, %s]}' % (orjson.dumps(page()), bad), around):
        receive(site, page())
        Receipt.objects.filter(pk=Receipt.objects.latest("pk").pk).update(body=body)
    take()
    assert [event.properties["path"] for event in events()] == ["/"]
    one, all_of_it = FailedEvent.objects.order_by("pk")
    assert one.reason.endswith(".") and '"…"' in one.said and "v-2" in one.said
    assert all_of_it.reason == "Values lie more than 8 levels deep." and "v-1" in all_of_it.said
