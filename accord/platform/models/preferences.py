from __future__ import annotations

from django.db import models

from accord.platform.models.user import User


class InstanceSetting(models.Model):
    """A choice of the whole company, changed in Settings: a name and a JSON value."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()


class SavedView(models.Model):
    """A list as somebody likes it: filters, sort and columns, personal or shared."""

    noun = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)
    query = models.CharField(max_length=4000, blank=True, help_text="f=...&sort=...&columns=...")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["noun", "owner", "name"], name="saved_view_once")
        ]


class ExchangeRate(models.Model):
    """What one unit of `currency` was worth in the reporting currency from this day on."""

    currency = models.CharField(max_length=3)
    on = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "on"], name="one_rate_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_is_positive"),
        ]


class BulkChange(models.Model):
    """One edit of many records at once, kept so that it can be undone."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    class How(models.TextChoices):
        SET = "set", "Set"
        ADD = "add", "Add"
        REMOVE = "remove", "Remove"

    noun = models.CharField(max_length=20)
    field = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    how = models.CharField(max_length=6, choices=How, default=How.SET)
    query = models.CharField(max_length=4000, blank=True)
    ids = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="Could not be changed.")
    restricted = models.PositiveIntegerField(default=0, help_text="Left out: kept, not used.")
    left_alone = models.PositiveIntegerField(default=0, help_text="Changed again: not undone.")
    before = models.JSONField(default=list, help_text="[id, old value, version after] a record")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
