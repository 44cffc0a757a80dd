"""A queue's pollers: long polls, batches, and deletion of what the function has done.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Queue, ReceivedMessage
from orderlab.cloud.event_sources.consumer import (
    ENVELOPE_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Outcome,
    event_payload,
    real_seconds,
)
from orderlab.cloud.event_sources.machine import MACHINE
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.poller import AFTER_A_PROBLEM, Backoff, Poller
from orderlab.cloud.event_sources.scaling import STANDARD_MAXIMUM, Scaling
from orderlab.cloud.event_sources.settle import failed_identifiers
from orderlab.cloud.event_sources.sqs_event import encoded, event_record

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

LONG_POLL_SECONDS = 20.0
# an answer that comes faster than this did not have to wait for a message
AT_ONCE = 0.003
TICK = 0.05
RECEIVE_LIMIT = 10


@dataclass(slots=True)
class Taken:
    """A message that is ours until its visibility timeout ends."""

    message: ReceivedMessage
    record: bytes
    passes: bool
    visible_again_at: float


class QueuePoller(Poller):
    """Polls a queue with as many workers as `Scaling` grants, one batch each at a time.

    Differs from AWS: see `Scaling`; an idle mapping holds one long poll open, not five. A function
    that fails does not make the mapping poll more slowly.
    """

    def __init__(self, cloud: Cloud, mapping: EventSourceMapping) -> None:
        super().__init__(cloud, mapping)
        limit = self.settings.get("ScalingConfig", {}).get("MaximumConcurrency")
        self._scaling = Scaling(limit or STANDARD_MAXIMUM, cloud.clock.speed)
        self._workers: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._all_busy = asyncio.Event()

    def start(self) -> None:
        self._add_workers()
        self.spawn(self._supervise, "supervisor")

    def _add_workers(self) -> None:
        while len(self._workers) < self._scaling.pollers and not self.stopping:
            self._workers.add(self.spawn(self._work, f"poller {len(self._workers)}"))

    async def _supervise(self) -> None:
        """Add pollers while none is free to listen."""
        while not self.stopping:
            await self.interruptible(self._all_busy.wait())
            await self.interruptible(asyncio.sleep(TICK))
            self._consider()

    def _consider(self) -> None:
        if self._busy >= len(self._workers):
            self._scaling.consider(real_seconds(), MACHINE.is_busy())
            self._add_workers()

    async def _work(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        self._workers.add(worker)
        try:
            await self._poll_until_too_many()
        finally:
            # at once, not when the task's end is noticed: the next to look must count right
            self._workers.discard(worker)
            self._all_busy_now()

    async def _poll_until_too_many(self) -> None:
        while not self.stopping and len(self._workers) <= self._scaling.pollers:
            queue = self.cloud.queues.queue(self.mapping.source.arn)
            problem = self.consumer.problem() or (None if queue else "Queue not found")
            if problem or queue is None:
                self.mapping.processed(problem)
                await self.pause(AFTER_A_PROBLEM)
                continue
            batch = await self._gather(queue)
            if batch:
                await self._process(queue, batch)
                if len(batch) < min(self.settings["BatchSize"], RECEIVE_LIMIT):
                    await self.let_gather()
            elif len(self._workers) > 1:
                self._scaling.idle()
                return

    # --- poll and batch ---------------------------------------------------------------------

    async def _gather(self, queue: Queue) -> list[Taken]:
        """Messages for one batch: full, as old as the window allows, or all there are."""
        size = self.settings["BatchSize"]
        window = self.settings["MaximumBatchingWindowInSeconds"]
        patient = len(self._workers) == 1
        asked_at = real_seconds()
        batch = await self._receive(
            queue, size, LONG_POLL_SECONDS if patient else self.cloud.clock.speed
        )
        at_once = real_seconds() - asked_at < AT_ONCE
        if batch and window:
            await self._fill(queue, batch, size, self.cloud.clock.now() + window)
        full = len(batch) >= min(size, RECEIVE_LIMIT)
        self._scaling.received(real_seconds(), backlog=full and (at_once or size >= RECEIVE_LIMIT))
        return batch

    async def _fill(self, queue: Queue, batch: list[Taken], size: int, deadline: float) -> None:
        held = sum(len(taken.record) + 1 for taken in batch)
        while len(batch) < size and held < MAXIMUM_PAYLOAD_BYTES and not self.stopping:
            left = deadline - self.cloud.clock.now()
            if left <= 0:
                return
            try:
                more = await self._receive(queue, size - len(batch), min(left, LONG_POLL_SECONDS))
            except asyncio.CancelledError:
                if self.killed or not self.stopping:
                    raise
                # stopped while waiting for more: what is held is still to be processed
                return
            batch.extend(more)
            held += sum(len(taken.record) + 1 for taken in more)

    async def _receive(self, queue: Queue, wanted: int, wait_seconds: float) -> list[Taken]:
        asked_at = real_seconds()
        try:
            messages = await self.interruptible(
                queue.receive(max_messages=min(wanted, RECEIVE_LIMIT), wait_seconds=wait_seconds)
            )
        except AwsError as error:
            self.mapping.processed(error.message)
            messages = ()
        if not messages and real_seconds() - asked_at < AT_ONCE:
            # a queue that answers at once with nothing must not keep us spinning
            await self.pause(self.cloud.clock.speed * TICK)
        if messages and self.consumer.problem():
            self._give_back(queue, messages)
            return []
        until = self.cloud.clock.now() + queue.visibility_timeout
        return [self._take(message, until) for message in messages]

    def _give_back(self, queue: Queue, messages: Sequence[ReceivedMessage]) -> None:
        """The right to read was lost during the long poll: AWS would not have had them."""
        for message in messages:
            with suppress(AwsError):
                queue.change_visibility(message.receipt_handle, 0)

    def _take(self, message: ReceivedMessage, until: float) -> Taken:
        record = event_record(message, self.mapping.source.arn)
        passes = self.filters.passes(record)
        return Taken(message, encoded(record) if passes else b"", passes, until)

    # --- filter, invoke and settle ----------------------------------------------------------

    async def _process(self, queue: Queue, batch: list[Taken]) -> None:
        self._delete(queue, [taken for taken in batch if not taken.passes])
        wanted = [taken for taken in batch if taken.passes]
        if not wanted:
            return
        self._busy += 1
        self._all_busy_now()
        self._scaling.started(real_seconds(), self._busy - 1)
        self._consider()
        try:
            for part in self._parts(wanted):
                await self._hand_over(queue, part)
        finally:
            self._busy -= 1
            self._all_busy.clear()

    def _parts(self, wanted: list[Taken]) -> Iterator[list[Taken]]:
        """What one invocation takes each. A message that an experiment is to strike goes alone:
        the fault of one order would strike all others of its batch."""
        faults, name = self.cloud.faults, self.mapping.function_name
        struck = [each for each in wanted if faults.concerns(name, each.record)]
        yield from payload_sized([each for each in wanted if each not in struck])
        yield from ([each] for each in struck)

    def _all_busy_now(self) -> None:
        if self._busy and self._busy >= len(self._workers):
            self._all_busy.set()

    async def _hand_over(self, queue: Queue, part: list[Taken]) -> None:
        """Invoke, and delete what was done; what failed shows again after its timeout."""
        outcome = await self._invoke(part)
        if outcome.kind != "ok":
            return
        failed: set[str] = set()
        if self.settings["FunctionResponseTypes"]:
            failed = failed_identifiers(
                outcome.payload, {taken.message.message_id for taken in part}
            )
        self._delete(queue, [taken for taken in part if taken.message.message_id not in failed])
        self.mapping.processed(None)

    async def _invoke(self, part: list[Taken]) -> Outcome:
        """One attempt; while the function is throttled, more of them until the timeout ends."""
        payload = event_payload(taken.record for taken in part)
        deadline = min(taken.visible_again_at for taken in part)
        backoff = Backoff()
        while True:
            started_at = real_seconds()
            outcome = await self.consumer.invoke(payload)
            if outcome.invocation:
                # the function's own time: a cold start says nothing of the rate to come
                seconds = outcome.invocation.duration_ms / 1000 or real_seconds() - started_at
                self._scaling.finished(real_seconds(), len(part), seconds)
            if outcome.kind == "refused":
                self.consumer.recheck()
            if outcome.kind != "throttled":
                return outcome
            self._scaling.throttled(real_seconds())
            pause = backoff.next()
            if self.stopping or self.cloud.clock.now() + pause >= deadline:
                return outcome
            await self.pause(pause)

    def _delete(self, queue: Queue, done: Sequence[Taken]) -> None:
        for taken in done:
            # a message that the function deleted itself, or a queue that is gone, is no harm
            with suppress(AwsError):
                queue.delete(taken.message.receipt_handle)


def payload_sized(batch: list[Taken]) -> Iterator[list[Taken]]:
    """The batch in as few parts as fit the payload of an invocation."""
    part: list[Taken] = []
    held = ENVELOPE_BYTES
    for taken in batch:
        if part and held + len(taken.record) + 1 > MAXIMUM_PAYLOAD_BYTES:
            yield part
            part, held = [], ENVELOPE_BYTES
        part.append(taken)
        held += len(taken.record) + 1
    if part:
        yield part
