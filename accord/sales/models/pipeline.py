from __future__ import annotations

from django.db import models
from django.db.models import Q


class Pipeline(models.Model):
    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of a pipeline, with the share of deals here that are usually won."""

    class Kind(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind, default=Kind.OPEN)
    probability = models.DecimalField(max_digits=4, decimal_places=3, help_text="0 to 1.")
    stale_after_days = models.PositiveSmallIntegerField(default=21)
    position = models.PositiveSmallIntegerField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_once"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="probability_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CloseReason(models.Model):
    """Why deals are won or lost. Reserved reasons are written by Accord, not picked."""

    outcome = models.CharField(max_length=4, choices=[("won", "Won"), ("lost", "Lost")])
    label = models.CharField(max_length=120)
    reserved = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "label"], name="close_reason_once")
        ]

    def __str__(self) -> str:
        return self.label


class Product(models.Model):
    name = models.CharField(max_length=200, unique=True)
    series = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    import_id = models.BigIntegerField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
