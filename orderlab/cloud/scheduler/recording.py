"""What is noted down about schedules: metrics and metered invocations, by their group.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
"""

from __future__ import annotations

from orderlab.cloud.contracts import Telemetry
from orderlab.cloud.scheduler.schedule import Schedule
from orderlab.cloud.targets.failures import TargetFailure

NAMESPACE = "AWS/Scheduler"


class Recording:
    """The books of all schedules."""

    def __init__(self, *, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def attempted(self, schedule: Schedule) -> None:
        """A target was called."""
        self._count(schedule, "InvocationAttemptCount")
        self._telemetry.meter.add("scheduler.invocations", 1, schedule.name)

    def failed(self, schedule: Schedule, failure: TargetFailure) -> None:
        """A target has refused a call."""
        throttled = failure.code == "THROTTLING"
        self._count(schedule, "TargetErrorThrottledCount" if throttled else "TargetErrorCount")

    def dropped(self, schedule: Schedule) -> None:
        """A call was given up."""
        self._count(schedule, "InvocationDroppedCount")

    def dead_letter(self, schedule: Schedule, *, arrived: bool, code: str = "") -> None:
        """A call was given up: its dead letter `arrived`, or failed to, with an error code."""
        name = "InvocationsSentToDeadLetterCount"
        if not arrived:
            name = "InvocationsFailedToBeSentToDeadLetterCount"
            self._count(schedule, f"{name}_{code}")
        self._count(schedule, name)

    def _count(self, schedule: Schedule, name: str) -> None:
        dimensions = {"ScheduleGroup": schedule.group}
        self._telemetry.metrics.add(NAMESPACE, name, 1, dimensions=dimensions)
