"""A table's stream: a reader for each lane of each shard.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Literal

from orderlab.cloud.contracts import Shard, StreamPosition, Streams
from orderlab.cloud.event_sources.lane import Lane
from orderlab.cloud.event_sources.mapping import EventSourceMapping, ShardProgress
from orderlab.cloud.event_sources.poller import SHORTEST_PAUSE, Poller
from orderlab.cloud.event_sources.wiring import Wiring

LOOK_FOR_SHARDS_SECONDS = 10.0


class StreamPoller(Poller):
    """Reads all shards of a stream side by side, each from where the mapping stands.

    A shard that continues another one is begun when that one is worked off, so that the order of
    an item's changes outlasts a split.

    Differs from AWS: a reader is woken when a record arrives, at most ten times a second, instead
    of asking four times a second: the first record has a latency of a few milliseconds.
    """

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        super().__init__(wiring, mapping)
        self._read: set[str] = set()
        self._worked_off = asyncio.Event()

    def start(self) -> None:
        """Begin to read the shards."""
        self.spawn(self._look_for_shards, "shards")

    async def _look_for_shards(self) -> None:
        while not self.stopping:
            shards = self.wiring.streams.shards(self.mapping.source.arn)
            if shards is None:
                self.mapping.processed("Stream not found")
            self._begin_ready(shards or ())
            await self._wait_for_shards()

    async def _wait_for_shards(self) -> None:
        """Until a shard is worked off, or for a while."""
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
                self._begin(shard)

    def _is_done(self, shard: Shard) -> bool:
        progress = self.mapping.progress.get(shard.id)
        return progress is not None and shard.ended(StreamPosition(min(progress.lanes)))

    def _begin(self, shard: Shard) -> None:
        progress = self.mapping.progress.get(shard.id)
        if progress is None:
            # a new shard continues one that was read, so it is read from its beginning
            progress = ShardProgress([shard.start("TRIM_HORIZON").index])
            self.mapping.progress[shard.id] = progress
        progress.spread_over(self.settings["ParallelizationFactor"])
        for number in range(len(progress.lanes)):
            lane = Lane(self, shard, progress, number)
            self.spawn(partial(self._work, lane), f"{shard.id} lane {number}")

    async def _work(self, lane: Lane) -> None:
        await lane.run()
        self._worked_off.set()


def starting_progress(streams: Streams, mapping: EventSourceMapping) -> dict[str, ShardProgress]:
    """Where a new mapping begins in the shards that there are now."""
    position: Literal["TRIM_HORIZON", "LATEST"] = (
        "LATEST" if mapping.starting_position == "LATEST" else "TRIM_HORIZON"
    )
    return {
        shard.id: ShardProgress([shard.start(position).index])
        for shard in streams.shards(mapping.source.arn) or ()
    }
