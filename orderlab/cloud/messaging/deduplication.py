"""What was sent within the last five minutes, so that a repetition is accepted and dropped.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")

DEDUPLICATION_SECONDS = 300.0


class RecentIds(Generic[Value]):
    """Values by deduplication id, forgotten after five minutes of scaled time."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], tuple[float, Value]] = OrderedDict()

    def find(self, scope: str, deduplication_id: str, now: float) -> Value | None:
        """What was remembered under the id; `scope` is a message group, or empty for all."""
        self._forget(now)
        found = self._seen.get((scope, deduplication_id))
        return found[1] if found else None

    def remember(self, scope: str, deduplication_id: str, now: float, value: Value) -> None:
        """Keep a value; `now` is in scaled seconds."""
        self._seen[scope, deduplication_id] = (now + DEDUPLICATION_SECONDS, value)

    def _forget(self, now: float) -> None:
        while self._seen:
            key = next(iter(self._seen))
            if self._seen[key][0] > now:
                return
            del self._seen[key]


def content_id(body: str) -> str:
    """The id that content-based deduplication gives a body: its SHA-256, attributes left out."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
