from __future__ import annotations

from django.db import models
from django.db.models import Q

from accord.people.models import Contact


class Message(models.Model):
    """One message on its way out, written before it leaves. The key makes it once only.

    basis, basis_id: what the gate of consent let it pass on. circumstances: what the gate knew
    of the person besides the ledger, and the version of its rules. decided_at: when it was
    asked last, in the transaction that marked the message as being sent.
    """

    class Kind(models.TextChoices):
        TRANSACTIONAL = "transactional", "Transactional"
        MARKETING = "marketing", "Marketing"

    class State(models.TextChoices):
        READY = "ready", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"
        HELD = "held", "Held back"
        SUPPRESSED = "suppressed", "Suppressed"

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.TRANSACTIONAL)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    reply = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=20, blank=True)
    basis_id = models.BigIntegerField(null=True)
    circumstances = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "id"], name="message_state"),
            models.Index(fields=["contact"], name="message_contact"),
            models.Index(fields=["id"], name="message_marketing", condition=Q(kind="marketing")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="marketing")
                | Q(state="suppressed")
                | (Q(basis_id__isnull=False) & ~Q(basis="") & ~Q(purpose="")),
                name="marketing_has_a_basis",
            )
        ]
