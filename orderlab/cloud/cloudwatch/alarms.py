"""Alarms: CloudWatch's API for them, and their evaluation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

Differs from AWS: each alarm is looked at every second, over periods that end now, so that a change
shows sooner, or less often where that would take more than a tenth of the time; there are no
anomaly, log or Metrics Insights alarms and no alarm history.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm import Alarm
from orderlab.cloud.cloudwatch.alarm_changes import AlarmChanges
from orderlab.cloud.cloudwatch.alarm_history import AlarmHistory
from orderlab.cloud.cloudwatch.alarm_listing import AlarmListing, shown
from orderlab.cloud.cloudwatch.alarm_registry import AlarmRegistry
from orderlab.cloud.cloudwatch.alarm_state import STATES
from orderlab.cloud.cloudwatch.alarm_tags import AlarmTags, tags_of
from orderlab.cloud.cloudwatch.composite_alarms import (
    CompositeAlarms,
    require_room,
    require_same_kind,
)
from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterValue,
    ResourceNotFound,
)
from orderlab.cloud.cloudwatch.queries import MetricQueries
from orderlab.cloud.cloudwatch.store import MetricStore
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions, Topics
from orderlab.cloud.telemetry.long_work import LongWork

log = logging.getLogger("orderlab.cloud")
_EVERY_SECONDS = 1.0
# what may tell the alarms of one metric from each other
_MORE_OF_A_METRIC = ("Statistic", "ExtendedStatistic", "Period", "Unit")
# the part of the time that evaluation may take, and how long it may go on without a break
_PART_OF_TIME = 0.1
_BREAK_AFTER_SECONDS = 0.005


class Alarms:
    """All alarms, by Region and name."""

    def __init__(
        self,
        store: MetricStore,
        work: LongWork,
        *,
        account_id: str,
        permissions: Permissions,
        topics: Callable[[], Topics],
    ) -> None:
        self._account_id = account_id
        self._work = work
        self._store = store
        self._registry = AlarmRegistry()
        self._history = AlarmHistory(store.wall)
        self._changes = AlarmChanges(
            self._registry,
            account_id=account_id,
            permissions=permissions,
            topics=topics,
            wall=store.wall,
            history=self._history,
        )
        self._listing = AlarmListing(self._registry)
        composite = CompositeAlarms(self._registry, self._changes, account_id, self._history)
        self._task: asyncio.Task[None] | None = None
        self.operations: Mapping[str, Handler] = {
            "PutMetricAlarm": self._put,
            "PutCompositeAlarm": composite.put,
            "DescribeAlarms": self._listing.describe,
            "DescribeAlarmsForMetric": self._describe_for_metric,
            "DescribeAlarmHistory": self._history.describe,
            "DeleteAlarms": composite.delete,
            "SetAlarmState": self._set_state,
            "EnableAlarmActions": self._enable,
            "DisableAlarmActions": self._disable,
            **AlarmTags(self._registry).operations,
        }

    def start(self) -> None:
        """Begin to evaluate the alarms."""
        self._task = asyncio.create_task(self._watch(), name="alarms")

    async def stop(self) -> None:
        """Evaluate them no longer."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    # --- evaluation ---

    async def _watch(self) -> None:
        pause = _EVERY_SECONDS
        while True:
            await self._store.clock.pause(pause * self._store.clock.speed)
            took = await self._evaluate_all()
            pause = max(_EVERY_SECONDS, took * (1 / _PART_OF_TIME - 1))

    async def _evaluate_all(self) -> float:
        """Evaluate every alarm of a metric. Returns the seconds that it took."""
        took, began = 0.0, time.perf_counter()
        for region, alarm in self._registry.all():
            if not isinstance(alarm, Alarm):
                continue
            try:
                await self._evaluate(region, alarm)
            except Exception:
                log.exception("alarm %s could not be evaluated", alarm.name)
            went_on = time.perf_counter() - began
            if went_on > _BREAK_AFTER_SECONDS:
                took += went_on
                await asyncio.sleep(0)
                began = time.perf_counter()
        return took + time.perf_counter() - began

    async def _evaluate(self, region: str, alarm: Alarm) -> None:
        now = int(self._store.wall()) + 1
        count, period = alarm.settings["EvaluationPeriods"], alarm.period
        starts = range(now - count * period, now, period)
        if "Metrics" in alarm.settings:
            values = await self._computed(alarm, starts)
        else:
            values = self._measured(alarm, now)
        points = list(zip(map(float, starts), values, strict=True))
        judged = alarm.judge(points)
        # it may have been deleted or changed while its expressions were computed
        there = self._registry.get(region, alarm.name) is alarm
        if judged is not None and judged[0] != alarm.state and there:
            data = alarm.evidence(points, self._store.wall())
            self._changes.change(region, alarm, *judged, data)

    def _measured(self, alarm: Alarm, now: int) -> list[float | None]:
        """The values of the alarm's own metric in its periods, the oldest first."""
        stat = alarm.queries[0]["MetricStat"]
        dimensions = reading.dimensions(stat["Metric"]["Dimensions"])
        series = self._store.series(
            stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], dimensions
        )
        count = alarm.settings["EvaluationPeriods"]
        if series is None or stat.get("Unit") not in (None, series.unit):
            return [None] * count
        found = series.last_periods(now, alarm.period, count)
        return [None if values is None else values.value(stat["Stat"]) for values in found]

    async def _computed(self, alarm: Alarm, starts: range) -> list[float | None]:
        """The values of the alarm's expression in its periods, the oldest first."""
        asked = MetricQueries(self._store, alarm.queries, starts.start, starts.stop, self._work)
        results = await asked.shown()
        series = results[0][2] if results else {}
        # periods of expressions begin with whole minutes, so that the last one is not over yet
        first = reading.aligned(starts.start, starts.step)
        latest = first + (starts.stop - 1 - first) // starts.step * starts.step
        if latest not in series:
            latest -= starts.step
        return [series.get(latest - i * starts.step) for i in reversed(range(len(starts)))]

    # --- calls ---

    async def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "AlarmName")
        if parameters.get("ThresholdMetricId"):
            raise NotDoneYet("anomaly detection alarms")
        arn = f"arn:aws:cloudwatch:{call.region}:{self._account_id}:alarm:{name}"
        alarm = Alarm(arn, parameters)
        alarm.tags = tags_of(reading.items(parameters, "Tags"))
        if "Metrics" in alarm.settings:
            length = alarm.settings["EvaluationPeriods"] * alarm.period
            now = self._store.wall()
            await MetricQueries(self._store, alarm.queries, now - length, now).estimate()
            await MetricQueries(self._store, alarm.queries, now - alarm.period, now).shown()
        require_same_kind(self._registry, call.region, name, composite=False)
        require_room(self._registry, call.region, name)
        before = self._registry.get(call.region, name)
        if before is not None:
            alarm.keep_state_of(before)
        alarm.configured_at = self._store.wall()
        if before is None:
            alarm.changed_at = alarm.configured_at
        self._registry.put(call.region, alarm)
        self._history.configured(alarm, "created" if before is None else "updated")
        return {}

    def _describe_for_metric(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = {name: reading.text(parameters, name) for name in ("Namespace", "MetricName")}
        for name in _MORE_OF_A_METRIC:
            if parameters.get(name) is not None:
                wanted[name] = parameters[name]
        dimensions = reading.dimensions(reading.items(parameters, "Dimensions"))
        found = [
            alarm
            for alarm in self._registry.of(call.region)
            if isinstance(alarm, Alarm)
            and all(alarm.settings.get(name) == value for name, value in wanted.items())
            and reading.dimensions(alarm.settings.get("Dimensions", [])) == dimensions
        ]
        return {"MetricAlarms": [shown(call, alarm) for alarm in found]}

    def _set_state(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "AlarmName")
        state = reading.text(parameters, "StateValue")
        reading.bounded(parameters, "StateReason", limits.MAX_REASON)
        alarm = self._registry.get(call.region, name)
        if alarm is None:
            raise ResourceNotFound("Unknown")
        if state not in STATES:
            raise InvalidParameterValue(f"The value {state} for parameter StateValue is invalid.")
        reason = reading.text(parameters, "StateReason")
        data = reading.bounded(parameters, "StateReasonData", limits.MAX_REASON_DATA) or None
        self._changes.change(call.region, alarm, state, reason, data)
        return {}

    def _enable(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return self._switch(call, parameters, enabled=True)

    def _disable(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return self._switch(call, parameters, enabled=False)

    def _switch(self, call: Call, parameters: Parameters, *, enabled: bool) -> dict[str, Any]:
        for name in reading.items(parameters, "AlarmNames"):
            alarm = self._registry.get(call.region, str(name))
            if alarm is not None:
                alarm.actions_enabled = enabled
        return {}
