from __future__ import annotations

from django.db import models
from django.db.models import Q

from accord.people.models import Company, Contact
from accord.platform.models import User
from accord.sales.models.deal import Deal


class Activity(models.Model):
    """What somebody did with a person: a note, call, meeting or mail, as it was written down."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        CALL = "call", "Call"
        MEETING = "meeting", "Meeting"
        EMAIL = "email", "E-mail"

    kind = models.CharField(max_length=8, choices=Kind)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="activities")
    body = models.TextField(blank=True)
    outcome = models.CharField(max_length=60, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    pinned = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-happened_at"], name="activity_contact"),
            models.Index(fields=["company", "-happened_at"], name="activity_company"),
            models.Index(fields=["deal", "-happened_at"], name="activity_deal"),
        ]


class TaskQuerySet(models.QuerySet["Task"]):
    def alive(self) -> TaskQuerySet:
        return self.filter(deleted_at=None)

    def with_subjects(self) -> TaskQuerySet:
        """With what a line about each shows: its owner, contact, company and deal."""
        return self.select_related("owner", "contact", "company", "deal")


class Task(models.Model):
    """Something to do by a day (and perhaps an hour), on a contact, company or deal."""

    class Kind(models.TextChoices):
        TODO = "todo", "To do"
        CALL = "call", "Call"
        MEETING = "meeting", "Meeting"
        EMAIL = "email", "E-mail"

    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TODO)
    due_at = models.DateTimeField()
    all_day = models.BooleanField(default=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    company = models.ForeignKey(Company, models.CASCADE, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="tasks")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "due_at"], name="task_open", condition=Q(done_at=None)),
            models.Index(
                fields=["deal", "due_at", "id"],
                name="task_deal_waiting",
                condition=Q(done_at=None, deleted_at=None),
            ),
            models.Index(fields=["contact"], name="task_contact"),
        ]
