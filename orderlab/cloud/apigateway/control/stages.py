"""Stages: which deployment is served under which name, with which settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    conflict,
    limit_exceeded,
    not_found,
)
from orderlab.cloud.apigateway.control.method_settings import patch_method_setting
from orderlab.cloud.apigateway.control.patch import parts_of, value_of
from orderlab.cloud.apigateway.data.access_log import log_group_of
from orderlab.cloud.apigateway.model.state import Document, shown
from orderlab.cloud.aws_error import AwsError, NotDoneYet

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_MAX_STAGES = 10
_MAX_VARIABLES = 100
_MAX_NAME = 64
_MAX_VALUE = 512
_MAX_LOG_FORMAT = 3 * 1024
_NAME = re.compile(r"^[A-Za-z0-9_-]{1,128}$")
_VARIABLE_NAME = re.compile(r"^[A-Za-z0-9_]+$")
_VARIABLE_VALUE = re.compile(r"^[A-Za-z0-9._~:/?#&=,*@%+-]*$")


def create_stage(call: ControlCall) -> Document:
    """CreateStage. Raises ConflictException if the name is taken."""
    api = call.api()
    name = call.text("stageName") or ""
    if name in api.stages:
        raise conflict("Stage already exists")
    deployment_id = call.text("deploymentId") or ""
    if deployment_id not in api.deployments:
        raise bad_request("Deployment id does not exist")
    check_stage_settings(call)
    api.stages[name] = new_stage(call, name, deployment_id)
    api.stages[name]["description"] = call.text("description")
    return shown(api.stages[name])


def check_stage_settings(call: ControlCall) -> None:
    """Settings that are refused, and the rules of stage variables."""
    if call.body.get("canarySettings"):
        raise NotDoneYet("canary releases")
    if call.body.get("cacheClusterEnabled"):
        raise NotDoneYet("caching of REST APIs")
    if call.body.get("documentationVersion"):
        raise NotDoneYet("documentation versions of REST APIs")
    variables = call.mapping("variables") or {}
    for name, value in variables.items():
        _check_variable(name, str(value))
    _check_count(variables)


def _check_count(variables: Document) -> None:
    if len(variables) > _MAX_VARIABLES:
        raise limit_exceeded(f"A stage cannot have more than {_MAX_VARIABLES} stage variables")


def _check_variable(name: str, value: str) -> None:
    if not _VARIABLE_NAME.match(name):
        raise bad_request(
            "Stage variable name can only contain alphanumeric characters and underscores"
        )
    if not _VARIABLE_VALUE.match(value):
        raise bad_request(
            f"Stage variable value is invalid: {value}. Values must match [A-Za-z0-9-._~:/?#&=,]+"
        )
    if len(name) > _MAX_NAME:
        raise bad_request(f"Stage variable name can be at most {_MAX_NAME} characters long")
    if len(value) > _MAX_VALUE:
        raise bad_request(f"Stage variable value can be at most {_MAX_VALUE} characters long")


def new_stage(call: ControlCall, name: str, deployment_id: str) -> Document:
    """A stage with AWS's defaults; BadRequestException for a bad name."""
    if not _NAME.match(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_")
    if len(call.api().stages) >= _MAX_STAGES:
        raise limit_exceeded(
            "Maximum number of Stages for this API has been reached. Please contact AWS if you "
            "need additional Stages."
        )
    now = call.now()
    return {
        "deploymentId": deployment_id,
        "stageName": name,
        "cacheClusterEnabled": False,
        "cacheClusterStatus": "NOT_AVAILABLE",
        "methodSettings": {},
        "variables": call.mapping("variables"),
        "tracingEnabled": bool(call.body.get("tracingEnabled")),
        "tags": call.mapping("tags"),
        "createdDate": now,
        "lastUpdatedDate": now,
    }


def get_stage(call: ControlCall) -> Document:
    """GetStage: the settings of one stage, and the deployment that it serves."""
    return shown(call.stage())


def get_stages(call: ControlCall) -> Document:
    """All stages, or those of one deployment."""
    wanted = call.query.get("deploymentId", [""])[0]
    stages = call.api().stages.values()
    return {"item": [shown(s) for s in stages if wanted in ("", s["deploymentId"])]}


def delete_stage(call: ControlCall) -> None:
    """DeleteStage. Raises BadRequestException if a usage plan still opens it."""
    api, stage = call.api(), call.stage()
    key = (api.id, stage["stageName"])
    for plan in call.state.access.plans.values():
        if any((s["apiId"], s["stage"]) == key for s in plan.get("apiStages") or ()):
            raise bad_request(
                "Cannot delete stage as it is associated with a usage plan. Remove it first."
            )
    del api.stages[stage["stageName"]]


def flush_stage_cache(call: ControlCall) -> None:
    """FlushStageCache: there is no cache of answers to empty."""
    call.stage()


def flush_stage_authorizers_cache(call: ControlCall) -> None:
    """FlushStageAuthorizersCache: every caller is asked about anew."""
    call.plane.authorizers.forget(call.api().id, call.stage()["stageName"])


def update_stage(call: ControlCall) -> Document:
    """UpdateStage: deployment, variables, logging, throttling and the settings of methods."""
    stage = call.stage()
    changed = shown(stage)
    for operation in call.operations():
        if operation.get("path") is None:
            raise bad_request("Invalid patch path null")
        _patch(call, changed, operation)
    changed["lastUpdatedDate"] = call.now()
    stage.clear()
    stage.update(changed)
    return shown(stage)


def _patch(call: ControlCall, stage: Document, operation: Document) -> None:
    op, path, value = operation["op"], str(operation.get("path")), value_of(operation)
    parts = parts_of(path)
    if parts[0] == "canarySettings":
        if op == "remove":
            return
        raise NotDoneYet("canary releases")
    if path == "/deploymentId":
        _patch_deployment(call, stage, op, value)
    elif path in _PLAIN:
        stage[parts[0]] = _PLAIN[path]("" if op == "remove" else value)
    elif path in _NOT_DONE:
        _refuse_unless_off(path, value)
    elif parts[0] == "variables" and len(parts) == 2:
        _patch_variable(stage, op, parts[1], value)
    elif parts[0] == "accessLogSettings":
        if op != "remove":
            _require_log_role(call)
        _patch_access_log(stage, op, parts[1:], value)
    else:
        if path.endswith("/logging/loglevel") and value != "OFF":
            _require_log_role(call)
        patch_method_setting(stage, operation)


def _require_log_role(call: ControlCall) -> None:
    if not call.state.settings.get("cloudwatchRoleArn"):
        raise bad_request(
            "CloudWatch Logs role ARN must be set in account settings to enable logging"
        )


def _patch_deployment(call: ControlCall, stage: Document, op: str, value: str) -> None:
    if op != "replace":
        raise bad_request(
            f"Invalid patch path  '/deploymentId' specified for op '{op}'. "
            "Please choose supported operations"
        )
    if value not in call.api().deployments:
        raise not_found("Invalid Deployment identifier specified.")
    stage["deploymentId"] = value


# settings that are set as they come, and what becomes of their text
_PLAIN: dict[str, Callable[[str], Any]] = {
    "/description": lambda text: text or None,
    "/tracingEnabled": lambda text: text.lower() == "true",
}
_NOT_DONE = ("/cacheClusterEnabled", "/cacheClusterSize", "/clientCertificateId")


def _refuse_unless_off(path: str, value: str) -> None:
    if value.lower() not in ("false", ""):
        raise NotDoneYet(f"the stage setting {path}")


def _patch_variable(stage: Document, op: str, name: str, value: str) -> None:
    variables = dict(stage.get("variables") or {})
    if op == "remove":
        variables.pop(name, None)
    else:
        _check_variable(name, value)
        variables[name] = value
        _check_count(variables)
    stage["variables"] = variables


def _patch_access_log(stage: Document, op: str, rest: list[str], value: str) -> None:
    settings = dict(stage.get("accessLogSettings") or {})
    if op == "remove":
        settings = {} if not rest else {k: v for k, v in settings.items() if k != rest[0]}
    elif rest in (["destinationArn"], ["format"]) and not value:
        raise bad_request("Access Log value must not be empty")
    elif rest == ["destinationArn"]:
        settings["destinationArn"] = _destination(value)
    elif rest == ["format"]:
        if "$context.requestId" not in value and "$context.extendedRequestId" not in value:
            raise bad_request(
                "Access log format must contain at least $context.requestId or "
                "$context.extendedRequestId"
            )
        if len(value) > _MAX_LOG_FORMAT:
            raise bad_request(f"Access log format can be at most {_MAX_LOG_FORMAT} characters long")
        settings["format"] = value
    else:
        raise bad_request(
            "Invalid accessLogSettings path. Must be one of : "
            "[/accessLogSettings/destinationArn, /accessLogSettings/format]"
        )
    stage["accessLogSettings"] = settings or None


def _destination(arn: str) -> str:
    if ":firehose:" in arn:
        raise NotDoneYet("access logs to Firehose")
    if log_group_of(arn) is None:
        raise AwsError(
            "Invalid ARN specified in the request. ARNs must start with 'arn:' and contain at "
            "least 6 elements separated by colons (:).",
            code="BadRequestException",
        )
    return arn.removesuffix(":*")
