"""The steps of an order's path: what a trace collects, and what a waterfall draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing that happened to an order. `at` is seconds since 1970; durations are in ms.

    `service` is what `target` runs on. `init_ms` and `handler_ms` are parts of the duration of a
    function call; they are None if they are not known.
    """

    at: float
    source: str
    target: str
    what: str
    outcome: str = "ok"
    duration_ms: float | None = None
    service: str = ""
    init_ms: float | None = None
    handler_ms: float | None = None


def milliseconds(steps: Sequence[Step]) -> float:
    """The time from the beginning of the first step to the end of the last, in ms."""
    if not steps:
        return 0.0
    end = max(step.at + (step.duration_ms or 0.0) / 1000 for step in steps)
    return (end - steps[0].at) * 1000
