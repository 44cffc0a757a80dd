"""A queue's pollers: long polls, batches, and deletion of what the function has done.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Queue, ReceivedMessage
from orderlab.cloud.event_sources.consumer import (
    ENVELOPE_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Outcome,
    event_payload,
    real_seconds,
)
from orderlab.cloud.event_sources.filters import AT_ONCE
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.poller import AFTER_A_PROBLEM, Backoff, Poller
from orderlab.cloud.event_sources.scaling import STANDARD_MAXIMUM, Scaling
from orderlab.cloud.event_sources.settle import failed_identifiers
from orderlab.cloud.event_sources.wiring import Wiring
from orderlab.cloud.messaging.sqs_event import encoded, event_record

LONG_POLL_SECONDS = 20.0
# an answer that comes faster than this did not have to wait for a message
WITHOUT_WAITING = 0.003
TICK = 0.05
RECEIVE_LIMIT = 10
# longer than filters take at any speed of the clock
HIDDEN_MEANWHILE_SECONDS = 40_000


@dataclass(slots=True)
class Taken:
    """A message that is ours until its visibility timeout ends."""

    message: ReceivedMessage
    record: bytes
    passes: bool
    visible_again_at: float


class QueuePoller(Poller):
    """Polls a queue with as many pollers as `Scaling` grants, one batch each at a time.

    Differs from AWS: one poller listens at a time, and another as soon as it has a batch; what the
    other idle ones would have asked in vain is metered. A function that fails does not make the
    mapping poll more slowly.
    """

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        super().__init__(wiring, mapping)
        limit = self.settings.get("ScalingConfig", {}).get("MaximumConcurrency")
        self._scaling = Scaling(limit or STANDARD_MAXIMUM)
        # batches under way, how many of them were throttled, and an event for when one has ended
        self._busy = self._held_back = 0
        self._ended_one = asyncio.Event()

    def start(self) -> None:
        """Begin to listen for messages."""
        self.spawn(self._listen, "listener")

    async def _listen(self) -> None:
        """Take batch after batch, and hand each to a poller of its own."""
        while not self.stopping:
            queue = self.wiring.queues.queue(self.mapping.source.arn)
            problem = self.consumer.problem() or (None if queue else "Queue not found")
            if problem or queue is None:
                self.mapping.processed(problem)
                await self.pause(AFTER_A_PROBLEM)
                continue
            if self._busy >= self._scaling.pollers:
                await self._wait_for_a_poller(queue)
                continue
            batch = await self._gather(queue)
            if batch:
                await self._begin(queue, batch)
            else:
                self._scaling.quiet(self._busy)

    async def _wait_for_a_poller(self, queue: Queue) -> None:
        """A moment in which all pollers are busy; while messages wait it earns further ones."""
        self._ended_one.clear()
        began = real_seconds()
        with suppress(TimeoutError):
            await self.interruptible(asyncio.wait_for(self._ended_one.wait(), TICK))
        if queue.count_visible():
            self._scaling.wait(real_seconds(), real_seconds() - began)

    async def _begin(self, queue: Queue, batch: list[Taken]) -> None:
        self._delete(queue, [taken for taken in batch if not taken.passes])
        wanted = [taken for taken in batch if taken.passes]
        if not wanted:
            return
        self._busy += 1
        work = partial(self._process, queue, wanted)
        if self.stopping:
            await work()
        else:
            self.spawn(work, "poller", again=False)

    # --- poll and batch ---------------------------------------------------------------------

    async def _gather(self, queue: Queue) -> list[Taken]:
        """Messages for one batch: full, as old as the window allows, or all there are."""
        size = self.settings["BatchSize"]
        window = self.settings["MaximumBatchingWindowInSeconds"]
        idle = max(self._scaling.pollers - self._busy, 1)
        batch = await self._receive(queue, size, LONG_POLL_SECONDS, idle)
        if batch and window:
            await self._fill(queue, batch, size, self.clock.now() + window)
        return batch

    async def _fill(self, queue: Queue, batch: list[Taken], size: int, deadline: float) -> None:
        held = sum(len(taken.record) + 1 for taken in batch)
        while len(batch) < size and held < MAXIMUM_PAYLOAD_BYTES and not self.stopping:
            left = deadline - self.clock.now()
            if left <= 0:
                return
            try:
                more = await self._receive(queue, size - len(batch), min(left, LONG_POLL_SECONDS))
            except asyncio.CancelledError:
                if self.killed or not self.stopping:
                    raise
                # stopped while waiting for more messages: those that it has are still processed
                return
            batch.extend(more)
            held += sum(len(taken.record) + 1 for taken in more)

    async def _receive(
        self, queue: Queue, wanted: int, wait_seconds: float, pollers: int = 1
    ) -> list[Taken]:
        asked_at = real_seconds()
        try:
            messages = await self.interruptible(
                queue.receive(
                    max_messages=min(wanted, RECEIVE_LIMIT),
                    wait_seconds=wait_seconds,
                    pollers=pollers,
                )
            )
        except AwsError as error:
            self.mapping.processed(error.message)
            messages = ()
        if not messages and real_seconds() - asked_at < WITHOUT_WAITING:
            # a queue that answers with nothing at once must not make this a busy loop
            await self.pause(self.clock.speed * TICK)
        if messages and self.consumer.problem():
            self._give_back(queue, messages)
            return []
        if any(self.filters.work(len(message.body)) > AT_ONCE for message in messages):
            return await self._take_slowly(queue, messages)
        until = self.clock.now() + queue.visibility_timeout
        return [await self._take(message, until) for message in messages]

    async def _take_slowly(self, queue: Queue, messages: Sequence[ReceivedMessage]) -> list[Taken]:
        """As `_take`: the visibility timeout begins when the filters have looked at all of them."""
        self._hide(queue, messages, HIDDEN_MEANWHILE_SECONDS)
        try:
            taken = [await self._take(message, 0.0) for message in messages]
        finally:
            self._hide(queue, messages, queue.visibility_timeout)
        until = self.clock.now() + queue.visibility_timeout
        return [replace(each, visible_again_at=until) for each in taken]

    def _give_back(self, queue: Queue, messages: Sequence[ReceivedMessage]) -> None:
        """The right to read was lost during the long poll: AWS would not have had them."""
        self._hide(queue, messages, 0)

    def _hide(self, queue: Queue, messages: Sequence[ReceivedMessage], seconds: int) -> None:
        for message in messages:
            with suppress(AwsError):
                queue.change_visibility(message.receipt_handle, seconds)

    async def _take(self, message: ReceivedMessage, until: float) -> Taken:
        record = event_record(message, self.mapping.source.arn)
        passes = not self.filters or await self.wants(record, len(message.body))
        return Taken(message, encoded(record) if passes else b"", passes, until)

    # --- filter, invoke and settle ----------------------------------------------------------

    async def _process(self, queue: Queue, batch: list[Taken]) -> None:
        try:
            for part in self._parts(queue, batch):
                await self._hand_over(queue, part)
        finally:
            self._busy -= 1
            self._ended_one.set()

    def _parts(self, queue: Queue, wanted: list[Taken]) -> Iterator[list[Taken]]:
        """What one invocation takes each. A message that an experiment is to strike goes alone,
        since the fault of one order would strike all others of its batch; but for a FIFO queue,
        whose order is kept."""
        faults, name = self.wiring.faults, self.mapping.function_name
        struck = [each for each in wanted if not queue.fifo and faults.concerns(name, each.record)]
        yield from payload_sized([each for each in wanted if each not in struck])
        yield from ([each] for each in struck)

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
        attributes = [taken.message.system_attributes for taken in part]
        trace_id = ",".join(
            each["AWSTraceHeader"] for each in attributes if "AWSTraceHeader" in each
        )
        deadline = min(taken.visible_again_at for taken in part)
        backoff = Backoff()
        while True:
            outcome = await self.consumer.invoke(payload, trace_id)
            if outcome.kind == "refused":
                self.consumer.recheck()
            if outcome.kind != "throttled":
                return outcome
            pause = backoff.next()
            if self.stopping or self.clock.now() + pause >= deadline:
                return outcome
            await self._hold_back(pause)

    async def _hold_back(self, pause: float) -> None:
        """Wait with a batch that was throttled, and let others know."""
        self._held_back += 1
        self._scaling.throttled(real_seconds(), self._busy - self._held_back)
        try:
            await self.pause(pause)
        finally:
            self._held_back -= 1

    def _delete(self, queue: Queue, done: Sequence[Taken]) -> None:
        for taken in done:
            # the function may have deleted the message itself, and the queue may be gone
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
