"""A simulation of a server with so many workers and a line before them; nothing here is measured.

Requests arrive on the clock, evenly. A free worker takes the next one; when all are busy it waits
in the line; when the line is full it is refused. The same numbers give the same result on every
machine.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Served:
    """What came of the requests; waits are those of answered requests, in seconds."""

    answered: int
    refused: int
    median_seconds: float
    longest_seconds: float


def serve(
    *, workers: int, backlog: int, per_second: float, service_seconds: float, seconds: float
) -> Served:
    """Let requests arrive for so many seconds and serve all that are not refused.

    Raises ValueError for a size, a rate or a time that is not above 0 (a backlog may be 0).
    """
    if min(workers, per_second, service_seconds, seconds) <= 0 or backlog < 0:
        raise ValueError("workers, rate and times must be above 0, and the backlog at least 0")
    busy: list[float] = []  # when each busy worker is free again
    line: deque[float] = deque()
    times: list[float] = []
    refused = 0
    for number in range(math.floor(per_second * seconds)):
        now = number / per_second
        _work(busy, line, times, service_seconds, until=now)
        if len(busy) < workers:
            heapq.heappush(busy, now + service_seconds)
            times.append(service_seconds)
        elif len(line) < backlog:
            line.append(now)
        else:
            refused += 1
    _work(busy, line, times, service_seconds, until=math.inf)
    times.sort()
    median = times[(len(times) - 1) // 2] if times else 0.0
    return Served(len(times), refused, median, times[-1] if times else 0.0)


def _work(
    busy: list[float], line: deque[float], times: list[float], service: float, *, until: float
) -> None:
    """Let workers finish up to a moment; each takes the next request of the line."""
    while busy and busy[0] <= until:
        free = heapq.heappop(busy)
        if line:
            arrived = line.popleft()
            heapq.heappush(busy, free + service)
            times.append(free + service - arrived)
