from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accord.people.models import Contact
from accord.platform.access import permissions
from accord.platform.models import User


class FormQuerySet(models.QuerySet["Form"]):
    def visible_to(self, user: User) -> FormQuerySet:
        """Forms that are not deleted and that this person may see."""
        return self.filter(deleted_at=None).filter(permissions.rows(user, "form.read"))

    def open(self) -> FormQuerySet:
        """Forms that take answers."""
        return self.filter(deleted_at=None, closed_at=None, published__isnull=False)


class Form(models.Model):
    """Questions people answer on a page of ours or of the company's.

    slug: its address, and it never changes. draft: the definition as it is being written
    (engine.forms); published: the one people see. stage: where new contacts begin. told: whom
    Accord tells of what is sent, besides the owner. written_by: who changed the draft last.
    """

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    draft = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    published = models.ForeignKey("FormVersion", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=20, default="lead")
    told = models.ManyToManyField(User, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = FormQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.published_id is not None and not (self.closed_at or self.deleted_at)


class FormVersion(models.Model):
    """A form as it was published. Rows are only ever added: it proves what people were shown."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]


class Submission(models.Model):
    """A form somebody sent, as it came. Only its verdict and what became of it change.

    answers: texts by question. agreed: the boxes they ticked, each with the words beside it.
    network: the first bytes of the address. visitor: the id of the device, where they agreed to
    be recognised. ticket: what its page was given out with, once. settled_at: when it was put
    on a record. left_out: questions whose answer no record could take.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        PENDING = "pending", "Waits for confirmation"
        SPAM = "spam", "Spam"

    version = models.ForeignKey(FormVersion, models.PROTECT, related_name="submissions")
    form = models.ForeignKey(Form, models.CASCADE, related_name="submissions")
    at = models.DateTimeField()
    answers = models.JSONField()
    agreed = models.JSONField(default=list)
    email = models.CharField(max_length=320)
    page = models.CharField(max_length=2048, blank=True)
    referrer = models.CharField(max_length=2048, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    network = models.CharField(max_length=45, blank=True)
    visitor = models.CharField(max_length=200, blank=True)
    ticket = models.CharField(max_length=200, null=True, unique=True)
    proven = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = ArrayField(models.CharField(max_length=300), default=list)
    verdict = models.CharField(max_length=8, choices=Verdict)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    is_new = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    left_out = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["form", "verdict", "-id"], name="submission_form"),
            models.Index(fields=["network", "at"], name="submission_network"),
            models.Index(fields=["contact"], name="submission_contact"),
            models.Index(fields=["at"], name="submission_spam", condition=Q(verdict="spam")),
        ]


class Confirmation(models.Model):
    """The link in the mail that asks whether it was them. Of the token only a digest is kept."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="confirmation")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Proposal(models.Model):
    """An answer that differs from what a contact's record says: a colleague decides."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="proposals")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    field = models.CharField(max_length=60)
    value = models.JSONField()
    taken = models.BooleanField(null=True)
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "field"],
                condition=Q(decided_at=None),
                name="one_open_proposal_a_field",
            )
        ]


class FormDay(models.Model):
    """How often a form was looked at and begun on a day. Nobody is recognised for it."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="days")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)
    starts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "day"], name="form_day_once")]
