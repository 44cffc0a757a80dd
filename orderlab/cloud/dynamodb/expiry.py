"""When items expire: a heap of moments, so that no table is ever walked to find them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from orderlab.cloud.dynamodb import numbers
from orderlab.cloud.dynamodb.attribute_values import Item
from orderlab.cloud.dynamodb.rows import Key

# an item whose time lies further back was dated by mistake, AWS says, and stays
OLDEST_SECONDS = 5 * 365 * 24 * 3600


class Expiry:
    """The moments at which items of one table expire, by one attribute (seconds since 1970)."""

    def __init__(self, attribute: str) -> None:
        self.attribute = attribute
        self._moments: dict[Key, float] = {}
        # may hold moments that items had earlier; these are found stale
        self._heap: list[tuple[float, Key]] = []

    def note(self, key: Key, item: Item) -> None:
        """Remember an item that was written."""
        at = self.moment(item)
        if at is None:
            self.forget(key)
        elif self._moments.get(key) != at:
            self._moments[key] = at
            heapq.heappush(self._heap, (at, key))
            if len(self._heap) > 1000 + 4 * len(self._moments):
                self._drop_stale()

    def forget(self, key: Key) -> None:
        """An item was deleted."""
        self._moments.pop(key, None)

    def moment(self, item: Item) -> float | None:
        """When an item expires, in seconds since 1970; None if its attribute is no number."""
        value = item.get(self.attribute, {}).get("N")
        return float(numbers.parse(value)) if value is not None else None

    def due(self, now: float, limit: int) -> Iterator[Key]:
        """Items whose moment has come, at most `limit` entries looked at; each only once."""
        while limit > 0 and self._heap and self._heap[0][0] <= now:
            at, key = heapq.heappop(self._heap)
            limit -= 1
            if self._moments.get(key) == at:
                del self._moments[key]
                if at >= now - OLDEST_SECONDS:
                    yield key

    def _drop_stale(self) -> None:
        self._heap = [(at, key) for key, at in self._moments.items()]
        heapq.heapify(self._heap)
