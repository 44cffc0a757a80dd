"""Quotas of usage plans: so many requests a day, week or month.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any


def spend(used: dict[str, int], today: time.struct_time) -> None:
    """Count one request."""
    day = _day(today).isoformat()
    used[day] = used.get(day, 0) + 1


def remaining(quota: Mapping[str, Any], used: Mapping[str, int], today: time.struct_time) -> int:
    """How many requests the running period still has. `offset` shortens the first period."""
    start = period_start(str(quota["period"]), _day(today))
    spent = sum(count for day, count in used.items() if day >= start.isoformat())
    first = not any(day < start.isoformat() for day in used)
    offset = int(quota.get("offset") or 0) if first else 0
    return int(quota["limit"]) - offset - spent


def period_start(period: str, day: date) -> date:
    """The first day of the period that a day belongs to; weeks begin on Sunday."""
    if period == "MONTH":
        return day.replace(day=1)
    if period == "WEEK":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    return day


def _day(moment: time.struct_time) -> date:
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
