"""What the clusters stand on, as the service got it."""

from __future__ import annotations

from dataclasses import dataclass

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    CachedTables,
    Dispatch,
    Faults,
    Keys,
    Permissions,
    Telemetry,
)
from orderlab.cloud.dax.work import LongWork


@dataclass(frozen=True, slots=True)
class Wiring:
    """Made once, by the service."""

    account_id: str
    clock: Clock
    keys: Keys
    permissions: Permissions
    telemetry: Telemetry
    faults: Faults
    dispatch: Dispatch
    items: CachedTables
    long_work: LongWork
