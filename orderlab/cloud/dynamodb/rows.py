"""Rows in the order of their keys: a table, or an index of it.

A row's key is a tuple `(token, partition values..., sort values..., what makes it unique)`. The
token is a hash of the partition key, as AWS spreads partitions by one: a Query is a range of
keys under one token, a Scan is all of them, a Scan's segment is a range of tokens. Everything
but a full walk costs O(log n).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sortedcontainers import SortedDict

from orderlab.cloud.dynamodb.stored import Stored

Key = tuple[Any, ...]


class _Top:
    """Greater than everything."""

    __slots__ = ()

    def __gt__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False


class AfterPrefix:
    """Greater than every text (or bytes) that begins with the prefix, and nothing beyond."""

    __slots__ = ("_prefix",)

    def __init__(self, prefix: str | bytes) -> None:
        self._prefix = prefix

    def __gt__(self, other: Any) -> bool:
        return bool(other < self._prefix or other.startswith(self._prefix))

    def __lt__(self, other: Any) -> bool:
        return not self > other


TOP = _Top()


@dataclass(frozen=True, slots=True)
class Span:
    """Rows between two bounds, and in which order they are read."""

    low: Key | None = None
    high: Key | None = None
    inclusive: tuple[bool, bool] = (True, True)
    reverse: bool = False

    def beyond(self, key: Key) -> Span:
        """What is left of it when all rows up to a key are read."""
        if self.reverse:
            return Span(self.low, key, (self.inclusive[0], False), True)
        return Span(key, self.high, (False, self.inclusive[1]))


class Rows:
    """A sorted map from keys to stored items, which knows how much it holds."""

    def __init__(self) -> None:
        self._rows: Any = SortedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Key) -> Stored | None:
        """The item with that key; None if there is none."""
        found: Stored | None = self._rows.get(key)
        return found

    def copy(self) -> dict[Key, Stored]:
        """All items by their keys, as they are now."""
        return dict(self._rows)

    def put(self, key: Key, stored: Stored) -> None:
        """Store an item, in place of one with the same key."""
        before = self._rows.get(key)
        self.bytes += stored.size - (before.size if before is not None else 0)
        self._rows[key] = stored

    def remove(self, key: Key) -> None:
        """Remove an item if it is there."""
        before = self._rows.pop(key, None)
        if before is not None:
            self.bytes -= before.size

    def keys(
        self,
        low: Key | None = None,
        high: Key | None = None,
        *,
        inclusive: tuple[bool, bool] = (True, True),
        reverse: bool = False,
    ) -> Iterator[Key]:
        """Keys between two bounds, in order; the rows must not change meanwhile."""
        keys: Iterator[Key] = self._rows.irange(low, high, inclusive, reverse)
        return keys

    def within(self, span: Span) -> Iterator[Key]:
        """The keys of a span, in its direction."""
        return self.keys(span.low, span.high, inclusive=span.inclusive, reverse=span.reverse)

    def __getitem__(self, key: Key) -> Stored:
        stored: Stored = self._rows[key]
        return stored
