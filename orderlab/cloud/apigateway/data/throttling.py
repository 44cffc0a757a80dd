"""Throttling: token buckets, one for each limit that a request has to pass.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.clock import Clock

# requests a second, and how many at once
Limits = tuple[float, float]


@dataclass(slots=True)
class TokenBucket:
    """`rate` requests a second, and `burst` at once. Times are those of the cloud's clock."""

    rate: float
    burst: float
    tokens: float
    at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> TokenBucket:
        """A bucket from which nothing was taken yet."""
        return cls(rate, burst, burst, now)

    def change(self, rate: float, burst: float) -> None:
        """Set the limits. If they are others than before, the bucket is full again."""
        if (rate, burst) != (self.rate, self.burst):
            self.rate, self.burst, self.tokens = rate, burst, burst

    def take(self, now: float) -> bool:
        """Whether one more request may pass; it is counted if so."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Throttles:
    """The buckets of all limits, made when they are first used."""

    def __init__(self, clock: Clock) -> None:
        self._now = clock.now
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}

    def forget(self, beginning: tuple[str, ...]) -> None:
        """Drop the buckets whose names begin so."""
        size = len(beginning)
        for key in [each for each in self._buckets if each[:size] == beginning]:
            del self._buckets[key]

    def lets_pass(self, key: tuple[str, ...], limits: Limits) -> bool:
        """Whether one more request may pass the limit of that name; it is counted if so."""
        now = self._now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket.full(*limits, now)
        bucket.change(*limits)
        return bucket.take(now)
