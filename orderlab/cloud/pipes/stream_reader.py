"""A table's stream as a pipe's source: its shards side by side, each in one lane or several.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
Differs from AWS: readers are woken when a record arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from orderlab.cloud.contracts import Permissions, Shard, StreamPosition, Streams
from orderlab.cloud.pipes.dead_letters import DeadLetters
from orderlab.cloud.pipes.lane import Lane, Places
from orderlab.cloud.pipes.reader import SHORTEST_PAUSE, Reader
from orderlab.cloud.pipes.source_rights import problem_of_stream

LOOK_FOR_SHARDS_SECONDS = 10.0


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
        self._lanes = int(self.settings.get("ParallelizationFactor") or 1)
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
                places = Places(self.pipe, shard.id, self._lanes)
                for number in range(len(places)):
                    lane = Lane(
                        self,
                        shard,
                        places,
                        number,
                        dead_letters=self._dead_letters,
                        problem=self._problem,
                    )
                    self.spawn(self._work(lane))

    def _is_done(self, shard: Shard) -> bool:
        place = self.pipe.progress.get(shard.id)
        return place is not None and shard.ended(StreamPosition(place))

    def _problem(self) -> bool:
        """Whether the pipe may not read its stream at the moment."""
        return problem_of_stream(self.pipe, self._permissions) is not None

    async def _work(self, lane: Lane) -> None:
        await lane.run()
        self._worked_off.set()
