"""What becomes of a stream's batch that failed: retried, split, begun later, or given up.

Pure rules; `lane.py` acts on them.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# how long a stream keeps its records
RETENTION_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A record on its way to the function. `created` is seconds since 1970, `seen_at` the clock's.

    `index` is its place in the shard's log.
    """

    index: int
    sequence_number: str
    created: float
    seen_at: float
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A batch or what is left of it: `failures` count towards the quota, `invocations` all."""

    records: tuple[BatchRecord, ...]
    failures: int = 0
    invocations: int = 0


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The settings of a mapping that decide about a failed batch."""

    maximum_attempts: int = -1
    maximum_age_seconds: int = -1
    bisect: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> RetryPolicy:
        """The policy of a mapping's settings."""
        return cls(
            settings["MaximumRetryAttempts"],
            settings["MaximumRecordAgeInSeconds"],
            settings["BisectBatchOnFunctionError"],
        )

    @property
    def age_limit(self) -> float:
        """How old a record may be, in seconds."""
        return self.maximum_age_seconds if self.maximum_age_seconds > 0 else RETENTION_SECONDS

    def after_failure(self, part: Part, failed_at: int = 0) -> tuple[Part, ...] | None:
        """What to try next after an attempt at `part` failed; None if it is to be given up.

        `failed_at` is the place of the first record that failed: those before it are done.
        Splitting a batch does not count towards the retry quota.
        """
        part = Part(part.records[failed_at:], part.failures, part.invocations)
        if self.bisect and failed_at:
            return (part,)
        if self.bisect and len(part.records) > 1:
            middle = (len(part.records) + 1) // 2
            return (
                Part(part.records[:middle], part.failures, part.invocations),
                Part(part.records[middle:], part.failures, part.invocations),
            )
        part = Part(part.records, part.failures + 1, part.invocations)
        if 0 <= self.maximum_attempts < part.failures:
            return None
        return (part,)


def split_expired(
    records: Sequence[BatchRecord], ages: Sequence[float], limit: float
) -> tuple[tuple[BatchRecord, ...], tuple[BatchRecord, ...]]:
    """The records that are too old to be tried, and the rest. Records come oldest first."""
    cut = next((i for i, age in enumerate(ages) if age <= limit), len(records))
    return tuple(records[:cut]), tuple(records[cut:])
