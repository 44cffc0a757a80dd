"""A table's stream: a shard for each partition of the table.

All changes of one item are in one shard, in their order; between shards there is no order.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
Differs from AWS: a shard ends when its partition is split or the stream ends, and not also every
few hours.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.partitions import lower_bounds
from orderlab.cloud.dynamodb.shard_log import RETENTION_SECONDS, Identity, ShardLog
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.spill import Spill


class StreamLog:
    """The shards of one stream: those that take records, and those that were closed today."""

    def __init__(
        self,
        table_arn: str,
        key_schema: list[dict[str, str]],
        view_type: str,
        clock: Clock,
        partitions: int = 1,
        spill: Spill | None = None,
    ) -> None:
        """`spill` takes the records that are no longer new."""
        self._clock = clock
        self._spill = spill or Spill()
        self.table_name = table_arn.rpartition("/")[2]
        self.key_schema = key_schema
        self.view_type = view_type
        self.created = clock.wall()
        self.label = _label(self.created)
        self.arn = f"{table_arn}/stream/{self.label}"
        self.region = table_arn.split(":")[3]
        self.open = True
        self.closed_at: float | None = None
        self._made = 0
        self._shards: list[ShardLog] = []
        # the open shards by the partitions that they follow, and where these begin
        self._bounds = lower_bounds(partitions)
        self._open = [self._new_shard() for _ in self._bounds]
        self._only = self._open[0] if partitions == 1 else None

    def _new_shard(self, parent: str | None = None) -> ShardLog:
        names = [element["AttributeName"] for element in self.key_schema]
        shard = ShardLog(
            self._made,
            self.created,
            names,
            self.view_type,
            self.region,
            self._clock,
            parent=parent,
            spill=self._spill,
        )
        self._made += 1
        self._shards.append(shard)
        return shard

    def append(
        self,
        token: int,
        old: Stored | None,
        new: Stored | None,
        identity: Identity | None = None,
        item: Item | None = None,
    ) -> None:
        """Note a change of an item whose partition key has this token (`schema.token`).

        `item` is one of its versions where that is parsed already.
        """
        shard = self._only or self._open[bisect_right(self._bounds, token) - 1]
        shard.append(old, new, identity, item)

    def split(self, partitions: int) -> None:
        """Follow the table to more partitions: what is split goes on in children."""
        bounds = lower_bounds(partitions)
        before = dict(zip(self._bounds, self._open, strict=True))
        inside: dict[int, list[int]] = {low: [] for low in self._bounds}
        for low in bounds:
            inside[self._bounds[bisect_right(self._bounds, low) - 1]].append(low)
        self._open = []
        for low, parts in inside.items():
            shard = before[low]
            if len(parts) == 1:
                self._open.append(shard)
                continue
            self._open += [self._new_shard(shard.id) for _ in parts]
            shard.close()
        self._bounds = bounds
        self._only = self._open[0] if len(bounds) == 1 else None

    def close(self) -> None:
        """End the stream; what it holds can be read until it is trimmed."""
        self.open = False
        self.closed_at = self._clock.now()
        for shard in self._open:
            shard.close()

    @property
    def shards(self) -> list[ShardLog]:
        """Its shards, the oldest first; those that were closed stay for a day."""
        if len(self._shards) > len(self._open) or not self.open:
            self._shards = [shard for shard in self._shards if not shard.forgotten]
        return self._shards

    def shard(self, shard_id: str) -> ShardLog | None:
        """The shard with that id; None if there is none any more."""
        return next((shard for shard in self.shards if shard.id == shard_id), None)

    @property
    def forgotten(self) -> bool:
        """Whether it ended so long ago that nothing of it is kept."""
        ended = self.closed_at
        return ended is not None and self._clock.now() - ended > RETENTION_SECONDS


def _label(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
