"""Stages: which deployment is served under which name, and how.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.data.access_log import log_group_of
from orderlab.cloud.apigatewayv2.control.calls import ControlCall
from orderlab.cloud.apigatewayv2.control.deploying import deployed_to_stage
from orderlab.cloud.apigatewayv2.control.errors import bad_request, conflict, not_found, too_many
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.control.route_settings import checked_settings
from orderlab.cloud.apigatewayv2.control.tag_rules import checked_tags
from orderlab.cloud.apigatewayv2.model.state import DEFAULT, Document, HttpApi

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_STAGES = 10
_MAX_FORMAT = 3072
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]+")
_LENGTHS = {"Description": (0, 1024), "StageName": (1, 128)}
_SETTINGS = (
    "AccessLogSettings", "AutoDeploy", "DefaultRouteSettings", "DeploymentId", "Description",
    "RouteSettings", "StageVariables",
)  # fmt: skip


def create_stage(call: ControlCall) -> Document:
    """CreateStage. Raises ConflictException if there is a stage of that name."""
    api = call.api()
    name = str(call.input["StageName"])
    if name != DEFAULT and not _NAME.fullmatch(name):
        raise bad_request("Stage name only allows a-zA-Z0-9_- or the special name $default")
    if name in api.stages:
        raise conflict("Stage already exists")
    if len(api.stages) >= MAX_STAGES:
        raise too_many("stages", MAX_STAGES)
    stage = _checked(call, api, new_stage(call, call.only("StageName")))
    if stage["AutoDeploy"]:
        stage.update(deployed_to_stage(call, api))
    api.stages[name] = stage
    return stage


def new_stage(call: ControlCall, settings: Document) -> Document:
    """A stage as it begins, with nothing that it serves."""
    return {
        "AutoDeploy": False,
        "CreatedDate": call.now(),
        "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
        "LastUpdatedDate": call.now(),
        "RouteSettings": {},
        "StageVariables": {},
        "Tags": checked_tags(call.input.get("Tags")),
        **settings,
    }


def _checked(call: ControlCall, api: HttpApi, before: Document) -> Document:
    """The stage with what was given. Raises BadRequestException, NotFoundException."""
    check_lengths(call.input, _LENGTHS)
    if call.input.get("ClientCertificateId"):
        raise bad_request("ClientCertificateId is not supported for HTTP APIs")
    given = call.only(*_SETTINGS)
    stage = {**before, **given}
    if "DeploymentId" in given:
        if stage["AutoDeploy"]:
            raise bad_request("DeploymentId cannot be set for stages that have AutoDeploy enabled")
        if given["DeploymentId"] not in api.deployed:
            raise not_found("Deployment", str(given["DeploymentId"]))
    if "DefaultRouteSettings" in given:
        stage["DefaultRouteSettings"] = {
            **before["DefaultRouteSettings"],
            **checked_settings(given["DefaultRouteSettings"]),
        }
    if "RouteSettings" in given:
        stage["RouteSettings"] = {
            **before["RouteSettings"],
            **_by_route(api, given["RouteSettings"]),
        }
    if "AccessLogSettings" in given:
        stage["AccessLogSettings"] = _log_settings(given["AccessLogSettings"])
    if "StageVariables" in given:
        stage["StageVariables"] = _variables(before["StageVariables"], given["StageVariables"])
    return stage


def _by_route(api: HttpApi, settings: Document) -> Document:
    keys = {route["RouteKey"] for route in api.routes.values()}
    for key in settings:
        if key not in keys:
            raise not_found_route(key)
    return {key: checked_settings(each) for key, each in settings.items()}


def not_found_route(key: str) -> Exception:
    """NotFoundException for settings of a route that does not exist."""
    error = not_found("Route", "")
    error.message = f"Unable to find Route by key {key} within the provided RouteSettings"
    return error


def _log_settings(settings: Document) -> Document:
    destination, layout = settings.get("DestinationArn"), settings.get("Format")
    if not destination or not layout:
        raise bad_request("Access log settings need a destination ARN and a format")
    if len(layout) > _MAX_FORMAT:
        raise bad_request(f"Access Log format is longer than {_MAX_FORMAT} characters")
    if log_group_of(str(destination)) is None:
        raise bad_request(
            "Access Log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', "
            "'.': ':' and must be the ARN of a log group"
        )
    if "\n" in layout.rstrip("\n"):
        raise bad_request(
            "Access Log format must be single line, new line character is allowed only at end of "
            "the format"
        )
    if "$context.requestId" not in layout and "$context.extendedRequestId" not in layout:
        raise bad_request(
            "AccessLog format should contain at least one of the following: [$context.requestId, "
            "$context.extendedRequestId]"
        )
    return {"DestinationArn": str(destination).removesuffix(":*"), "Format": layout}


def _variables(before: Document, given: Document) -> Document:
    """Stage variables; an empty value takes one away."""
    for name, value in given.items():
        if not _VARIABLE.fullmatch(name) or (value and not _VALUE.fullmatch(value)):
            raise bad_request(
                f"Stage variable {name} has characters that are not allowed in its name or value"
            )
    return {name: value for name, value in {**before, **given}.items() if value}


def found_stage(call: ControlCall) -> Document:
    """The stage that a call names. Raises NotFoundException if there is none."""
    found = call.api().stages.get(call.input["StageName"])
    if found is None:
        raise not_found("stage", "")
    return found


def get_stage(call: ControlCall) -> Document:
    """GetStage: one stage."""
    return found_stage(call)


def get_stages(call: ControlCall) -> Document:
    """GetStages: a page of the API's stages."""
    return call.page(call.api().stages.values())


def update_stage(call: ControlCall) -> Document:
    """UpdateStage: what is given replaces what was; stage variables are merged."""
    api, before = call.api(), found_stage(call)
    stage = {**_checked(call, api, before), "LastUpdatedDate": call.now()}
    if stage["AutoDeploy"] and not before["AutoDeploy"]:
        stage.update(deployed_to_stage(call, api))
    api.stages[before["StageName"]] = stage
    return stage


def delete_stage(call: ControlCall) -> None:
    """DeleteStage: its address answers no longer."""
    api, stage = call.api(), found_stage(call)
    del api.stages[stage["StageName"]]
    call.plane.forget_stage(api.id, str(stage["StageName"]))


def delete_access_log_settings(call: ControlCall) -> None:
    """DeleteAccessLogSettings: requests are not logged from now on."""
    stage = found_stage(call)
    call.api().stages[stage["StageName"]] = {**stage, "AccessLogSettings": None}


def delete_route_settings(call: ControlCall) -> None:
    """DeleteRouteSettings: the route has the settings of all routes again."""
    stage, key = found_stage(call), str(call.input["RouteKey"])
    if key not in stage["RouteSettings"]:
        raise not_found_route(key)
    settings = {name: each for name, each in stage["RouteSettings"].items() if name != key}
    call.api().stages[stage["StageName"]] = {**stage, "RouteSettings": settings}


def reset_authorizers_cache(call: ControlCall) -> None:
    """ResetAuthorizersCache: authorizers are asked anew."""
    api, stage = call.api(), found_stage(call)
    call.plane.forget_authorizers(api.id, str(stage["StageName"]))
