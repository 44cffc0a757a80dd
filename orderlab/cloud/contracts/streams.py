"""DynamoDB Streams, as the readers of a table's stream see them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Where a reader of a shard stands: the index of the next record in the shard's log."""

    index: int


class StreamRecord(Protocol):
    """One change of an item. `size` is in bytes."""

    sequence_number: str
    size: int

    @property
    def keys(self) -> Mapping[str, Any]:
        """The primary key of the item, as attribute values."""

    @property
    def created(self) -> float:
        """When the change was made, in seconds since 1970."""

    def event(self, source_arn: str) -> dict[str, Any]:
        """The record in the form in which functions receive it."""

    def encoded(self, source_arn: str) -> bytes:
        """`event` as JSON, made without building the dictionary first."""


class Shard(Protocol):
    """A shard of a table's stream. Once it is closed it gets no more records."""

    @property
    def id(self) -> str:
        """Its ShardId."""

    @property
    def parent(self) -> str | None:
        """The ShardId of the shard that it continues; it is read after that one."""

    def ended(self, position: StreamPosition) -> bool:
        """Whether a reader who stands there has read all, and nothing more will come."""

    def start(self, starting_position: Literal["TRIM_HORIZON", "LATEST"]) -> StreamPosition:
        """Where a new reader begins."""

    def read(
        self, position: StreamPosition, limit: int
    ) -> tuple[Sequence[StreamRecord], StreamPosition]:
        """Up to `limit` records (and 1 MB), and the position after them.

        If the records at `position` were trimmed, reading goes on with the oldest that is left.
        """

    async def wait(self, position: StreamPosition, seconds: float) -> bool:
        """Return True as soon as there is a record at `position`; False after `seconds`, or once
        the shard is closed."""


class Streams(Protocol):
    """The streams of all tables."""

    def shards(self, stream_arn: str) -> Sequence[Shard] | None:
        """The shards of a stream whose records are kept, parents before their children; None if
        there is no such stream."""
