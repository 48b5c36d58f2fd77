from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accord.people.models.contact import Contact
from accord.platform.models import User

CHANNELS = (("email", "E-mail"), ("sms", "Text message"), ("phone", "Phone"), ("post", "Post"))


class Purpose(models.Model):
    """What people may be written to for. double: consent must be confirmed by a link.

    An archived purpose promotes nothing any more; what was said of it stays.
    """

    name = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=80)
    definition = models.CharField(max_length=500, blank=True)
    double = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label


class ConsentText(models.Model):
    """Exactly what people were told when they agreed. A new wording is a new version."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "language", "version"], name="consent_text_version"
            )
        ]


class ConsentRecord(models.Model):
    """One thing a person agreed to, withdrew or objected to. Rows are only ever added.

    Empty purpose and channel of a stop mean all of them. address, page, referrer, ip, agent,
    note and salt are personal: erasure blanks them. seal: their digest with the salt. digest:
    of all else, the seal and the digest of the contact's row before. import_id: the list that
    says so.
    """

    class What(models.TextChoices):
        CONSENT = "consent", "Agreed"
        CONFIRMED = "confirmed", "Confirmed by mail"
        SOFT_OPT_IN = "soft_opt_in", "Bought, and was offered to say no"
        PURCHASE = "implied_purchase", "Bought (Canada)"
        INQUIRY = "implied_inquiry", "Asked us (Canada)"
        PUBLISHED = "published", "Published their address (Canada)"
        PARENT = "parent", "A parent agreed"
        UNKNOWN = "unknown", "Unknown origin"
        WITHDRAWN = "withdrawn", "Withdrew"
        OBJECTED = "objected", "Objected"
        RETRACTED = "retracted", "Taken back"

    class Source(models.TextChoices):
        PERSON = "person", "The person"
        STAFF = "staff", "A colleague heard it"
        IMPORT = "import", "A file"
        CHILD = "child", "The person, as a child"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    what = models.CharField(max_length=16, choices=What)
    purpose = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=5, choices=CHANNELS, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=6, choices=Source)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, related_name="+")
    opt_out_offered = models.BooleanField(default=False)
    confirms = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    import_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=320, blank=True)
    page = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)
    salt = models.CharField(max_length=32, blank=True)
    seal = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "id"], name="consent_contact"),
            models.Index(
                fields=["import_id"], name="consent_import", condition=Q(import_id__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=["withdrawn", "objected"]) | ~Q(purpose="") & ~Q(channel=""),
                name="permission_names_purpose_and_channel",
            ),
        ]


class Suppression(models.Model):
    """An address nothing goes to, known by a keyed digest only: it outlives the person's record.

    key_check: tells the key the digest was made with, so that a lost key is noticed.
    """

    class Way(models.TextChoices):
        SUPPRESSED = "suppressed", "Asked that everything stops"
        COMPLAINED = "complained", "Reported a message as unwanted"
        BOUNCED = "bounced", "Mail comes back for good"

    digest = models.CharField(max_length=64)
    key_check = models.CharField(max_length=16)
    channel = models.CharField(max_length=5, choices=CHANNELS)
    way = models.CharField(max_length=10, choices=Way)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "channel", "way"], name="suppression_once")
        ]
        indexes = [models.Index(fields=["key_check"], name="suppression_key")]


class Assessment(models.Model):
    """Why our interest in writing weighs more than theirs in quiet, for whom, and until when."""

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="assessments")
    channel = models.CharField(max_length=5, choices=CHANNELS)
    countries = ArrayField(models.CharField(max_length=2))
    text = models.TextField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class Pause(models.Model):
    """Nothing that promotes to a contact from `at` until before `until`; "" is every channel."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=5, choices=CHANNELS, blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class Restriction(models.Model):
    """A contact's record is kept and not used until the restriction is lifted."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(lifted_at=None), name="one_restriction_at_a_time"
            )
        ]
