"""Functions, their layer, their log groups, and the mappings that feed them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.errors import LabError
from orderlab.orders.parts.names import TAGS, ignoring, log_group
from orderlab.orders.parts.packages import code_sha256, handler_zip, layer_zip
from orderlab.orders.parts.roles import Statement, ensure_role, may_log, remove_role

RUNTIME = "python3.13"
LAYER_NAME = "orderlib"
LOG_RETENTION_DAYS = 14
# CPU comes with memory: below this a call of boto3 is slow, above it nothing here is faster
MEMORY_MB = 512


@dataclass(frozen=True)
class Function:
    """One function as it should stand; its module in `handlers/` is its name with underscores."""

    name: str
    timeout: int
    statements: Sequence[Statement] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> str:
        return self.name.replace("-", "_")


def ensure_layer(target: Target) -> str:
    """The ARN of a layer version with today's code; a new one only if the code changed."""
    functions = target.client("lambda")
    name = target.name(LAYER_NAME)
    versions = functions.list_layer_versions(LayerName=name)["LayerVersions"]
    if versions:
        newest = max(versions, key=lambda version: version["Version"])
        content = functions.get_layer_version(LayerName=name, VersionNumber=newest["Version"])[
            "Content"
        ]
        if content["CodeSha256"] == code_sha256(layer_zip()):
            return str(newest["LayerVersionArn"])
    published = functions.publish_layer_version(
        LayerName=name, Content={"ZipFile": layer_zip()}, CompatibleRuntimes=[RUNTIME]
    )
    return str(published["LayerVersionArn"])


def ensure_function(target: Target, function: Function, layer: str) -> None:
    """The function with its role, its log group and the code of its handler."""
    _ensure_log_group(target, function.name)
    role = ensure_role(
        target,
        f"{function.name}-role",
        "lambda.amazonaws.com",
        [may_log(target, function.name), *function.statements],
    )
    functions = target.client("lambda")
    name = target.name(function.name)
    settings: dict[str, Any] = {
        "Role": role,
        "Handler": f"{function.module}.handler",
        "Runtime": RUNTIME,
        "Timeout": function.timeout,
        "MemorySize": MEMORY_MB,
        "Layers": [layer],
        "Environment": {"Variables": dict(function.environment)},
    }
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        _create(target, name, handler_zip(function.module), settings)
    else:
        _mend(target, found, handler_zip(function.module), settings)


def deployed_functions(target: Target) -> list[str]:
    """The names of the functions that are deployed, as the session calls them."""
    prefix = target.name("")
    pages = target.client("lambda").get_paginator("list_functions").paginate()
    found = [f["FunctionName"] for page in pages for f in page["Functions"]]
    return [name.removeprefix(prefix) for name in found if name.startswith(prefix)]


def permit(target: Target, function: str, sid: str, principal: str, source_arn: str) -> None:
    """Let a service call the function on behalf of one source."""
    with ignoring("ResourceConflictException"):
        target.client("lambda").add_permission(
            FunctionName=target.name(function),
            StatementId=sid,
            Action="lambda:InvokeFunction",
            Principal=principal,
            SourceArn=source_arn,
        )


def ensure_mapping(target: Target, function: str, source_arn: str, **settings: Any) -> None:
    """An event source mapping with these settings; `StartingPosition` counts only when made."""
    functions = target.client("lambda")
    name = target.name(function)
    found = functions.list_event_source_mappings(FunctionName=name, EventSourceArn=source_arn)
    mappings = found["EventSourceMappings"]
    if not mappings:
        functions.create_event_source_mapping(
            FunctionName=name, EventSourceArn=source_arn, Tags=TAGS, **settings
        )
        return
    settings.pop("StartingPosition", None)
    current = mappings[0]
    if any(current.get(key) != value for key, value in settings.items()):
        functions.update_event_source_mapping(UUID=current["UUID"], FunctionName=name, **settings)


def remove_mappings(target: Target, function: str) -> list[str]:
    """Delete the mappings of a function, also of one that is gone; their ids."""
    functions = target.client("lambda")
    removed = []
    with ignoring("ResourceNotFoundException"):
        found = functions.list_event_source_mappings(FunctionName=target.name(function))
        for mapping in found["EventSourceMappings"]:
            removed.append(str(mapping["UUID"]))
            # one that is being deleted already refuses to be deleted again
            if mapping["State"] != "Deleting":
                _delete_mapping(functions, mapping["UUID"])
    return removed


def wait_until_gone(target: Target, mappings: Sequence[str]) -> None:
    """Until Lambda lists none of these mappings; a batch under way is finished first.

    Raises LabError after a minute.
    """
    functions = target.client("lambda")
    deadline = time.monotonic() + 60.0
    for uuid in mappings:
        with ignoring("ResourceNotFoundException"):
            while functions.get_event_source_mapping(UUID=uuid):
                if time.monotonic() > deadline:
                    raise LabError(f"The event source mapping {uuid} is still being deleted.")
                time.sleep(0.05)


def _delete_mapping(functions: Any, uuid: str) -> None:
    """Delete a mapping; one that is being changed or switched off is in use for a moment."""
    deadline = time.monotonic() + 10.0
    while True:
        try:
            functions.delete_event_source_mapping(UUID=uuid)
            return
        except functions.exceptions.ResourceInUseException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def remove_function(target: Target, name: str) -> None:
    """Remove the function, its mappings, its role and its logs."""
    remove_mappings(target, name)
    with ignoring("ResourceNotFoundException"):
        target.client("lambda").delete_function(FunctionName=target.name(name))
    with ignoring("ResourceNotFoundException"):
        target.client("logs").delete_log_group(logGroupName=log_group(target, name))
    remove_role(target, f"{name}-role")


def remove_layer(target: Target) -> None:
    functions = target.client("lambda")
    name = target.name(LAYER_NAME)
    for version in functions.list_layer_versions(LayerName=name)["LayerVersions"]:
        functions.delete_layer_version(LayerName=name, VersionNumber=version["Version"])


def _ensure_log_group(target: Target, function: str) -> None:
    # made here and not by the first invocation: only so has it a retention from the start
    logs = target.client("logs")
    group = log_group(target, function)
    with ignoring("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=group, tags=TAGS)
    logs.put_retention_policy(logGroupName=group, retentionInDays=LOG_RETENTION_DAYS)


def _create(target: Target, name: str, code: bytes, settings: dict[str, Any]) -> None:
    functions = target.client("lambda")
    deadline = time.monotonic() + 30
    while True:
        try:
            functions.create_function(
                FunctionName=name, Code={"ZipFile": code}, Tags=TAGS, Publish=False, **settings
            )
            break
        except functions.exceptions.InvalidParameterValueException as error:
            # on AWS a new role takes some seconds until Lambda knows it
            if "cannot be assumed" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(1)
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def _mend(target: Target, found: dict[str, Any], code: bytes, settings: dict[str, Any]) -> None:
    functions = target.client("lambda")
    name = found["FunctionName"]
    if found["CodeSha256"] != code_sha256(code):
        functions.update_function_code(FunctionName=name, ZipFile=code)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    current = {
        **found,
        "Layers": [layer["Arn"] for layer in found.get("Layers", ())],
        "Environment": {"Variables": found.get("Environment", {}).get("Variables", {})},
    }
    if any(current.get(key) != value for key, value in settings.items()):
        functions.update_function_configuration(FunctionName=name, **settings)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
