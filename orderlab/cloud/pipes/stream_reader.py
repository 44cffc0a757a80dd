"""A table's stream as a pipe's source: batches in order, each until it is done or given up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
Differs from AWS: a shard is worked off by one reader, whatever its ParallelizationFactor; the
reader is woken when a record arrives.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from orderlab.cloud.contracts import Permissions, Shard, StreamPosition, Streams
from orderlab.cloud.contracts import StreamRecord as Found
from orderlab.cloud.pipes.dead_letters import Condition, DeadLetters
from orderlab.cloud.pipes.flow import FlowFailed, Record
from orderlab.cloud.pipes.reader import AFTER_A_PROBLEM, SHORTEST_PAUSE, Reader
from orderlab.cloud.pipes.retry import Part, PipeRecord, after_failure, split_expired
from orderlab.cloud.pipes.source_rights import problem_of_stream
from orderlab.cloud.targets.templates import encode

LOOK_FOR_SHARDS_SECONDS = 10.0
WAIT_SECONDS = 20.0
READ_AT_ONCE = 100
# what comes in between is read together
POLL_SECONDS = 0.1
MAX_BATCH_BYTES = 4 * 1024 * 1024
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.2, 10.0


class StreamReader(Reader):
    """Reads all shards of a stream for a pipe, side by side, children after their parents."""

    def __init__(
        self,
        *arguments: Any,
        streams: Streams,
        permissions: Permissions,
        dead_letters: DeadLetters,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self._streams = streams
        self._permissions = permissions
        self._dead_letters = dead_letters
        self._read: set[str] = set()
        self._worked_off = asyncio.Event()

    async def run(self) -> None:
        """Read every shard of the stream, also those that come later, until the pipe stops."""
        while not self.stopping:
            self._begin_ready(self._streams.shards(self.pipe.source) or ())
            wait = asyncio.wait_for(
                self._worked_off.wait(), self.clock.real(LOOK_FOR_SHARDS_SECONDS) + SHORTEST_PAUSE
            )
            with suppress(TimeoutError):
                await self.interruptible(wait)
            self._worked_off.clear()

    def _begin_ready(self, shards: Sequence[Shard]) -> None:
        by_id = {shard.id: shard for shard in shards}
        self._read &= by_id.keys()
        for shard in shards:
            parent = by_id.get(shard.parent) if shard.parent else None
            if shard.id not in self._read and (parent is None or self._is_done(parent)):
                self._read.add(shard.id)
                # a shard that came later continues one that was read
                self.pipe.progress.setdefault(shard.id, shard.start("TRIM_HORIZON").index)
                self.spawn(self._read_shard(shard))

    def _is_done(self, shard: Shard) -> bool:
        place = self.pipe.progress.get(shard.id)
        return place is not None and shard.ended(StreamPosition(place))

    async def _read_shard(self, shard: Shard) -> None:
        await self._work_through(shard)
        self._worked_off.set()

    async def _work_through(self, shard: Shard) -> None:
        """Batch after batch, until the pipe stops or there will be no more."""
        while not self.stopping and not self._is_done(shard):
            if problem_of_stream(self.pipe, self._permissions):
                await self.pause(AFTER_A_PROBLEM)
                continue
            began = self.clock.pace()
            batch, after = await self._gather(shard)
            if batch:
                await self._work_off(shard, batch)
            if not self.stopping or not batch:
                self.pipe.progress[shard.id] = max(after, self.pipe.progress[shard.id])
            if batch and len(batch) < self.settings["BatchSize"]:
                await self.pause(began + POLL_SECONDS - self.clock.pace())

    # --- batches ---

    async def _gather(self, shard: Shard) -> tuple[list[PipeRecord], int]:
        """Records for one batch, and the index behind all that was looked at."""
        batch: list[PipeRecord] = []
        size, window = self.settings["BatchSize"], self.settings["MaximumBatchingWindowInSeconds"]
        position, deadline, held = StreamPosition(self.pipe.progress[shard.id]), 0.0, 0
        while len(batch) < size and held < MAX_BATCH_BYTES:
            await asyncio.sleep(0)
            records, after = shard.read(position, min(size - len(batch), READ_AT_ONCE))
            if not records:
                wait = deadline - self.clock.now() if batch else WAIT_SECONDS
                position = after
                if wait <= 0 or shard.ended(after):
                    break
                if not await self._more(shard, after, wait) and not batch:
                    break
                continue
            held += await self._add(batch, records, after)
            position = after
            if batch and not deadline:
                deadline = self.clock.now() + window
            elif not batch:
                self.pipe.progress[shard.id] = after.index
        return batch, position.index

    async def _more(self, shard: Shard, position: StreamPosition, seconds: float) -> bool:
        """Wait until there is a record; False if none came."""
        return await self.interruptible(shard.wait(position, seconds))

    async def _add(
        self, batch: list[PipeRecord], records: Sequence[Found], after: StreamPosition
    ) -> int:
        """Add what passes the filter. Returns its size in bytes."""
        held = 0
        for index, found in enumerate(records, after.index - len(records)):
            event = found.event(self.pipe.source)
            if await self.wants(event, found.size):
                record = Record(found.sequence_number, event, encode(event))
                batch.append(PipeRecord(index, record, found.created, self.clock.now()))
                held += len(record.text)
        return held

    async def _work_off(self, shard: Shard, batch: list[PipeRecord]) -> None:
        """Try a batch, in parts if need be, until nothing is left of it or the pipe stops."""
        parts = deque([Part(tuple(batch))])
        backoff, again = _FIRST_BACKOFF, False
        while parts:
            part = self._give_up_expired(shard, parts.popleft())
            if not part.records:
                continue
            self.pipe.progress[shard.id] = part.records[0].index
            if again:
                if self.stopping:
                    return
                await self.back_off(backoff)
                backoff = min(2 * backoff, _LONGEST_BACKOFF)
            rest = await self._attempt(shard, part)
            parts.extendleft(reversed(rest))
            again = bool(rest)
            if not again:
                backoff = _FIRST_BACKOFF
                self.pipe.progress[shard.id] = part.records[-1].index + 1

    async def _attempt(self, shard: Shard, part: Part) -> tuple[Part, ...]:
        """What is left to try of a part."""
        try:
            failed = await self.flow.process([each.record for each in part.records])
        except FlowFailed:
            place = 0
        else:
            if not failed:
                return ()
            place = next(n for n, each in enumerate(part.records) if each.record.id in failed)
        part = Part(part.records[place:], part.failures, part.attempts + 1)
        bisect = self.settings.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT"
        rest = after_failure(part, self.settings["MaximumRetryAttempts"], bisect=bisect)
        if rest is None:
            await self._give_up(shard, part, "RetryAttemptsExhausted")
            return ()
        return rest

    def _age(self, record: PipeRecord) -> float:
        """Scaled seconds; the time of creation is given in whole seconds, hence the one less."""
        held = self.clock.now() - record.seen_at
        return max(held, (self.clock.wall() - record.created - 1) * self.clock.speed)

    def _give_up_expired(self, shard: Shard, part: Part) -> Part:
        limit = self.settings["MaximumRecordAgeInSeconds"]
        expired, live = split_expired(part, [self._age(each) for each in part.records], limit)
        if expired.records:
            self.spawn(self._give_up(shard, expired, "RecordAgeExceeded"))
        return live

    async def _give_up(self, shard: Shard, part: Part, condition: Condition) -> None:
        await self._dead_letters.report(self.pipe, shard.id, part, condition)
