"""The real week as demand for write units, and what a choice of capacity would have cost.

The shop of the sample is small. Its week is multiplied: the same hours, 1,000 times the orders.
Prices are second-hand; `orderlab.orders.prices` says so too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from numbers import Real
from typing import Any

from orderlab.orders.prices import CHECKED_ON, TABLE, Price
from orderlab.practice.items import sample_orders, write_units
from orderlab.simulation.provisioned import Outcome, simulate

TIMES = 1000
DAYS = tuple(range(18, 25))
HOURS = len(DAYS) * 24
WRITE_UNIT_HOUR = Price(
    "dynamodb.write_unit_hours", "DynamoDB provisioned WCU-hours", 0.00065, 1, "zeonedge.com"
)
WRITE_REQUEST_UNIT = next(price for price in TABLE if price.item == "dynamodb.write_units")

__all__ = [
    "CHECKED_ON",
    "HOURS",
    "TIMES",
    "on_demand_usd",
    "provisioned",
    "units_by_hour",
    "with_promotion",
]


@cache
def units_by_hour(times: int = TIMES) -> tuple[int, ...]:
    """Write units asked for in each of the week's 168 hours, from Monday 00:00 UTC on."""
    hours = dict.fromkeys((f"2017-12-{day}T{hour:02d}" for day in DAYS for hour in range(24)), 0)
    for order in sample_orders():
        hours[order["placed_at"][:13]] += write_units(order)
    return tuple(units * times for units in hours.values())


def with_promotion(factor: int = 10, hours: int = 4) -> tuple[int, ...]:
    """The week with `factor` times the demand in the last evening, 18:00 to 22:00 UTC."""
    week = list(units_by_hour())
    first = HOURS - 6
    week[first : first + hours] = [factor * units for units in week[first : first + hours]]
    return tuple(week)


def on_demand_usd(units: Sequence[int] | None = None) -> float:
    """What the week's writes cost on demand."""
    return sum(units or units_by_hour()) / WRITE_REQUEST_UNIT.per * WRITE_REQUEST_UNIT.usd


def provisioned(
    capacity: float | Sequence[float], *, units: Sequence[int] | None = None
) -> tuple[Outcome, float]:
    """The week against provisioned write capacity: what came of it, and US dollars.

    `capacity`: one number of units a second, 24 by hour of the day (UTC), or 168. A simulation.
    """
    outcome = simulate(units or units_by_hour(), every_hour(capacity))
    return outcome, outcome.unit_hours / WRITE_UNIT_HOUR.per * WRITE_UNIT_HOUR.usd


def every_hour(capacity: Any) -> list[float]:
    """A capacity for each of the 168 hours. Raises ValueError for another number of them."""
    if isinstance(capacity, Real):
        return [float(capacity)] * HOURS
    numbers = [float(each) for each in capacity]
    if len(numbers) == 24:
        return numbers * len(DAYS)
    if len(numbers) == HOURS:
        return numbers
    raise ValueError(f"{len(numbers)} numbers; 1, 24 or {HOURS} are understood")
