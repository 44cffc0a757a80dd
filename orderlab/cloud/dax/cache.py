"""What a node keeps in memory: the least recently used goes when there is too much of it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.html
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import inf
from typing import Any

# what an entry takes besides its key and its content
OVERHEAD_BYTES = 400


@dataclass(slots=True)
class Entry:
    """Something that is kept until `expires`, in seconds of the clock; `size` is in bytes.

    `version` orders the writes of a cluster: an older one never replaces a newer one.
    """

    content: Any
    expires: float
    size: int
    version: int = 0


class Memory:
    """The memory of one node, which its item cache and its query cache share."""

    def __init__(self, most_bytes: int, now: Callable[[], float]) -> None:
        self._most = most_bytes
        self.now = now
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self.used = 0
        # how many bytes went to make room, since the node began
        self.evicted = 0

    @property
    def most(self) -> int:
        """How many bytes may be kept."""
        return self._most

    def get(self, key: Hashable) -> Entry | None:
        """What is kept under a key, which counts as a use; None if nothing is, or it expired."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.expires <= self.now():
            self.remove(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def peek(self, key: Hashable) -> Entry | None:
        """As `get`, but neither a use nor a reason to remove it."""
        return self._entries.get(key)

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep something, in place of what was kept under its key."""
        self.remove(key)
        if entry.size > self._most:
            return
        self._entries[key] = entry
        self.used += entry.size
        while self.used > self._most:
            _, oldest = self._entries.popitem(last=False)
            self.used -= oldest.size
            self.evicted += oldest.size

    def remove(self, key: Hashable) -> None:
        """Forget an entry if it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.used -= entry.size

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()
        self.used = 0

    def __len__(self) -> int:
        return len(self._entries)


def expiry(now: float, ttl_millis: int) -> float:
    """When something expires that comes now; a TTL of 0 means never."""
    return now + ttl_millis / 1000 if ttl_millis else inf
