"""PutCompositeAlarm, and what may be deleted while composite alarms stand on it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm_changes import AlarmChanges
from orderlab.cloud.cloudwatch.alarm_history import AlarmHistory
from orderlab.cloud.cloudwatch.alarm_registry import AlarmRegistry
from orderlab.cloud.cloudwatch.alarm_tags import tags_of
from orderlab.cloud.cloudwatch.composite_alarm import CompositeAlarm
from orderlab.cloud.cloudwatch.errors import LimitExceeded, ValidationError
from orderlab.cloud.contracts import Call, Parameters

_MOST_DELETED = 100


class CompositeAlarms:
    """The operations that composite alarms add to those on alarms."""

    def __init__(
        self,
        registry: AlarmRegistry,
        changes: AlarmChanges,
        account_id: str,
        history: AlarmHistory,
    ) -> None:
        self._registry = registry
        self._changes = changes
        self._account_id = account_id
        self._history = history

    def put(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        """Make or change a composite alarm, and work out its state."""
        name = reading.text(parameters, "AlarmName")
        arn = f"arn:aws:cloudwatch:{call.region}:{self._account_id}:alarm:{name}"
        alarm = CompositeAlarm(arn, parameters)
        alarm.tags = tags_of(reading.items(parameters, "Tags"))
        known = self._registry.children(call.region, alarm)
        missing = [each for each in alarm.rule.children if each not in known]
        if missing:
            raise ValidationError(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm "
                "rule do not exist"
            )
        require_same_kind(self._registry, call.region, name, composite=True)
        before = self._registry.get(call.region, name)
        require_room(self._registry, call.region, name)
        if before is not None:
            alarm.keep_state_of(before)
        self._registry.put(call.region, alarm)
        self._history.configured(alarm, "created" if before is None else "updated")
        if not self._registry.is_endless(call.region, alarm):
            state, reason = alarm.judge(known, None, made=before is None)
            if state != alarm.state:
                alarm.note_triggers(known.values())
                self._changes.change(call.region, alarm, state, reason)
        return {}

    def delete(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        """Delete alarms that no composite alarm stands on; of composite ones, one at a time."""
        given = reading.required_list(parameters, "AlarmNames")
        reading.at_most(given, _MOST_DELETED, "AlarmNames")
        names = list(dict.fromkeys(map(str, given)))
        composite = [
            name
            for name in names
            if isinstance(self._registry.get(call.region, name), CompositeAlarm)
        ]
        if len(composite) > 1:
            raise ValidationError("Only one composite alarm can be deleted in one request")
        leaving = set(composite)
        in_use = [
            name
            for name in names
            if any(
                parent.name not in leaving or parent.name == name
                for parent in self._registry.parents(call.region, name)
            )
        ]
        if in_use:
            them = "it" if len(in_use) == 1 else "them"
            raise ValidationError(
                f"Cannot delete {','.join(in_use)} as there are composite alarm(s) depending on "
                f"{them}."
            )
        for name in names:
            gone = self._registry.get(call.region, name)
            if gone is not None:
                self._history.configured(gone, "deleted")
            self._registry.drop(call.region, name)
        return {}


def require_room(registry: AlarmRegistry, region: str, name: str) -> None:
    """Raise LimitExceeded if an alarm of that name would be one too many."""
    if registry.get(region, name) is None and len(registry) >= limits.MAX_ALARMS:
        raise LimitExceeded("The quota for alarms for this customer has already been reached.")


def require_same_kind(registry: AlarmRegistry, region: str, name: str, *, composite: bool) -> None:
    """Raise ValidationError for a name that an alarm of the other kind has."""
    before = registry.get(region, name)
    if before is not None and isinstance(before, CompositeAlarm) is not composite:
        kind = "metric" if composite else "composite"
        raise ValidationError(f"A {kind} alarm with the name {name} already exists")
