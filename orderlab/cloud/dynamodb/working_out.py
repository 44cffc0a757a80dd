"""Writes of large items, worked out beside the event loop.

What a write makes of an item depends on nothing but the item, so that it may be worked out in a
thread. It is used if the item is still the same afterwards, and worked out anew if it is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from orderlab.cloud.dynamodb.stored import Stored
from orderlab.cloud.dynamodb.writes import Write
from orderlab.cloud.telemetry.long_work import LongWork

# bytes of items that are parsed and written while others wait; for some 10 ms
MOST_AT_ONCE = 100_000
# an item that others change all the time is worked out on the loop in the end
MOST_ROUNDS = 3


def parsed_bytes(write: Write) -> int:
    """How much there is to parse and to write again before it is decided."""
    if write.condition is None and write.update is None:
        return 0
    old = write.current()
    return old.size if old is not None else 0


async def work_out(
    long_work: LongWork, writes: Sequence[Write], most_bytes: float = math.inf
) -> None:
    """Let `decide` find these writes worked out already. Raises nothing that `decide` would.

    What is behind the first `most_bytes` of new items is left out: it will not be asked for.
    """
    for _ in range(MOST_ROUNDS):
        stale = [write for write in writes if not write.is_worked_out()]
        if not stale:
            return
        pairs = [(write, write.current()) for write in stale]
        if not await long_work.run(_work_out_all, pairs, most_bytes):
            return


def _work_out_all(pairs: list[tuple[Write, Stored | None]], most_bytes: float) -> bool:
    """Whether all of them were worked out."""
    size = 0
    for write, old in pairs:
        found = write.work_out(old)
        size += found.new.size if found.new is not None else 0
        if size > most_bytes:
            return False
    return True
