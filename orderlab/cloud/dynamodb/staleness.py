"""Weak guarantees made visible: reads that are late, and indexes that lag.

Only where the cloud was told to (`weak_guarantees`); seeded, so that an experiment repeats.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored

# the share of eventually consistent reads that do not see the last second or so
STALE_SHARE = 0.3
STALE_SECONDS = 1.0
# how far a global secondary index is behind, at most
INDEX_LAG_SECONDS = 1.0


class Staleness:
    """What each item was before its last change, for as long as a stale read may show it."""

    def __init__(self, clock: Clock, seed: int | None) -> None:
        self._clock = clock
        self._random = random.Random(seed)
        self._before: dict[Key, tuple[float, Stored | None]] = {}
        self._changes: deque[tuple[float, Key]] = deque()

    def changed(self, key: Key, before: Stored | None) -> None:
        """Remember what an item was before a change."""
        now = self._clock.now()
        self._forget(now)
        # the oldest version of the period stays: a reader is behind by all of it
        if key not in self._before:
            self._before[key] = (now, before)
            self._changes.append((now, key))

    def _forget(self, now: float) -> None:
        while self._changes and self._changes[0][0] + STALE_SECONDS <= now:
            _, key = self._changes.popleft()
            del self._before[key]

    def strikes(self) -> bool:
        """Whether this read is a stale one."""
        return self._random.random() < STALE_SHARE

    def seen(self, key: Key, current: Stored | None) -> Stored | None:
        """What a stale read sees of an item."""
        self._forget(self._clock.now())
        entry = self._before.get(key)
        return entry[1] if entry is not None else current


class Lag:
    """Changes of an index that are carried out later, in their order, before it is next used."""

    def __init__(self, clock: Clock, seed: int | None) -> None:
        self._clock = clock
        self._random = random.Random(seed)
        self._due: deque[tuple[float, Callable[[], None]]] = deque()

    def later(self, change: Callable[[], None]) -> None:
        """Make a change of an index after a random time, never before earlier changes."""
        due = self._clock.now() + self._random.random() * INDEX_LAG_SECONDS
        if self._due:
            due = max(due, self._due[-1][0])
        self._due.append((due, change))

    def catch_up(self) -> None:
        """Make the changes whose time has come."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            self._due.popleft()[1]()
