"""One lane of a shard: batches in order, one at a time, each until it is done or given up.

With a ParallelizationFactor of N a shard has N lanes, and an item's key always falls into the same:
the order of each item is kept, and a batch that fails holds up its own lane alone.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderlab.cloud.contracts import Shard, StreamPosition
from orderlab.cloud.contracts import StreamRecord as Found
from orderlab.cloud.pipes.dead_letters import Condition, DeadLetters
from orderlab.cloud.pipes.flow import FlowFailed, Record
from orderlab.cloud.pipes.pipe import Pipe
from orderlab.cloud.pipes.reader import AFTER_A_PROBLEM, Reader
from orderlab.cloud.pipes.retry import Part, PipeRecord, after_failure, split_expired
from orderlab.cloud.targets.templates import encode

WAIT_SECONDS = 20.0
READ_AT_ONCE = 100
# what comes in between is read together
POLL_SECONDS = 0.1
MAX_BATCH_BYTES = 4 * 1024 * 1024
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.2, 10.0


class Places:
    """Where the lanes of one shard stand; the pipe remembers the last place of all behind."""

    def __init__(self, pipe: Pipe, shard_id: str, lanes: int) -> None:
        self._progress = pipe.progress
        self._shard_id = shard_id
        self._places = [pipe.progress[shard_id]] * lanes

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, lane: int) -> int:
        return self._places[lane]

    def __setitem__(self, lane: int, index: int) -> None:
        self._places[lane] = index
        self._progress[self._shard_id] = min(self._places)


def lane_of(keys: Mapping[str, Any], lanes: int) -> int:
    """Which of the lanes the changes of the item with these keys go to."""
    if lanes == 1:
        return 0
    return zlib.crc32(json.dumps(keys, sort_keys=True, default=str).encode()) % lanes


class Lane:
    """Reads a shard for one lane; `run` ends when the pipe stops or the shard is worked off."""

    def __init__(
        self,
        reader: Reader,
        shard: Shard,
        places: Places,
        lane: int,
        *,
        dead_letters: DeadLetters,
        problem: Callable[[], bool],
    ) -> None:
        """`problem` tells whether the pipe may not read its stream at the moment."""
        self._reader = reader
        self._problem = problem
        self._shard = shard
        self._places = places
        self._lane = lane
        self._dead_letters = dead_letters
        self._clock = reader.clock
        self._settings = reader.settings

    @property
    def _index(self) -> int:
        """The first record that is neither done nor given up."""
        return self._places[self._lane]

    @_index.setter
    def _index(self, index: int) -> None:
        self._places[self._lane] = index

    async def run(self) -> None:
        """Batch after batch, until the pipe stops or there will be no more."""
        while not self._reader.stopping and not self._shard.ended(StreamPosition(self._index)):
            if self._problem():
                await self._reader.pause(AFTER_A_PROBLEM)
                continue
            began = self._clock.pace()
            batch, after = await self._gather()
            if batch:
                await self._work_off(batch)
            if not self._reader.stopping or not batch:
                self._index = max(after, self._index)
            if batch and len(batch) < self._settings["BatchSize"]:
                await self._reader.pause(began + POLL_SECONDS - self._clock.pace())

    # --- batches ---

    async def _gather(self) -> tuple[list[PipeRecord], int]:
        """Records for one batch, and the index behind all that was looked at."""
        batch: list[PipeRecord] = []
        size, window = self._settings["BatchSize"], self._settings["MaximumBatchingWindowInSeconds"]
        position, deadline, held = StreamPosition(self._index), 0.0, 0
        while len(batch) < size and held < MAX_BATCH_BYTES:
            await asyncio.sleep(0)
            records, after = self._shard.read(position, min(size - len(batch), READ_AT_ONCE))
            if not records:
                wait = deadline - self._clock.now() if batch else WAIT_SECONDS
                position = after
                if wait <= 0 or self._shard.ended(after):
                    break
                if not await self._more(after, wait) and not batch:
                    break
                continue
            held += await self._add(batch, records, after)
            position = after
            if batch and not deadline:
                deadline = self._clock.now() + window
            elif not batch:
                self._index = after.index
        return batch, position.index

    async def _more(self, position: StreamPosition, seconds: float) -> bool:
        """Wait until there is a record; False if none came."""
        return await self._reader.interruptible(self._shard.wait(position, seconds))

    async def _add(
        self, batch: list[PipeRecord], records: Sequence[Found], after: StreamPosition
    ) -> int:
        """Add what passes the filter. Returns its size in bytes."""
        held = 0
        for index, found in enumerate(records, after.index - len(records)):
            if lane_of(found.keys, len(self._places)) != self._lane:
                continue
            event = found.event(self._reader.pipe.source)
            if await self._reader.wants(event, found.size):
                record = Record(found.sequence_number, event, encode(event))
                batch.append(PipeRecord(index, record, found.created, self._clock.now()))
                held += len(record.text)
        return held

    async def _work_off(self, batch: list[PipeRecord]) -> None:
        """Try a batch, in parts if need be, until nothing is left of it or the pipe stops."""
        parts = deque([Part(tuple(batch))])
        backoff, again = _FIRST_BACKOFF, False
        while parts:
            part = self._give_up_expired(parts.popleft())
            if not part.records:
                continue
            self._index = part.records[0].index
            if again:
                if self._reader.stopping:
                    return
                await self._reader.back_off(backoff)
                backoff = min(2 * backoff, _LONGEST_BACKOFF)
            rest = await self._attempt(part)
            parts.extendleft(reversed(rest))
            again = bool(rest)
            if not again:
                backoff = _FIRST_BACKOFF
                self._index = part.records[-1].index + 1

    async def _attempt(self, part: Part) -> tuple[Part, ...]:
        """What is left to try of a part."""
        try:
            failed = await self._reader.flow.process([each.record for each in part.records])
        except FlowFailed:
            place = 0
        else:
            if not failed:
                return ()
            place = next(n for n, each in enumerate(part.records) if each.record.id in failed)
        part = Part(part.records[place:], part.failures, part.attempts + 1)
        bisect = self._settings.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT"
        rest = after_failure(part, self._settings["MaximumRetryAttempts"], bisect=bisect)
        if rest is None:
            await self._give_up(part, "RetryAttemptsExhausted")
            return ()
        return rest

    def _age(self, record: PipeRecord) -> float:
        """Scaled seconds; the time of creation is given in whole seconds, hence the one less."""
        held = self._clock.now() - record.seen_at
        return max(held, (self._clock.wall() - record.created - 1) * self._clock.speed)

    def _give_up_expired(self, part: Part) -> Part:
        limit = self._settings["MaximumRecordAgeInSeconds"]
        expired, live = split_expired(part, [self._age(each) for each in part.records], limit)
        if expired.records:
            self._reader.spawn(self._give_up(expired, "RecordAgeExceeded"))
        return live

    async def _give_up(self, part: Part, condition: Condition) -> None:
        await self._dead_letters.report(self._reader.pipe, self._shard.id, part, condition)
