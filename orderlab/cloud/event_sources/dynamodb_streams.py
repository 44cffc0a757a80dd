"""A table's stream: a reader for each lane of each shard.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

from __future__ import annotations

from typing import Literal

from orderlab.cloud.contracts import Shard, Streams
from orderlab.cloud.event_sources.lane import Lane
from orderlab.cloud.event_sources.mapping import EventSourceMapping, ShardProgress
from orderlab.cloud.event_sources.poller import Poller
from orderlab.cloud.event_sources.wiring import Wiring

LOOK_FOR_SHARDS_SECONDS = 10.0


class StreamPoller(Poller):
    """Reads every shard of a stream from where the mapping stands.

    Differs from AWS: a reader is woken when a record arrives, at most ten times a second, instead
    of asking four times a second: the first record has a latency of a few milliseconds.
    """

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        super().__init__(wiring, mapping)
        self._read: set[str] = set()

    def start(self) -> None:
        """Begin to read the shards."""
        self.spawn(self._look_for_shards, "shards")

    async def _look_for_shards(self) -> None:
        while not self.stopping:
            shards = self.wiring.streams.shards(self.mapping.source.arn)
            if shards is None:
                self.mapping.processed("Stream not found")
            for shard in shards or ():
                self._begin(shard)
            await self.pause(LOOK_FOR_SHARDS_SECONDS)

    def _begin(self, shard: Shard) -> None:
        if shard.id in self._read:
            return
        self._read.add(shard.id)
        progress = self.mapping.progress.get(shard.id)
        if progress is None:
            # a new shard continues one that was read, so it is read from its beginning
            progress = ShardProgress([shard.start("TRIM_HORIZON").index])
            self.mapping.progress[shard.id] = progress
        progress.spread_over(self.settings["ParallelizationFactor"])
        for number in range(len(progress.lanes)):
            lane = Lane(self, shard, progress, number)
            self.spawn(lane.run, f"{shard.id} lane {number}")


def starting_progress(streams: Streams, mapping: EventSourceMapping) -> dict[str, ShardProgress]:
    """Where a new mapping begins in the shards that there are now."""
    position: Literal["TRIM_HORIZON", "LATEST"] = (
        "LATEST" if mapping.starting_position == "LATEST" else "TRIM_HORIZON"
    )
    return {
        shard.id: ShardProgress([shard.start(position).index])
        for shard in streams.shards(mapping.source.arn) or ()
    }
