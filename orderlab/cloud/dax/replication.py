"""The copies of an item on the nodes of a cluster, and which of its versions is the newest.

A write goes to the primary node, and from there to the others a moment later. What a node reads
from DynamoDB is kept by that node and by the primary, and goes to the others as well.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.consistency.html#DAX.consistency.nodes
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from orderlab.clock import Clock, Timer
from orderlab.cloud.dax.item_cache import ItemCache, ItemKey

# AWS: usually less than a second
DELAY_SECONDS = 0.2
# keys whose last write is remembered, so that no older read is kept over it
MOST_WRITES = 20_000
MOST_WAITING = 20_000
# of items on their way to other nodes; the oldest arrive earlier when there is more
MOST_WAITING_BYTES = 16 * 1024 * 1024


class Holder(Protocol):
    """A node, as far as replication is concerned."""

    @property
    def items(self) -> ItemCache:
        """The node's item cache."""


@dataclass(frozen=True, slots=True)
class Change:
    """An item as the cache is to know it; `forget` where it is to know nothing."""

    key: ItemKey
    attributes: bytes | None
    version: int
    forget: bool = False

    @property
    def size(self) -> int:
        """About how many bytes it is."""
        return len(self.key[1]) + len(self.attributes or b"")

    def apply(self, node: Holder) -> None:
        """Make the change in a node's item cache, unless it has a newer version."""
        if self.forget:
            node.items.remove(self.key, self.version)
        else:
            node.items.put(self.key, self.attributes, self.version)


class Replication:
    """Spreads what one node learns. `nodes` are the cluster's nodes, the primary first."""

    def __init__(self, clock: Clock, nodes: Callable[[], Sequence[Holder]]) -> None:
        self._clock = clock
        self._nodes = nodes
        self.delay_seconds = DELAY_SECONDS
        self._version = 0
        # by the hash of a key: two keys with one hash are only kept less often
        self._last_written: OrderedDict[int, int] = OrderedDict()
        # when each is due, the change, and the nodes that have it already
        self._waiting: deque[tuple[float, Change, tuple[Holder, ...]]] = deque()
        self._waiting_bytes = 0
        self._timer: Timer | None = None

    def take(self, seconds: float) -> None:
        """From now on a change takes so long; what is under way arrives."""
        while self._waiting:
            self._apply_next()
        self.delay_seconds = seconds

    def ticket(self) -> int:
        """What a read takes with it on its way to DynamoDB, to show how old its result is."""
        return self._version

    def wrote(self, key: ItemKey) -> int:
        """An item was written through this cluster just now. Returns the version that it has."""
        self._version += 1
        self._last_written[hash(key)] = self._version
        self._last_written.move_to_end(hash(key))
        if len(self._last_written) > MOST_WRITES:
            self._last_written.popitem(last=False)
        return self._version

    def written(
        self,
        key: ItemKey,
        attributes: bytes | None,
        *,
        forget: bool = False,
        version: int | None = None,
    ) -> None:
        """Keep what was written, or forget the item. `version` is as `wrote` has told it."""
        if version is None:
            version = self.wrote(key)
        self._spread(Change(key, attributes, version, forget), self._nodes()[:1])

    def learnt(self, key: ItemKey, attributes: bytes | None, ticket: int, node: Holder) -> None:
        """A node has read an item from DynamoDB; it is kept unless it was written meanwhile."""
        if self._last_written.get(hash(key), 0) <= ticket:
            self._spread(Change(key, attributes, ticket), (*self._nodes()[:1], node))

    def _spread(self, change: Change, first: Iterable[Holder]) -> None:
        done = tuple(first)
        for node in done:
            change.apply(node)
        if len(self._nodes()) == 1:
            return
        self._waiting.append((self._clock.now() + self.delay_seconds, change, done))
        self._waiting_bytes += change.size
        while len(self._waiting) > MOST_WAITING or self._waiting_bytes > MOST_WAITING_BYTES:
            self._apply_next()
        self._wait()

    def _wait(self) -> None:
        if self._timer is None and self._waiting:
            seconds = max(self._waiting[0][0] - self._clock.now(), 0.0)
            self._timer = self._clock.call_later(seconds, self._due)

    def _due(self) -> None:
        self._timer = None
        now = self._clock.now()
        while self._waiting and self._waiting[0][0] <= now:
            self._apply_next()
        self._wait()

    def _apply_next(self) -> None:
        _, change, done = self._waiting.popleft()
        self._waiting_bytes -= change.size
        for node in self._nodes():
            if not any(node is each for each in done):
                change.apply(node)

    def stop(self) -> None:
        """Spread nothing more."""
        self._waiting.clear()
        self._waiting_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
