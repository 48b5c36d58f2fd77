"""How fast a key may send: a bucket of events that refills at a steady rate."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

FORGET = 50_000  # buckets kept; full ones are forgotten first, which changes nothing


@dataclass
class Pace:
    """At most `burst` events at once and `rate` a second in the long run, for each sender."""

    rate: float
    burst: float
    buckets: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def take(self, sender: Hashable, events: int, now: float) -> float:
        """Let events through: 0.0, or the seconds after which they would be.

        now: seconds of a clock that never goes back. What is refused costs nothing. More
        events than fit into the bucket need a full one.
        """
        left, since = self.buckets.get(sender, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        wanted = min(float(events), self.burst)
        if left < wanted:
            self.buckets[sender] = (left, now)
            return (wanted - left) / self.rate
        self.buckets[sender] = (left - events, now)
        if len(self.buckets) > FORGET:
            self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        self.buckets = {
            sender: (left, since)
            for sender, (left, since) in self.buckets.items()
            if left + (now - since) * self.rate < self.burst
        }
