"""The queue before asynchronous invocation holds so much and no more."""

from __future__ import annotations

import asyncio

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import EventBuses, Principal
from orderlab.cloud.lambda_.async_events import AsyncEvents
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.errors import TooManyRequests
from orderlab.cloud.lambda_.invoke import Caller
from orderlab.cloud.lambda_.model import Version
from orderlab.cloud.lambda_.names import FunctionName
from orderlab.cloud.lambda_.pool import Fleet
from tests.unit.cloud.function_fakes import (
    REGION,
    FakeEnvironment,
    Registry,
    cloud,
    invoker,
    recording,
    version,
)

CALLER = Caller(Principal("account", "arn:aws:iam::123456789012:root", "123456789012"))
MEGABYTE = 1024 * 1024


class Slow:
    """Environments whose work ends when `release` is set, well or not."""

    def __init__(self) -> None:
        self.release, self.fails = asyncio.Event(), False

    def environment(self, of: Version) -> FakeEnvironment:
        made = FakeEnvironment(of, self.release)
        made.fails = self.fails
        return made


def no_buses() -> EventBuses:
    raise AssertionError("no event goes to a bus here")


def queue_of(megabytes: int, slow: Slow) -> AsyncEvents:
    clock, registry, wiring = HandTurnedClock(), Registry(), cloud().wiring
    registry.backend(REGION).functions["orders"] = version().function
    return AsyncEvents(
        registry=registry,
        invoker=invoker(registry, Fleet(slow.environment, clock, 32), clock),
        recording=recording(),
        destinations=Destinations(
            registry=registry,
            permissions=wiring.permissions,
            queues=wiring.queues,
            topics=wiring.topics,
            buses=no_buses,
            invoke=wiring.functions.invoke,
        ),
        clock=clock,
        most_bytes=megabytes * MEGABYTE,
    )


def accept(events: AsyncEvents, count: int) -> int:
    """Send events of nearly a megabyte; how many were taken."""
    taken = 0
    for number in range(count):
        try:
            payload = b"x" * (MEGABYTE - 2000)
            events.accept("us-east-1", FunctionName("orders"), payload, CALLER, str(number))
        except TooManyRequests as refusal:
            assert refusal.reason == "CallerRateLimitExceeded"
            return taken
        taken += 1
    return taken


@pytest.mark.parametrize("fails", [False, True])
def test_a_full_queue_throttles_until_events_are_done(fails: bool) -> None:
    async def scenario() -> None:
        slow = Slow()
        slow.fails = fails
        events = queue_of(3, slow)
        assert accept(events, 9) == 3
        slow.release.set()
        for _ in range(20):
            await asyncio.sleep(0)
        # what failed waits for its next attempt, and is held as long
        assert accept(events, 9) == (0 if fails else 3)
        for _ in range(20):
            await asyncio.sleep(0)
        # of a function that may be gone, nothing is kept
        assert not events._lines
        await events.stop()

    asyncio.run(scenario())
