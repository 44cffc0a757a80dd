"""Tags of buses and rules.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.events.errors import LimitExceeded, ResourceNotFound
from orderlab.cloud.events.registry import Registry

MAX_TAGS = 50


def tags_of(given: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Tags by their keys. Raises LimitExceeded for more than 50."""
    found = {each["Key"]: each["Value"] for each in given}
    if len(found) > MAX_TAGS:
        raise LimitExceeded("A resource has 50 tags at most.")
    return found


class TagOperations:
    """The operations about tags."""

    def __init__(self, *, registry: Registry) -> None:
        self._registry = registry
        self.handlers: Mapping[str, Handler] = {
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list,
        }

    def tag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html"""
        tags = self._existing(call, given["ResourceARN"])
        merged = tags_of(
            [{"Key": key, "Value": value} for key, value in tags.items()] + given["Tags"]
        )
        self._registry.tags[given["ResourceARN"]] = merged
        return {}

    def untag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html"""
        tags = self._existing(call, given["ResourceARN"])
        for key in given["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html"""
        tags = self._existing(call, given["ResourceARN"])
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _existing(self, call: Call, arn: str) -> dict[str, str]:
        """The tags of a resource; ResourceNotFoundException if it does not exist."""
        buses = self._registry.of(call.region).buses
        if not any(
            arn == bus.arn or any(arn == rule.arn for rule in bus.rules.values())
            for bus in buses.values()
        ):
            if ":rule/" in arn:
                bus_name, _, name = arn.partition(":rule/")[2].rpartition("/")
                where = bus_name or "default"
                raise ResourceNotFound(f"Rule {name} does not exist on EventBus {where}.")
            raise ResourceNotFound(f"Event bus {arn.rpartition('/')[2]} does not exist.")
        return self._registry.tags.setdefault(arn, {})
