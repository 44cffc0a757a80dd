"""Token buckets: what throttling counts with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """`rate` requests a second, and `burst` at once. Times are those of the cloud's clock."""

    rate: float
    burst: float
    tokens: float
    at: float

    @classmethod
    def full(cls, rate: float, burst: float, now: float) -> TokenBucket:
        return cls(rate, burst, burst, now)

    def change(self, rate: float, burst: float) -> None:
        """Other limits from now on."""
        if (rate, burst) != (self.rate, self.burst):
            self.rate, self.burst = rate, burst
            self.tokens = min(self.tokens, burst) if burst < self.tokens else burst

    def take(self, now: float) -> bool:
        """Whether one more request may pass; it is counted if so."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
