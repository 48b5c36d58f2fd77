"""Every table of people and platform, and what is kept of a person in it."""

from __future__ import annotations

from collections.abc import Iterator

from accord.people.models import Company, ConsentRecord, PrivacyStep, Segment, SegmentVersion
from accord.people.privacy import agreed, evidence, happened, imported, merged, record
from accord.platform import personal
from accord.platform.lake import erasing as lake
from accord.platform.lake import snapshots
from accord.platform.models import (
    AuditEntry,
    BulkChange,
    Event,
    FieldChange,
    Import,
    ImportRow,
    Job,
    SavedView,
)
from accord.platform.personal import NotYet, Person, Row, Store


def register() -> None:
    """Declare every table of people and platform. Called when the app is ready."""
    record.register()
    happened.register()
    agreed.register()
    merged.register()
    imported.register()
    evidence.register()
    personal.offer(
        Store(
            "lake",
            "Files of the lake",
            ("platform.LakeFile",),
            _nothing_more,
            _not_in_lake,
            order=personal.COPIES,
            apart=True,
        )
    )
    _texts()
    _impersonal()


def _nothing_more(person: Person) -> Iterator[Row]:
    """The lake repeats what the other stores gave out."""
    yield from ()


def _not_in_lake(person: Person) -> None:
    try:
        lake.erase(contacts=[person.id], visitors=person.visitors, wait=False)
    except snapshots.Busy as busy:
        raise NotYet from busy


# A deal or company may have an id that reads like somebody's: in its history, and in its row.
_OWN = "external_id"
_OTHERS_ID = f"subject_type <> 'contact' AND field = '{_OWN}'"
_OTHERS_ROWS = "import_id IN (SELECT id FROM platform_import WHERE \"into\" <> 'contacts')"


def _texts() -> None:
    words = ("name", "website", "phone", "industry", "city", "custom", "tags")
    personal.sweep("Companies", Company, *words, keys=("external_id",))
    personal.sweep("Events", Event, "properties", "source", "campaign")
    personal.sweep("History of fields", FieldChange, "old", "new", others=_OTHERS_ID)
    personal.sweep("Audit log", AuditEntry, "details")
    personal.sweep(
        "Rows of imported files", ImportRow, "values", "reason", others=_OTHERS_ROWS, own=_OWN
    )
    personal.sweep(
        "Imports", Import, "file_name", "rehearsal", "mapping", "error", "origin", "evidence_name"
    )
    personal.sweep("Edits of many records", BulkChange, "value", "query", "before")
    personal.sweep("Saved views", SavedView, "name", "query")
    personal.sweep("Jobs of the queue", Job, "payload", "error")
    personal.sweep("Segments", Segment, "name", "description", "rule")
    personal.sweep("Versions of segments", SegmentVersion, "name", "description", "rule")
    personal.sweep("Consent", ConsentRecord, "page", "referrer", "note")
    personal.sweep("Privacy requests", PrivacyStep, "note")


def _impersonal() -> None:
    personal.impersonal("Rules about links and sites, not about people.", "people.ChannelRule")
    _settings_and_housekeeping()


def _settings_and_housekeeping() -> None:
    personal.impersonal(
        "Settings of the company, the same for everybody.",
        "people.Purpose",
        "people.ConsentText",
        "people.BannerText",
        "people.Assessment",
        "people.CustomField",
        "people.LifecycleStage",
        "platform.InstanceSetting",
        "platform.ExchangeRate",
        "platform.Team",
    )
    personal.impersonal(
        "Colleagues, who are no contacts.",
        "platform.User",
        "platform.OneTimeLink",
        "account.EmailAddress",
        "account.EmailConfirmation",
        "mfa.Authenticator",
        "usersessions.UserSession",
        "sessions.Session",
        "auth.Permission",
        "auth.Group",
    )
    personal.impersonal(
        "Guesses at passwords of colleagues, gone after a day.",
        "axes.AccessFailureLog",
        "axes.AccessAttempt",
        "axes.AccessAttemptExpiration",
        "axes.AccessLog",
    )
    personal.impersonal("Counts of people, none of them named.", "people.SegmentSize")
    personal.impersonal(
        "Housekeeping without a word about anybody.",
        "contenttypes.ContentType",
        "platform.LakeTable",
        "platform.Schedule",
        "platform.Heartbeat",
    )
