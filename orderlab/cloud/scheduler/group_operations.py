"""Groups of schedules, and their tags.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
Differs from AWS: a group is deleted with its schedules at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.scheduler.errors import Conflict, QuotaExceeded, ResourceNotFound
from orderlab.cloud.scheduler.registry import Registry
from orderlab.cloud.scheduler.running import RunningSchedules
from orderlab.cloud.scheduler.schedule import DEFAULT, Group
from orderlab.cloud.targets.pages import page

MAX_GROUPS = 500
MAX_TAGS = 50


class GroupOperations:
    """The operations about groups."""

    def __init__(self, *, registry: Registry, running: RunningSchedules, clock: Clock) -> None:
        self._registry = registry
        self._running = running
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreateScheduleGroup": self.create,
            "GetScheduleGroup": self.get,
            "DeleteScheduleGroup": self.delete,
            "ListScheduleGroups": self.list,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html"""
        name = given["Name"]
        groups = self._registry.of(call.region).groups
        known = groups.get(name)
        if known is not None:
            if known.client_token is not None and known.client_token == given.get("ClientToken"):
                return {"ScheduleGroupArn": known.arn}
            raise Conflict(f"Schedule group {name} already exists.")
        if len(groups) >= MAX_GROUPS:
            raise QuotaExceeded("The account has too many schedule groups.")
        now = self._clock.wall()
        arn = self._registry.group_arn(call.region, name)
        groups[name] = Group(
            name, arn, now, now, _tags({}, given.get("Tags") or ()), given.get("ClientToken")
        )
        return {"ScheduleGroupArn": arn}

    def get(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetScheduleGroup.html"""
        return self._registry.group(call.region, given["Name"]).described()

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html"""
        name = given["Name"]
        if name == DEFAULT:
            raise ValidationException("The default schedule group cannot be deleted.")
        self._registry.group(call.region, name)
        here = self._registry.of(call.region)
        for schedule in [each for each in here.schedules.values() if each.group == name]:
            self._running.end(schedule)
            self._registry.remove(schedule)
        del here.groups[name]
        return {}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListScheduleGroups.html"""
        groups = self._registry.of(call.region).groups
        prefix = given.get("NamePrefix", "")
        found = [groups[name].described() for name in sorted(groups) if name.startswith(prefix)]
        return page("ScheduleGroups", found, given.get("MaxResults"), given.get("NextToken"))

    def tag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html"""
        group = self._tagged(call, given)
        group.tags = _tags(group.tags, given["Tags"])
        return {}

    def untag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UntagResource.html"""
        group = self._tagged(call, given)
        for key in given["TagKeys"]:
            group.tags.pop(key, None)
        return {}

    def list_tags(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListTagsForResource.html"""
        tags = self._tagged(call, given).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _tagged(self, call: Call, given: Parameters) -> Group:
        for group in self._registry.of(call.region).groups.values():
            if group.arn == given["ResourceArn"]:
                return group
        name = given["ResourceArn"].rpartition("/")[2]
        raise ResourceNotFound(f"Schedule group {name} does not exist.")


def _tags(old: Mapping[str, str], given: Any) -> dict[str, str]:
    tags = {**old, **{each["Key"]: each["Value"] for each in given}}
    if len(tags) > MAX_TAGS:
        raise QuotaExceeded("A schedule group has 50 tags at most.")
    return tags
