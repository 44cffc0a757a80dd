"""The API of Pipes.

https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/Welcome.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.pipes.errors import Conflict, NotFound, QuotaExceeded
from orderlab.cloud.pipes.lifecycle import Lifecycle
from orderlab.cloud.pipes.pipe import SETTINGS, Pipe
from orderlab.cloud.pipes.registry import Registry
from orderlab.cloud.pipes.settings_rules import check_settings
from orderlab.cloud.targets.pages import page

MAX_PIPES = 1_000
MAX_TAGS = 50


class PipeOperations:
    """Answers the calls about pipes."""

    def __init__(self, *, registry: Registry, lifecycle: Lifecycle, clock: Clock) -> None:
        self._registry = registry
        self._lifecycle = lifecycle
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreatePipe": self.create,
            "UpdatePipe": self.update,
            "DescribePipe": self.describe,
            "DeletePipe": self.delete,
            "ListPipes": self.list,
            "StartPipe": self.start,
            "StopPipe": self.stop,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html"""
        name = given["Name"]
        if self._registry.find(call.region, name) is not None:
            raise Conflict(f"Pipe {name} already exists.")
        if len(self._registry.pipes) >= MAX_PIPES:
            raise QuotaExceeded("The account has too many pipes.")
        check_settings(given, self._registry.account_id)
        now = self._clock.wall()
        pipe = Pipe(
            name,
            f"arn:aws:pipes:{call.region}:{self._registry.account_id}:pipe/{name}",
            {key: given[key] for key in SETTINGS if key in given},
            given.get("DesiredState", "RUNNING"),
            now,
            now,
            tags=dict(given.get("Tags") or {}),
        )
        self._registry.pipes[pipe.arn] = pipe
        self._lifecycle.change(pipe, "CREATE")
        return pipe.summary()

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Change settings. What is left out stays, but for the parameters of the target."""
        pipe = self._settled(call, given["Name"])
        changes = {
            key: given[key] for key in SETTINGS if key in given and key != "SourceParameters"
        }
        settings = {**pipe.settings, **changes}
        if given.get("SourceParameters"):
            settings["SourceParameters"] = _merged(
                pipe.settings.get("SourceParameters") or {}, given["SourceParameters"]
            )
        if "Target" in given and "TargetParameters" not in given and given["Target"] != pipe.target:
            settings.pop("TargetParameters", None)
        check_settings(settings, self._registry.account_id)
        pipe.settings = settings
        pipe.desired_state = given.get("DesiredState", pipe.desired_state)
        return self._begin(pipe, "UPDATE")

    def _begin(self, pipe: Pipe, how: Any) -> dict[str, Any]:
        pipe.modified = self._clock.wall()
        self._lifecycle.change(pipe, how)
        return pipe.summary()

    def _settled(self, call: Call, name: str) -> Pipe:
        """The pipe; ConflictException while another change is under way."""
        pipe = self._registry.existing(call.region, name)
        if pipe.current_state.endswith("ING") and pipe.current_state != "RUNNING":
            raise Conflict(f"Pipe {name} is in state {pipe.current_state} and cannot be changed.")
        return pipe

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DescribePipe.html"""
        return self._registry.existing(call.region, given["Name"]).described()

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_DeletePipe.html"""
        pipe = self._registry.existing(call.region, given["Name"])
        pipe.desired_state = "DELETED"
        return self._begin(pipe, "DELETE")

    def start(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_StartPipe.html"""
        pipe = self._settled(call, given["Name"])
        pipe.desired_state = "RUNNING"
        if pipe.current_state == "RUNNING":
            return pipe.summary()
        return self._begin(pipe, "START")

    def stop(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_StopPipe.html"""
        pipe = self._settled(call, given["Name"])
        pipe.desired_state = "STOPPED"
        if pipe.current_state == "STOPPED":
            return pipe.summary()
        return self._begin(pipe, "STOP")

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_ListPipes.html"""
        found = [
            pipe.listed()
            for pipe in self._registry.in_region(call.region)
            if pipe.name.startswith(given.get("NamePrefix", ""))
            and pipe.source.startswith(given.get("SourcePrefix", ""))
            and pipe.target.startswith(given.get("TargetPrefix", ""))
            and given.get("DesiredState") in (None, pipe.desired_state)
            and given.get("CurrentState") in (None, pipe.current_state)
        ]
        return page("Pipes", found, given.get("Limit"), given.get("NextToken"))

    # --- tags ---

    def tag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_TagResource.html"""
        pipe = self._tagged(given)
        tags = {**pipe.tags, **given["tags"]}
        if len(tags) > MAX_TAGS:
            raise QuotaExceeded("A pipe has 50 tags at most.")
        pipe.tags = tags
        return {}

    def untag(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UntagResource.html"""
        pipe = self._tagged(given)
        for key in given["tagKeys"]:
            pipe.tags.pop(key, None)
        return {}

    def list_tags(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/pipes-
        reference/API_ListTagsForResource.html"""
        return {"tags": self._tagged(given).tags}

    def _tagged(self, given: Parameters) -> Pipe:
        pipe = self._registry.pipes.get(given["resourceArn"])
        if pipe is None:
            raise NotFound(f"Pipe {given['resourceArn'].rpartition('/')[2]} does not exist.")
        return pipe


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict) and name != "FilterCriteria":
            value = {**before, **value}
        merged[name] = value
    return merged
