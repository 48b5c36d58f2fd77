from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower

from accord.people.models.contact import Contact
from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.platform.search import Fold, Spellings


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, user: User) -> CompanyQuerySet:
        """Companies that are not deleted and that this person may read."""
        return self.filter(deleted_at=None).filter(permissions.rows(user, "company.read"))

    def alive(self) -> CompanyQuerySet:
        return self.filter(deleted_at=None)


class Company(Record):
    """An organisation. It may have a parent; people belong to it by affiliations."""

    name = models.CharField(max_length=300)
    domain = models.CharField(max_length=255, blank=True)
    website = models.CharField(max_length=500, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    annual_revenue_currency = models.CharField(max_length=3, blank=True)
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="subsidiaries",
        db_index=False,
    )
    contacts = models.ManyToManyField(
        Contact, through="people.Affiliation", related_name="companies"
    )
    search_text = models.GeneratedField(
        expression=Fold(Concat(F("name"), Value(" "), F("domain"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CompanyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(deleted_at=None),
                name="company_external_id_unique",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="company_is_not_its_own_parent"
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="company_search"),
            GinIndex(Spellings("search_text"), name="company_spelling"),
            models.Index(Lower("name"), name="company_name_lower"),
            models.Index(fields=["name", "id"], name="company_name"),
            GinIndex(fields=["tags"], name="company_tags", fastupdate=False),
            models.Index(fields=["domain"], name="company_domain", condition=~Q(domain="")),
            models.Index(fields=["owner", "-id"], name="company_owner"),
            models.Index(
                fields=["parent"], name="company_parent", condition=Q(parent__isnull=False)
            ),
            models.Index(
                fields=["deleted_by"],
                name="company_deleted_by",
                condition=Q(deleted_by__isnull=False),
            ),
            models.Index(
                fields=["import_id"], name="company_import", condition=Q(import_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Affiliation(models.Model):
    """A contact belongs to a company, in a role. One company of a contact is primary."""

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="affiliations", db_index=False
    )
    company = models.ForeignKey(Company, models.CASCADE, related_name="affiliations")
    role = models.CharField(max_length=120, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact", "company"], name="affiliation_once"),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(is_primary=True), name="one_primary_company"
            ),
        ]
