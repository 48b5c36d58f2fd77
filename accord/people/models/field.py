from __future__ import annotations

from django.db import models


class CustomField(models.Model):
    """A field people added without code. Its values live in the record's `custom` JSON."""

    class Kind(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        MONEY = "money", "Money"
        DATE = "date", "Date"
        CHOICE = "choice", "Choice"
        CHOICES = "choices", "Several choices"
        BOOLEAN = "boolean", "Yes or no"
        URL = "url", "Web address"
        EMAIL = "email", "E-mail"
        PHONE = "phone", "Phone"
        PERSON = "person", "Colleague"

    noun = models.CharField(max_length=20)
    name = models.SlugField(max_length=60, help_text="Never changes; lists and imports use it.")
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    choices = models.JSONField(default=list, blank=True)
    group = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["noun", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["noun", "name"], name="custom_field_once")]

    def __str__(self) -> str:
        return self.label


class LifecycleStage(models.Model):
    """What the company calls a lifecycle stage, and which team leads people through it."""

    name = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(max_length=60)
    team = models.CharField(max_length=10)
    position = models.PositiveSmallIntegerField(unique=True)
    definition = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label
