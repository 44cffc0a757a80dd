"""One lane of a shard: batches in order, one at a time, each until it is done or given up.

With a parallelization factor of N a shard has N lanes, and an item's key always falls into the
same one, so that the order of its changes is kept.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from orderlab.cloud.contracts import Shard, StreamPosition
from orderlab.cloud.contracts import StreamRecord as Found
from orderlab.cloud.event_sources.consumer import (
    ENVELOPE_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Outcome,
    event_payload,
)
from orderlab.cloud.event_sources.destinations import OnFailure
from orderlab.cloud.event_sources.mapping import ShardProgress
from orderlab.cloud.event_sources.poller import AFTER_A_PROBLEM, Backoff, Poller
from orderlab.cloud.event_sources.retry import BatchRecord, Part, RetryPolicy, split_expired
from orderlab.cloud.event_sources.settle import first_failure

READ_LIMIT = 1_000  # records that one GetRecords gives at most
FILTERED_AT_ONCE = 100
WAIT_SECONDS = 20.0
# records that arrive in between are read together
POLL_SECONDS = 0.1


def lane_of(keys: Mapping[str, Any], factor: int) -> int:
    """Which of `factor` lanes the changes of the item with these keys go to."""
    if factor == 1:
        return 0
    return zlib.crc32(json.dumps(keys, sort_keys=True).encode()) % factor


class Lane:
    """Reads a shard for one lane; `run` ends when the poller stops or the shard is worked off."""

    def __init__(self, poller: Poller, shard: Shard, progress: ShardProgress, lane: int):
        self._poller = poller
        self._shard = shard
        self._progress = progress
        self._lane = lane
        self._clock = poller.clock
        self._settings = poller.settings
        self._policy = RetryPolicy.of(poller.settings)
        self._on_failure = OnFailure(poller.wiring, poller.mapping)
        self._next_poll = float("-inf")

    @property
    def _index(self) -> int:
        """The first record that is neither done nor given up."""
        return self._progress.lanes[self._lane]

    @_index.setter
    def _index(self, index: int) -> None:
        self._progress.lanes[self._lane] = index

    async def run(self) -> None:
        """Read, invoke and settle, batch after batch, until the poller stops or there will be no
        more."""
        while not self._poller.stopping and not self._shard.ended(StreamPosition(self._index)):
            if self._poller.consumer.problem():
                await self._poller.pause(AFTER_A_PROBLEM)
                continue
            batch, after = await self._gather()
            if batch and self._poller.consumer.problem():
                # the role may no longer read the stream: the batch is read again later
                continue
            if batch:
                if len(batch) < self._settings["BatchSize"]:
                    self._next_poll = self._clock.pace() + POLL_SECONDS
                await self._work_off(batch, after)
            else:
                self._index = after

    # --- poll, filter and batch -------------------------------------------------------------

    async def _gather(self) -> tuple[list[BatchRecord], int]:
        """Records for one batch, and the index that follows all that was looked at."""
        batch: list[BatchRecord] = []
        deadline = 0.0
        position = StreamPosition(self._index)
        while len(batch) < self._settings["BatchSize"]:
            wanted = min(self._settings["BatchSize"] - len(batch), READ_LIMIT)
            if self._poller.filters:
                # filters look into every record, and others must be served in between
                wanted = min(wanted, FILTERED_AT_ONCE)
                await asyncio.sleep(0)
            records, after = self._shard.read(position, wanted)
            if records and (early := self._next_poll - self._clock.pace()) > 0:
                await self._poller.pause(early)
                continue
            if not records:
                wait = deadline - self._clock.now() if batch else WAIT_SECONDS
                position = after
                if wait <= 0 or self._shard.ended(after):
                    break
                woken = await self._poller.interruptible(self._shard.wait(after, wait))
                if not woken and not batch:
                    break
                continue
            full_at = await self._add(batch, enumerate(records, after.index - len(records)))
            if full_at is not None:
                return batch, full_at
            position = after
            if batch and not deadline:
                deadline = self._clock.now() + self._settings["MaximumBatchingWindowInSeconds"]
            elif not batch:
                self._index = after.index
                await asyncio.sleep(0)
        return batch, position.index

    async def _add(
        self, batch: list[BatchRecord], found: Iterable[tuple[int, Found]]
    ) -> int | None:
        """Add what fits; the index where the batch must end, None if it may take more."""
        held = ENVELOPE_BYTES + sum(len(record.encoded) + 1 for record in batch)
        for index, record in found:
            taken = await self._take(record, index)
            if taken is None:
                continue
            alone = self._is_struck(taken)
            if batch and (alone or held + len(taken.encoded) + 1 > MAXIMUM_PAYLOAD_BYTES):
                return index
            batch.append(taken)
            held += len(taken.encoded) + 1
            if alone:
                return index + 1
        return None

    async def _take(self, record: Found, index: int) -> BatchRecord | None:
        """The record in the function's form, if it is this lane's and passes the filters."""
        if lane_of(record.keys, len(self._progress.lanes)) != self._lane:
            return None
        source_arn = self._poller.mapping.source.arn
        if self._poller.filters and not await self._poller.wants(
            record.event(source_arn), record.size
        ):
            return None
        text = record.encoded(source_arn)
        return BatchRecord(index, record.sequence_number, record.created, self._clock.now(), text)

    def _is_struck(self, record: BatchRecord) -> bool:
        """Whether an experiment is to strike this record: it makes a batch of its own then, since
        the fault of one order would strike all others of its batch."""
        name = self._poller.mapping.function_name
        return self._poller.wiring.faults.concerns(name, record.encoded)

    # --- invoke and settle ------------------------------------------------------------------

    async def _work_off(self, batch: list[BatchRecord], after: int) -> None:
        """Try a batch, in parts if need be, until nothing of it is left or the poller stops."""
        parts = deque([Part(tuple(batch))])
        backoff = Backoff()
        last: Outcome | None = None
        while parts:
            part = self._give_up_expired(parts.popleft(), last)
            if not part.records:
                continue
            self._index = part.records[0].index
            if last is not None:
                if self._poller.stopping:
                    return
                await self._poller.back_off(backoff.next())
            outcome = await self._poller.consumer.invoke(
                event_payload(record.encoded for record in part.records)
            )
            rest = self._settle(part, outcome)
            parts.extendleft(reversed(rest))
            if rest:
                last = outcome
            else:
                last, backoff = None, Backoff()
        self._index = after

    def _settle(self, part: Part, outcome: Outcome) -> tuple[Part, ...]:
        """What is left to try of a part after an attempt."""
        if outcome.kind in ("throttled", "refused"):
            self._poller.consumer.recheck()
            return (part,)
        part = Part(part.records, part.failures, part.invocations + 1)
        failed_at = self._failed_at(part, outcome)
        if failed_at is None:
            self._poller.mapping.processed(None)
            self._measure_age(part)
            return ()
        rest = self._policy.after_failure(part, failed_at)
        if rest is None:
            lost = Part(part.records[failed_at:], part.failures, part.invocations)
            self._on_failure.report(
                lost, "RetryAttemptsExhausted", outcome.invocation, self._shard.id
            )
            return ()
        return rest

    def _failed_at(self, part: Part, outcome: Outcome) -> int | None:
        if outcome.kind == "failed":
            return 0
        if not self._settings["FunctionResponseTypes"]:
            return None
        numbers = [record.sequence_number for record in part.records]
        return first_failure(outcome.payload, numbers)

    def _give_up_expired(self, part: Part, last: Outcome | None) -> Part:
        ages = [self._age(record) for record in part.records]
        expired, live = split_expired(part.records, ages, self._policy.age_limit)
        if expired:
            lost = Part(expired, part.failures, part.invocations)
            invocation = last.invocation if last else None
            self._on_failure.report(lost, "RecordAgeExceeded", invocation, self._shard.id)
        return Part(live, part.failures, part.invocations)

    def _age(self, record: BatchRecord) -> float:
        """Scaled seconds; the time of creation is given in whole seconds, hence the one less."""
        held = self._clock.now() - record.seen_at
        return max(held, (self._clock.wall() - record.created - 1) * self._clock.speed)

    def _measure_age(self, part: Part) -> None:
        age = max(0.0, self._clock.wall() - part.records[-1].created)
        self._poller.wiring.metrics.add(
            "AWS/Lambda",
            "IteratorAge",
            age * 1000,
            unit="Milliseconds",
            dimensions={"FunctionName": self._poller.mapping.function_name},
        )
