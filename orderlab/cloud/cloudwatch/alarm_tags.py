"""Tags of alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.cloudwatch import limits, reading
from orderlab.cloud.cloudwatch.alarm_registry import AlarmRegistry
from orderlab.cloud.cloudwatch.alarm_state import AnyAlarm
from orderlab.cloud.cloudwatch.errors import ResourceNotFoundException, ValidationError
from orderlab.cloud.contracts import Call, Handler, Parameters


class AlarmTags:
    """The operations about tags. Alarms bear theirs themselves."""

    def __init__(self, registry: AlarmRegistry) -> None:
        self._registry = registry
        self.operations: Mapping[str, Handler] = {
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list,
        }

    def _tag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        alarm = self._alarm(call, parameters)
        merged = {**alarm.tags, **tags_of(reading.required_list(parameters, "Tags"))}
        reading.at_most(list(merged), limits.MAX_TAGS, "Tags")
        alarm.tags = merged
        return {}

    def _untag(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        alarm = self._alarm(call, parameters)
        for key in reading.required_list(parameters, "TagKeys"):
            alarm.tags.pop(str(key), None)
        return {}

    def _list(self, call: Call, parameters: Parameters) -> dict[str, Any]:
        tags = self._alarm(call, parameters).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _alarm(self, call: Call, parameters: Parameters) -> AnyAlarm:
        """Raises ResourceNotFoundException; NotDoneYet for what is no alarm."""
        arn = reading.text(parameters, "ResourceARN")
        head, _, name = arn.partition(":alarm:")
        if head.startswith("arn:aws:cloudwatch:") and not name:
            raise NotDoneYet("tags of what is no alarm in CloudWatch")
        alarm = self._registry.get(call.region, name)
        if alarm is None or alarm.arn != arn:
            raise ResourceNotFoundException("Unknown")
        return alarm


def tags_of(given: list[Any]) -> dict[str, str]:
    """Tags by their keys. Raises ValidationError."""
    reading.at_most(given, limits.MAX_TAGS, "Tags")
    found = {}
    for each in given:
        if not isinstance(each, dict) or not each.get("Key"):
            raise ValidationError("The parameter Tags.member.Key is required.")
        reading.require_length(str(each["Key"]), "tags.member.key", limits.MAX_TAG_KEY)
        value = str(each.get("Value") or "")
        reading.require_length(value, "tags.member.value", limits.MAX_TAG_VALUE)
        found[str(each["Key"])] = value
    return found
