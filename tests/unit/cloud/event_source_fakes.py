"""A cloud of fakes behind the contracts: a queue, a shard and a function made of lists."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import (
    Attributes,
    Content,
    Credentials,
    Invocation,
    Policy,
    Principal,
    Queue,
    ReceivedMessage,
    StreamPosition,
)
from orderlab.cloud.dynamodb.stored import store
from orderlab.cloud.dynamodb.stream_record import Change, LoggedRecord
from orderlab.cloud.event_sources import settings as rules
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.sources import Source
from orderlab.cloud.event_sources.wiring import Wiring
from orderlab.cloud.faults import FaultBoard
from tests.unit.simulated_time import SimulatedClock, let_pass

ACCOUNT = "123456789012"
QUEUE_ARN = f"arn:aws:sqs:us-east-1:{ACCOUNT}:inbox"
STREAM_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:process"

Handler = Callable[[list[dict[str, Any]]], Any]


class FakeFunctions:
    """Runs `handler` with the event's records; what it raises becomes a function error."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.batches: list[list[dict[str, Any]]] = []
        self.running = self.most_running = 0
        self.seconds = 0.0
        self.missing = False

    def configuration(self, function: str, qualifier: str | None = None) -> dict[str, Any]:
        if self.missing:
            raise AwsError("Function not found", code="ResourceNotFoundException", status=404)
        return {"FunctionName": "process", "Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Timeout": 3}

    def resource_policy(self, arn: str) -> Policy:
        return None

    async def invoke(self, function: str, payload: bytes, **_: Any) -> Invocation:
        records = json.loads(payload)["Records"]
        self.batches.append(records)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            await let_pass(self.seconds)
            answer = self.handler(records)
        except AwsError:
            raise
        except Exception as error:
            body = json.dumps({"errorMessage": str(error)}).encode()
            return Invocation(200, body, "Unhandled", "$LATEST", "request-1", duration_ms=1.0)
        finally:
            self.running -= 1
        return Invocation(
            200,
            json.dumps(answer).encode(),
            None,
            "$LATEST",
            "request-1",
            duration_ms=1.0 + self.seconds * 1000,
        )


class FakeQueue:
    arn, url, name, fifo, visibility_timeout, policy = QUEUE_ARN, "", "inbox", False, 30, None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.waiting: list[ReceivedMessage] = []
        self.in_flight: dict[str, ReceivedMessage] = {}
        self.deleted: list[str] = []
        self.given_back: list[str] = []
        self.sent: list[Any] = []
        self._arrival = asyncio.Event()

    def put(self, *bodies: str) -> None:
        for body in bodies:
            name = f"m{len(self.waiting) + len(self.deleted) + len(self.in_flight)}"
            self.waiting.append(ReceivedMessage(name, f"r-{name}", body, "md5", {}, {}))
        self._arrival.set()

    def accept(self, message: Any, sender: Principal, **_: Any) -> None:
        self.sent.append(message)

    def send(self, message: Any, sender: Principal) -> str:
        self.sent.append(message)
        return "id"

    async def receive(
        self,
        *,
        max_messages: int = 1,
        wait_seconds: float | None = None,
        visibility_timeout: int | None = None,
        pollers: int = 1,
    ) -> list[ReceivedMessage]:
        if not self.waiting:
            self._arrival.clear()
            try:
                await asyncio.wait_for(self._arrival.wait(), self._clock.real(wait_seconds or 0))
            except TimeoutError:
                return []
        taken, self.waiting = self.waiting[:max_messages], self.waiting[max_messages:]
        self.in_flight.update({message.receipt_handle: message for message in taken})
        return taken

    def delete(self, receipt_handle: str) -> None:
        self.deleted.append(self.in_flight.pop(receipt_handle).message_id)

    def count_visible(self) -> int:
        return len(self.waiting)

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        self.given_back.append(self.in_flight.pop(receipt_handle).message_id)


