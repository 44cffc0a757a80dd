"""How much a table, an index or a single partition key may take before calls are refused.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html
"""

from __future__ import annotations

from typing import Any, Literal

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError

Direction = Literal["Read", "Write"]

BURST_SECONDS = 300
# what one partition, and so one partition key, takes in a second
PARTITION_READ_UNITS = 3000
PARTITION_WRITE_UNITS = 1000
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
    """Units that come in at a rate and are kept up to a limit.

    A call is let in while anything is left and may take more than that, so that an item larger
    than the rate can be written at all; the debt is paid off first.
    """

    def __init__(self, rate: float, now: float, *, burst: float, full: bool = False) -> None:
        self.rate = rate
        self._limit = rate * burst
        self._left = self._limit if full else rate
        self._at = now

    def has_any(self, now: float) -> bool:
        self._left = min(self._limit, self._left + (now - self._at) * self.rate)
        self._at = now
        return self._left > 0

    def take(self, units: float) -> None:
        self._left -= units

    def change_rate(self, rate: float, now: float) -> None:
        """Go on at another rate; what was saved up stays, as far as the new limit allows."""
        self.has_any(now)
        burst = self._limit / self.rate if self.rate else BURST_SECONDS
        # more capacity helps at once, also one who was in debt
        if rate > self.rate:
            self._left = max(self._left, rate)
        self.rate, self._limit = rate, rate * burst


class HotKeys:
    """What each partition key has taken in the current few seconds."""

    def __init__(self, units_per_second: float) -> None:
        self._limit = units_per_second * PARTITION_SECONDS
        self._until = 0.0
        self._taken: dict[Any, float] = {}

    def has_any(self, key: Any, now: float) -> bool:
        if now >= self._until:
            self._until = now + PARTITION_SECONDS
            self._taken.clear()
        return self._taken.get(key, 0.0) < self._limit

    def take(self, key: Any, units: float) -> None:
        self._taken[key] = self._taken.get(key, 0.0) + units


class Throughput:
    """The limits of one table or global index, in one billing mode.

    Differs from AWS: capacity is that of the whole table, not split over its partitions, and an
    on-demand table starts with 300 s of burst, so that loading data is not slowed down.
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
        self._set("Read", read, BURST_SECONDS, fresh=not self.provisioned)
        self._set("Write", write, BURST_SECONDS, fresh=not self.provisioned)
        self.provisioned, self._limited_by = True, "ProvisionedThroughputExceeded"

    def on_demand(self, max_read: float | None, max_write: float | None) -> None:
        """No limit but the table's own maximum, if it has one, and what AWS starts with."""
        self.provisioned = False
        now = self._clock.now()
        maxima: dict[Direction, float | None] = {"Read": max_read, "Write": max_write}
        warm: dict[Direction, float] = {"Read": WARM_READ_UNITS, "Write": WARM_WRITE_UNITS}
        self._limited_by = "MaxOnDemandThroughputExceeded"
        for direction, most in maxima.items():
            if most is None or most < 0:
                bucket = Bucket(warm[direction], now, burst=BURST_SECONDS, full=True)
            else:
                bucket = Bucket(most, now, burst=1)
            self._buckets[direction] = bucket

    def _set(self, direction: Direction, rate: float, burst: float, *, fresh: bool) -> None:
        now = self._clock.now()
        bucket = self._buckets[direction]
        if bucket is None or fresh:
            self._buckets[direction] = Bucket(rate, now, burst=burst)
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
        bucket = self._buckets[direction]
        if bucket is not None:
            bucket.take(units)
        if partition is not None:
            self._hot[direction].take(partition, units)

    def refusal(self, direction: Direction, limit: str | None = None) -> Throttled:
        reason = f"{self._kind}{direction}{limit or self._limited_by}"
        return Throttled(reason, self._resource, provisioned=self.provisioned)
