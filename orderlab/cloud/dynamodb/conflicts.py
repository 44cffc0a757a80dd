"""Transactions under way: the items that they hold, against whoever else wants them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from orderlab.cloud.dynamodb.errors import TransactionConflict
from orderlab.cloud.dynamodb.rows import Key
from orderlab.cloud.dynamodb.table import Behaviour, Table
from orderlab.cloud.dynamodb.writes import Write

# how often others are served between the two phases of a transaction
TURNS = 2
# how long that takes at most with weak guarantees, in scaled seconds
WEAK_SECONDS = 0.05
_ONGOING = "Transaction is ongoing for the item"


def check_not_held(table: Table, key: Key) -> None:
    """Raise TransactionConflict if a transaction that is under way holds an item."""
    if key in table.held:
        raise TransactionConflict(_ONGOING)


def reason() -> dict[str, Any]:
    """The cancellation reason of an action whose item another transaction holds."""
    return {"Code": "TransactionConflict", "Message": _ONGOING}


@contextmanager
def holding(writes: Sequence[Write]) -> Iterator[None]:
    """Hold the items of a transaction, against other transactions and single writes."""
    for write in writes:
        write.table.held.add(write.key)
    try:
        yield
    finally:
        for write in writes:
            write.table.held.discard(write.key)


class Phases:
    """The time between the two phases of a transaction: prepared, and not yet committed.

    Differs from AWS: it is as long as it takes to serve those who call at the same moment, and so
    shorter than AWS's; with weak guarantees it is up to 50 ms.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self._clock = behaviour.clock
        self._random = random.Random(behaviour.seed) if behaviour.weak_guarantees else None

    async def pass_by(self) -> None:
        """Let others call."""
        if self._random is not None:
            await self._clock.pause(self._random.random() * WEAK_SECONDS)
        for _ in range(TURNS):
            await asyncio.sleep(0)
