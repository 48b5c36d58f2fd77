from __future__ import annotations

from django.db import models


class Credit(models.Model):
    """The share of one goal that one touch earned under one model. Rebuilt, never edited.

    Worked out from deals and events, so it holds no one back: a deal may go although it has
    credit, and its credit goes after it.
    """

    class Goal(models.TextChoices):
        WON = "won", "Booked revenue"
        OPENED = "opened", "Pipeline"

    goal = models.CharField(max_length=6, choices=Goal)
    deal_id = models.BigIntegerField()
    model = models.CharField(max_length=12)
    event_id = models.BigIntegerField(null=True, help_text="Empty = unattributed.")
    event_at = models.DateTimeField(null=True)
    contact_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=200, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    weight = models.FloatField()
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    goal_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["goal", "model", "channel"], name="credit_channel"),
            models.Index(fields=["deal_id", "goal", "model"], name="credit_deal"),
        ]


class CreditedDeal(models.Model):
    """What a deal was when its credit was last worked out; `stale`: its touches changed since."""

    deal_id = models.BigIntegerField(primary_key=True)
    company_id = models.BigIntegerField(null=True)
    won_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    value = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    stale = models.BooleanField(default=False)


class Watermark(models.Model):
    """What had been noticed: everything in the snapshot; nothing outside it is older than `at`."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
    snapshot = models.TextField(blank=True, default="")
    lookback_days = models.IntegerField(null=True)
