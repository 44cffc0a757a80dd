"""The query cache: what Query and Scan found, by their parameters.

Writes change nothing here, also those through DAX: a result is as old as it is until it expires.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.query-cache
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from orderlab.cloud.dax.cache import OVERHEAD_BYTES, Entry, Memory, expiry
from orderlab.cloud.dax.protocol.replies import Members


class QueryCache:
    """The results that a node remembers. `ttl` gives the parameter query-ttl-millis."""

    def __init__(self, memory: Memory, ttl: Callable[[], int]) -> None:
        self._memory = memory
        self._ttl = ttl

    def get(self, key: Hashable) -> Members | None:
        """What is cached for a search; None if there is nothing, or it is too old."""
        entry = self._memory.get(key)
        return None if entry is None else entry.content

    def put(self, key: Hashable, found: Members, key_bytes: int) -> None:
        """Remember a result; with a TTL of 0 none is remembered."""
        ttl = self._ttl()
        if ttl:
            size = OVERHEAD_BYTES + key_bytes + sum(map(len, found.values()))
            self._memory.put(key, Entry(found, expiry(self._memory.now(), ttl), size))
