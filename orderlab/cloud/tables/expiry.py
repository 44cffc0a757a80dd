"""When items expire: a heap of moments, so that no table is ever walked to find them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from orderlab.cloud.tables import numbers
from orderlab.cloud.tables.attribute_values import Item
from orderlab.cloud.tables.rows import Key, Rows

# an item whose time lies further back was dated by mistake, AWS says, and stays
OLDEST_SECONDS = 5 * 365 * 24 * 3600


class Expiry:
    """The moments at which items of one table expire, by one attribute (seconds since 1970)."""

    def __init__(self, attribute: str, rows: Rows) -> None:
        self.attribute = attribute
        self._rows = rows
        self._heap: list[tuple[float, Key]] = []

    def note(self, key: Key, item: Item) -> None:
        """Remember an item that was written. An older entry of it stays and is found stale."""
        at = self.moment(item)
        if at is not None:
            heapq.heappush(self._heap, (at, key))
            if len(self._heap) > 1000 + 4 * len(self._rows):
                self._rebuild()

    def moment(self, item: Item) -> float | None:
        value = item.get(self.attribute, {}).get("N")
        return float(numbers.parse(value)) if value is not None else None

    def due(self, now: float, limit: int) -> Iterator[tuple[Key, Item]]:
        """Items whose moment has come, at most `limit` entries looked at; each only once."""
        while limit > 0 and self._heap and self._heap[0][0] <= now:
            at, key = heapq.heappop(self._heap)
            limit -= 1
            stored = self._rows.get(key)
            if stored is None or at < now - OLDEST_SECONDS:
                continue
            item = stored.item()
            if self.moment(item) == at:
                yield key, item

    def _rebuild(self) -> None:
        """Drop entries of what was overwritten or deleted since."""
        current = {}
        for at, key in self._heap:
            stored = self._rows.get(key)
            if stored is not None and self.moment(stored.item()) == at:
                current[key] = at
        self._heap = [(at, key) for key, at in current.items()]
        heapq.heapify(self._heap)
