from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accord.platform.models import User


class BannerText(models.Model):
    """What the consent banner of our pages says, in one language. Versions are only added.

    words: as accord.people.consents.banner.Words. digest: SHA-256 of them as JSON.
    """

    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    words = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "version"], name="banner_text_version")
        ]


class BannerAnswer(models.Model):
    """What a visitor answered to the banner, with its proof. Rows are only ever added.

    agreed: names of the purposes, none for a refusal. device: the visitor's id where they
    agreed to be recognised, else "". gpc: the browser asked that nothing be sold or shared.
    device, page, referrer, network, agent and salt are personal: erasure blanks them. seal: their
    digest with the salt. digest: of all else and the seal. chain: of the row before and the digest;
    "" in rows from before there was one.
    """

    text = models.ForeignKey(BannerText, models.PROTECT, related_name="+")
    agreed = ArrayField(models.CharField(max_length=20), default=list)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    key_id = models.BigIntegerField()
    device = models.CharField(max_length=200, blank=True)
    page = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    network = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    gpc = models.BooleanField(default=False)
    salt = models.CharField(max_length=32, blank=True)
    seal = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    chain = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["device"], name="banner_answer_device", condition=~models.Q(device="")
            )
        ]
