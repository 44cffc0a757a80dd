"""A shard of a table's stream: a log that only grows at one end and is trimmed at the other.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal

from orderlab.clock import Clock
from orderlab.cloud.contracts import StreamPosition
from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.change_log import ChangeLog
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.stream_record import Change, LoggedRecord
from orderlab.cloud.spill import Spill

RETENTION_SECONDS = 24 * 3600
MAX_READ_BYTES = 1024 * 1024
# sequence numbers of one shard; those of the next begin behind them
_NUMBERS = 10**9

Identity = Mapping[str, str]
TTL_IDENTITY: Identity = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


class ShardLog:
    """The records of one shard, addressed by their index since the shard began.

    `number` counts the shards of a stream, `began` is when the stream began, in seconds since 1970,
    and `key_names` are the key attributes of the table.
    """

    def __init__(
        self,
        number: int,
        began: float,
        key_names: Sequence[str],
        view_type: str,
        region: str,
        clock: Clock,
        *,
        parent: str | None = None,
        spill: Spill | None = None,
    ) -> None:
        self._clock = clock
        self._key_names = key_names
        self._view_type = view_type
        self._region = region
        self.parent = parent
        # they sort as they were made, as AWS's do
        self.id = f"shardId-{int(began * 1000) + number:020d}-{uuid.uuid4().hex[:8]}"
        self.open = True
        self.closed_at: float | None = None
        # at least 21 digits, and growing from stream to stream and from parent to child
        self._first_sequence = int(began * 1000) * 10**12 + number * _NUMBERS
        self._log = ChangeLog(spill or Spill())
        self._waiting: list[asyncio.Future[None]] = []

    # --- writing ---

    def append(
        self,
        old: Stored | None,
        new: Stored | None,
        identity: Identity | None = None,
        item: Item | None = None,
    ) -> None:
        """Note a change; `item` is one of its versions where that is parsed already."""
        now = self._clock.now()
        if item is None:
            item = next(version.item() for version in (new, old) if version is not None)
        self._log.append(
            Change(
                {name: item[name] for name in self._key_names},
                old,
                new,
                self._clock.wall(),
                now + RETENTION_SECONDS,
                uuid.uuid4().hex,
                identity,
            )
        )
        self._log.trim(now)
        self._wake()

    def close(self) -> None:
        """Take no more records; what there are can be read until they are trimmed."""
        self.open = False
        self.closed_at = self._clock.now()
        self._wake()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    # --- reading ---

    @property
    def end(self) -> int:
        """The index that the next record will have."""
        return self._log.end

    @property
    def oldest(self) -> int:
        """The index of the oldest record that is kept."""
        self._log.trim(self._clock.now())
        return self._log.oldest

    def start(self, starting_position: Literal["TRIM_HORIZON", "LATEST"]) -> StreamPosition:
        """Where a new reader begins."""
        return StreamPosition(self.oldest if starting_position == "TRIM_HORIZON" else self.end)

    def read(
        self, position: StreamPosition, limit: int
    ) -> tuple[Sequence[LoggedRecord], StreamPosition]:
        """Up to `limit` records and 1 MB, and where to go on; see contracts.Shard."""
        first = index = max(position.index, self.oldest)
        found: list[LoggedRecord] = []
        size = 0
        for change in islice(self._log.since(first), limit):
            number = self.sequence_number(index)
            record = LoggedRecord(change, number, self._view_type, self._region)
            size += record.size
            if found and size > MAX_READ_BYTES:
                break
            found.append(record)
            index += 1
        return found, StreamPosition(index)

    def ended(self, position: StreamPosition) -> bool:
        """Whether a reader who stands there has read all, and nothing more will come."""
        return not self.open and position.index >= self.end

    @property
    def forgotten(self) -> bool:
        """Whether it was closed so long ago that nothing of it is kept."""
        at = self.closed_at
        return at is not None and self._clock.now() - at > RETENTION_SECONDS

    async def wait(self, position: StreamPosition, seconds: float) -> bool:
        """True as soon as a record is there; False after `seconds` of scaled time, or once the
        shard is closed."""
        if position.index < self.end:
            return True
        if not self.open:
            return False
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            await self._clock.wait(future, seconds)
        finally:
            if future in self._waiting:
                self._waiting.remove(future)
        return position.index < self.end

    def sequence_number(self, index: int) -> str:
        """The SequenceNumber of the record at an index."""
        return str(self._first_sequence + index + 1)

    def index_of(self, sequence_number: int) -> int:
        """The index of the record with a SequenceNumber."""
        return sequence_number - self._first_sequence - 1

    def index_at(self, wall: float) -> int:
        """The index of the first record that is not older than a time of day."""
        self._log.trim(self._clock.now())
        return self._log.index_at(wall)
