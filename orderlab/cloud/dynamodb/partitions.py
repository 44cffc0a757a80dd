"""Partitions: how many a table has, and which of them a partition key falls into.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
Differs from AWS: a new on-demand table has one partition, not four, until its warm throughput or
the page `POST partitions` asks for more, since each shard of its stream takes a function process
of its own here; traffic and size alone never split one; 64 at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import ceil
from typing import Any

# what one partition, and so one partition key, takes in a second
PARTITION_READ_UNITS = 3000
PARTITION_WRITE_UNITS = 1000
# each is a shard of the table's stream, with readers of its own
MAX_PARTITIONS = 64
# partition keys are hashed to this range (`schema.token`)
_TOKENS = 2**32


def enough(read_units: float, write_units: float) -> int:
    """The partitions that it takes for so many units a second."""
    wanted = max(read_units / PARTITION_READ_UNITS, write_units / PARTITION_WRITE_UNITS)
    return min(max(1, ceil(wanted)), MAX_PARTITIONS)


def of_table(provisioned: Mapping[str, Any] | None, warm: Mapping[str, Any] | None) -> int:
    """The partitions for a table's ProvisionedThroughput and WarmThroughput, where given."""
    found = 1
    if provisioned:
        found = enough(provisioned["ReadCapacityUnits"], provisioned["WriteCapacityUnits"])
    if warm:
        units = warm.get("ReadUnitsPerSecond", 0), warm.get("WriteUnitsPerSecond", 0)
        found = max(found, enough(*units))
    return found


def lower_bounds(count: int) -> list[int]:
    """Where each of `count` partitions begins: the widest is halved until there are enough.

    The bounds of more partitions hold those of fewer, so that a split moves no other bound.
    """
    bounds = [0]
    while len(bounds) < count:
        widths = [high - low for low, high in pairwise([*bounds, _TOKENS])]
        widest = widths.index(max(widths))
        bounds.insert(widest + 1, bounds[widest] + widths[widest] // 2)
    return bounds
