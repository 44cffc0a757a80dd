"""What a queue uses of the rest of the cloud, handed to every queue by the service."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.contracts import Endpoint, Faults, Permissions, Telemetry
from orderlab.cloud.settings import Settings


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that queues stand on; `permissions` only name callers here."""

    settings: Settings
    clock: Clock
    endpoint: Endpoint
    telemetry: Telemetry
    faults: Faults
    permissions: Permissions
