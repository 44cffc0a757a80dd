"""Which environment gets an event, and who is throttled; without processes."""

from __future__ import annotations

import asyncio

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import Principal
from orderlab.cloud.lambda_.errors import TooManyRequests
from orderlab.cloud.lambda_.invoke import ACCOUNT_CONCURRENCY, Caller
from orderlab.cloud.lambda_.names import FunctionName
from orderlab.cloud.lambda_.pool import (
    FEWEST_ENVIRONMENTS,
    IDLE_SECONDS,
    Fleet,
    machine_limit,
)
from orderlab.cloud.lambda_.surroundings import Member
from tests.unit.cloud.function_fakes import FakeEnvironment, Registry, invoker, version


def fleet(limit: int = 4) -> tuple[Fleet, HandTurnedClock]:
    clock = HandTurnedClock()
    return Fleet(FakeEnvironment, clock, limit), clock


def fake(environment: Member) -> FakeEnvironment:
    assert isinstance(environment, FakeEnvironment)
    return environment


def ended(environment: Member) -> bool:
    return fake(environment).ended


def test_the_first_environment_is_used_first_and_then_that_used_last() -> None:
    async def scenario() -> None:
        ours, _ = fleet()
        orders = version()
        one, two, three = [await ours.acquire(orders) for _ in range(3)]
        for environment in (one, two, three):
            ours.release(environment)
        assert [await ours.acquire(orders) for _ in range(3)] == [one, three, two]

    asyncio.run(scenario())


def test_all_environments_but_one_are_further_ones() -> None:
    async def scenario() -> None:
        ours, _ = fleet()
        orders = version()
        one, two = await ours.acquire(orders), await ours.acquire(orders)
        assert (one.further, two.further) == (False, True)
        one.retired = True
        ours.release(one)
        three, four = await ours.acquire(orders), await ours.acquire(orders)
        assert (three.further, four.further) == (False, True)

    asyncio.run(scenario())


def test_beyond_the_machines_limit_an_event_waits_for_the_next_environment() -> None:
    async def scenario() -> None:
        ours, _ = fleet(limit=1)
        orders = version()
        one = await ours.acquire(orders)
        waiting = asyncio.create_task(ours.acquire(orders))
        await asyncio.sleep(0)
        assert not waiting.done()
        ours.release(one)
        assert await waiting is one

    asyncio.run(scenario())


def test_an_idle_environment_of_another_function_makes_room() -> None:
    async def scenario() -> None:
        ours, clock = fleet(limit=2)
        old, recent = await ours.acquire(version("old")), await ours.acquire(version("recent"))
        ours.release(old)
        clock.advance(1)
        ours.release(recent)
        await ours.acquire(version("new"))
        assert (ended(old), ended(recent)) == (True, False)

    asyncio.run(scenario())


def test_whoever_waits_without_room_gets_the_first_that_another_function_frees() -> None:
    async def scenario() -> None:
        ours, _ = fleet(limit=2)
        busy, second = await ours.acquire(version("busy")), version("waiting")
        await ours.acquire(second)
        waiting = asyncio.create_task(ours.acquire(second))
        await asyncio.sleep(0)
        ours.release(busy)
        found = await waiting
        assert (found.version.function.name, ended(busy)) == ("waiting", True)

    asyncio.run(scenario())


def test_a_function_that_is_called_by_those_who_fill_the_machine_gets_its_first_environment() -> (
    None
):
    async def scenario() -> None:
        ours, _ = fleet(limit=2)
        callers = version("caller")
        await ours.acquire(callers)
        await ours.acquire(callers)
        called = await asyncio.wait_for(ours.acquire(version("called")), 1)
        assert called.version.function.name == "called"

    asyncio.run(scenario())


def test_a_busy_environment_is_not_waited_for_however_quick_the_function_is() -> None:
    async def scenario() -> None:
        ours, _ = fleet()
        orders = version()
        one = await ours.acquire(orders)
        ours.release(one)
        assert await ours.acquire(orders) is one
        assert await ours.acquire(orders) is not one
        assert len(ours.members) == 2

    asyncio.run(scenario())


def test_even_a_small_machine_holds_some_environments() -> None:
    assert FEWEST_ENVIRONMENTS <= machine_limit() <= ACCOUNT_CONCURRENCY


def test_environments_are_ended_when_they_were_idle_for_long() -> None:
    async def scenario() -> None:
        ours, clock = fleet()
        orders = version()
        one = await ours.acquire(orders)
        ours.release(one)
        clock.advance(IDLE_SECONDS - 1)
        ours.retire_idle()
        assert not ended(one)
        clock.advance(2)
        ours.retire_idle()
        assert ended(one)
        assert not ours.members

    asyncio.run(scenario())


def test_a_retired_versions_environments_end_once_they_are_done() -> None:
    async def scenario() -> None:
        ours, _ = fleet()
        orders = version()
        idle, busy = await ours.acquire(orders), await ours.acquire(orders)
        ours.release(idle)
        ours.retire(orders)
        assert (ended(idle), ended(busy)) == (True, False)
        ours.release(busy)
        assert ended(busy)
        assert not ours.pools

    asyncio.run(scenario())


def test_a_caller_who_gives_up_leaves_the_environment_to_others() -> None:
    async def scenario() -> None:
        ours, _ = fleet(limit=1)
        orders = version()
        one = await ours.acquire(orders)
        waiting = asyncio.create_task(ours.acquire(orders))
        await asyncio.sleep(0)
        ours.release(one)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await ours.acquire(orders) is one

    asyncio.run(scenario())


# --- concurrency of the account


@pytest.mark.parametrize("reserved", [0, 300])
def test_invocations_beyond_the_account_limit_are_throttled(reserved: int) -> None:
    async def scenario() -> None:
        ours, clock = fleet(limit=2000)
        registry = Registry()
        registry.set_reserved(version("others").function, reserved)
        calls_taken = invoker(registry, ours, clock)
        orders, name = version(), FunctionName("orders")
        caller = Caller(Principal("account", "arn:aws:iam::123456789012:root", "123456789012"))
        room = ACCOUNT_CONCURRENCY - reserved
        calls = [
            asyncio.create_task(calls_taken.run(orders, name, b"{}", caller, str(number)))
            for number in range(room)
        ]
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests) as refused:
            await calls_taken.run(orders, name, b"{}", caller, "one too many")
        assert refused.value.details["Reason"] == "ConcurrentInvocationLimitExceeded"
        for environment in list(ours.busy):
            fake(environment).release.set()
        await asyncio.gather(*calls)
        assert orders.function.running == 0

    asyncio.run(scenario())
