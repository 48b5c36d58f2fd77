from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accord.people.models.contact import Contact
from accord.platform.models import User


class SegmentQuerySet(models.QuerySet["Segment"]):
    def current(self) -> SegmentQuerySet:
        """Segments and lists that are in use."""
        return self.filter(archived_at=None)

    def dynamic(self) -> SegmentQuerySet:
        return self.filter(kind=Segment.Kind.DYNAMIC)


class Segment(models.Model):
    """People who belong together: by a rule, or because somebody put them on a list.

    size: how many members. stale_at: from when on everybody waits to be asked anew.
    differed: how many members the last check (at checked_at) found too many or too few.
    """

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", "By a rule"
        STATIC = "static", "List"

    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=7, choices=Kind)
    rule = models.JSONField(null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    stale_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    differed = models.PositiveIntegerField(default=0)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(archived_at=None), name="segment_name_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="static", rule__isnull=True)
                | Q(kind="dynamic", rule__isnull=False),
                name="dynamic_segment_has_a_rule",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SegmentVersion(models.Model):
    """What a segment was from a moment on, and who said so. Rows are only ever added."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, blank=True)
    rule = models.JSONField(null=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="segment_version_once")
        ]


class Membership(models.Model):
    """A contact is in a segment. Who entered and left when stands in the event log."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "contact"], name="membership_once")
        ]


class SegmentSize(models.Model):
    """How many were in a segment at the end of a day, and how often somebody entered or left.

    A day without a row ended as the one before it.
    """

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="sizes")
    day = models.DateField()
    size = models.PositiveIntegerField()
    entered = models.PositiveIntegerField()
    left = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "day"], name="segment_size_a_day")
        ]


class ChangedPerson(models.Model):
    """Something about a contact changed; it may enter or leave segments. Triggers write these.

    what: "contact", a topic of `engine.segments.references`, or "event:NAME". due_at: of what
    happens later, when; empty is at once. Gone once the contact was asked anew.
    """

    contact_id = models.BigIntegerField()
    what = models.CharField(max_length=90)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="changed_person_due", condition=Q(due_at__isnull=False)
            )
        ]


class MembershipTurn(models.Model):
    """When time alone may change whether a contact is in a segment."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "contact"], name="membership_turn_once")
        ]
        indexes = [models.Index(fields=["due_at", "contact"], name="membership_turn_due")]
