"""Event buses and their policies.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.events.errors import (
    LimitExceeded,
    PolicyLengthExceeded,
    ResourceAlreadyExists,
    ResourceNotFound,
    not_valid,
)
from orderlab.cloud.events.model import DEFAULT, Bus
from orderlab.cloud.events.registry import Registry
from orderlab.cloud.events.tags import tags_of
from orderlab.cloud.targets.pages import page

MAX_BUSES = 100
MAX_POLICY = 10_240
_SETTINGS = {
    "Description": "description",
    "DeadLetterConfig": "dead_letter",
    "LogConfig": "log_config",
}


class BusOperations:
    """The operations about buses."""

    def __init__(self, *, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreateEventBus": self.create,
            "DeleteEventBus": self.delete,
            "DescribeEventBus": self.describe,
            "UpdateEventBus": self.update,
            "ListEventBuses": self.list,
            "PutPermission": self.put_permission,
            "RemovePermission": self.remove_permission,
        }

    def create(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html"""
        name = given["Name"]
        _refuse_what_is_not_done(given)
        if "/" in name:
            raise not_valid("Name", "Only partner event buses may have a slash in their name.")
        buses = self._registry.of(call.region).buses
        if name in buses:
            raise ResourceAlreadyExists(f"Event bus {name} already exists.")
        if len(buses) >= MAX_BUSES:
            raise LimitExceeded()
        now = self._clock.wall()
        bus = Bus(name, self._registry.bus_arn(call.region, name), now, now)
        self._set(bus, given)
        if given.get("Tags"):
            self._registry.tags[bus.arn] = tags_of(given["Tags"])
        buses[name] = bus
        return {"EventBusArn": bus.arn, **_settings(bus)}

    def update(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html"""
        bus = self._registry.bus(call.region, given.get("Name"))
        _refuse_what_is_not_done(given)
        self._set(bus, given)
        bus.modified = self._clock.wall()
        return {"Arn": bus.arn, "Name": bus.name, **_settings(bus)}

    def _set(self, bus: Bus, given: Parameters) -> None:
        for name, attribute in _SETTINGS.items():
            if name in given:
                setattr(bus, attribute, given[name])

    def delete(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Delete a bus without rules; deleting one that is gone does nothing."""
        name = self._registry.bus_name(given["Name"])[1]
        if name == DEFAULT:
            raise ValidationException("Cannot delete event bus default.")
        buses = self._registry.of(call.region).buses
        bus = buses.get(name)
        if bus is None:
            return {}
        if bus.rules:
            raise ValidationException("Event bus can't be deleted since it has rules.")
        del buses[name]
        self._registry.tags.pop(bus.arn, None)
        return {}

    def describe(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html"""
        bus = self._registry.bus(call.region, given.get("Name"))
        return {**_shown(bus), **_settings(bus)}

    def list(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html"""
        prefix = given.get("NamePrefix", "")
        buses = sorted(self._registry.of(call.region).buses.values(), key=lambda bus: bus.name)
        found = [_shown(bus) for bus in buses if bus.name.startswith(prefix)]
        return page("EventBuses", found, given.get("Limit"), given.get("NextToken"))

    # --- policies ---

    def put_permission(self, call: Call, given: Parameters) -> dict[str, Any]:
        """Add a statement, or set the whole policy."""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        if given.get("Policy") is not None:
            statements = _statements(given["Policy"])
        else:
            new = self._statement(bus, given)
            statements = [each for each in bus.statements if each.get("Sid") != new["Sid"]]
            statements.append(new)
        if len(json.dumps(statements)) > MAX_POLICY:
            raise PolicyLengthExceeded
        bus.statements = statements
        bus.modified = self._clock.wall()
        return {}

    def _statement(self, bus: Bus, given: Parameters) -> dict[str, Any]:
        for name in ("Action", "Principal", "StatementId"):
            if not given.get(name):
                raise not_valid(name, f"{name} is a required argument.")
        if given["Action"] != "events:PutEvents":
            raise not_valid("Action", "Provided value in parameter 'action' is not supported.")
        principal = given["Principal"]
        statement = {
            "Sid": given["StatementId"],
            "Effect": "Allow",
            "Principal": "*" if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
            "Action": given["Action"],
            "Resource": bus.arn,
        }
        condition = given.get("Condition")
        if condition:
            statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
        return statement

    def remove_permission(self, call: Call, given: Parameters) -> dict[str, Any]:
        """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html"""
        bus = self._registry.bus(call.region, given.get("EventBusName"))
        if given.get("RemoveAllPermissions"):
            bus.statements = []
            return {}
        if not bus.statements:
            raise ResourceNotFound("EventBus does not have a policy.")
        kept = [each for each in bus.statements if each.get("Sid") != given.get("StatementId")]
        if len(kept) == len(bus.statements):
            raise ResourceNotFound("Statement with the provided id does not exist.")
        bus.statements = kept
        return {}


def _refuse_what_is_not_done(given: Parameters) -> None:
    if given.get("EventSourceName"):
        raise NotDoneYet("partner event buses")
    if given.get("KmsKeyIdentifier"):
        raise NotDoneYet("keys of KMS for event buses")
    level = (given.get("LogConfig") or {}).get("Level", "OFF")
    if level != "OFF":
        raise NotDoneYet("logs of event buses")


def _statements(text: str) -> list[dict[str, Any]]:
    if len(text) > MAX_POLICY:
        raise PolicyLengthExceeded
    try:
        document = json.loads(text)
        statements = document["Statement"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise not_valid("Policy", "The policy is not valid JSON.") from None
    found = statements if isinstance(statements, list) else [statements]
    if not all(
        isinstance(each, dict) and each.get("Effect") in ("Allow", "Deny") for each in found
    ):
        raise not_valid("Policy", "A statement is not valid.")
    return found


def _shown(bus: Bus) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Name": bus.name,
        "Arn": bus.arn,
        "CreationTime": bus.created,
        "LastModifiedTime": bus.modified,
    }
    if bus.policy:
        shown["Policy"] = json.dumps(bus.policy, separators=(",", ":"))
    if bus.description:
        shown["Description"] = bus.description
    return shown


def _settings(bus: Bus) -> dict[str, Any]:
    found = {name: getattr(bus, attribute) for name, attribute in _SETTINGS.items()}
    return {name: value for name, value in found.items() if value}
