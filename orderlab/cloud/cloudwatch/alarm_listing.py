"""Which alarms DescribeAlarms shows, and in which form.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm_registry import AlarmRegistry
from orderlab.cloud.cloudwatch.alarm_state import AnyAlarm
from orderlab.cloud.cloudwatch.composite_alarm import CompositeAlarm
from orderlab.cloud.cloudwatch.errors import (
    InvalidParameterValue,
    ValidationError,
)
from orderlab.cloud.cloudwatch.pages import from_token, token_of
from orderlab.cloud.contracts import Call, Parameters

_MOST_DESCRIBED = 100
_KINDS = ("MetricAlarm", "CompositeAlarm")
_RELATIVES = ("ChildrenOfAlarmName", "ParentsOfAlarmName")
_OF_RELATIVES = {
    "ChildrenOfAlarmName": ("AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp"),
    "ParentsOfAlarmName": ("AlarmName", "AlarmArn"),
}
Shown = list[tuple[AnyAlarm, dict[str, Any]]]


class AlarmListing:
    """Answers DescribeAlarms."""

    def __init__(self, registry: AlarmRegistry) -> None:
        self._registry = registry

    def describe(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        """One page of alarms of both kinds, ordered by their names."""
        relative = next((name for name in _RELATIVES if parameters.get(name)), None)
        if relative:
            found = self._relatives(call, parameters, relative)
        else:
            chosen = self.chosen(call.region, parameters)
            found = [(alarm, shown(call, alarm)) for alarm in _of_kinds(chosen, parameters)]
        found.sort(key=lambda entry: entry[0].name)
        most = int(reading.number(parameters.get("MaxRecords") or 50, "MaxRecords"))
        if not 1 <= most <= _MOST_DESCRIBED:
            raise InvalidParameterValue(f"The value {most} for parameter MaxRecords is invalid.")
        first = from_token(parameters.get("NextToken"))
        answer: dict[str, Any] = {"MetricAlarms": [], "CompositeAlarms": []}
        for alarm, described in found[first : first + most]:
            answer[f"{_kind(alarm)}s"].append(described)
        if first + most < len(found):
            answer["NextToken"] = token_of(first + most)
        return answer

    def chosen(self, region: str, parameters: Parameters) -> Iterable[AnyAlarm]:
        """The alarms of a Region that a call asks for by names, state and actions."""
        given = reading.items(parameters, "AlarmNames")
        reading.at_most(given, _MOST_DESCRIBED, "AlarmNames")
        names = set(map(str, given))
        reading.require_one_of(parameters, "AlarmNames", "AlarmNamePrefix")
        prefix = reading.bounded(parameters, "AlarmNamePrefix", limits.MAX_NAME)
        action = reading.bounded(parameters, "ActionPrefix", 1024)
        for alarm in self._registry.of(region):
            actions = [str(each) for found in alarm.actions.values() for each in found]
            if (
                (not names or alarm.name in names)
                and alarm.name.startswith(prefix)
                and parameters.get("StateValue") in (None, alarm.state)
                and (not action or any(each.startswith(action) for each in actions))
            ):
                yield alarm

    def _relatives(self, call: Call, parameters: Parameters, relative: str) -> Shown:
        """The alarms that a rule names, or those whose rules name an alarm: in short."""
        others = set(parameters) - {relative, "MaxRecords", "NextToken"}
        if any(parameters[name] for name in others):
            raise ValidationError(
                f"{relative} can be specified only together with MaxRecords and NextToken"
            )
        name = str(parameters[relative])
        alarm = self._registry.get(call.region, name)
        found: Iterable[AnyAlarm] = ()
        if relative == "ParentsOfAlarmName":
            found = self._registry.parents(call.region, name)
        elif isinstance(alarm, CompositeAlarm):
            found = self._registry.children(call.region, alarm).values()
        kept = _OF_RELATIVES[relative]
        return [
            (each, {key: value for key, value in shown(call, each).items() if key in kept})
            for each in found
        ]


def shown(call: Call, alarm: AnyAlarm) -> dict[str, Any]:
    """An alarm in the form of a call's protocol."""
    return alarm.describe(lambda seconds: reading.shown_time(call, seconds))


def _of_kinds(found: Iterable[AnyAlarm], parameters: Parameters) -> list[AnyAlarm]:
    kinds = reading.items(parameters, "AlarmTypes") or ["MetricAlarm"]
    if "LogAlarm" in kinds:
        raise NotDoneYet("log alarms")
    for each in kinds:
        if each not in _KINDS:
            raise ValidationError(
                f"1 validation error detected: Value '{each}' at 'alarmTypes' failed to satisfy "
                f"constraint: Member must satisfy enum value set: [{', '.join(_KINDS)}]"
            )
    return [alarm for alarm in found if _kind(alarm) in kinds]


def _kind(alarm: AnyAlarm) -> str:
    return "CompositeAlarm" if isinstance(alarm, CompositeAlarm) else "MetricAlarm"
