"""How provisioned concurrency is shared out and paid for, without processes.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

import asyncio

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.lambda_.model import Alias, Function, ProvisionedConfig, Version
from orderlab.cloud.lambda_.pool import Fleet
from orderlab.cloud.lambda_.provisioned_cost import ProvisionedCost
from orderlab.cloud.lambda_.provisioning import NO_ROOM, Provisioning, shares
from tests.unit.cloud.function_fakes import FakeEnvironment, recording, version


def function(requested: int = 10, qualifier: str = "live", **weights: float) -> Function:
    """One with versions 1 and 2, and an alias of version 2 that has provisioned concurrency."""
    latest = version()
    made = latest.function
    for number in (1, 2):
        made.versions[number] = Version(made, str(number), latest.configuration, latest.code, None)
    numbers = {name.removeprefix("v"): weight for name, weight in weights.items()}
    made.aliases["live"] = Alias("live", "2", weights=numbers)
    made.provisioned[qualifier] = ProvisionedConfig(requested, "")
    return made


@pytest.mark.parametrize(
    ("requested", "weight", "expected"),
    [
        (10, 0.1, {"1": 1, "2": 9}),
        (10, 1.0, {"1": 10}),
        (10, 0.0, {"2": 10}),
        (1, 0.1, {"2": 1}),
        (3, 0.5, {"1": 2, "2": 1}),
    ],
)
def test_a_weighted_alias_divides_its_environments(
    requested: int, weight: float, expected: dict[str, int]
) -> None:
    found = shares(function(requested, v1=weight), "live")
    assert {each.number: count for each, count in found} == expected


def test_each_five_minutes_that_have_begun_are_paid_for() -> None:
    charged: list[tuple[str, int, float]] = []
    clock = HandTurnedClock()
    cost = ProvisionedCost(
        lambda version, count, seconds: charged.append((version.number, count, seconds)), clock
    )
    orders = function(4)
    cost.changed(orders, lambda _: orders.versions[2])
    assert charged == [("2", 4, 300)]
    clock.advance(200)
    orders.provisioned["live"] = ProvisionedConfig(5, "")
    cost.changed(orders, lambda _: orders.versions[2])
    # one more for the rest of the period
    assert charged[1:] == [("2", 1, 100)]
    clock.advance(100)
    cost.pay()
    assert charged[2:] == [("2", 5, 300)]
    clock.advance(3000)
    cost.pay()
    assert charged[3:] == [("2", 5, 3000)]
    del orders.provisioned["live"]
    cost.changed(orders, lambda _: None)
    clock.advance(3000)
    cost.pay()
    assert len(charged) == 4


def provisioning(limit: int = 40) -> tuple[Provisioning, Fleet, HandTurnedClock]:
    clock = HandTurnedClock()
    fleet = Fleet(FakeEnvironment, clock, limit)
    return Provisioning(fleet, recording(), clock), fleet, clock


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def test_all_that_are_wanted_are_started_a_few_at_a_time() -> None:
    async def scenario() -> None:
        ours, fleet, _ = provisioning()
        orders = function(10)
        ours.provide(orders)
        assert len(fleet.members) == 4
        await settled()
        assert ours.standing(orders, "live").status == "READY"
        assert len(fleet.members) == 10
        orders.aliases["live"] = Alias("live", "1")
        ours.provide(orders)
        await settled()
        assert {each.version.number for each in fleet.members} == {"1"}
        await ours.stop()

    asyncio.run(scenario())


def test_a_machine_without_room_says_so_and_tries_again_later() -> None:
    async def scenario() -> None:
        ours, fleet, clock = provisioning(limit=8)
        orders = function(10)
        ours.provide(orders)
        await settled()
        standing = ours.standing(orders, "live")
        assert (standing.status, standing.reason, standing.allocated) == ("FAILED", NO_ROOM, 6)
        orders.provisioned["live"].requested = 5
        ours.provide(orders)
        assert ours.standing(orders, "live").status == "READY"
        clock.advance(1000)
        ours.look_after()
        assert len(fleet.members) == 5

    asyncio.run(scenario())


def test_failures_pause_longer_each_time() -> None:
    async def scenario() -> None:
        made: list[FakeEnvironment] = []

        def broken(version: Version) -> FakeEnvironment:
            made.append(FakeEnvironment(version))
            made[-1].fails = True
            return made[-1]

        clock = HandTurnedClock()
        ours = Provisioning(Fleet(broken, clock, 40), recording(), clock)
        orders = function(1)
        ours.provide(orders)
        await settled()
        for pause in (5, 10, 20, 40):
            before = len(made)
            clock.advance(pause - 1)
            ours.look_after()
            await settled()
            assert len(made) == before
            clock.advance(1)
            ours.look_after()
            await settled()
            assert len(made) == before + 1
        assert ours.standing(orders, "live").reason == "FUNCTION_ERROR_INIT_FAILURE"

    asyncio.run(scenario())
