from __future__ import annotations

from django.db import models

from accord.platform.models import User


class Classing(models.Model):
    """The past looked at by other channel rules, and then, if somebody wants it, set anew.

    rules: those it asks, as they were when it began. reached: the event it went on from; until:
    the last one it is about. changes: (from, to, count, ids of some events) by the two channels.
    credited: how many of the events that change have earned credit. first_at, last_at: of these.
    """

    class State(models.TextChoices):
        LOOKING = "looking", "Looking"
        SEEN = "seen", "Looked at"
        RUNNING = "running", "Setting anew"
        DONE = "done", "Done"

    state = models.CharField(max_length=7, choices=State, default=State.LOOKING)
    rules = models.JSONField()
    reached = models.BigIntegerField(default=0)
    until = models.BigIntegerField()
    looked = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    credited = models.BigIntegerField(default=0)
    changes = models.JSONField(default=list)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    @property
    def is_under_way(self) -> bool:
        return self.state in (self.State.LOOKING, self.State.RUNNING)

    @property
    def found(self) -> int:
        """How many events the rules class otherwise."""
        return sum(count for _, _, count, _ in self.changes)
