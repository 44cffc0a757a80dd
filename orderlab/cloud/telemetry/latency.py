"""Durations, counted into steps of a tenth of a decade: quick to add, percentiles within 12 %."""

from __future__ import annotations

from math import log10

# the first step ends at 0.01 ms, the last is open
_STEPS = 81


class Latencies:
    """How long a number of calls took."""

    __slots__ = ("_steps", "count", "largest", "total")

    def __init__(self) -> None:
        self._steps: dict[int, int] = {}
        self.count = 0
        self.total = 0.0
        self.largest = 0.0

    def add(self, milliseconds: float) -> None:
        """Count one call with the time that it took."""
        self.count += 1
        self.total += milliseconds
        self.largest = max(self.largest, milliseconds)
        step = 0 if milliseconds <= 0.01 else min(_STEPS, int(10 * log10(milliseconds) + 21))
        self._steps[step] = self._steps.get(step, 0) + 1

    def percentile(self, percent: float) -> float:
        """The upper end of the step that holds the percentile, in milliseconds."""
        wanted, seen = self.count * percent / 100, 0
        for step in sorted(self._steps):
            seen += self._steps[step]
            if seen >= wanted:
                return float(min(self.largest, 10 ** ((step - 20) / 10)))
        return self.largest

    def summary(self) -> dict[str, float]:
        """Mean, 50th and 95th percentile, and the largest, in milliseconds."""
        return {
            "mean_ms": round(self.total / self.count, 3) if self.count else 0.0,
            "p50_ms": round(self.percentile(50), 3),
            "p95_ms": round(self.percentile(95), 3),
            "max_ms": round(self.largest, 3),
        }