class FakeShard:
    id = "shardId-1"
    parent = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.log: list[LoggedRecord] = []
        self._arrival = asyncio.Event()

    def put(self, *keys: str) -> None:
        for key in keys:
            number = f"{len(self.log):021d}"
            item, wall = {"id": {"S": key}}, self._clock.wall()
            change = Change(item, None, store(item, 3), wall, wall + 86_400, "event", None)
            self.log.append(LoggedRecord(change, number, "KEYS_ONLY", "us-east-1"))
        self._arrival.set()

    def ended(self, position: StreamPosition) -> bool:
        return False

    def start(self, starting_position: str) -> StreamPosition:
        return StreamPosition(len(self.log) if starting_position == "LATEST" else 0)

    def read(self, position: StreamPosition, limit: int) -> Any:
        records = self.log[position.index : position.index + limit]
        return records, StreamPosition(position.index + len(records))

    async def wait(self, position: StreamPosition, seconds: float) -> bool:
        if position.index < len(self.log):
            return True
        self._arrival.clear()
        try:
            await asyncio.wait_for(self._arrival.wait(), self._clock.real(seconds))
        except TimeoutError:
            return False
        return True


class FakeCloud:
    """Everything a poller asks of a cloud. `allowed` switches every permission."""

    def __init__(self, handler: Handler, speed: float = 50.0) -> None:
        self.clock = SimulatedClock(speed)
        self.functions = FakeFunctions(handler)
        self.inbox, self.inbox_exists = FakeQueue(self.clock), True
        self.lost = FakeQueue(self.clock)
        self.shard = FakeShard(self.clock)
        self.allowed = True
        self.wiring = Wiring(
            clock=self.clock,
            functions=self.functions,
            queues=FakeQueues(self),
            topics=NoTopics(),
            streams=FakeStreams(self.shard),
            permissions=FakePermissions(self),
            faults=FaultBoard(),
            metrics=NoMetrics(),
        )


class FakeQueues:
    """The queue of a mapping, and one for whatever else is asked for."""

    def __init__(self, cloud: FakeCloud) -> None:
        self._cloud = cloud

    def queue(self, arn: str) -> Queue | None:
        if arn != QUEUE_ARN:
            return self._cloud.lost
        return self._cloud.inbox if self._cloud.inbox_exists else None

    def content_of(self, body: str, attributes: Attributes) -> Content:
        raise NotImplementedError


class FakeStreams:
    """One shard in every stream."""

    def __init__(self, shard: FakeShard) -> None:
        self._shard = shard

    def shards(self, stream_arn: str) -> list[FakeShard]:
        return [self._shard]


class FakePermissions:
    """Allows everything or nothing."""

    def __init__(self, cloud: FakeCloud) -> None:
        self._cloud = cloud

    def allows(self, *_: Any, **__: Any) -> bool:
        return self._cloud.allowed

    def require(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError

    def function_of(self, principal: Principal) -> str | None:
        return None

    def role_principal(self, role_arn: str, session_name: str) -> Principal:
        return Principal("role", role_arn, ACCOUNT, "r")

    def may_assume(self, role_arn: str, service: str) -> bool:
        return self._cloud.allowed

    def assume_role(self, role_arn: str, service: str, session_name: str) -> Credentials:
        raise NotImplementedError

    def forget(self, credentials: Credentials) -> None:
        raise NotImplementedError


class NoTopics:
    """Topics that nothing is published to."""

    def publish(self, topic_arn: str, message: str, **_: Any) -> str:
        raise NotImplementedError

    def resource_policy(self, topic_arn: str) -> Policy:
        return None


class NoMetrics:
    """Metrics that are thrown away."""

    def add(self, *_: Any, **__: Any) -> None: ...

    def add_set(self, *_: Any, **__: Any) -> None: ...


def mapping_of(kind: rules.Kind, **settings: Any) -> EventSourceMapping:
    arn = QUEUE_ARN if kind == "sqs" else STREAM_ARN
    chosen = rules.merged(kind, False, rules.defaults(kind), settings)
    return EventSourceMapping(
        "uuid", "arn", "us-east-1", Source(arn, kind), FUNCTION_ARN, chosen, True, "Enabled", 0.0
    )
