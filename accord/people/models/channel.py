from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accord.engine.capture import rules as engine
from accord.engine.capture.rules import Rule


class ChannelRule(models.Model):
    """A rule of the company's own: which channel somebody came by, asked before ours."""

    class Part(models.TextChoices):
        SOURCE = "source", "Source (utm_source)"
        MEDIUM = "medium", "Medium (utm_medium)"
        CAMPAIGN = "campaign", "Campaign (utm_campaign)"
        CLICK = "click", "Click id (gclid, fbclid …)"
        REFERRER = "referrer", "Host of the referrer"
        PATH = "path", "Path of the first page"

    class How(models.TextChoices):
        IS = "is", "is"
        CONTAINS = "contains", "contains"
        STARTS = "starts", "starts with"
        ONE_OF = "one_of", "is one of"

    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=8, choices=Part)
    how = models.CharField(max_length=8, choices=How)
    words = ArrayField(models.CharField(max_length=200))
    channel = models.CharField(max_length=40)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.get_how_display()} {self.text}"

    @property
    def text(self) -> str:
        """Its words as one writes them."""
        return ", ".join(self.words)

    @property
    def rule(self) -> Rule:
        """As the engine asks it."""
        part, how = engine.Part(self.part), engine.How(self.how)
        return Rule(part, how, tuple(self.words), self.channel)
