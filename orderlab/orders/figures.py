"""Percentiles, the same way everywhere: by nearest rank, so each is a value that was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """p50, p95 and p99 of the values, in their unit; empty if there are none."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {f"p{n}": ordered[math.ceil(len(ordered) * n / 100) - 1] for n in (50, 95, 99)}
