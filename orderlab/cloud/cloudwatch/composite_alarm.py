"""An alarm whose state follows from the states of other alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import reading
from orderlab.cloud.cloudwatch.alarm_rule import AlarmRule
from orderlab.cloud.cloudwatch.alarm_state import ALARM, OK, AnyAlarm

MAX_RULE = 10_240
_NOT_DONE = (
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
    "ActionConfiguration",
)


class CompositeAlarm(AnyAlarm):
    """Settings as PutCompositeAlarm gave them, checked, and the state."""

    def __init__(self, arn: str, parameters: Mapping[str, Any]) -> None:
        """Raises ValidationError for a rule that cannot be read; NotDoneYet."""
        super().__init__(arn, parameters)
        for name in _NOT_DONE:
            if parameters.get(name):
                raise NotDoneYet(f"cloudwatch.PutCompositeAlarm with {name}")
        rule = reading.text(parameters, "AlarmRule")
        reading.require_length(rule, "alarmRule", MAX_RULE)
        self.rule = AlarmRule(rule, own_arns=arn.removesuffix(self.name))
        self.triggered_by: list[dict[str, Any]] = []

    def judge(
        self, children: Mapping[str, AnyAlarm], cause: AnyAlarm | None, *, made: bool = False
    ) -> tuple[str, str]:
        """The state that the alarms of the rule call for, with the reason.

        `cause` is the alarm that has changed; None where this one was made or changed itself.
        """
        state = ALARM if self.rule.holds(lambda name: children[name].state) else OK
        if cause is None:
            done = "created" if made else "updated"
            return state, f"{self.arn} was {done} and its alarm rule evaluates to {state}"
        changed = datetime.fromtimestamp(cause.changed_at, UTC)
        when = changed.strftime("%A %d %B, %Y %H:%M:%S UTC")
        return state, f"{cause.arn} transitioned to {cause.state} at {when}"

    def note_triggers(self, causes: Iterable[AnyAlarm]) -> None:
        """Keep which alarms have brought the state about."""
        self.triggered_by = [
            {"arn": each.arn, "state": {"value": each.state, "timestamp": _stamp(each.changed_at)}}
            for each in causes
        ]

    def describe(self, shown_time: Callable[[float], Any]) -> dict[str, Any]:
        """The alarm as DescribeAlarms shows it; `shown_time` puts times into the call's form."""
        data = json.dumps({"triggeringAlarms": self.triggered_by})
        return {
            **super().describe(shown_time),
            "AlarmRule": self.rule.text,
            "StateReasonData": data,
        }

    def notification(self, old: str, account_id: str) -> dict[str, Any]:
        """What CloudWatch sends to a topic when the state was `old` before."""
        return {
            **super().notification(old, account_id),
            "OKActions": self.actions[OK],
            "AlarmActions": self.actions[ALARM],
            "InsufficientDataActions": self.actions["INSUFFICIENT_DATA"],
            "AlarmRule": self.rule.text,
            "TriggeringChildren": [
                {
                    "Arn": each["arn"],
                    "State": {
                        "Value": each["state"]["value"],
                        "Timestamp": each["state"]["timestamp"],
                    },
                }
                for each in self.triggered_by
            ],
        }


def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
