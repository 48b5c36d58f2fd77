from __future__ import annotations

from django.db import models


class Job(models.Model):
    """One piece of work for the worker: claimed by lease, finished only by who holds it."""

    class State(models.TextChoices):
        READY = "ready", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        DEAD = "dead", "Given up"
        DISCARDED = "discarded", "Discarded"

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=200, null=True, unique=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=State, default=State.READY)
    due_at = models.DateTimeField()
    again_at = models.DateTimeField(null=True, help_text="Asked for anew while it was running.")
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    lease_until = models.DateTimeField(null=True)
    lease_epoch = models.PositiveIntegerField(default=0)
    holder = models.BigIntegerField(null=True, help_text="The heartbeat of who runs it.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="job_due",
                condition=models.Q(state__in=["ready", "running"]),
            ),
            models.Index(fields=["state", "finished_at"], name="job_state"),
        ]


class Schedule(models.Model):
    """Work that comes back: the next time it is due, kept in the database."""

    name = models.CharField(max_length=80, unique=True)
    next_at = models.DateTimeField()


class Heartbeat(models.Model):
    """A living process: who, since when, last seen."""

    process = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
