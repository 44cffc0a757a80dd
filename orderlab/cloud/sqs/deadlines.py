"""Things that fall due: cheap to add, cheap to call off, however many wait.

A heap whose cancelled entries stay in it until they come up or outnumber the live ones; then it
is rebuilt, so that no operation costs more than O(log n) on average.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)

_SMALL = 64
MOST_AT_ONCE = 4_000


class Deadlines(Generic[Item]):
    """Items, each with one time at which it is due."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Item]] = []
        self._live: dict[Item, int] = {}
        self._count = itertools.count()

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, item: Item) -> bool:
        return item in self._live

    def items(self) -> list[Item]:
        """Every item, in no particular order."""
        return list(self._live)

    def add(self, due: float, item: Item) -> None:
        """Add an item or give it another time."""
        number = next(self._count)
        self._live[item] = number
        heapq.heappush(self._heap, (due, number, item))
        self._shrink()

    def discard(self, item: Item) -> None:
        """Call an item off; nothing happens if it is not there."""
        if self._live.pop(item, None) is not None:
            self._shrink()

    def first(self) -> tuple[float, Item] | None:
        """When the next item is due, and the item."""
        heap = self._heap
        while heap and self._live.get(heap[0][2]) != heap[0][1]:
            heapq.heappop(heap)
        return (heap[0][0], heap[0][2]) if heap else None

    def replace_all(self, due_of: Callable[[Item], float]) -> None:
        """Give every item a new time."""
        self._heap = [(due_of(item), number, item) for item, number in self._live.items()]
        heapq.heapify(self._heap)

    def take_due(self, now: float, most: int = MOST_AT_ONCE) -> list[Item]:
        """Remove and return what is due, the earliest first; what is over waits for the next time.

        Thousands may fall due in one moment, and others are not to wait for all of them.
        """
        due: list[Item] = []
        # Usually nothing is due, which is cheap to see: entries that were called off only come up
        # early.
        if not self._heap or self._heap[0][0] > now:
            return due
        while len(due) < most and (first := self.first()) is not None and first[0] <= now:
            heapq.heappop(self._heap)
            del self._live[first[1]]
            due.append(first[1])
        return due

    def clear(self) -> None:
        """Call off all of them."""
        self._heap.clear()
        self._live.clear()

    def _shrink(self) -> None:
        if len(self._heap) > 2 * len(self._live) + _SMALL:
            self._heap = [entry for entry in self._heap if self._live.get(entry[2]) == entry[1]]
            heapq.heapify(self._heap)
