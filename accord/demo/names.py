"""Events only the demo company tells so far: visits, forms, fairs and hand-offs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accord.engine.simulator import EVENTS
from accord.people import timeline
from accord.people.timeline import Told
from accord.platform.events import names
from accord.platform.models import Event

ICONS = {
    "ad.clicked": "click",
    "form.submitted": "forms",
    "webinar.attended": "school",
    "fair.talked": "users",
    "partner.introduced": "affiliate",
    "mail.opened": "mail-opened",
    "mail.clicked": "mail",
    "handoff.made": "arrows-exchange",
    "handoff.accepted": "user-check",
    "handoff.returned": "arrow-back-up",
    "handoff.recycled": "refresh",
}
VERBS = {
    "ad.clicked": "Clicked the ad",
    "form.submitted": "Submitted",
    "webinar.attended": "Attended",
    "mail.opened": "Opened",
    "mail.clicked": "Clicked in",
}


def declare() -> None:
    """Make the names known and let the timeline tell them, once."""
    for name, known in EVENTS.items():
        if name in ICONS and name not in names.ALL:
            names.declare(name, known.label, team=known.team, icon=ICONS[name])
            timeline.tell(name, _tell)


def _tell(events: Sequence[Event]) -> Mapping[int, Told]:
    return {event.pk: _told(event) for event in events}


def _told(event: Event) -> Told:
    known = event.properties
    what = known.get("title") or known.get("path")
    if event.name in VERBS and what:
        return Told(title=f"{VERBS[event.name]} {what}")
    minutes = f"After {known['minutes']} working minutes" if "minutes" in known else ""
    body = ". ".join(part for part in (known.get("reason"), known.get("title"), minutes) if part)
    return Told(body=body)
