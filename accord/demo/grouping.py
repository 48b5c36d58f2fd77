"""Segments as a marketer of the demo company would write them, and a list filled by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accord.demo.places import Loading, unused
from accord.people.models import Segment
from accord.people.segments import members, saving


def load(loading: Loading) -> None:
    """Make them and let in whom their rules select now."""
    now = timezone.now()
    for name, (described, rule) in _rules(loading.book.purposes[0]).items():
        made = saving.create(name=unused(Segment, name), description=described, rule=rule, by=None)
        loading.book.segments.append(made.pk)
        members.evaluate(made, now)
    listed = saving.create(
        name=unused(Segment, "Invited to the plant tour"),
        description="Picked by hand for the tour of the foundry.",
        by=None,
    )
    loading.book.segments.append(listed.pk)
    customers = [each for each in loading.world.contacts if each.stage in ("customer", "advocate")]
    people = [loading.contacts[each.key] for each in customers[:18]]
    members.add(listed, people=people, by=None)


def _rules(newsletter: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Name, description and rule. newsletter: the name of its purpose."""
    prices = [{"property": "path", "kind": "text", "is": "/pricing/"}]
    recent = {"within_last": "60 days"}
    quarter = {"within_last": "90 days"}
    return {
        "Looked at prices, no open deal": (
            "Somebody should call them while they remember.",
            {
                "all": [
                    {"event": "page.viewed", "where": prices, "when": recent},
                    {"not": {"deal": "open"}},
                ]
            },
        ),
        "Newsletter readers in German": (
            "Agreed to the newsletter and read German.",
            {
                "all": [
                    {"consent": newsletter, "channel": "email", "state": "given"},
                    {"contact": "language", "kind": "text", "is": "de"},
                ]
            },
        ),
        "Asked us lately, larger companies": (
            "Filled in a form within three months; 200 people or more.",
            {
                "all": [
                    {"event": "form.submitted", "when": quarter},
                    {"company": "employees", "kind": "number", "at_least": 200},
                ]
            },
        ),
    }
