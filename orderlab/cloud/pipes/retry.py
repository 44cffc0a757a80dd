"""What becomes of a stream's batch that failed: retried, split, or given up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orderlab.cloud.pipes.flow import Record

# a stream keeps its records for a day
RETENTION_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class PipeRecord:
    """A record, its place in the shard's log, when it was made and when it was read."""

    index: int
    record: Record
    created: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class Part:
    """A batch or what is left of it: `failures` count towards the limit, `attempts` all."""

    records: tuple[PipeRecord, ...]
    failures: int = 0
    attempts: int = 0


def after_failure(part: Part, most: int, *, bisect: bool) -> tuple[Part, ...] | None:
    """What to try next; None if the part is to be given up. -1 retries without end.

    Splitting a batch does not count towards the limit.
    """
    if bisect and len(part.records) > 1:
        middle = (len(part.records) + 1) // 2
        return (
            Part(part.records[:middle], part.failures, part.attempts),
            Part(part.records[middle:], part.failures, part.attempts),
        )
    again = Part(part.records, part.failures + 1, part.attempts)
    return None if 0 <= most < again.failures else (again,)


def split_expired(part: Part, ages: Sequence[float], most: float) -> tuple[Part, Part]:
    """The records that are too old to be tried, and the rest. Records come oldest first."""
    limit = most if most > 0 else RETENTION_SECONDS
    cut = next((place for place, age in enumerate(ages) if age <= limit), len(ages))
    return (
        Part(part.records[:cut], part.failures, part.attempts),
        Part(part.records[cut:], part.failures, part.attempts),
    )
