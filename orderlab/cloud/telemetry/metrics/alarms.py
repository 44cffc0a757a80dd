"""Alarms: CloudWatch's API for them, and their evaluation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

Differs from AWS: each alarm is looked at every second, over periods that end now, so that a change
shows sooner, or less often where that would take more than a tenth of the time; there are no
composite, anomaly or Metrics Insights alarms and no alarm history.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Permissions, Principal, Topics
from orderlab.cloud.telemetry.long_work import LongWork
from orderlab.cloud.telemetry.metrics import limits, reading
from orderlab.cloud.telemetry.metrics.alarm import STATES, Alarm
from orderlab.cloud.telemetry.metrics.errors import (
    InvalidParameterValue,
    LimitExceeded,
    ResourceNotFound,
)
from orderlab.cloud.telemetry.metrics.pages import from_token, token_of
from orderlab.cloud.telemetry.metrics.queries import MetricQueries
from orderlab.cloud.telemetry.metrics.store import MetricStore

log = logging.getLogger("orderlab.cloud")
_EVERY_SECONDS = 1.0
# the part of the time that evaluation may take, and how long it may go on without a break
_PART_OF_TIME = 0.1
_BREAK_AFTER_SECONDS = 0.005
_MOST_DESCRIBED = 100


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
        self._permissions = permissions
        self._topics = topics
        self._work = work
        self._store = store
        self._alarms: dict[tuple[str, str], Alarm] = {}
        self._task: asyncio.Task[None] | None = None
        self.operations: Mapping[str, Handler] = {
            "PutMetricAlarm": self._put,
            "DescribeAlarms": self._describe,
            "DescribeAlarmsForMetric": self._describe_for_metric,
            "DeleteAlarms": self._delete,
            "SetAlarmState": self._set_state,
            "EnableAlarmActions": self._enable,
            "DisableAlarmActions": self._disable,
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
            await asyncio.sleep(pause)
            took = await self._evaluate_all()
            pause = max(_EVERY_SECONDS, took * (1 / _PART_OF_TIME - 1))

    async def _evaluate_all(self) -> float:
        """Evaluate every alarm. Returns the seconds that it took."""
        took, began = 0.0, time.perf_counter()
        for key, alarm in list(self._alarms.items()):
            try:
                await self._evaluate(key, alarm)
            except Exception:
                log.exception("alarm %s could not be evaluated", alarm.name)
            went_on = time.perf_counter() - began
            if went_on > _BREAK_AFTER_SECONDS:
                took += went_on
                await asyncio.sleep(0)
                began = time.perf_counter()
        return took + time.perf_counter() - began

    async def _evaluate(self, key: tuple[str, str], alarm: Alarm) -> None:
        now = int(time.time()) + 1
        count, period = alarm.settings["EvaluationPeriods"], alarm.period
        starts = range(now - count * period, now, period)
        if "Metrics" in alarm.settings:
            values = await self._computed(alarm, starts)
        else:
            values = self._measured(alarm, now)
        judged = alarm.judge(list(zip(map(float, starts), values, strict=True)))
        # it may have been deleted or changed while its expressions were computed
        if judged is not None and judged[0] != alarm.state and self._alarms.get(key) is alarm:
            self._change(alarm, *judged)

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

    def _change(self, alarm: Alarm, state: str, reason: str) -> None:
        old, alarm.state, alarm.reason, alarm.changed_at = alarm.state, state, reason, time.time()
        if not alarm.actions_enabled:
            return
        caller = Principal("service", "cloudwatch.amazonaws.com", self._account_id)
        message = json.dumps(_notification(alarm, old, self._account_id))
        subject = f'{state}: "{alarm.name}" in {alarm.arn.split(":")[3]}'
        topics = self._topics()
        for topic in alarm.actions[state]:
            try:
                self._permissions.require(
                    caller,
                    "SNS:Publish",
                    topic,
                    resource_policy=topics.resource_policy(topic),
                    source_arn=alarm.arn,
                )
                topics.publish(topic, message, subject=subject[:100], sender=caller)
            except AwsError as error:
                log.warning("alarm %s could not notify %s: %s", alarm.name, topic, error.message)

    # --- calls ---

    async def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "AlarmName")
        if parameters.get("ThresholdMetricId"):
            raise NotDoneYet("anomaly detection alarms")
        arn = f"arn:aws:cloudwatch:{call.region}:{self._account_id}:alarm:{name}"
        alarm = Alarm(arn, parameters)
        if "Metrics" in alarm.settings:
            length = alarm.settings["EvaluationPeriods"] * alarm.period
            now = time.time()
            await MetricQueries(self._store, alarm.queries, now - length, now).estimate()
            await MetricQueries(self._store, alarm.queries, now - alarm.period, now).shown()
        before = self._alarms.get((call.region, name))
        if before is None and len(self._alarms) >= limits.MAX_ALARMS:
            raise LimitExceeded("The quota for alarms for this customer has already been reached.")
        if before is not None:
            # an update keeps the state
            alarm.state, alarm.reason = before.state, before.reason
            alarm.changed_at = before.changed_at
        self._alarms[call.region, name] = alarm
        return {}

    def _chosen(self, call: Call, parameters: Parameters) -> Iterable[Alarm]:
        names = set(map(str, reading.items(parameters, "AlarmNames")))
        prefix = parameters.get("AlarmNamePrefix") or ""
        action = parameters.get("ActionPrefix") or ""
        for (region, name), alarm in self._alarms.items():
            actions = [str(each) for found in alarm.actions.values() for each in found]
            if (
                region == call.region
                and (not names or name in names)
                and name.startswith(prefix)
                and parameters.get("StateValue") in (None, alarm.state)
                and (not action or any(each.startswith(action) for each in actions))
            ):
                yield alarm

    def _describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        found = sorted(self._chosen(call, parameters), key=lambda alarm: alarm.name)
        most = int(reading.number(parameters.get("MaxRecords") or 50, "MaxRecords"))
        if not 1 <= most <= _MOST_DESCRIBED:
            raise InvalidParameterValue(f"The value {most} for parameter MaxRecords is invalid.")
        first = from_token(parameters.get("NextToken"))
        page = [_shown(call, alarm) for alarm in found[first : first + most]]
        answer: dict[str, Any] = {"MetricAlarms": page, "CompositeAlarms": []}
        if first + most < len(found):
            answer["NextToken"] = token_of(first + most)
        return answer

    def _describe_for_metric(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        wanted = reading.text(parameters, "Namespace"), reading.text(parameters, "MetricName")
        found = [
            alarm
            for alarm in self._chosen(call, {})
            if (alarm.settings.get("Namespace"), alarm.settings.get("MetricName")) == wanted
        ]
        return {"MetricAlarms": [_shown(call, alarm) for alarm in found]}

    def _delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        for name in reading.items(parameters, "AlarmNames"):
            self._alarms.pop((call.region, str(name)), None)
        return {}

    def _set_state(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "AlarmName")
        state = reading.text(parameters, "StateValue")
        reading.bounded(parameters, "StateReason", limits.MAX_REASON)
        alarm = self._alarms.get((call.region, name))
        if alarm is None:
            raise ResourceNotFound("Unknown")
        if state not in STATES:
            raise InvalidParameterValue(f"The value {state} for parameter StateValue is invalid.")
        self._change(alarm, state, reading.text(parameters, "StateReason"))
        return {}

    def _enable(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return self._switch(call, parameters, enabled=True)

    def _disable(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        return self._switch(call, parameters, enabled=False)

    def _switch(self, call: Call, parameters: Parameters, *, enabled: bool) -> dict[str, Any]:
        for name in reading.items(parameters, "AlarmNames"):
            alarm = self._alarms.get((call.region, str(name)))
            if alarm is not None:
                alarm.actions_enabled = enabled
        return {}


def _shown(call: Call, alarm: Alarm) -> dict[str, Any]:
    return alarm.describe(lambda seconds: reading.shown_time(call, seconds))


def _notification(alarm: Alarm, old: str, account_id: str) -> dict[str, Any]:
    """What CloudWatch sends to a topic."""
    settings = alarm.settings
    changed = datetime.fromtimestamp(alarm.changed_at, UTC)
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": settings.get("AlarmDescription"),
        "AWSAccountId": account_id,
        "NewStateValue": alarm.state,
        "NewStateReason": alarm.reason,
        "StateChangeTime": changed.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Region": alarm.arn.split(":")[3],
        "AlarmArn": alarm.arn,
        "OldStateValue": old,
        "Trigger": {
            "MetricName": settings.get("MetricName"),
            "Namespace": settings.get("Namespace"),
            "Statistic": str(settings.get("Statistic") or "").upper(),
            "Dimensions": [
                {"name": each["Name"], "value": each["Value"]}
                for each in settings.get("Dimensions", [])
            ],
            "Period": settings.get("Period"),
            "EvaluationPeriods": settings["EvaluationPeriods"],
            "ComparisonOperator": settings["ComparisonOperator"],
            "Threshold": settings["Threshold"],
            "TreatMissingData": settings.get("TreatMissingData", "missing"),
        },
    }
