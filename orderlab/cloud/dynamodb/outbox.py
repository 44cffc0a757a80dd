"""What a replica has still to tell the others: the newest version of each item that it changed.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.stored import Stored

# when a version was written, in seconds since 1970, and where: the greater one wins
Stamp = tuple[float, str]


@dataclass(slots=True)
class Pending:
    """A version on its way; None for an item that was deleted. `due` is in scaled seconds."""

    key: Key
    stored: Stored | None
    stamp: Stamp
    due: float


class Outbox:
    """Versions in the order in which they are due, at most one of each item.

    An item that changes again before it is told goes out once, as on AWS, in its last version. So
    there is never more in it than the table has, and has lost.
    """

    def __init__(self) -> None:
        self._pending: dict[Key, Pending] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, pending: Pending) -> None:
        """Put a version in; in the place of an older version of its item, if there is one."""
        before = self._pending.get(pending.key)
        if before is None:
            self._pending[pending.key] = pending
        else:
            before.stored, before.stamp = pending.stored, pending.stamp

    @property
    def next_due(self) -> float | None:
        """When the next version is due; None if there is none."""
        return next((pending.due for pending in self._pending.values()), None)

    def take(self, now: float) -> Pending | None:
        """The next version that is due, taken out; None if none is."""
        first = next(iter(self._pending.values()), None)
        if first is None or first.due > now:
            return None
        del self._pending[first.key]
        return first
