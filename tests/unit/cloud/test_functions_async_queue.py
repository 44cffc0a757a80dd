"""The queue before asynchronous invocation holds so much and no more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import Invocation, Principal
from orderlab.cloud.functions.async_events import AsyncEvents
from orderlab.cloud.functions.errors import TooManyRequests
from orderlab.cloud.functions.invoke import Caller
from orderlab.cloud.functions.model import Code, Configuration, Function, Version
from orderlab.cloud.functions.names import FunctionName

CALLER = Caller(Principal("account", "arn:aws:iam::123456789012:root", "123456789012"))
MEGABYTE = 1024 * 1024


class Slow:
    """Invocations that end when `release` is set, well or not."""

    def __init__(self) -> None:
        self.release, self.fails = asyncio.Event(), False

    def choose_version(self, backend: Any, name: FunctionName) -> Version:
        return cast(Version, backend.function(name).latest)

    async def run(self, version: Version, *_: Any) -> Invocation:
        await self.release.wait()
        return Invocation(200, b"{}", "Unhandled" if self.fails else None, "$LATEST", "id")


def queue_of(megabytes: int, slow: Slow) -> AsyncEvents:
    function = Function("us-east-1", "123456789012", "orders")
    settings = Configuration("python3.13", "app.handler", "role")
    function.latest = Version(function, "$LATEST", settings, cast(Code, None), None)
    service = SimpleNamespace(
        cloud=SimpleNamespace(clock=HandTurnedClock()),
        backend=lambda _: SimpleNamespace(function=lambda _: function),
        record=SimpleNamespace(metric=lambda *_, **__: None),
    )
    return AsyncEvents(cast(Any, service), cast(Any, slow), megabytes * MEGABYTE)


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
        events = queue_of(3, slow)
        assert accept(events, 9) == 3
        slow.fails = fails
        slow.release.set()
        for _ in range(10):
            await asyncio.sleep(0)
        # what failed waits for its next attempt, and is held as long
        assert accept(events, 9) == (0 if fails else 3)
        await events.stop()

    asyncio.run(scenario())
