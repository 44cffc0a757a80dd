"""Alarms: CloudWatch's API for them, and their evaluation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

Differs from AWS: each alarm is looked at every second, over periods that end now, so that a change
shows sooner; there are no composite, anomaly or Metrics Insights alarms and no alarm history.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Principal
from orderlab.cloud.telemetry.metrics import reading
from orderlab.cloud.telemetry.metrics.alarm import STATES, Alarm
from orderlab.cloud.telemetry.metrics.errors import InvalidParameterValue, ResourceNotFound
from orderlab.cloud.telemetry.metrics.queries import MetricQueries
from orderlab.cloud.telemetry.metrics.store import MetricStore

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

log = logging.getLogger("orderlab.cloud")
_EVERY_SECONDS = 1.0


class Alarms:
    """All alarms, by Region and name."""

    def __init__(self, cloud: Cloud, store: MetricStore) -> None:
        self._cloud = cloud
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
        self._task = asyncio.create_task(self._watch(), name="alarms")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    # --- evaluation ---

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            for alarm in list(self._alarms.values()):
                try:
                    self._evaluate(alarm)
                except Exception:
                    log.exception("alarm %s could not be evaluated", alarm.name)

    def _evaluate(self, alarm: Alarm) -> None:
        now = int(time.time()) + 1
        count = alarm.settings["EvaluationPeriods"]
        points = [
            (now - (i + 1) * alarm.period, self._value(alarm, now - (i + 1) * alarm.period))
            for i in reversed(range(count))
        ]
        judged = alarm.judge([(float(at), value) for at, value in points])
        if judged is not None and judged[0] != alarm.state:
            self._change(alarm, *judged)

    def _value(self, alarm: Alarm, begin: int) -> float | None:
        """The value of the period that begins then, taken from seconds."""
        queries = alarm.queries
        if "Metrics" not in alarm.settings:
            stat = queries[0]["MetricStat"]
            dimensions = reading.dimensions(stat["Metric"]["Dimensions"])
            series = self._store.series(
                stat["Metric"]["Namespace"], stat["Metric"]["MetricName"], dimensions
            )
            if series is None or stat.get("Unit") not in (None, series.unit):
                return None
            found = series.whole(begin, begin + alarm.period)
            return found.value(stat["Stat"]) if found else None
        results = MetricQueries(self._store, queries, begin, begin + alarm.period).shown()
        values = list(results[0][2].values()) if results else []
        return values[-1] if values else None

    def _change(self, alarm: Alarm, state: str, reason: str) -> None:
        old, alarm.state, alarm.reason, alarm.changed_at = alarm.state, state, reason, time.time()
        if not alarm.actions_enabled:
            return
        caller = Principal("service", "cloudwatch.amazonaws.com", self._cloud.settings.account_id)
        message = json.dumps(_notification(alarm, old, self._cloud.settings.account_id))
        subject = f'{state}: "{alarm.name}" in {alarm.arn.split(":")[3]}'
        for topic in alarm.actions[state]:
            try:
                self._cloud.permissions.require(
                    caller,
                    "SNS:Publish",
                    topic,
                    resource_policy=self._cloud.topics.resource_policy(topic),
                    source_arn=alarm.arn,
                )
                self._cloud.topics.publish(topic, message, subject=subject[:100], sender=caller)
            except AwsError as error:
                log.warning("alarm %s could not notify %s: %s", alarm.name, topic, error.message)

    # --- calls ---

    def _put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        name = reading.text(parameters, "AlarmName")
        if parameters.get("ThresholdMetricId"):
            raise NotDoneYet("anomaly detection alarms")
        account_id = self._cloud.settings.account_id
        alarm = Alarm(f"arn:aws:cloudwatch:{call.region}:{account_id}:alarm:{name}", parameters)
        if "Metrics" in alarm.settings:
            MetricQueries(self._store, alarm.queries, 0, alarm.period).shown()
        before = self._alarms.get((call.region, name))
        if before is not None:
            # an update keeps the state
            alarm.state, alarm.reason = before.state, before.reason
            alarm.changed_at = before.changed_at
        self._alarms[call.region, name] = alarm
        return {}

    def _chosen(self, call: Call, parameters: Parameters) -> Iterable[Alarm]:
        names = reading.items(parameters, "AlarmNames")
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
        return {"MetricAlarms": [_shown(call, alarm) for alarm in found], "CompositeAlarms": []}

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
