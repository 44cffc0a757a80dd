"""What follows when an alarm's state changes: messages to topics, and the alarms that stand on it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.cloudwatch.alarm_history import AlarmHistory
from orderlab.cloud.cloudwatch.alarm_registry import AlarmRegistry
from orderlab.cloud.cloudwatch.alarm_state import AnyAlarm
from orderlab.cloud.cloudwatch.composite_alarm import CompositeAlarm
from orderlab.cloud.contracts import Permissions, Principal, Topics

log = logging.getLogger("orderlab.cloud")


class AlarmChanges:
    """Changes states, and sees to what follows."""

    def __init__(
        self,
        registry: AlarmRegistry,
        *,
        account_id: str,
        permissions: Permissions,
        topics: Callable[[], Topics],
        wall: Callable[[], float],
        history: AlarmHistory,
    ) -> None:
        self._registry = registry
        self._account_id = account_id
        self._permissions = permissions
        self._topics = topics
        self._wall = wall
        self._history = history

    def change(
        self, region: str, alarm: AnyAlarm, state: str, reason: str, data: str | None = None
    ) -> None:
        """Put an alarm into a state, then those that follow from it, each once at most.

        `data` is the reason as JSON.
        """
        self._set(alarm, state, reason, data)
        changed, seen = deque([alarm]), {alarm.name}
        while changed:
            cause = changed.popleft()
            for parent in self._registry.parents(region, cause.name):
                if parent.name not in seen and self.evaluate(region, parent, cause):
                    seen.add(parent.name)
                    changed.append(parent)

    def evaluate(self, region: str, alarm: CompositeAlarm, cause: AnyAlarm | None) -> bool:
        """Work out the state of one composite alarm. Returns whether it has changed.

        An alarm whose rule leads into a cycle is not evaluated.
        """
        children = self._registry.children(region, alarm)
        if len(children) < len(alarm.rule.children) or self._registry.is_endless(region, alarm):
            return False
        state, reason = alarm.judge(children, cause)
        if state == alarm.state:
            return False
        in_question = [cause] if cause else [each for each in children.values()]
        alarm.note_triggers(in_question)
        self._set(alarm, state, reason)
        return True

    def _set(self, alarm: AnyAlarm, state: str, reason: str, data: str | None = None) -> None:
        alarm.reason_data = data
        old, old_reason = alarm.state, alarm.reason
        alarm.state, alarm.reason, alarm.changed_at = state, reason, self._wall()
        if state != old:
            self._history.changed(alarm, old, old_reason)
        if not alarm.actions_enabled or state == old:
            return
        caller = Principal("service", "cloudwatch.amazonaws.com", self._account_id)
        message = json.dumps(alarm.notification(old, self._account_id))
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
                self._history.told(alarm, topic)
            except AwsError as error:
                self._history.told(alarm, topic, error.message)
                log.warning("alarm %s could not notify %s: %s", alarm.name, topic, error.message)
