"""What Lambda uses of the rest of the cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    EventBuses,
    Faults,
    Permissions,
    Queues,
    Telemetry,
    Topics,
    Traces,
)
from orderlab.cloud.settings import Settings


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that functions stand on. Outcomes may go to `queues`, `topics` and `buses`.

    `traces` is asked when the first function with active tracing runs.
    """

    settings: Settings
    clock: Clock
    permissions: Permissions
    telemetry: Telemetry
    faults: Faults
    queues: Queues
    topics: Topics
    buses: Callable[[], EventBuses]
    traces: Callable[[], Traces]
