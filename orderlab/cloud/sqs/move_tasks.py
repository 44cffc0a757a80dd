"""Moving dead letters back: StartMessageMoveTask, its list, and how to stop it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.sqs.errors import (
    InvalidParameterValue,
    MissingParameter,
    ResourceNotFound,
    UnsupportedOperation,
)
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.parameters import needed_text, text, whole
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.registry import QueueRegistry

MAX_RATE = 500
MAX_LISTED = 10
_NO_RESOURCE = "The resource that you specified for the {} parameter doesn't exist."
# how many messages are moved at a time if no rate was asked for
_STRIDE = 100

log = logging.getLogger("orderlab.cloud.sqs")


@dataclass(slots=True, eq=False)
class MoveTask:
    """One task: RUNNING, then COMPLETED, FAILED, or by way of CANCELLING to CANCELLED."""

    handle: str
    source: LiveQueue
    destination_arn: str | None
    rate: int | None
    to_move: int
    started_ms: int
    moved: int = 0
    status: str = "RUNNING"
    failure: str = ""

    def described(self) -> dict[str, Any]:
        """The task as ListMessageMoveTasks returns it."""
        found = {
            "TaskHandle": self.handle if self.status == "RUNNING" else None,
            "Status": self.status,
            "SourceArn": self.source.arn,
            "DestinationArn": self.destination_arn,
            "MaxNumberOfMessagesPerSecond": self.rate,
            "ApproximateNumberOfMessagesMoved": self.moved,
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "FailureReason": self.failure or None,
            "StartedTimestamp": self.started_ms,
        }
        return {name: value for name, value in found.items() if value is not None}


class MoveTasks:
    """The tasks of all queues, newest first for each."""

    def __init__(self, registry: QueueRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._tasks: dict[str, list[MoveTask]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self.handlers: Mapping[str, Handler] = {
            "StartMessageMoveTask": self.start_message_move_task,
            "ListMessageMoveTasks": self.list_message_move_tasks,
            "CancelMessageMoveTask": self.cancel_message_move_task,
        }

    def start_message_move_task(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html"""
        source = self._source(parameters)
        if not self._registry.sources_of(source):
            raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
        destination = text(parameters, "DestinationArn")
        if destination is not None:
            self._check_destination(source, destination)
        rate = whole(parameters, "MaxNumberOfMessagesPerSecond", 1, MAX_RATE)
        earlier = self._tasks.setdefault(source.arn, [])
        if any(task.status in ("RUNNING", "CANCELLING") for task in earlier):
            raise InvalidParameterValue(
                "There is already a task running. Only one active task is allowed for a source "
                "queue arn at a given time."
            )
        document = json.dumps({"taskId": str(uuid.uuid4()), "sourceArn": source.arn})
        task = MoveTask(
            base64.b64encode(document.encode()).decode(),
            source,
            destination,
            rate,
            source.count_visible(),
            int(self._clock.wall() * 1000),
        )
        self._tasks[source.arn] = [task, *earlier][:MAX_LISTED]
        self._begin(task)
        return {"TaskHandle": task.handle}

    def list_message_move_tasks(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html"""
        source = self._source(parameters)
        limit = whole(parameters, "MaxResults", 1, MAX_LISTED) or 1
        found = self._tasks.get(source.arn, [])[:limit]
        return {"Results": [task.described() for task in found]}

    def cancel_message_move_task(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html"""
        handle = needed_text(parameters, "TaskHandle")
        source_arn = _source_of(handle)
        if self._registry.queue(source_arn) is None:
            raise ResourceNotFound(_NO_RESOURCE.format("SourceArn"))
        for task in self._tasks.get(source_arn, []):
            if task.handle == handle:
                return _cancel(task)
        raise ResourceNotFound("Task does not exist.")

    def _source(self, parameters: Parameters) -> LiveQueue:
        arn = text(parameters, "SourceArn")
        if not arn:
            raise MissingParameter("SourceArn")
        queue = self._registry.queue(arn)
        if queue is None:
            raise ResourceNotFound(_NO_RESOURCE.format("SourceArn"))
        return queue

    def _check_destination(self, source: LiveQueue, arn: str) -> None:
        destination = self._registry.queue(arn)
        if destination is None:
            raise ResourceNotFound(_NO_RESOURCE.format("DestinationArn"))
        if destination is source or destination.fifo != source.fifo:
            raise InvalidParameterValue(
                "The destination must be another queue of the same type as the source."
            )

    # --- the work ---

    def _begin(self, task: MoveTask) -> None:
        running = asyncio.get_running_loop().create_task(
            self._run(task), name=f"sqs move {task.source.name}"
        )
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End the tasks that are running; messages that were not moved stay."""
        for running in list(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, task: MoveTask) -> None:
        try:
            while task.status == "RUNNING" and task.moved < task.to_move:
                # with a rate, one message at a time; without one, a hundred, between which others
                # are served
                await self._clock.sleep(1 / task.rate if task.rate else 0)
                if not self._move_some(task, 1 if task.rate else _STRIDE):
                    break
        except Exception:
            log.exception("Moving messages of %s failed", task.source.arn)
            task.status, task.failure = "FAILED", "InternalError"
        if task.status == "CANCELLING":
            task.status = "CANCELLED"
        elif task.status == "RUNNING":
            task.status = "COMPLETED"

    def _move_some(self, task: MoveTask, count: int) -> bool:
        if task.status != "RUNNING":
            return False
        drawn = task.source.store.draw(min(count, task.to_move - task.moved))
        for place, message in enumerate(drawn):
            arn = task.destination_arn or message.dead_letter_source
            target = self._registry.queue(arn) if arn else None
            if target is None:
                for left in drawn[place:]:
                    task.source.accept_moved(left)
                task.status, task.failure = "FAILED", _reason(arn)
                return False
            target.accept_moved(self._as_new(message))
            task.moved += 1
        return bool(drawn)

    def _as_new(self, message: Message) -> Message:
        """A moved message counts as a new one: new id, new time, nothing received yet."""
        clock = self._clock
        return message.moved(
            id=str(uuid.uuid4()),
            sent_ms=int(clock.wall() * 1000),
            enqueued_at=clock.now(),
            receives=0,
            first_received_ms=None,
            dead_letter_source=None,
        )


def _source_of(handle: str) -> str:
    """The ARN of the queue whose task has this handle.

    Raises InvalidParameterValue if it is not a handle.
    """
    try:
        document = json.loads(base64.b64decode(handle, validate=True))
        arn = document["sourceArn"] if document["taskId"] else ""
    except (ValueError, TypeError, KeyError, RecursionError):
        arn = ""
    if not isinstance(arn, str) or not arn:
        raise InvalidParameterValue("Value for parameter TaskHandle is invalid.")
    return arn


def _cancel(task: MoveTask) -> Result:
    if task.status != "RUNNING":
        raise UnsupportedOperation("Only active tasks can be cancelled.")
    task.status = "CANCELLING"
    return {"ApproximateNumberOfMessagesMoved": task.moved}


def _reason(arn: str | None) -> str:
    if arn is None:
        return "CouldNotDetermineMessageSource"
    return "AWS.SimpleQueueService.NonExistentQueue"
