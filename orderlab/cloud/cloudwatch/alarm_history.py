"""What happened to alarms: made, changed, deleted, in another state, told to a topic.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
Differs from AWS: the newest 10,000 entries of all alarms are kept, and not all of 30 days.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm_state import AnyAlarm
from orderlab.cloud.cloudwatch.composite_alarm import CompositeAlarm
from orderlab.cloud.cloudwatch.errors import InvalidParameterValue, ValidationError
from orderlab.cloud.cloudwatch.pages import from_token, token_of
from orderlab.cloud.contracts import Call, Parameters

MOST_ENTRIES = 10_000
KEPT_SECONDS = 30 * 24 * 3600
_MOST_SHOWN = 100
_KINDS = ("CompositeAlarm", "MetricAlarm")
_ITEM_TYPES = ("ConfigurationUpdate", "StateUpdate", "Action")
_ORDERS = ("TimestampDescending", "TimestampAscending")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at` is in seconds since 1970, `data` JSON."""

    region: str
    name: str
    kind: str
    at: float
    item_type: str
    summary: str
    data: str


class AlarmHistory:
    """Keeps the newest entries, and answers DescribeAlarmHistory."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)

    def configured(self, alarm: AnyAlarm, done: str) -> None:
        """An alarm was `created`, `updated` or `deleted`."""
        kind = {"created": "Create", "updated": "Update", "deleted": "Delete"}[done]
        data = {"version": "1.0", "type": kind, "alarmArn": alarm.arn}
        self._add(alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {done}', data)

    def changed(self, alarm: AnyAlarm, old: str, old_reason: str) -> None:
        """An alarm has come into another state."""
        states = {
            "oldState": {"stateValue": old, "stateReason": old_reason},
            "newState": {"stateValue": alarm.state, "stateReason": alarm.reason},
        }
        summary = f"Alarm updated from {old} to {alarm.state}"
        self._add(alarm, "StateUpdate", summary, {"version": "1.0", **states})

    def told(self, alarm: AnyAlarm, action: str, error: str = "") -> None:
        """An action was carried out, or failed with an error."""
        done = "Failed to execute" if error else "Successfully executed"
        state = "Failed" if error else "Succeeded"
        data = {"actionState": state, "notificationResource": action, "error": error or None}
        self._add(alarm, "Action", f"{done} action {action}", data)

    def _add(self, alarm: AnyAlarm, item_type: str, summary: str, data: Mapping[str, Any]) -> None:
        kind = "CompositeAlarm" if isinstance(alarm, CompositeAlarm) else "MetricAlarm"
        region = alarm.arn.split(":")[3]
        self._entries.append(
            Entry(region, alarm.name, kind, self._wall(), item_type, summary, json.dumps(data))
        )

    def describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        """One page of what happened, the newest first; of metric alarms if no types are given."""
        name = reading.bounded(parameters, "AlarmName", limits.MAX_NAME)
        kinds = _of(reading.items(parameters, "AlarmTypes"), "alarmTypes", _KINDS)
        wanted = parameters.get("HistoryItemType")
        types = _of([wanted] if wanted else [], "historyItemType", _ITEM_TYPES) or _ITEM_TYPES
        order = _of([parameters.get("ScanBy") or _ORDERS[0]], "scanBy", _ORDERS)[0]
        begin = max(_moment(parameters, "StartDate", 0.0), self._wall() - KEPT_SECONDS)
        end = _moment(parameters, "EndDate", float("inf"))
        found = [
            entry
            for entry in self._entries
            if entry.region == call.region
            and entry.name == (name or entry.name)
            and entry.kind in (kinds or (_KINDS if name else ("MetricAlarm",)))
            and entry.item_type in types
            and begin <= entry.at <= end
        ]
        if order == _ORDERS[0]:
            found.reverse()
        return _page(call, parameters, found)


def _page(call: Call, parameters: Parameters, found: list[Entry]) -> dict[str, Any]:
    most = int(reading.number(parameters.get("MaxRecords") or _MOST_SHOWN, "MaxRecords"))
    if not 1 <= most <= _MOST_SHOWN:
        raise InvalidParameterValue(f"The value {most} for parameter MaxRecords is invalid.")
    first = from_token(parameters.get("NextToken"))
    answer: dict[str, Any] = {
        "AlarmHistoryItems": [_shown(call, entry) for entry in found[first : first + most]]
    }
    if first + most < len(found):
        answer["NextToken"] = token_of(first + most)
    return answer


def _shown(call: Call, entry: Entry) -> dict[str, Any]:
    return {
        "AlarmName": entry.name,
        "AlarmType": entry.kind,
        "Timestamp": reading.shown_time(call, entry.at),
        "HistoryItemType": entry.item_type,
        "HistorySummary": entry.summary,
        "HistoryData": entry.data,
    }


def _of(given: list[Any], name: str, allowed: tuple[str, ...]) -> list[str]:
    for each in given:
        if each not in allowed:
            raise ValidationError(
                f"1 validation error detected: Value '{each}' at '{name}' failed to satisfy "
                f"constraint: Member must satisfy enum value set: [{', '.join(allowed)}]"
            )
    return [str(each) for each in given]


def _moment(parameters: Parameters, name: str, default: float) -> float:
    given = parameters.get(name)
    return default if given is None else reading.moment(given, name)
