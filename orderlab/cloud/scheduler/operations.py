"""The API of EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions
from orderlab.cloud.scheduler.errors import Conflict, QuotaExceeded
from orderlab.cloud.scheduler.registry import Registry
from orderlab.cloud.scheduler.running import RunningSchedules
from orderlab.cloud.scheduler.schedule import DEFAULT, Schedule
from orderlab.cloud.scheduler.settings_rules import (
    check_dates,
    check_settings,
    moment,
    read_times,
)
from orderlab.cloud.targets.pages import page
from orderlab.cloud.targets.schedule_expressions import At

MAX_SCHEDULES = 10_000
_NOT_SETTINGS = ("Name", "GroupName", "ClientToken")


class ScheduleOperations:
    """The operations about schedules."""

    def __init__(
        self,
        *,
        registry: Registry,
        running: RunningSchedules,
        permissions: Permissions,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._running = running
        self._permissions = permissions
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreateSchedule": self.create,
            "UpdateSchedule": self.update,
            "GetSchedule": self.get,
            "DeleteSchedule": self.delete,
            "ListSchedules": self.list,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
        name, group = given["Name"], given.get("GroupName", DEFAULT)
        schedules = self._registry.of(call.region).schedules
        known = schedules.get((group, name))
        if known is not None:
            if known.client_token is not None and known.client_token == given.get("ClientToken"):
                return {"ScheduleArn": known.arn}
            raise Conflict(f"Schedule {name} already exists.")
        self._registry.group(call.region, group)
        if len(schedules) >= MAX_SCHEDULES:
            raise QuotaExceeded("The account has too many schedules.")
        now = self._clock.wall()
        arn = self._registry.schedule_arn(call.region, group, name)
        schedule = self._checked(given, arn, name, group, now)
        schedule.client_token = given.get("ClientToken")
        schedules[group, name] = schedule
        self._running.begin(schedule)
        return {"ScheduleArn": arn}

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Set all settings anew: what is left out gets its default."""
        old = self._registry.schedule(call.region, given.get("GroupName"), given["Name"])
        new = self._checked(given, old.arn, old.name, old.group, old.created)
        new.modified = self._clock.wall()
        self._running.end(old)
        self._registry.of(call.region).schedules[old.group, old.name] = new
        self._running.begin(new)
        return {"ScheduleArn": new.arn}

    def _checked(
        self, given: Parameters, arn: str, name: str, group: str, created: float
    ) -> Schedule:
        times = read_times(given)
        start, end = moment(given.get("StartDate")), moment(given.get("EndDate"))
        if isinstance(times, At):
            # a schedule that is due once has its moment from its expression alone
            start = end = None
        check_dates(start, end, self._clock.wall())
        check_settings(given, self._permissions, self._registry.account_id)
        settings = {key: value for key, value in given.items() if key not in _NOT_SETTINGS}
        return Schedule(name, group, arn, settings, times, start, end, created, created)

    def get(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html"""
        return self._registry.schedule(
            call.region, given.get("GroupName"), given["Name"]
        ).described()

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteSchedule.html"""
        schedule = self._registry.schedule(call.region, given.get("GroupName"), given["Name"])
        self._running.end(schedule)
        self._registry.remove(schedule)
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html"""
        group = given.get("GroupName")
        if group is not None:
            self._registry.group(call.region, group)
        schedules = self._registry.of(call.region).schedules
        found = [
            schedule.listed()
            for _, schedule in sorted(schedules.items())
            if group in (None, schedule.group)
            and schedule.name.startswith(given.get("NamePrefix", ""))
            and given.get("State") in (None, schedule.settings.get("State", "ENABLED"))
        ]
        return page("Schedules", found, given.get("MaxResults"), given.get("NextToken"))
