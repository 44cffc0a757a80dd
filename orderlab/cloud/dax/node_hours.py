"""What nodes cost: by the hour, and an hour that has begun counts as a whole one.

https://aws.amazon.com/dynamodb/pricing/on-demand/
"""

from __future__ import annotations

from orderlab.clock import Clock, Timer
from orderlab.cloud.contracts import Meter

METERED = "dax.node_hours"
HOUR_SECONDS = 3600.0


class NodeHours:
    """Meters the hours of one node, in hours of the clock."""

    def __init__(self, meter: Meter, clock: Clock, node_type: str) -> None:
        self._meter = meter
        self._clock = clock
        self._node_type = node_type
        self._timer: Timer | None = None

    def begin(self) -> None:
        """An hour begins, and later the next one."""
        self._meter.add(METERED, 1, self._node_type)
        self._timer = self._clock.call_later(HOUR_SECONDS, self.begin)

    def end(self) -> None:
        """The node is no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
