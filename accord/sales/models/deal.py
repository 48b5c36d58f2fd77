from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OrderBy, Q

from accord.people.models import Company, Contact
from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.platform.search import Fold, Spellings
from accord.sales.models.pipeline import CloseReason, Pipeline, Product, Stage


class DealQuerySet(models.QuerySet["Deal"]):
    def visible_to(self, user: User) -> DealQuerySet:
        """Deals that are not deleted and that this person may read."""
        return self.filter(deleted_at=None).filter(permissions.rows(user, "deal.read"))

    def alive(self) -> DealQuerySet:
        return self.filter(deleted_at=None)

    def open(self) -> DealQuerySet:
        return self.filter(outcome="")

    def won(self) -> DealQuerySet:
        return self.filter(outcome=Deal.Outcome.WON)

    def closing_by(self, day: date) -> DealQuerySet:
        return self.filter(close_on__lte=day)


class Deal(Record):
    """Money hoped for: a pipeline, a stage, an amount, a close date, people with roles.

    `value` is the amount in the reporting currency. `opened_at` is empty where nobody knows
    when the deal began; `close_on` is the expected day while open, the actual one after.
    """

    class Outcome(models.TextChoices):
        WON = "won", "Won"
        LOST = "lost", "Lost"

    name = models.CharField(max_length=300)
    company = models.ForeignKey(Company, models.SET_NULL, null=True, blank=True, related_name="+")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals", db_index=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals")
    stage_since = models.DateTimeField(null=True)
    rank = models.FloatField(default=0, help_text="Order of the card within its stage.")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    close_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True)
    reason = models.ForeignKey(
        CloseReason,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        db_index=False,
    )
    reason_note = models.TextField(blank=True)
    contacts = models.ManyToManyField(Contact, through="sales.DealContact", related_name="+")
    search_text = models.GeneratedField(
        expression=Fold(F("name")), output_field=models.TextField(), db_persist=True
    )

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="") | Q(reason__isnull=False), name="closed_deal_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="") | Q(reason=None, closed_at=None),
                name="open_deal_has_no_ending",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | ~Q(currency=""), name="amount_has_a_currency"
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(deleted_at=None),
                name="deal_external_id_unique",
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="deal_search"),
            GinIndex(Spellings("search_text"), name="deal_spelling"),
            models.Index(fields=["pipeline", "stage", "rank", "id"], name="deal_board"),
            models.Index(fields=["owner", "outcome"], name="deal_owner"),
            models.Index(fields=["outcome", "close_on"], name="deal_outcome"),
            models.Index(fields=["reason"], name="deal_reason", condition=Q(reason__isnull=False)),
            models.Index(
                fields=["deleted_by"],
                name="deal_deleted_by",
                condition=Q(deleted_by__isnull=False),
            ),
            models.Index(
                fields=["close_on", "id"], name="deal_alive_close", condition=Q(deleted_at=None)
            ),
            models.Index(
                OrderBy(F("value"), descending=True, nulls_last=True),
                F("id"),
                name="deal_open_value",
                condition=Q(outcome="", deleted_at=None),
            ),
            models.Index(
                fields=["import_id"], name="deal_import", condition=Q(import_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DealContact(models.Model):
    """A person on a deal, in a role (decides, signs, uses, advises ...)."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="people", db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    role = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "contact"], name="deal_contact_once")
        ]


class DealLine(models.Model):
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)


class StageChange(models.Model):
    """A deal entered a stage. Keeps what was hoped for at that moment. Rows are only added.

    They are asked by deal, or all of them: what else they refer to has no index.

    `at` is empty where nobody knows when (an import without the date).
    """

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="stage_changes", db_index=False)
    previous = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+", db_index=False)
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    close_on = models.DateField(null=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    import_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["deal", "at"], name="stage_change_deal")]
