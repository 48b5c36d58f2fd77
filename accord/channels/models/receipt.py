from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from accord.platform.models import User


class WriteKey(models.Model):
    """Lets a site or a server send events. Of those in pages everybody knows the key."""

    class Kind(models.TextChoices):
        BROWSER = "browser", "A website"
        SERVER = "server", "A server"

    key = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Receipt(models.Model):
    """A request as it was received and acknowledged, until a worker has taken it apart.

    body: JSON as it was sent, unpacked. address: the network it came from (24 bits of IPv4, 48
    of IPv6). opted_out: the browser asked that nothing be sold or shared (Sec-GPC).
    """

    received_at = models.DateTimeField()
    key = models.ForeignKey(WriteKey, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    body = models.BinaryField()
    events = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=512, blank=True)
    origin = models.CharField(max_length=512, blank=True)
    opted_out = models.BooleanField(default=False)


class SeenMessage(models.Model):
    """A message that was taken in, so that it is not taken twice. Kept for seven days.

    message: digest of write key and message id. fingerprint: of what it said. The same message
    with another fingerprint is a conflict: both are kept.
    """

    pk = models.CompositePrimaryKey("message", "fingerprint")
    message = models.BinaryField()
    fingerprint = models.BinaryField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [BrinIndex(fields=["seen_at"], name="seen_message_at")]


class FailedEvent(models.Model):
    """An event that could not be taken in: as it was sent, with the reason. Kept for 30 days.

    said: what was sent as JSON, so that it can be tried again: of a batch the message that failed,
    with what the batch said for all. The rest as in its receipt.
    """

    failed_at = models.DateTimeField(auto_now_add=True)
    received_at = models.DateTimeField()
    key = models.ForeignKey(WriteKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, blank=True)
    said = models.TextField()
    reason = models.CharField(max_length=300)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=512, blank=True)
    origin = models.CharField(max_length=512, blank=True)
    opted_out = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-failed_at", "-id"], name="failed_event_at")]
