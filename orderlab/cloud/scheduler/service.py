"""EventBridge Scheduler: its operations, and the schedules that run.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
Differs from AWS: targets are queues, topics, functions and event buses, and of the universal
targets those that send, publish, invoke, put events or write an item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Call,
    Dispatch,
    EventBuses,
    Faults,
    Functions,
    Handler,
    Parameters,
    Permissions,
    Queues,
    Telemetry,
    Topics,
)
from orderlab.cloud.protocols.model_input import read_rest_input
from orderlab.cloud.scheduler.group_operations import GroupOperations
from orderlab.cloud.scheduler.invocation import Invocations
from orderlab.cloud.scheduler.operations import ScheduleOperations
from orderlab.cloud.scheduler.recording import Recording
from orderlab.cloud.scheduler.registry import Registry
from orderlab.cloud.scheduler.running import RunningSchedules
from orderlab.cloud.scheduler.schedule import Schedule
from orderlab.cloud.scheduler.universal import UniversalTargets
from orderlab.cloud.settings import Settings
from orderlab.cloud.targets.sender import TargetSender


class SchedulerService:
    """All schedules."""

    name = "scheduler"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        queues: Queues,
        topics: Topics,
        functions: Functions,
        buses: EventBuses,
        dispatch: Dispatch,
    ) -> None:
        self.registry = Registry(account_id=settings.account_id, clock=clock)
        invocations = Invocations(
            sender=TargetSender(
                queues=queues,
                topics=topics,
                functions=functions,
                buses=buses,
                permissions=permissions,
                faults=faults,
                recorder=telemetry.recorder,
                clock=clock,
            ),
            universal=UniversalTargets(dispatch=dispatch, functions=functions),
            permissions=permissions,
            recording=Recording(telemetry=telemetry),
            clock=clock,
        )
        self._running = RunningSchedules(
            invocations=invocations, clock=clock, completed=self._completed
        )
        schedules = ScheduleOperations(
            registry=self.registry, running=self._running, permissions=permissions, clock=clock
        )
        groups = GroupOperations(registry=self.registry, running=self._running, clock=clock)
        self.operations: Mapping[str, Handler] = {
            name: _checked(handler)
            for name, handler in {**schedules.handlers, **groups.handlers}.items()
        }

    async def start(self) -> None:
        """Nothing runs before there is a schedule."""

    async def stop(self) -> None:
        """End all schedules."""
        await self._running.stop()

    def _completed(self, schedule: Schedule) -> None:
        """A schedule has been due for the last time."""
        if schedule.goes_when_done:
            self.registry.remove(schedule)


def _checked(handler: Handler) -> Handler:
    """The handler, which gets only what fits AWS's model."""

    def handle(call: Call, parameters: Parameters) -> Any:
        return handler(call, read_rest_input(call, parameters))

    return handle
