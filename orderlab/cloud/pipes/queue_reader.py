"""A queue as a pipe's source.

What is done, or filtered out, is deleted; what failed shows again after its visibility timeout.
Five batches at first are worked off side by side, and while all of these are busy and messages
wait, up to 300 more in a minute. A FIFO queue itself gives out one batch of a group at a time.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Permissions, Queue, Queues, ReceivedMessage
from orderlab.cloud.pipes.flow import FlowFailed, Record
from orderlab.cloud.pipes.queue_records import record_of
from orderlab.cloud.pipes.reader import AFTER_A_PROBLEM, Reader
from orderlab.cloud.pipes.source_rights import problem_of_queue

LONG_POLL_SECONDS = 20.0
RECEIVE_LIMIT = 10
# bytes of one batch at most
MAX_BATCH_BYTES = 4 * 1024 * 1024
# batches side by side: at first, how many more in a second, and at most
AT_FIRST, PER_SECOND, AT_MOST = 5, 5.0, 1_250
# real seconds between two looks at a queue whose batches are all busy
_LOOK_SECONDS = 0.2


class QueueReader(Reader):
    """Polls a queue for a pipe."""

    def __init__(
        self, *arguments: Any, queues: Queues, permissions: Permissions, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self._queues = queues
        self._permissions = permissions
        self._at_once = float(AT_FIRST)
        self._busy = 0
        self._ended_one = asyncio.Event()

    async def run(self) -> None:
        """Read the queue, several batches side by side, until the pipe stops."""
        while not self.stopping:
            queue = self._queues.queue(self.pipe.source)
            if queue is None or problem_of_queue(self.pipe, queue, self._permissions):
                await self.pause(AFTER_A_PROBLEM)
                continue
            if self._busy >= int(self._at_once):
                await self._wait_for_room(queue)
                continue
            batch = await self._gather(queue)
            if batch:
                self._busy += 1
                self.spawn(self._one(queue, batch))
            else:
                self._at_once = float(max(AT_FIRST, self._busy))

    async def _one(self, queue: Queue, batch: list[ReceivedMessage]) -> None:
        try:
            await self._work_off(queue, batch)
        finally:
            self._busy -= 1
            self._ended_one.set()

    async def _wait_for_room(self, queue: Queue) -> None:
        """A moment in which all batches are busy; while messages wait it earns further ones."""
        self._ended_one.clear()
        with suppress(TimeoutError):
            await self.interruptible(asyncio.wait_for(self._ended_one.wait(), _LOOK_SECONDS))
        if queue.count_visible():
            self._at_once = min(self._at_once + PER_SECOND * _LOOK_SECONDS, AT_MOST)

    async def _gather(self, queue: Queue) -> list[ReceivedMessage]:
        """Messages for one batch: full, as old as the window allows, or all there are."""
        size, window = self.settings["BatchSize"], self.settings["MaximumBatchingWindowInSeconds"]
        batch = list(await self._receive(queue, size, LONG_POLL_SECONDS))
        deadline = self.clock.now() + window
        while batch and len(batch) < size and not self.stopping:
            left = deadline - self.clock.now()
            if left <= 0 or sum(len(each.body) for each in batch) > MAX_BATCH_BYTES:
                break
            try:
                batch += await self._receive(queue, size - len(batch), min(left, LONG_POLL_SECONDS))
            except asyncio.CancelledError:
                if not self.stopping:
                    raise
                # stopped while waiting for more: what is held is still to be worked off
                break
        return batch

    async def _receive(
        self, queue: Queue, wanted: int, wait_seconds: float
    ) -> Sequence[ReceivedMessage]:
        try:
            return await self.interruptible(
                queue.receive(max_messages=min(wanted, RECEIVE_LIMIT), wait_seconds=wait_seconds)
            )
        except AwsError:
            await self.pause(AFTER_A_PROBLEM)
            return ()

    async def _work_off(self, queue: Queue, batch: list[ReceivedMessage]) -> None:
        wanted: list[tuple[ReceivedMessage, Record]] = []
        for message in batch:
            record = record_of(message, self.pipe.source)
            if await self.wants(record.event, len(record.text)):
                wanted.append((message, record))
            else:
                _delete(queue, message)
        if not wanted:
            return
        try:
            failed = await self.flow.process([record for _, record in wanted])
        except FlowFailed:
            return
        for message, record in wanted:
            if record.id not in failed:
                _delete(queue, message)


def _delete(queue: Queue, message: ReceivedMessage) -> None:
    # a queue that is gone is no harm
    with suppress(AwsError):
        queue.delete(message.receipt_handle)
