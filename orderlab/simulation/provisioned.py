"""A simulation of provisioned capacity: units asked for, units provided, what is refused.

Differs from AWS: demand is spread evenly within a minute, nobody tries again, and capacity is one
pool, where a table and each of its indexes have their own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

# unused capacity that is kept: "up to 300 seconds", DynamoDB developer guide
BURST_SECONDS = 300
MINUTES = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """Units asked for and refused, and capacity-unit hours that were paid for."""

    asked: float
    refused: float
    unit_hours: float

    @property
    def refused_share(self) -> float:
        """The part that was refused at the first try, from 0 to 1."""
        return self.refused / self.asked if self.asked else 0.0


def simulate(
    units_by_hour: Sequence[float], capacity_by_hour: Sequence[float], *, seed: int = 1
) -> Outcome:
    """Let hours of demand meet hours of capacity (units a second), minute by minute.

    Arrivals within an hour are random (Poisson). Raises ValueError if the lengths differ.
    """
    if len(units_by_hour) != len(capacity_by_hour):
        raise ValueError("as many hours of capacity as of demand, please")
    chance = random.Random(seed)
    asked = refused = saved = 0.0
    for units, capacity in zip(units_by_hour, capacity_by_hour, strict=True):
        saved = min(saved, capacity * BURST_SECONDS)
        for _ in range(MINUTES):
            wanted = _poisson(chance, units / MINUTES)
            left = saved + capacity * MINUTES - wanted
            asked += wanted
            refused += max(0.0, -left)
            saved = min(max(0.0, left), capacity * BURST_SECONDS)
    return Outcome(asked, refused, float(sum(capacity_by_hour)))


def _poisson(chance: random.Random, mean: float) -> float:
    """A random count with that mean; large counts by the normal distribution, which they near."""
    if mean <= 0:
        return 0.0
    return float(max(0, round(chance.gauss(mean, mean**0.5))))
