from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accord.people.models.contact import Contact
from accord.platform.models import User


class PrivacyRequest(models.Model):
    """What somebody asked of us as a person whose data we keep, and by when we owe an answer.

    asked_by, identity: who asked and how we know that it is them; personal, as the notes of its
    steps are: erasure blanks them. contact_id stays: it names nobody then.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", "A copy of their data"
        ERASURE = "erasure", "Erasure"
        RECTIFICATION = "rectification", "Correction"
        RESTRICTION = "restriction", "Restriction"
        OBJECTION = "objection", "Objection"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Origin(models.TextChoices):
        STAFF = "staff", "Written down by a colleague"
        PAGE = "page", "Asked on the public page"
        COMMAND = "command", "Asked by command"

    kind = models.CharField(max_length=13, choices=Kind)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    origin = models.CharField(max_length=7, choices=Origin)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    asked_by = models.CharField(max_length=320, blank=True)
    identity = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="privacy_request_due", condition=Q(state="open")),
            models.Index(fields=["contact"], name="privacy_request_contact"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="closed_request_has_its_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.pk})"


class PrivacyStep(models.Model):
    """What was done about a request, when and by whom. Rows are only ever added."""

    request = models.ForeignKey(PrivacyRequest, models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class Erasure(models.Model):
    """One erasure of a person, while it is done and afterwards, without the person.

    contact: the number of their record. mark, digests: keyed digests of the record and of its
    addresses, as on the list outside the database. plan: what they are found by until it is done.
    done: the stores it has been through. counts: rows of each store when it began.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    request = models.ForeignKey(PrivacyRequest, models.SET_NULL, null=True, related_name="erasures")
    contact = models.BigIntegerField()
    mark = models.CharField(max_length=64)
    digests = ArrayField(models.CharField(max_length=64), default=list)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    plan = models.JSONField(null=True)
    counts = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    done = ArrayField(models.CharField(max_length=40), default=list)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(plan=None, finished_at__isnull=False),
                name="finished_erasure_names_nobody",
            )
        ]
        indexes = [models.Index(fields=["contact"], name="erasure_contact")]
