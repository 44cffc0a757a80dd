"""Leaves alone what somebody else has made under a name that would be the learner's.

Before a call changes a resource for the first time, its tags are looked at: one that stands and
does not have the learner's is refused, whoever makes the call, a builder or a notebook's cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.aws_target.tables_written import written_tables
from orderlab.aws_target.whose import (
    NAMED,
    READERS,
    Absent,
    Client,
    Reader,
    Tags,
    gateway_role,
    tags,
    whose_table,
)
from orderlab.errors import LearnerError

_READS = (
    "BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search",
    "Select", "Simulate", "StartQuery", "StopQuery", "Test",
)  # fmt: skip


class NotOurs(LearnerError):
    """A call was about to change what somebody else has made; nothing was sent."""


class Foreign:
    """Knows what was looked at; `place` says where, in words of a sentence."""

    def __init__(self, marks: Any, client: Client, place: str, region: str, account: str) -> None:
        self.marks = marks
        self._client = client
        self._place = place
        self._here = f"{region}:{account}"
        self._ours: set[tuple[str, str]] = set()

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self._here}:{resource}"

    def refuse(self, params: Mapping[str, Any], model: Any) -> None:
        """Raise NotOurs if a call would change what is not the learner's."""
        operation, service = model.name, model.service_model.service_name
        if operation.startswith(_READS):
            return
        for member, (kind, reader) in READERS.get(service, {}).items():
            given = params.get(member)
            for name in given if isinstance(given, list) else [given]:
                if isinstance(name, str):
                    self._look(kind, name, reader)
        if operation in NAMED and isinstance(params.get("Name"), str):
            self._look(NAMED[operation][0], params["Name"], NAMED[operation][1])
        self._look_at_the_rest(service, operation, params)

    def _look_at_the_rest(self, service: str, operation: str, params: Mapping[str, Any]) -> None:
        """What isn't named by one member alone."""
        if service == "events":
            self._look_at_rule(params)
        elif service == "scheduler" and operation.endswith("Schedule"):
            self._look_at_schedule(params)
        elif service == "dynamodb":
            for name in written_tables(operation, params):
                self._look("table", name, whose_table)
        elif (service, operation) == ("apigateway", "UpdateAccount"):
            self._look("log role of API Gateway", "of all APIs", gateway_role)

    def _look_at_rule(self, params: Mapping[str, Any]) -> None:
        rule, bus = params.get("Rule", params.get("Name")), params.get("EventBusName", "default")
        if not isinstance(rule, str) or "EventSourceArn" in params:
            return

        def read(client: Client, name: str, _: Any) -> Tags:
            events = client("events")
            arn = events.describe_rule(Name=rule, EventBusName=bus)["Arn"]
            return tags(events.list_tags_for_resource(ResourceARN=arn).get("Tags"))

        self._look("rule", f"{bus}/{rule}", read)

    def _look_at_schedule(self, params: Mapping[str, Any]) -> None:
        name, group = params.get("Name"), params.get("GroupName", "default")
        if not isinstance(name, str):
            return

        def read(client: Client, _: str, of: Any) -> Tags:
            found = client("scheduler").get_schedule(Name=name, GroupName=group)
            return tags(of.marks.signed(found.get("Description")))

        self._look("schedule", f"{group}/{name}", read)

    def _look(self, kind: str, name: str, reader: Reader) -> None:
        if (kind, name) in self._ours:
            return
        try:
            tags = self._read(reader, name)
        except Absent:  # whoever makes it later is looked at then
            return
        if tags is not None and not self.marks.own(tags):
            told = name.rpartition("/")[2] if kind in ("queue", "rule", "schedule") else name
            raise NotOurs(
                f"The {kind} {told} in {self._place} does not have the marks of this course's "
                f"learner {self.marks.learner}: somebody else made it, so it is left as it is.",
                advice="Set ORDERLAB_LEARNER to another name and run the first cell again, or have "
                "its owner give it another name.",
            )
        self._ours.add((kind, name))

    def _read(self, reader: Reader, name: str) -> Tags:
        try:
            return reader(self._client, name, self)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            missing = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
            if lacks(error) or "Denied" in code:
                return None  # nobody can tell
            if any(each in code for each in missing):
                raise Absent from None
            raise
