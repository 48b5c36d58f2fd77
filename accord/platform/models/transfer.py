from __future__ import annotations

from django.db import models

from accord.platform.models.user import User


class Import(models.Model):
    """One file brought in: how it was read, what it did, and how to take it back.

    basis: what its people may be written to on, as whoever brought it in states; "" where that was
    never asked. places, origin, collected_on and the evidence belong to it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being set up"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Stopped"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    class Basis(models.TextChoices):
        UNKNOWN = "unknown", "Nobody knows, or nobody asked them"
        INTEREST = "interest", "Our legitimate interest, as assessed"
        CONSENT = "consent", "They agreed"
        SOFT_OPT_IN = "soft_opt_in", "They bought from us and were offered to say no"

    into = models.CharField(max_length=20)
    file_name = models.CharField(max_length=255)
    stored_as = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file.")
    mapping = models.JSONField(default=dict)
    rehearsal = models.JSONField(null=True, help_text="What a dry run found, for its mapping.")
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    undone_until = models.PositiveIntegerField(default=0, help_text="Last row taken back.")
    kept_on_undo = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    basis = models.CharField(max_length=11, choices=Basis, blank=True)
    places = models.JSONField(default=list, help_text="Purposes and channels, as purpose/channel.")
    origin = models.CharField(max_length=300, blank=True, help_text="Where the list is from.")
    collected_on = models.DateField(null=True)
    evidence_name = models.CharField(max_length=255, blank=True)
    evidence_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of it.")
    stated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class ImportRow(models.Model):
    """One row of a file: its first values, what became of it, and why where it failed."""

    class Action(models.TextChoices):
        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        UNCHANGED = "unchanged", "Unchanged"
        SKIPPED = "skipped", "Skipped"
        ERROR = "error", "Error"

    source = models.ForeignKey(
        Import,
        models.CASCADE,
        related_name="result_rows",
        db_column="import_id",
        db_index=False,
    )
    number = models.PositiveIntegerField(help_text="Row in the file; the header is row 1.")
    values = models.JSONField(default=dict)
    action = models.CharField(max_length=9, choices=Action)
    object_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["object_id", "source"], name="import_row_object")]
