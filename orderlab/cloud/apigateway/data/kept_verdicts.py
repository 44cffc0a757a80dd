"""What authorizers have answered, for as long as each wants it remembered.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

# the oldest goes first
MOST = 10_000

Verdict = TypeVar("Verdict")
# API, stage, authorizer, and the values that say who calls
Key = tuple[str, ...]


class KeptVerdicts(Generic[Verdict]):
    """Verdicts by API, stage, authorizer and identity."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now` is the time in seconds by which verdicts grow old."""
        self._now = now
        self._kept: dict[Key, tuple[float, Verdict]] = {}

    def get(self, key: Key) -> Verdict | None:
        """The verdict that is kept, unless its time is over."""
        until, verdict = self._kept.get(key, (0.0, None))
        return verdict if until > self._now() else None

    def keep(self, key: Key, verdict: Verdict, until: float) -> None:
        """Keep a verdict until then."""
        self._kept.pop(key, None)
        if len(self._kept) >= MOST:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = (until, verdict)

    def forget(self, api_id: str, stage: str) -> None:
        """Forget what was answered about a stage."""
        self._kept = {k: v for k, v in self._kept.items() if k[:2] != (api_id, stage)}
