from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OrderBy, Q, Value
from django.db.models.functions import Concat, NullIf, Trim

from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.platform.search import Fold, Spellings


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> ContactQuerySet:
        """Contacts that are not deleted and that this person may read."""
        return self.filter(deleted_at=None).filter(permissions.rows(user, "contact.read"))

    def alive(self) -> ContactQuerySet:
        return self.filter(deleted_at=None)


class Contact(Record):
    """A person. One record for life: a lead is a stage of it, never a second object.

    merged_into: the contact this one was merged into; it is hidden then, and comes back by undo.
    """

    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    name = models.GeneratedField(
        expression=Trim(Concat(F("first_name"), Value(" "), F("last_name"))),
        output_field=models.CharField(max_length=241),
        db_persist=True,
    )
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=10, blank=True)
    born_on = models.DateField(null=True, help_text="Tells who is a child.")
    stage = models.CharField(max_length=20, default="subscriber")
    stage_since = models.DateTimeField(null=True)
    acquired_at = models.DateTimeField(null=True, help_text="First known contact with us.")
    source = models.CharField(max_length=200, null=True, help_text="As recorded; empty = none.")
    channel = models.CharField(max_length=40, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    landing_page = models.CharField(max_length=500, blank=True)
    merged_into = models.ForeignKey(
        "self", models.CASCADE, null=True, editable=False, related_name="+", db_index=False
    )
    erased_at = models.DateTimeField(
        null=True, editable=False, help_text="Whoever it was asked to be erased: numbers only."
    )
    search_text = models.GeneratedField(
        expression=Fold(
            Concat(F("first_name"), Value(" "), F("last_name"), Value(" "), F("email"))
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=~Q(email="") & Q(deleted_at=None),
                name="contact_email_unique",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(deleted_at=None),
                name="contact_external_id_unique",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(deleted_at__isnull=False, first_name="", last_name="", email="", phone=""),
                name="erased_contact_names_nobody",
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="contact_search"),
            GinIndex(Spellings("search_text"), name="contact_spelling"),
            models.Index(fields=["owner", "-changed_at", "-id"], name="contact_owner"),
            models.Index(
                fields=["stage", "-changed_at", "-id"],
                name="contact_stage_changed",
                condition=Q(deleted_at=None),
            ),
            models.Index(NullIf("name", Value("")), "id", name="contact_name_up"),
            models.Index(
                OrderBy(NullIf("name", Value("")), descending=True, nulls_last=True),
                F("id").desc(),
                name="contact_name_down",
            ),
            GinIndex(fields=["tags"], name="contact_tags", fastupdate=False),
            models.Index(
                fields=["-changed_at", "-id"],
                name="contact_alive_changed",
                condition=Q(deleted_at=None),
            ),
            models.Index(
                fields=["deleted_at"],
                name="contact_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            models.Index(
                fields=["deleted_by"],
                name="contact_deleted_by",
                condition=Q(deleted_by__isnull=False),
            ),
            models.Index(
                fields=["merged_into"],
                name="contact_merged_into",
                condition=Q(merged_into__isnull=False),
            ),
            models.Index(
                OrderBy(F("acquired_at"), descending=True, nulls_last=True),
                F("id").desc(),
                name="contact_acquired",
            ),
            models.Index(
                fields=["external_id"],
                name="contact_external_id_deleted",
                condition=~Q(external_id="") & Q(deleted_at__isnull=False),
            ),
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            models.Index(
                fields=["import_id"], name="contact_import", condition=Q(import_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return "Erased person"
        return self.name or self.email or self.external_id or f"Contact {self.pk}"


class Address(models.Model):
    """One e-mail address or phone number of a contact, normalised. One of a kind is primary."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="addresses", db_index=False)
    kind = models.CharField(max_length=5, choices=Kind)
    value = models.CharField(max_length=320)
    label = models.CharField(max_length=40, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "kind", "value"], name="address_once"),
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=Q(is_primary=True),
                name="one_primary_address_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "value"], name="address_value"),
            GinIndex(OpClass(F("value"), name="gin_trgm_ops"), name="address_part"),
        ]


class LifecycleChange(models.Model):
    """A contact entered a lifecycle stage. Rows are only ever added; the latest is now."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="lifecycle", db_index=False)
    stage = models.CharField(max_length=20)
    previous = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=300, blank=True)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "at"], name="lifecycle_contact"),
            models.Index(fields=["stage", "at"], name="lifecycle_stage"),
            models.Index(fields=["by"], name="lifecycle_by", condition=Q(by__isnull=False)),
        ]
