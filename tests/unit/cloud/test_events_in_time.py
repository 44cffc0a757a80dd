"""EventBridge and its Scheduler on a clock that is turned by hand.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from orderlab.clock import HandTurnedClock
from orderlab.cloud.contracts import Call, Hop, OutgoingMessage, Principal
from orderlab.cloud.events.service import EventService
from orderlab.cloud.faults import FaultBoard
from orderlab.cloud.http import Request
from orderlab.cloud.scheduler.service import SchedulerService
from orderlab.cloud.settings import Settings

ACCOUNT = Principal("account", "arn:aws:iam::123456789012:root", "123456789012")
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
DEAD = "arn:aws:sqs:us-east-1:123456789012:dead"
MINUTE, HOUR = 60.0, 3600.0


class Box:
    """A queue that keeps what it is sent."""

    policy = None

    def __init__(self) -> None:
        self.messages: list[OutgoingMessage] = []

    def accept(self, message: OutgoingMessage, sender: Principal, **_: Any) -> None:
        self.messages.append(message)


class Boxes:
    """The queues, by their ARN."""

    def __init__(self, boxes: dict[str, Box]) -> None:
        self.queue = boxes.get


class Trusting:
    """Allows everything to everybody."""

    def allows(self, *_: Any, **__: Any) -> bool:
        return True

    def may_assume(self, role_arn: str, service: str) -> bool:
        return True

    def role_principal(self, role_arn: str, session_name: str) -> Principal:
        return ACCOUNT

    def function_of(self, principal: Principal) -> str | None:
        return None


class Silent:
    """Writes nothing down."""

    def ids_in(self, payload: str) -> tuple[str, ...]:
        return ()

    def record(self, hop: Hop) -> None: ...

    def add(self, *_: Any, **__: Any) -> None: ...

    def add_set(self, *_: Any, **__: Any) -> None: ...

    @property
    def recorder(self) -> Silent:
        return self

    metrics = meter = recorder


class House:
    """EventBridge and the Scheduler, with two queues."""

    def __init__(self) -> None:
        self.clock = HandTurnedClock()
        self.faults = FaultBoard(1)
        self.box, self.dead = Box(), Box()
        parts: dict[str, Any] = {
            "settings": Settings(),
            "clock": self.clock,
            "permissions": Trusting(),
            "telemetry": Silent(),
            "faults": self.faults,
            "queues": Boxes({QUEUE: self.box, DEAD: self.dead}),
            "topics": None,
            "functions": None,
        }
        self.events = EventService(**parts)
        parts |= {"buses": self.events, "dispatch": None}
        self.scheduler = SchedulerService(**parts)

    def call(self, operation: str, **given: Any) -> Any:
        """A call of EventBridge."""
        request = Request("POST", "/", "", {}, b"")
        call = Call("events", operation, "us-east-1", ACCOUNT, request, "1")
        return self.events.operations[operation](call, given)

    def schedule(self, name: str, when: str, **given: Any) -> None:
        body = {
            "ScheduleExpression": when,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": QUEUE, "RoleArn": "arn:aws:iam::123456789012:role/r", "Input": name},
            **given,
        }
        request = Request("POST", f"/schedules/{name}", "", {}, json.dumps(body).encode())
        call = Call("scheduler", "CreateSchedule", "us-east-1", ACCOUNT, request, "1")
        self.scheduler.operations["CreateSchedule"](call, {"Name": name})

    async def advance(self, seconds: float) -> None:
        await settle()
        self.clock.advance(seconds)
        await settle()

    async def stop(self) -> None:
        await self.scheduler.stop()
        await self.events.stop()


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


def in_house(test: Callable[[House], Awaitable[None]]) -> None:
    async def run() -> None:
        house = House()
        try:
            await test(house)
        finally:
            await house.stop()

    asyncio.run(run())


def test_a_failed_delivery_is_tried_again_when_its_wait_is_over() -> None:
    async def test(house: House) -> None:
        house.faults.switch_on({"kind": "cut", "target": "q", "limit": 2})
        house.call("PutRule", Name="r", EventPattern='{"source": ["shop"]}')
        house.call("PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
        entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
        house.call("PutEvents", Entries=[entry])
        await house.advance(0.5)
        assert house.box.messages == []
        await house.advance(1)
        assert house.box.messages == []
        await house.advance(2)
        assert len(house.box.messages) == 1

    in_house(test)


@pytest.mark.parametrize(
    ("policy", "condition"),
    [
        ({"MaximumRetryAttempts": 3}, "MaximumRetryAttempts"),
        ({"MaximumEventAgeInSeconds": 300}, "MaximumEventAgeInSeconds"),
        ({}, "MaximumRetryAttempts"),
    ],
)
def test_a_policy_ends_it(policy: dict[str, int], condition: str) -> None:
    async def test(house: House) -> None:
        house.faults.switch_on({"kind": "cut", "target": "q"})
        house.call("PutRule", Name="r", EventPattern='{"source": ["shop"]}')
        target = {"Id": "1", "Arn": QUEUE, "RetryPolicy": policy, "DeadLetterConfig": {"Arn": DEAD}}
        house.call("PutTargets", Rule="r", Targets=[target])
        entry = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}
        house.call("PutEvents", Entries=[entry])
        for _ in range(200):
            await house.advance(10 * MINUTE)
        [letter] = house.dead.messages
        exhausted = letter.attributes["EXHAUSTED_RETRY_CONDITION"]["StringValue"]
        # a day of retries ends by its age or by their number, whatever the random parts make of it
        assert exhausted == condition or not policy

    in_house(test)


def test_a_rule_is_due_after_its_first_period() -> None:
    async def test(house: House) -> None:
        house.call("PutRule", Name="r", ScheduleExpression="rate(1 hour)")
        house.call("PutTargets", Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
        await house.advance(HOUR - 1)
        assert house.box.messages == []
        await house.advance(1)
        await house.advance(HOUR)
        assert len(house.box.messages) == 2
        house.call("DisableRule", Name="r")
        await house.advance(HOUR)
        assert len(house.box.messages) == 2

    in_house(test)


def test_a_schedule_is_due_at_once_and_until_its_end() -> None:
    async def test(house: House) -> None:
        now = house.clock.wall()
        house.schedule("plain", "rate(1 hour)")
        house.schedule("late", "rate(1 hour)", StartDate=now + 2 * HOUR)
        house.schedule(
            "short", "rate(1 hour)", EndDate=now + HOUR + 1, ActionAfterCompletion="DELETE"
        )
        seen = []
        for _ in range(4):
            await settle()
            seen.append(sorted(each.body for each in house.box.messages))
            house.box.messages.clear()
            await house.advance(HOUR)
        assert seen == [
            ["plain", "short"],
            ["plain", "short"],
            ["late", "plain"],
            ["late", "plain"],
        ]
        names = {name for _, name in house.scheduler.registry.of("us-east-1").schedules}
        assert names == {"plain", "late"}

    in_house(test)


def test_hours_that_are_skipped_in_one_step_are_not_made_up_for() -> None:
    async def test(house: House) -> None:
        house.schedule("plain", "rate(1 hour)")
        await settle()
        house.box.messages.clear()
        await house.advance(10 * HOUR)
        await house.advance(HOUR)
        assert 1 <= len(house.box.messages) <= 3

    in_house(test)
