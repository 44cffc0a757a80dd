"""What the pollers of mappings use of the rest of the cloud, handed on by the service."""

from __future__ import annotations

from dataclasses import dataclass, field

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Faults,
    Functions,
    Metrics,
    Permissions,
    Queues,
    Streams,
    Topics,
)
from orderlab.cloud.telemetry.long_work import LongWork


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that pollers stand on. `long_work` is where filters read very long records."""

    clock: Clock
    functions: Functions
    queues: Queues
    topics: Topics
    streams: Streams
    permissions: Permissions
    faults: Faults
    metrics: Metrics
    long_work: LongWork = field(default_factory=LongWork)
