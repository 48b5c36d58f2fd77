from __future__ import annotations

from django.db import models

from accord.channels.models.receipt import WriteKey


class DaySalt(models.Model):
    """What the visitors of one day are hashed with. Gone after the next day, and so are they."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField()


class DayVisitor(models.Model):
    """That somebody was there on a day: a hash nobody can follow to another day."""

    pk = models.CompositePrimaryKey("day", "digest")
    day = models.DateField()
    digest = models.BinaryField()


class PageCount(models.Model):
    """How often a page was viewed on a day by people who are not recognised.

    page: host and path. visitors: for how many of them it was the first page of the day.
    """

    day = models.DateField()
    key = models.ForeignKey(WriteKey, models.CASCADE, related_name="+")
    page = models.CharField(max_length=300)
    channel = models.CharField(max_length=40, blank=True)
    views = models.PositiveIntegerField()
    visitors = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "key", "page", "channel"], name="page_count_once"
            )
        ]
