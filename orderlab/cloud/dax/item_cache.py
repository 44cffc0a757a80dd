"""The item cache: what GetItem and BatchGetItem found, and what writes through DAX have stored.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.item-cache
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orderlab.cloud.dax.cache import OVERHEAD_BYTES, Entry, Memory, expiry

# a table, and a primary key in its one form
ItemKey = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Cached:
    """What the cache knows of an item: its attributes besides the key; None if there is none.

    That there is none is remembered as long as an item is ("negative caching").
    """

    attributes: bytes | None


class ItemCache:
    """The items that a node remembers. `ttl` gives the parameter record-ttl-millis."""

    def __init__(self, memory: Memory, ttl: Callable[[], int]) -> None:
        self._memory = memory
        self._ttl = ttl

    def get(self, key: ItemKey) -> Cached | None:
        """What is cached for a key; None if there is nothing, or it is too old."""
        entry = self._memory.get(key)
        return None if entry is None else entry.content

    def put(self, key: ItemKey, attributes: bytes | None, version: int) -> None:
        """Remember an item, or that there is none, unless something newer is remembered."""
        known = self._memory.peek(key)
        if known is not None and known.version > version:
            return
        size = OVERHEAD_BYTES + len(key[0]) + len(key[1]) + len(attributes or b"")
        expires = expiry(self._memory.now(), self._ttl())
        self._memory.put(key, Entry(Cached(attributes), expires, size, version))

    def remove(self, key: ItemKey, version: int) -> None:
        """Forget an item, unless something newer is remembered."""
        known = self._memory.peek(key)
        if known is not None and known.version <= version:
            self._memory.remove(key)
