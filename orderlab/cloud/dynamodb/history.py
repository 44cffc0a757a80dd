"""What a table held at any second since its point-in-time recovery was switched on.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from orderlab.clock import Clock
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.table import Change

MAX_BYTES = 64 * 1024 * 1024
# what an entry takes besides the item in it
_ENTRY_BYTES = 300
DAY_SECONDS = 24 * 3600

Items = dict[Key, Stored]


class Undo(NamedTuple):
    """What an item was before a change; `at` is in seconds since 1970."""

    at: float
    key: Key
    old: Stored | None


class History:
    """The changes of one table, as what they replaced: from now backwards they lead to any second.

    Differs from AWS: it holds 64 MB a table; when there are more changes than that, the earliest
    restorable time moves up. The latest one is now, not five minutes ago.
    """

    def __init__(self, clock: Clock, days: int) -> None:
        self._clock = clock
        self.days = days
        self._since = clock.wall()
        self._changes: deque[Undo] = deque()
        self._bytes = 0

    def note(self, change: Change) -> None:
        """Remember what a change replaced."""
        old = change.old
        self._changes.append(Undo(self._clock.wall(), change.key, old))
        self._bytes += _ENTRY_BYTES + (0 if old is None else old.size)
        while self._bytes > MAX_BYTES:
            gone = self._changes.popleft()
            self._bytes -= _ENTRY_BYTES + (0 if gone.old is None else gone.old.size)
            # the whole second in which it was made cannot be told any more
            self._since = gone.at + 1

    @property
    def earliest(self) -> float:
        """The earliest second that can be restored, since 1970."""
        return float(int(max(self._since, self._clock.wall() - self.days * DAY_SECONDS)))

    @property
    def latest(self) -> float:
        """The latest second that can be restored, since 1970."""
        return float(int(self._clock.wall()))

    def since(self, second: float) -> list[Undo]:
        """The changes behind the end of a second, the newest first."""
        end = int(second) + 1
        count = 0
        for undo in reversed(self._changes):
            if undo.at < end:
                break
            count += 1
        return list(islice(reversed(self._changes), count))


def undone(items: Items, changes: Iterable[Undo]) -> Items:
    """What items were before these changes; `changes` are the newest first. Changes `items`."""
    for undo in changes:
        if undo.old is None:
            items.pop(undo.key, None)
        else:
            items[undo.key] = undo.old
    return items
