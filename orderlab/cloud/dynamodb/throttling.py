"""How much a table, an index or a single partition key may take before calls are refused.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html
"""

from __future__ import annotations

from typing import Any, Literal

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.dynamodb.partitions import PARTITION_READ_UNITS, PARTITION_WRITE_UNITS

Direction = Literal["Read", "Write"]

BURST_SECONDS = 300
# over so many seconds together, so that a short burst passes as it does on AWS
PARTITION_SECONDS = 3
# what a new on-demand table takes in a second
WARM_READ_UNITS = 12_000
WARM_WRITE_UNITS = 4_000

_KEY_RANGE = "KeyRangeThroughputExceeded"
_HOT_KEY = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically "
    "scaling your table or index so please try again shortly. If exceptions persist, check if "
    "you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
    "bp-partition-key-design.html."
)
_HOT_INDEX = (
    "Throughput exceeds the current capacity for one or more global secondary indexes. "
    "DynamoDB is automatically scaling your index so please try again shortly."
)
_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEX = (
    "The level of configured provisioned throughput for one or more global secondary indexes of "
    "the table was exceeded. Consider increasing your provisioning level for the "
    "under-provisioned global secondary indexes with the UpdateTable API"
)


class Throttled(AwsError):
    """A refusal for want of throughput. `reason` is AWS's name for it, `resource` an ARN."""

    def __init__(self, reason: str, resource: str, *, provisioned: bool) -> None:
        on_index = reason.startswith("Index")
        if provisioned:
            super().__init__(
                _INDEX if on_index else _TABLE,
                code="ProvisionedThroughputExceededException",
                ThrottlingReasons=[{"reason": reason, "resource": resource}],
            )
        else:
            super().__init__(
                _HOT_INDEX if on_index else _HOT_KEY,
                code="ThrottlingException",
                throttlingReasons=[{"reason": reason, "resource": resource}],
            )
        self.reason = reason
        self.resource = resource


class Bucket:
    """Units that come in at a rate; what is not used is kept, up to five minutes of it.

    A new one is full, as new tables and indexes are. A call is let in while anything is left and
    may take more than that, so that an item larger than the rate can be written at all; the debt
    is paid off first.
    """

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._left = rate * BURST_SECONDS
        self._at = now

    def has_any(self, now: float) -> bool:
        """Whether any unit is left now. `now` is in scaled seconds."""
        most = self.rate * BURST_SECONDS
        self._left = min(most, self._left + (now - self._at) * self.rate)
        self._at = now
        return self._left > 0

    def take(self, units: float) -> None:
        """Take units; what is left may go below zero."""
        self._left -= units

    def change_rate(self, rate: float, now: float) -> None:
        """Go on at another rate; what was saved up stays, as far as the new limit allows."""
        self.has_any(now)
        # more capacity helps at once, also one who was in debt
        if rate > self.rate:
            self._left = max(self._left, rate)
        self.rate = rate


class HotKeys:
    """What each partition key has taken in the current few seconds."""

    def __init__(self, units_per_second: float) -> None:
        self._limit = units_per_second * PARTITION_SECONDS
        self._until = 0.0
        self._taken: dict[Any, float] = {}

    def has_any(self, key: Any, now: float) -> bool:
        """Whether a partition key may take more now. `now` is in scaled seconds."""
        if now >= self._until:
            self._until = now + PARTITION_SECONDS
            self._taken.clear()
        return self._taken.get(key, 0.0) < self._limit

    def take(self, key: Any, units: float) -> None:
        """Count units of a partition key."""
        self._taken[key] = self._taken.get(key, 0.0) + units


class Throughput:
    """The limits of one table or global index, in one billing mode.

    Differs from AWS: capacity is that of the whole table, not split over its partitions; 300 s
    of burst are always there to be used, where AWS may need some of them for its own work.
    """

    def __init__(self, resource: str, kind: Literal["Table", "Index"], clock: Clock) -> None:
        self._resource = resource
        self._kind = kind
        self._clock = clock
        self.provisioned = False
        self._buckets: dict[Direction, Bucket | None] = {"Read": None, "Write": None}
        self._limited_by = "AccountLimitExceeded"
        self._hot: dict[Direction, HotKeys] = {
            "Read": HotKeys(PARTITION_READ_UNITS),
            "Write": HotKeys(PARTITION_WRITE_UNITS),
        }

    def provision(self, read: float, write: float) -> None:
        """So many units a second, and what was not used of the last five minutes."""
        self._set(read, write, fresh=not self.provisioned)
        self.provisioned, self._limited_by = True, "ProvisionedThroughputExceeded"

    def on_demand(self, max_read: float | None, max_write: float | None) -> None:
        """No limit but the table's own maximum, if it has one, and what AWS starts with."""
        read = WARM_READ_UNITS if max_read is None or max_read < 0 else max_read
        write = WARM_WRITE_UNITS if max_write is None or max_write < 0 else max_write
        self._set(read, write, fresh=self.provisioned)
        self.provisioned, self._limited_by = False, "MaxOnDemandThroughputExceeded"

    def _set(self, read: float, write: float, *, fresh: bool) -> None:
        """Another billing mode begins afresh; within one, what was saved up is kept."""
        now = self._clock.now()
        rates: dict[Direction, float] = {"Read": read, "Write": write}
        for direction, rate in rates.items():
            bucket = self._buckets[direction]
            if bucket is None or fresh:
                self._buckets[direction] = Bucket(rate, now)
            else:
                bucket.change_rate(rate, now)

    def admit(self, direction: Direction, partition: Any = None) -> None:
        """Raise Throttled unless something is left, for the whole and for the partition key."""
        now = self._clock.now()
        bucket = self._buckets[direction]
        if bucket is not None and not bucket.has_any(now):
            raise self.refusal(direction, self._limited_by)
        if partition is not None and not self._hot[direction].has_any(partition, now):
            raise self.refusal(direction, _KEY_RANGE)

    def take(self, direction: Direction, units: float, partition: Any = None) -> None:
        """Count units of a read or write, and of its partition key."""
        bucket = self._buckets[direction]
        if bucket is not None:
            bucket.take(units)
        if partition is not None:
            self._hot[direction].take(partition, units)

    def refusal(self, direction: Direction, limit: str | None = None) -> Throttled:
        """The error of a call for which no units are left."""
        reason = f"{self._kind}{direction}{limit or self._limited_by}"
        return Throttled(reason, self._resource, provisioned=self.provisioned)
