from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accord.people.models.contact import Contact
from accord.platform.models import User


class Merge(models.Model):
    """A person said that two contacts are one: `gone` became part of `kept`, until undone.

    import_id: the import whose rule it was. merged_until: when that merge was through.
    """

    kept = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    gone = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    import_id = models.BigIntegerField(null=True)
    merged_until = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["import_id"], name="merge_import", condition=Q(import_id__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merged_into_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="not_merged_into_itself"),
        ]


class MergeItem(models.Model):
    """One thing a merge changed: a field of the kept contact, a row that moved, or the events.

    name: of the field, or the table of the row. before, after: the value, or columns of the row.
    left: why it stayed when somebody took it back.
    """

    class Kind(models.TextChoices):
        FIELD = "field", "A field"
        ROW = "row", "A row"
        EVENTS = "events", "What happened"

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="items")
    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=80)
    row_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    returned_at = models.DateTimeField(null=True)
    left = models.CharField(max_length=200, blank=True)


class MergedEvent(models.Model):
    """An event that was the gone contact's when it was merged: what was so as of then."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="events")
    event_id = models.BigIntegerField()
    happened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["event_id"], name="merged_event")]


class NotTheSame(models.Model):
    """A person looked at two contacts that look alike: they are two. one: the lower id."""

    one = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    other = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="not_the_same_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="not_the_same_in_order"),
        ]
