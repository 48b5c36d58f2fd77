from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accord.platform.models.user import User


class Record(models.Model):
    """What contacts, companies and deals have in common.

    Each has indices of its own for `owner` and `deleted_by`, that do more than the usual ones
    or cover fewer rows: whatever is written costs a write into every index.
    """

    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    import_id = models.BigIntegerField(null=True, editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
