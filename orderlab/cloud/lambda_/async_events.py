"""Asynchronous invocation: a queue before each function, retries, and where outcomes go.

An event whose function fails is tried twice more, after one minute and after two. One that is
throttled is tried again, after 1 s, 2 s ... 5 min, as long as it is not too old. What is given up
goes to the failure destination and the dead-letter queue.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html

Differs from AWS: the queue is lost when the cloud stops, and delivers no event twice. It holds
256 MB; beyond that events are throttled.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Invocation
from orderlab.cloud.lambda_.destinations import Destinations
from orderlab.cloud.lambda_.errors import RecursiveInvocation, ResourceNotFound, TooManyRequests
from orderlab.cloud.lambda_.invoke import Caller, Invoker
from orderlab.cloud.lambda_.model import EventInvokeConfig, Function, Version
from orderlab.cloud.lambda_.names import LATEST, FunctionName
from orderlab.cloud.lambda_.recording import Recording
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.report import iso_time, now_ms

log = logging.getLogger("orderlab.cloud.lambda_")

RETRY_SECONDS = (60.0, 120.0)
MAX_RETRIES = 2
MAX_AGE_SECONDS = 21_600
MAX_BACKOFF_SECONDS = 300.0
AT_ONCE = 100
QUEUE_BYTES = 256 * 1024 * 1024
# what an event takes beside its payload
_EVENT_BYTES = 1024


@dataclass(slots=True, eq=False)
class AsyncEvent:
    """One accepted event. `accepted` is scaled time."""

    region: str
    name: FunctionName
    payload: bytes
    caller: Caller
    request_id: str
    accepted: float
    attempts: int = 0
    throttled: int = 0
    last: Invocation | None = None
    # why it was not run, where it is not tried again
    refusal: AwsError | None = None
    # whether it waits for another attempt
    comes_again: bool = False

    @property
    def size(self) -> int:
        """The bytes that it takes in the queue."""
        return len(self.payload) + _EVENT_BYTES


@dataclass(slots=True, eq=False)
class _Line:
    """The events that wait for one function, and how many are under way."""

    waiting: deque[AsyncEvent] = field(default_factory=deque)
    running: int = 0


class AsyncEvents:
    """Takes events and sees them through."""

    def __init__(
        self,
        *,
        registry: FunctionRegistry,
        invoker: Invoker,
        recording: Recording,
        destinations: Destinations,
        clock: Clock,
        most_bytes: int = QUEUE_BYTES,
    ) -> None:
        self._registry, self._invoker, self._recording = registry, invoker, recording
        self._destinations, self._clock = destinations, clock
        self._most_bytes, self._held_bytes = most_bytes, 0
        self._lines: dict[tuple[str, str], _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(
        self, region: str, name: FunctionName, payload: bytes, caller: Caller, request_id: str
    ) -> None:
        """Queue an event; it is tried at once if not too many are under way.

        Raises TooManyRequestsException if the queue is full, ResourceNotFoundException if there is
        no such function.
        """
        event = AsyncEvent(region, name, payload, caller, request_id, self._clock.now())
        if self._held_bytes + event.size > self._most_bytes:
            raise TooManyRequests("CallerRateLimitExceeded")
        self._held_bytes += event.size
        function = self._registry.backend(region).function(name)
        self._recording.metric(function, "AsyncEventsReceived", 1.0)
        self._enqueue(event)

    async def stop(self) -> None:
        """Drop all events."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()

    def waiting(self) -> int:
        """How many events wait or are under way."""
        return sum(len(line.waiting) + line.running for line in self._lines.values())

    def _enqueue(self, event: AsyncEvent) -> None:
        line = self._lines.setdefault((event.region, event.name.name), _Line())
        line.waiting.append(event)
        self._pump(line)

    def _pump(self, line: _Line) -> None:
        while line.waiting and line.running < AT_ONCE:
            line.running += 1
            self._start(self._one(line, line.waiting.popleft()), "lambda-async")

    def _start(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _one(self, line: _Line, event: AsyncEvent) -> None:
        try:
            await self._attempt(event)
        except ResourceNotFound:
            log.info("an event of %s is dropped: the function is gone", event.name.name)
        except Exception:
            log.exception("an asynchronous event of %s failed", event.name.name)
        finally:
            if not event.comes_again:
                self._held_bytes -= event.size
            line.running -= 1
            self._pump(line)
            if not line.running:
                # the function may never be called again
                self._lines.pop((event.region, event.name.name), None)

    async def _attempt(self, event: AsyncEvent) -> None:
        backend = self._registry.backend(event.region)
        version = self._invoker.choose_version(backend, event.name)
        function, config = version.function, self._config(version.function, event)
        age = self._clock.now() - event.accepted
        self._recording.metric(function, "AsyncEventAge", age * 1000, "Milliseconds")
        if age > (config.maximum_event_age or MAX_AGE_SECONDS):
            await self._give_up(event, version, config, "EventAgeExceeded")
            return
        if function.reserved_concurrency == 0:
            await self._give_up(event, version, config, "ZeroReservedConcurrency")
            return
        try:
            event.last = await self._invoker.run(
                version, event.name, event.payload, event.caller, event.request_id
            )
        except TooManyRequests:
            self._back_off(event)
            return
        except RecursiveInvocation as error:
            event.refusal = error
            await self._give_up(event, version, config, "RecursiveInvocation")
            return
        except AwsError as error:
            log.warning("an asynchronous event of %s: %s", function.name, error.message)
            self._back_off(event)
            return
        event.attempts += 1
        await self._settle(event, version, config)

    async def _settle(self, event: AsyncEvent, version: Version, config: EventInvokeConfig) -> None:
        assert event.last is not None
        if not event.last.function_error:
            if config.on_success:
                await self._tell(event, version, config.on_success, "Success")
            return
        retries = config.maximum_retry_attempts
        if event.attempts > (MAX_RETRIES if retries is None else retries):
            await self._give_up(event, version, config, "RetriesExhausted")
            return
        self._later(event, RETRY_SECONDS[event.attempts - 1])

    def _back_off(self, event: AsyncEvent) -> None:
        event.throttled += 1
        self._later(event, min(2.0 ** (event.throttled - 1), MAX_BACKOFF_SECONDS))

    def _later(self, event: AsyncEvent, seconds: float) -> None:
        event.comes_again = True

        async def wait() -> None:
            await self._clock.sleep(seconds)
            event.comes_again = False
            self._enqueue(event)

        self._start(wait(), "lambda-async-retry")

    def _config(self, function: Function, event: AsyncEvent) -> EventInvokeConfig:
        qualifier = event.name.qualifier or LATEST
        return function.event_invoke.get(qualifier) or EventInvokeConfig("")

    # --- outcomes

    async def _give_up(
        self, event: AsyncEvent, version: Version, config: EventInvokeConfig, condition: str
    ) -> None:
        self._recording.metric(version.function, "AsyncEventsDropped", 1.0)
        if config.on_failure:
            await self._tell(event, version, config.on_failure, condition)
        if version.configuration.dead_letter_arn:
            await self._to_dead_letters(event, version)

    async def _tell(self, event: AsyncEvent, version: Version, arn: str, condition: str) -> None:
        """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
        record = destination_record(event, version, condition)
        await self._send(version, arn, json.dumps(record), {}, "DestinationDeliveryFailures")

    async def _to_dead_letters(self, event: AsyncEvent, version: Version) -> None:
        code, message = "429", "Rate Exceeded."
        if event.refusal is not None:
            code, message = str(event.refusal.status), event.refusal.message
        elif event.last is not None:
            code, message = str(event.last.status), _error_message(event.last)
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": event.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": code},
            "ErrorMessage": {"DataType": "String", "StringValue": message or "Unhandled"},
        }
        body = event.payload.decode("utf-8", "replace") or "{}"
        arn = version.configuration.dead_letter_arn
        await self._send(version, arn, body, attributes, "DeadLetterErrors")

    async def _send(
        self, version: Version, arn: str, body: str, attributes: dict[str, Any], failure_metric: str
    ) -> None:
        try:
            await self._destinations.send(version, arn, body, attributes)
        except AwsError as error:
            log.warning("%s could not send to %s: %s", version.function.arn, arn, error.message)
            self._recording.metric(version.function, failure_metric, 1.0)


def destination_record(event: AsyncEvent, version: Version, condition: str) -> dict[str, Any]:
    """What a destination is told about an event."""
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso_time(now_ms()),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": f"{version.function.arn}:{event.name.qualifier or LATEST}",
            "condition": condition,
            "approximateInvokeCount": event.attempts,
        },
        "requestPayload": _parsed(event.payload or b"{}"),
    }
    if event.last is not None:
        context: dict[str, Any] = {
            "statusCode": event.last.status,
            "executedVersion": event.last.executed_version,
        }
        if event.last.function_error:
            context["functionError"] = event.last.function_error
        record["responseContext"] = context
        record["responsePayload"] = _parsed(event.last.payload)
    return record


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _error_message(result: Invocation) -> str:
    """The message of an error, in the 1 KB that an attribute may take."""
    body = _parsed(result.payload)
    message = body.get("errorMessage", "") if isinstance(body, dict) else ""
    return str(message).encode()[:1024].decode("utf-8", "ignore")
