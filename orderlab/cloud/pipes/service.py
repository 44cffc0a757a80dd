"""EventBridge Pipes: its operations, and the readers of the pipes that run.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
Differs from AWS: sources are SQS queues and DynamoDB streams, enrichments Lambda functions, targets
queues, topics, functions and event buses, all of one account; no logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Call,
    EventBuses,
    Faults,
    Functions,
    Handler,
    Parameters,
    Permissions,
    Queues,
    Streams,
    Telemetry,
    Topics,
)
from orderlab.cloud.pipes.dead_letters import DeadLetters
from orderlab.cloud.pipes.flow import Flow
from orderlab.cloud.pipes.lifecycle import Lifecycle
from orderlab.cloud.pipes.operations import PipeOperations
from orderlab.cloud.pipes.pipe import Pipe
from orderlab.cloud.pipes.queue_reader import QueueReader
from orderlab.cloud.pipes.reader import Reader
from orderlab.cloud.pipes.recording import Recording
from orderlab.cloud.pipes.registry import Registry
from orderlab.cloud.pipes.stream_reader import StreamReader
from orderlab.cloud.protocols.model_input import read_rest_input
from orderlab.cloud.settings import Settings
from orderlab.cloud.targets.sender import TargetSender
from orderlab.cloud.telemetry.long_work import LongWork


class PipeService:
    """All pipes."""

    name = "pipes"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        queues: Queues,
        streams: Streams,
        topics: Topics,
        functions: Functions,
        buses: EventBuses,
    ) -> None:
        self._clock, self._permissions = clock, permissions
        self._queues, self._streams = queues, streams
        self._recording = Recording(clock=clock, telemetry=telemetry)
        self._sender = TargetSender(
            queues=queues,
            topics=topics,
            functions=functions,
            buses=buses,
            permissions=permissions,
            faults=faults,
            recorder=telemetry.recorder,
            clock=clock,
        )
        self._dead_letters = DeadLetters(sender=self._sender, clock=clock)
        self._long_work = LongWork()
        self._lifecycle = Lifecycle(
            make_reader=self._reader,
            sender=self._sender,
            queues=queues,
            streams=streams,
            permissions=permissions,
            clock=clock,
        )
        self.registry = Registry(account_id=settings.account_id)
        handlers = PipeOperations(
            registry=self.registry, lifecycle=self._lifecycle, clock=clock
        ).handlers
        self.operations: Mapping[str, Handler] = {
            name: _checked(handler) for name, handler in handlers.items()
        }

    async def start(self) -> None:
        """Nothing runs before there is a pipe."""

    async def stop(self) -> None:
        """End every pipe."""
        await self._lifecycle.stop()

    def _reader(self, pipe: Pipe) -> Reader:
        flow = Flow(pipe, sender=self._sender, recording=self._recording)
        shared: dict[str, Any] = {
            "flow": flow,
            "clock": self._clock,
            "long_work": self._long_work,
            "permissions": self._permissions,
        }
        if pipe.of_stream:
            return StreamReader(
                pipe, streams=self._streams, dead_letters=self._dead_letters, **shared
            )
        return QueueReader(pipe, queues=self._queues, **shared)


def _checked(handler: Handler) -> Handler:
    """The handler, which gets only what fits AWS's model."""

    def handle(call: Call, parameters: Parameters) -> Any:
        return handler(call, read_rest_input(call, parameters))

    return handle
