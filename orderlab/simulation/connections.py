"""A simulation of the connection storm: many environments, a database that takes so many.

Nothing here is measured. Arrivals, times and limits are the parameters below; `SOURCES` says of
each where it comes from. The same seed gives the same figures.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy


@dataclass(frozen=True, slots=True)
class Parameters:
    """One promotion against one database. Times in seconds, rates in requests a second."""

    usual_rate: float = 17.8
    spike_rate: float = 177.8
    spike_begins: float = 2.0
    spike_seconds: float = 4.0
    handler_seconds: float = 0.85
    query_seconds: float = 0.02
    connect_seconds: float = 0.03
    max_connections: int = 85
    borrow_timeout: float = 120.0
    environment_limit: int = 1000


SOURCES = {
    "usual_rate": "the busiest hour: 64 orders of the sample, times 1,000, in 3,600 s",
    "spike_rate": "the promotion: ten times that",
    "spike_begins": "assumed",
    "spike_seconds": "assumed",
    "handler_seconds": "assumed: three calls to slow services, besides the database",
    "query_seconds": "assumed: one short transaction",
    "connect_seconds": "assumed: TCP, TLS and login",
    "max_connections": "assumed, for a small instance; on RDS it follows from the memory",
    "borrow_timeout": "RDS API reference, ConnectionBorrowTimeout: 120 s by default",
    "environment_limit": "Lambda quotas: an account's concurrency, 1,000 by default",
}


@dataclass(slots=True)
class Storm:
    """What came of it. `waits` are the seconds that each request waited for a connection."""

    requests: int = 0
    answered: int = 0
    refused: int = 0
    throttled: int = 0
    environments: int = 0
    peak_connections: int = 0
    peak_querying: int = 0
    waits: list[float] = field(default_factory=list)
    connections: list[tuple[float, int]] = field(default_factory=list)
    given: Parameters = field(default_factory=Parameters)

    @property
    def times(self) -> list[float]:
        """Moments in seconds, ten a second, for `open_by_time`."""
        end = self.given.spike_begins + self.given.spike_seconds
        return [tenth / 10 for tenth in range(int(end * 10) + 1)]

    @property
    def open_by_time(self) -> list[int]:
        """How many connections were open at each of `times`."""
        return [max((n for at, n in self.connections if at <= t), default=0) for t in self.times]

    def p99_wait(self) -> float:
        """The wait for a connection that 99 of 100 answered requests stayed under, in seconds."""
        ordered = sorted(self.waits)
        return ordered[math.ceil(0.99 * len(ordered)) - 1] if ordered else 0.0


def storm(parameters: Parameters | None = None, *, proxy: bool, seed: int = 1) -> Storm:
    """Run the promotion once, with or without a proxy before the database.

    Without one, an environment opens a connection when it starts and holds it while it lives,
    busy or frozen. With one, a request borrows a connection of the pool for its query only.
    Raises ValueError for parameters that make no sense.
    """
    given = parameters or Parameters()
    if min(given.usual_rate, given.spike_rate, given.query_seconds, given.handler_seconds) <= 0:
        raise ValueError("rates and durations must be above 0")
    if given.max_connections < 1 or given.environment_limit < 1:
        raise ValueError("there must be room for one connection and one environment")
    run = _Run(given, proxy, random.Random(seed))
    run.world.process(run.arrivals())
    run.world.run()
    return run.outcome


class _Run:
    """One run of the simulation; `world` is simpy's clock and events."""

    def __init__(self, given: Parameters, proxy: bool, chance: random.Random) -> None:
        self.given = given
        self.proxy = proxy
        self.chance = chance
        self.world = simpy.Environment()
        self.pool = simpy.Resource(self.world, capacity=given.max_connections)
        self.outcome = Storm(given=given)
        # idle environments: True if one holds a connection
        self.idle: list[bool] = []
        self.querying = 0

    def arrivals(self) -> Generator[Any, Any, None]:
        """Requests, at random moments, at the usual rate and then at that of the spike."""
        given = self.given
        end = given.spike_begins + given.spike_seconds
        while True:
            spike = self.world.now >= given.spike_begins
            rate = given.spike_rate if spike else given.usual_rate
            yield self.world.timeout(self.chance.expovariate(rate))
            if self.world.now >= end:
                return
            self.outcome.requests += 1
            self.world.process(self.request())

    def request(self) -> Generator[Any, Any, None]:
        if self.idle:
            connected = self.idle.pop()
        elif self.outcome.environments < self.given.environment_limit:
            self.outcome.environments += 1
            connected = False
        else:
            self.outcome.throttled += 1
            return
        if self.proxy:
            yield from self.through_proxy()
        else:
            connected = yield from self.on_its_own(connected)
        self.idle.append(connected)

    def on_its_own(self, connected: bool) -> Generator[Any, Any, bool]:
        """One request of an environment that keeps a connection; whether it has one at the end."""
        began = self.world.now
        if not connected:
            if self.open_now >= self.given.max_connections:
                # a refusal takes as long as a login does
                yield self.world.timeout(self.given.connect_seconds)
                self.outcome.refused += 1
                return False
            self.opened()
            yield self.world.timeout(self.given.connect_seconds)
        self.outcome.waits.append(self.world.now - began)
        yield from self.query()
        yield self.world.timeout(self.given.handler_seconds)
        self.outcome.answered += 1
        return True

    def through_proxy(self) -> Generator[Any, Any, None]:
        """One request that borrows a connection for its query."""
        began = self.world.now
        with self.pool.request() as place:
            got = yield place | self.world.timeout(self.given.borrow_timeout)
            if place not in got:
                self.outcome.refused += 1
                return
            if self.pool.count > self.open_now:
                self.opened()
                yield self.world.timeout(self.given.connect_seconds)
            self.outcome.waits.append(self.world.now - began)
            yield from self.query()
        yield self.world.timeout(self.given.handler_seconds)
        self.outcome.answered += 1

    def query(self) -> Generator[Any, Any, None]:
        self.querying += 1
        self.outcome.peak_querying = max(self.outcome.peak_querying, self.querying)
        yield self.world.timeout(self.given.query_seconds)
        self.querying -= 1

    @property
    def open_now(self) -> int:
        return self.outcome.connections[-1][1] if self.outcome.connections else 0

    def opened(self) -> None:
        self.outcome.connections.append((self.world.now, self.open_now + 1))
        self.outcome.peak_connections = self.open_now
