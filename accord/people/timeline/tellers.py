"""What the timeline says about the events of this folder, beyond their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accord.people import choices, fields, timeline
from accord.people.models import Company, ConsentRecord, Merge, Purpose, Segment
from accord.people.models.consent import CHANNELS
from accord.people.origins import channels
from accord.people.timeline import Told
from accord.platform.models import Event

_AFFILIATIONS = {"affiliation.added": "Joined", "affiliation.removed": "Left"}


def register() -> None:
    """Let the timeline ask this folder about its events. Called when the app is ready."""
    timeline.tell("lifecycle.changed", _stages)
    timeline.tell("touch.recorded", _touches)
    timeline.tell("contact.changed", _changed)
    timeline.tell("company.changed", _changed)
    timeline.tell("segment.entered", _segments)
    timeline.tell("segment.left", _segments)
    for name in ("given", "confirmed", "withdrawn", "objected", "retracted", "suppressed"):
        timeline.tell(f"consent.{name}", _consents)
    timeline.tell("contact.merged", _merges)
    timeline.tell("contact.unmerged", _merges)
    for name in ("visitor.recognised", "visitor.released", "visitor.shared"):
        timeline.tell(name, _devices)
    for name in _AFFILIATIONS:
        timeline.tell(name, _affiliations)


def _segments(events: Sequence[Event]) -> Mapping[int, Told]:
    known = Segment.objects.in_bulk({event.properties.get("segment", 0) for event in events})
    words = {
        ("segment.entered", "dynamic"): "Entered the segment “{}”",
        ("segment.left", "dynamic"): "Left the segment “{}”",
        ("segment.entered", "static"): "Put on the list “{}”",
        ("segment.left", "static"): "Taken off the list “{}”",
    }

    def told(event: Event) -> Told:
        segment = known.get(event.properties.get("segment", 0))
        if segment is None:
            return Told()
        return Told(title=words[event.name, segment.kind].format(segment.name))

    return {event.pk: told(event) for event in events}


def _consents(events: Sequence[Event]) -> Mapping[int, Told]:
    """What was said, to what: a permission somebody else wrote down is not an agreement."""
    purposes = dict(Purpose.objects.values_list("pk", "label"))
    said = dict(ConsentRecord.What.choices) | {"unknown": "Permission of unknown origin"}
    said["retracted"] = "Permission taken back"
    channels_of = {name: label.lower() for name, label in CHANNELS}

    def told(event: Event) -> Told:
        known = event.properties
        channel = channels_of.get(known.get("channel", ""), "every channel")
        if event.name == "consent.suppressed":
            return Told(title=f"Address was suppressed: {channel}")
        purpose = purposes.get(known.get("purpose", ""), known.get("purpose")) or "every purpose"
        return Told(title=f"{said.get(known.get('what', ''), 'Consent')}: {purpose}, {channel}")

    return {event.pk: told(event) for event in events}


def _merges(events: Sequence[Event]) -> Mapping[int, Told]:
    ids = {event.properties.get("merge") for event in events}
    merges = Merge.objects.filter(pk__in=ids).select_related("kept", "gone").in_bulk()

    def told(event: Event) -> Told:
        merge = merges.get(event.properties.get("merge", 0))
        if merge is None:
            return Told()
        other = merge.kept if merge.gone_id == event.contact_id else merge.gone
        words = "Merged with {}" if event.name == "contact.merged" else "No longer merged with {}"
        return Told(title=words.format(other), kind="merge", record_id=merge.pk)

    return {event.pk: told(event) for event in events}


def _devices(events: Sequence[Event]) -> Mapping[int, Told]:
    words = {
        ("visitor.recognised", "device"): "Recognised on a device",
        ("visitor.recognised", "user"): "Recognised by what a server sent",
        ("visitor.released", "device"): "A device turned out to be somebody else's",
        ("visitor.released", "user"): "What a server sent turned out to be about somebody else",
        ("visitor.shared", "device"): "A device is shared with somebody else",
        ("visitor.shared", "user"): "What a server sent is about somebody else, too",
    }
    return {each.pk: Told(title=words.get((each.name, each.properties.get("by", "")), ""))
            for each in events}  # fmt: skip


def _stages(events: Sequence[Event]) -> Mapping[int, Told]:
    labels = {choice.value: choice.label for choice in choices.stages()}

    def told(event: Event) -> Told:
        steps = [event.properties.get(key, "") for key in ("previous", "stage")]
        shown = " → ".join(labels.get(step, step) for step in steps if step)
        return Told(title=f"Lifecycle stage: {shown}", body=event.properties.get("reason", ""))

    return {event.pk: told(event) for event in events}


def _touches(events: Sequence[Event]) -> Mapping[int, Told]:
    def told(event: Event) -> Told:
        channel = channels.CHANNELS.get(event.channel)
        way = channel.label if channel else event.channel or "Unknown"
        parts = [event.source, event.campaign, event.properties.get("landing_page", "")]
        return Told(title=f"Came by {way}", body=" · ".join(filter(None, parts)))

    return {event.pk: told(event) for event in events}


def _changed(events: Sequence[Event]) -> Mapping[int, Told]:
    def told(event: Event) -> Told:
        known = fields.catalogue("contact" if event.contact_id else "company")
        written = event.properties.get("fields", [])
        labels = [known[name].label if name in known else name for name in written]
        return Told(title=f"{', '.join(labels)} changed")

    return {event.pk: told(event) for event in events}


def _affiliations(events: Sequence[Event]) -> Mapping[int, Told]:
    ids = {event.company_id for event in events if event.company_id}
    company = dict(Company.objects.filter(pk__in=ids).values_list("pk", "name"))

    def told(event: Event) -> Told:
        name = company.get(event.company_id or 0, "a company")
        return Told(title=f"{_AFFILIATIONS[event.name]} {name}")

    return {event.pk: told(event) for event in events}
