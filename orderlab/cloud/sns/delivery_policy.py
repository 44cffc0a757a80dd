"""How often and when a failed delivery is tried again.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
Differs from AWS: throttlePolicy is kept but does not slow deliveries down.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from orderlab.cloud.sns.errors import InvalidParameter

MAX_RETRIES = 100
MAX_DELAY_SECONDS = 3_600
_CONTENT_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w.-]+)?", re.ASCII)
BACKOFFS = ("linear", "arithmetic", "geometric", "exponential")
_LIMITS = {
    "minDelayTarget": MAX_DELAY_SECONDS,
    "maxDelayTarget": MAX_DELAY_SECONDS,
    "numRetries": MAX_RETRIES,
    "numNoDelayRetries": MAX_RETRIES,
    "numMinDelayRetries": MAX_RETRIES,
    "numMaxDelayRetries": MAX_RETRIES,
}


# the names are AWS's own: they are what the attribute's JSON has
@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Of an HTTP endpoint: retries at once, at the shortest delay, backing off, at the longest."""

    minDelayTarget: int = 20
    maxDelayTarget: int = 20
    numRetries: int = 3
    numNoDelayRetries: int = 0
    numMinDelayRetries: int = 0
    numMaxDelayRetries: int = 0
    backoffFunction: str = "linear"

    def waits(self) -> Iterator[float]:
        """Seconds to wait before each retry."""
        backing_off = self.numRetries - (
            self.numNoDelayRetries + self.numMinDelayRetries + self.numMaxDelayRetries
        )
        yield from itertools.repeat(0.0, self.numNoDelayRetries)
        yield from itertools.repeat(float(self.minDelayTarget), self.numMinDelayRetries)
        for step in range(backing_off):
            yield self._backoff(step, backing_off)
        yield from itertools.repeat(float(self.maxDelayTarget), self.numMaxDelayRetries)

    def _backoff(self, step: int, steps: int) -> float:
        low, high = self.minDelayTarget, self.maxDelayTarget
        share = step / (steps - 1) if steps > 1 else 0.0
        if self.backoffFunction == "exponential":
            share = (2.0**step - 1) / (2.0 ** (steps - 1) - 1) if steps > 1 else 0.0
        elif self.backoffFunction == "geometric":
            return float(low * (high / low) ** share) if low else float(high * share)
        elif self.backoffFunction == "arithmetic":
            share = step * (step + 1) / (steps * (steps - 1)) if steps > 1 else 0.0
        return low + (high - low) * min(share, 1.0)


def managed_waits() -> Iterator[float]:
    """The retries of deliveries to Lambda and SQS: 100,015 attempts over 23 days."""
    yield from itertools.repeat(0.0, 3)
    yield from itertools.repeat(1.0, 2)
    yield from (1.0 + 19.0 * (2.0**step - 1) / (2.0**9 - 1) for step in range(10))
    yield from itertools.repeat(20.0, 100_000)


def default_policy() -> dict[str, Any]:
    """The effective delivery policy of a topic that has none."""
    return {
        "http": {
            "defaultHealthyRetryPolicy": asdict(RetryPolicy()),
            "disableSubscriptionOverrides": False,
            "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        }
    }


def read_policy(text: str) -> dict[str, Any]:
    """The attribute as an object, with its retry policy checked; InvalidParameter otherwise."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidParameter("DeliveryPolicy: Unexpected JSON member")
    retry_policy(document)
    if not _CONTENT_TYPE.fullmatch(content_type(document)):
        raise InvalidParameter("DeliveryPolicy: requestPolicy.headerContentType")
    return document


def retry_policy(document: Mapping[str, Any]) -> RetryPolicy:
    """The retry policy of a subscription's or a topic's delivery policy."""
    http = document.get("http")
    found = document.get("healthyRetryPolicy")
    if found is None and isinstance(http, Mapping):
        found = http.get("defaultHealthyRetryPolicy")
    if found is None:
        return RetryPolicy()
    if not isinstance(found, Mapping):
        raise InvalidParameter("DeliveryPolicy: healthyRetryPolicy must be an object")
    for name, value in found.items():
        _check_member(name, value)
    policy = RetryPolicy(**{name: value for name, value in found.items() if value is not None})
    fixed = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries
    if policy.minDelayTarget > policy.maxDelayTarget:
        raise InvalidParameter(
            "DeliveryPolicy: healthyRetryPolicy.minDelayTarget must be less than or equal to "
            "maxDelayTarget"
        )
    if fixed > policy.numRetries:
        raise InvalidParameter(
            "DeliveryPolicy: healthyRetryPolicy.numRetries must be greater than or equal to the "
            "sum of its parts"
        )
    return policy


def _check_member(name: str, value: Any) -> None:
    if value is None:
        return
    if name == "backoffFunction":
        if value not in BACKOFFS:
            raise InvalidParameter("DeliveryPolicy: healthyRetryPolicy.backoffFunction")
        return
    limit = _LIMITS.get(name)
    if limit is None:
        raise InvalidParameter(f"DeliveryPolicy: Unexpected JSON member: {name}")
    low = 1 if name.endswith("Target") else 0
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= limit:
        raise InvalidParameter(
            f"DeliveryPolicy: healthyRetryPolicy.{name} must be between {low} and {limit}"
        )


def content_type(document: Mapping[str, Any]) -> str:
    """The Content-Type header that a delivery policy asks for."""
    request = document.get("requestPolicy")
    http = document.get("http")
    if request is None and isinstance(http, Mapping):
        request = http.get("defaultRequestPolicy")
    found = request.get("headerContentType") if isinstance(request, Mapping) else None
    return found if isinstance(found, str) else "text/plain; charset=UTF-8"
