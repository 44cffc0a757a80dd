"""What every alarm has, of a metric or of other alarms: a name, a state, and actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import limits, reading

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT)


class AnyAlarm:
    """The part of an alarm that does not depend on its kind."""

    def __init__(self, arn: str, parameters: Mapping[str, Any]) -> None:
        self.arn = arn
        self.name = reading.text(parameters, "AlarmName")
        reading.require_length(self.name, "alarmName", limits.MAX_NAME)
        self.description = parameters.get("AlarmDescription")
        reading.bounded(parameters, "AlarmDescription", limits.MAX_DESCRIPTION)
        self.actions = {
            OK: _actions(parameters, "OKActions"),
            ALARM: _actions(parameters, "AlarmActions"),
            INSUFFICIENT: _actions(parameters, "InsufficientDataActions"),
        }
        for action in (each for actions in self.actions.values() for each in actions):
            if not str(action).startswith("arn:aws:sns:"):
                raise NotDoneYet(f"alarm actions other than SNS topics ({action})")
        self.actions_enabled = parameters.get("ActionsEnabled", True) not in (False, "false")
        self.tags: dict[str, str] = {}
        self.state = INSUFFICIENT
        self.reason = "Unchecked: Initial alarm creation"
        # the same as JSON, where there is more to say
        self.reason_data: str | None = None
        self.configured_at = self.changed_at = time.time()

    def keep_state_of(self, before: AnyAlarm) -> None:
        """Take the state and the tags of the alarm that this one replaces."""
        self.tags = before.tags
        self.state, self.reason, self.changed_at = before.state, before.reason, before.changed_at
        self.reason_data = before.reason_data

    def describe(self, shown_time: Callable[[float], Any]) -> dict[str, Any]:
        """The alarm as DescribeAlarms shows it; `shown_time` puts times into the call's form."""
        described = {} if self.description is None else {"AlarmDescription": self.description}
        if self.reason_data is not None:
            described["StateReasonData"] = self.reason_data
        return {
            "AlarmName": self.name,
            "AlarmArn": self.arn,
            **described,
            "ActionsEnabled": self.actions_enabled,
            "OKActions": self.actions[OK],
            "AlarmActions": self.actions[ALARM],
            "InsufficientDataActions": self.actions[INSUFFICIENT],
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateUpdatedTimestamp": shown_time(self.changed_at),
            "AlarmConfigurationUpdatedTimestamp": shown_time(self.configured_at),
            "StateTransitionedTimestamp": shown_time(self.changed_at),
        }

    def notification(self, old: str, account_id: str) -> dict[str, Any]:
        """What CloudWatch sends to a topic when the state was `old` before."""
        changed = datetime.fromtimestamp(self.changed_at, UTC)
        return {
            "AlarmName": self.name,
            "AlarmDescription": self.description,
            "AWSAccountId": account_id,
            "NewStateValue": self.state,
            "NewStateReason": self.reason,
            "StateChangeTime": changed.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "Region": self.arn.split(":")[3],
            "AlarmArn": self.arn,
            "OldStateValue": old,
        }


def _actions(parameters: Mapping[str, Any], name: str) -> list[Any]:
    found = reading.items(parameters, name)
    reading.at_most(found, limits.MAX_ACTIONS, name)
    return found
