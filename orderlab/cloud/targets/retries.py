"""How often and how long a delivery is tried: RetryPolicy of rules and schedules.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

MAX_ATTEMPTS = 185
MAX_AGE_SECONDS = 86_400
_FIRST_SECONDS = 1.0
_LONGEST_SECONDS = 600.0

Exhausted = Literal["MaximumRetryAttempts", "MaximumEventAgeInSeconds"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The limits of a target. The waits between attempts double, with a random part."""

    attempts: int = MAX_ATTEMPTS
    age_seconds: float = MAX_AGE_SECONDS

    @classmethod
    def of(cls, given: Mapping[str, Any] | None) -> RetryPolicy:
        """The policy in a request; AWS's defaults for what it leaves out."""
        found = given or {}
        return cls(
            found.get("MaximumRetryAttempts", MAX_ATTEMPTS),
            found.get("MaximumEventAgeInSeconds", MAX_AGE_SECONDS),
        )

    def exhausted(self, retries: int, age: float, wait: float) -> Exhausted | None:
        """What forbids another retry after so many, at an age and with a wait in seconds."""
        if retries >= self.attempts:
            return "MaximumRetryAttempts"
        return "MaximumEventAgeInSeconds" if age + wait > self.age_seconds else None


def wait_before(retry: int, chance: random.Random) -> float:
    """Seconds to wait before a retry; the first is number 1."""
    whole: float = min(_FIRST_SECONDS * 2 ** min(retry - 1, 20), _LONGEST_SECONDS)
    return whole * chance.uniform(0.75, 1.0)
