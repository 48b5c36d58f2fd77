from __future__ import annotations

from django.db import models

from accord.platform.models.user import User


class AuditEntry(models.Model):
    """Who did what to which record. Rows are only ever added (a trigger refuses the rest)."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_subject"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            models.Index(fields=["by", "-id"], name="audit_person"),
        ]


class FieldChange(models.Model):
    """One field of one record went from `old` to `new`. Rows are only ever added."""

    class Origin(models.TextChoices):
        USER = "user", "A person"
        IMPORT = "import", "An import"
        FORM = "form", "A form"
        API = "api", "The API"
        SYSTEM = "system", "Accord"

    at = models.DateTimeField()
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    field = models.CharField(max_length=80)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    origin = models.CharField(max_length=10, choices=Origin)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "field", "at"], name="change_subject"
            ),
            models.Index(fields=["subject_type", "at"], name="change_at"),
            models.Index(
                fields=["import_id"],
                name="change_import",
                condition=models.Q(import_id__isnull=False),
            ),
            models.Index(fields=["by"], name="change_by", condition=models.Q(by__isnull=False)),
        ]


class Event(models.Model):
    """Something that happened. The table is partitioned by month and only ever added to.

    A touch is an event with a channel. Ids of contact, company, deal and campaign are plain
    numbers: this folder knows no trade words, and a log keeps what it saw.

    visitor_id, session_id: of what somebody did on a site or in an app; a session is called by
    its first instant, microseconds since 1970. actor: "human", "bot", "unknown", "" for others.
    """

    class Team(models.TextChoices):
        NONE = "", "Nobody"
        MARKETING = "marketing", "Marketing"
        SALES = "sales", "Sales"
        BOTH = "both", "Both"

    name = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    team = models.CharField(max_length=10, choices=Team, blank=True)
    contact_id = models.BigIntegerField(null=True)
    company_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    properties = models.JSONField(default=dict)
    import_id = models.BigIntegerField(null=True)
    visitor_id = models.BigIntegerField(null=True)
    session_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=8, blank=True)

    class Meta:
        managed = False
        db_table = "platform_event"
