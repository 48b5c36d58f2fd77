from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accord.people.models.contact import Contact
from accord.platform.models import User


class Visitor(models.Model):
    """Somebody who did something on a site or in an app, known or not.

    name: the id of the device, or of the person as a server knows them. key_id: the write key
    it was first seen with. opted_out: the browser asked that nothing be sold or shared (GPC).
    """

    class By(models.TextChoices):
        DEVICE = "device", "A device"
        USER = "user", "A server's id of a person"

    by = models.CharField(max_length=6, choices=By)
    name = models.CharField(max_length=200)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    key_id = models.BigIntegerField()
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    opted_out = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="visitor_once")]


class Evidence(models.Model):
    """What was said of who a visitor is: an address, an id or both, when, and by whom it came.

    One row is everything said in the same words within an hour, from the first to the last time.
    moments: each time, as a device may be somebody else's in between; of those within one second
    the first and the last. None of a server's person, and before 0035 none between the two.
    message, key_id: the first of them, as the client called it, and the write key it came by.
    recorded_at: when the row was made; of somebody who is not named, when they were said last.
    rejected_at: a person says that these words are wrong, whenever this visitor says them.
    """

    class Strength(models.TextChoices):
        SAID = "said", "A page said so"
        KNOWN = "known", "A server said so"

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="evidence")
    email = models.CharField(max_length=320, blank=True)
    user_id = models.CharField(max_length=200, blank=True)
    strength = models.CharField(max_length=5, choices=Strength)
    hour = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    moments = ArrayField(models.DateTimeField(), default=list, db_default=[])
    recorded_at = models.DateTimeField()
    key_id = models.BigIntegerField()
    message = models.CharField(max_length=200, blank=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visitor", "email", "user_id", "strength", "hour"], name="evidence_once"
            )
        ]
        indexes = [
            models.Index(fields=["email"], name="evidence_email", condition=~Q(email="")),
            models.Index(fields=["user_id"], name="evidence_user_id", condition=~Q(user_id="")),
        ]


class VisitorSpan(models.Model):
    """Who a visitor was from a moment on (empty: from the beginning), as the evidence has it.

    Worked out by `engine.identity`, never edited: a visitor's rows are replaced as a whole.
    """

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="spans")
    since = models.DateTimeField(null=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")


class KeyChange(models.Model):
    """An address or id that may be somebody else's since: visitors known by it are looked at.

    Triggers on contacts and addresses write these, so that no way of changing them is forgotten.
    """

    email = models.CharField(max_length=320, blank=True)
    user_id = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField()


class RestrictedPair(models.Model):
    """An address and an id that were said together while whom they mean was restricted.

    No evidence: nobody is recognised by it. It tells that the id is somebody restricted, and what
    goes when they are erased. is_known: a server said it, not a page.
    """

    email = models.CharField(max_length=320)
    user_id = models.CharField(max_length=200, db_index=True)
    is_known = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email", "user_id", "is_known"], name="restricted_pair_once"
            )
        ]


class ErasedKey(models.Model):
    """An address or id of somebody who was erased, by a keyed digest: what was said of them
    before, and arrives late, names nobody either.
    """

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
