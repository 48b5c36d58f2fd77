from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from accord.platform.access import permissions
from accord.platform.models import Record, User
from accord.platform.search import Fold, Spellings


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> CampaignQuerySet:
        """Campaigns that are not deleted and that this person may read."""
        return self.filter(deleted_at=None).filter(permissions.rows(user, "campaign.read"))

    def alive(self) -> CampaignQuerySet:
        return self.filter(deleted_at=None)


class Campaign(Record):
    """A planned effort with a goal, dates and costs. Its marks on links tell what it brought."""

    name = models.CharField(max_length=200)
    goal = models.TextField(blank=True)
    channel = models.CharField(max_length=40, blank=True)
    marks = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    search_text = models.GeneratedField(
        expression=Fold(F("name")), output_field=models.TextField(), db_persist=True
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None), name="campaign_name_unique"
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(deleted_at=None),
                name="campaign_external_id_unique",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaign_ends_after_it_starts",
            ),
        ]
        indexes = [
            GinIndex(fields=["marks"], name="campaign_marks"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="campaign_search"),
            GinIndex(Spellings("search_text"), name="campaign_spelling"),
            models.Index(fields=["owner"], name="campaign_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    def runs_on(self, day: date) -> bool:
        """Whether it has begun and not ended by then; without an end it goes on."""
        begun = self.starts_on is not None and self.starts_on <= day
        return begun and (self.ends_on is None or self.ends_on >= day)


class CampaignCost(models.Model):
    """Money spent on a campaign on a day, in the currency it was paid in."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="costs")
    on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-on", "-pk"]
