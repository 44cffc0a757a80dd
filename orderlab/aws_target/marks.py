"""What marks a learner's resources in an account: a prefix, tags, and a path of roles.

The client factory puts them on every request that makes something, so that a notebook says `greet`
and the account has `orderlab-anna-greet`, tagged, whoever wrote the call.

https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.errors import LearnerError

TAG = "orderlab"
LEARNER_TAG = "orderlab-learner"
_MOST = 12
# operations that make something and whose name does not begin with Create
_MAKERS = ("PutMetricAlarm", "PutCompositeAlarm", "PutRule")
# a topic that is made again must have the same tags, also on another day
_SAME_AGAIN = ("CreateTopic",)
# the members of a request that hold a resource's name
_NAMES = ("FunctionName", "TableName", "QueueName", "RoleName", "LayerName", "AlarmName",
          "ClusterName")  # fmt: skip
_LAMBDA_LOGS = "/aws/lambda/"
# for these it is a plain `Name` or `name`
_PLAINLY_NAMED = {
    "CreateTopic": "Name", "CreateRestApi": "name", "CreateUsagePlan": "name",
    "CreateApiKey": "name",
}  # fmt: skip


def learner_name() -> str:
    """ORDERLAB_LEARNER, or the user's name, in the letters that every AWS name may have.

    Raises LearnerError if nothing is left of it.
    """
    given = os.environ.get("ORDERLAB_LEARNER") or getpass.getuser()
    found = re.sub(r"[^a-z0-9]", "", given.lower())[:_MOST]
    if not found:
        raise LearnerError(
            f"No name can be made of {given!r}.", advice="Set ORDERLAB_LEARNER to letters, a to z."
        )
    return found


@dataclass(frozen=True)
class Marks:
    """The marks of one learner; `chapter` and `expiry`, a date, are tags of what is made now."""

    learner: str
    chapter: str = ""
    expiry: str = ""

    @property
    def prefix(self) -> str:
        return f"orderlab-{self.learner}-"

    @property
    def role_path(self) -> str:
        return f"/orderlab/{self.learner}/"

    @property
    def tags(self) -> dict[str, str]:
        told = {"orderlab-chapter": self.chapter, "orderlab-expiry": self.expiry}
        return {**self.owner, **{key: value for key, value in told.items() if value}}

    @property
    def owner(self) -> dict[str, str]:
        """The tags by which a resource is known again."""
        return {TAG: "course", LEARNER_TAG: self.learner}

    def own(self, tags: Mapping[str, str]) -> bool:
        """Whether tags say that a resource is this learner's."""
        return all(tags.get(key) == value for key, value in self.owner.items())

    def put_on(self, register: Callable[..., Any]) -> None:
        """Mark what a client, or the clients of a botocore session, make from now on."""
        register("before-parameter-build", self._mark)

    def _mark(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        _prefixed(params, model.name, self.prefix)
        _in_batches(params, self.prefix)
        if model.service_model.service_name == "scheduler" and "Name" in params:
            params["Name"] = _with(self.prefix, params["Name"])
        if model.name == "CreateRole":
            params.setdefault("Path", self.role_path)
        if not model.name.startswith("Create") and model.name not in _MAKERS:
            return
        members = model.input_shape.members if model.input_shape else {}
        tags = self.owner if model.name in _SAME_AGAIN else self.tags
        for member in ("Tags", "tags"):
            if member in members:
                params[member] = _merged(params.get(member), tags, members[member])


def _merged(given: Any, tags: dict[str, str], shape: Any) -> Any:
    """The caller's tags and ours in the form that the operation takes."""
    if shape.type_name == "map":
        return {**(given or {}), **tags}
    key, value = ("Key", "Value") if "Key" in shape.member.members else ("key", "value")
    kept = [each for each in given or () if each.get(key) not in tags]
    return [*kept, *({key: name, value: text} for name, text in tags.items())]


def _prefixed(params: dict[str, Any], operation: str, prefix: str) -> None:
    """Give the names in a request the prefix; ARNs, addresses and prefixed names stay."""
    plain = _PLAINLY_NAMED.get(operation)
    for member in (*_NAMES, *([plain] if plain else ())):
        if isinstance(params.get(member), str):
            params[member] = _with(prefix, params[member])
    for member in ("logGroupName", "logGroupNamePrefix"):
        group = params.get(member)
        if isinstance(group, str):
            folder = _LAMBDA_LOGS if group.startswith(_LAMBDA_LOGS) else ""
            name = group.removeprefix(folder)
            if folder or not group.startswith(("/", "arn:")):
                params[member] = folder + (_with(prefix, name) if name else name)


def _in_batches(params: dict[str, Any], prefix: str) -> None:
    """Give the tables of a batch or a transaction their prefix."""
    requests = params.get("RequestItems")
    if isinstance(requests, dict):
        params["RequestItems"] = {_with(prefix, name): each for name, each in requests.items()}
    items = params.get("TransactItems")
    if isinstance(items, list):
        params["TransactItems"] = [
            {
                kind: {**what, "TableName": _with(prefix, what["TableName"])}
                if isinstance(what, dict) and "TableName" in what
                else what
                for kind, what in each.items()
            }
            if isinstance(each, dict)
            else each
            for each in items
        ]


def _with(prefix: str, name: str) -> str:
    return name if name.startswith(("arn:", prefix)) else f"{prefix}{name}"
