from __future__ import annotations

from django.db import models


class LakeTable(models.Model):
    """A table that stands in the lake.

    shape: a digest of its columns; with another one the table is built anew.
    generation: counts its shipments.
    """

    name = models.CharField(max_length=63, primary_key=True)
    shape = models.CharField(max_length=64)
    generation = models.PositiveIntegerField()
    shipped_at = models.DateTimeField()


class LakeFile(models.Model):
    """A file of the lake that counts, or counted until `retired_at`. Its content never changes.

    name: its path in the lake's folder. month: YYYY-MM of tables cut by month, "" of others.
    generation: of its table, when what is in it was read. digest: SHA-256 of the whole file.
    """

    table = models.CharField(max_length=63)
    month = models.CharField(max_length=7, blank=True)
    name = models.CharField(max_length=200, unique=True)
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    generation = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "month"], name="lake_file_table")]
