"""Deployments: what stages serve."""

from __future__ import annotations

from functools import partial

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found
from orderlab.cloud.apigateway.control.freezing import freeze
from orderlab.cloud.apigateway.control.patch import Patchable, apply, text
from orderlab.cloud.apigateway.control.stages import check_stage_settings, new_stage
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id, shown
from orderlab.cloud.aws_error import NotDoneYet


async def create_deployment(call: ControlCall) -> Document:
    """Freeze the API; with a stage name, make that stage serve it."""
    api = call.api()
    if call.body.get("canarySettings"):
        raise NotDoneYet("canary deployments")
    check_stage_settings(call)
    _check_deployable(api)
    stage_name = call.text("stageName")
    deployment: Document = {
        "id": new_id(6),
        "description": call.text("description"),
        "createdDate": call.now(),
    }
    frozen = await call.plane.lane.run(api.id, partial(freeze, api, deployment["id"]))
    if stage_name and stage_name not in api.stages:
        # the stage's own rules are checked before anything is kept
        stage = new_stage(call, stage_name, deployment["id"])
        stage["description"] = call.text("stageDescription")
        api.stages[stage_name] = stage
    elif stage_name:
        _point(call, api.stages[stage_name], deployment["id"])
    api.deployments[deployment["id"]] = deployment
    api.deployed[deployment["id"]] = frozen
    return shown(deployment)


def _point(call: ControlCall, stage: Document, deployment_id: str) -> None:
    stage["deploymentId"] = deployment_id
    stage["lastUpdatedDate"] = call.now()
    if (variables := call.mapping("variables")) is not None:
        stage["variables"] = {**(stage.get("variables") or {}), **variables}
    if (description := call.text("stageDescription")) is not None:
        stage["description"] = description


def _check_deployable(api: RestApi) -> None:
    methods = [
        method
        for resource in api.resources.values()
        for method in (resource.get("resourceMethods") or {}).values()
    ]
    if not methods:
        raise bad_request("The REST API doesn't contain any methods")
    if not all(method.get("methodIntegration") for method in methods):
        raise bad_request("No integration defined for method")


def _deployment(call: ControlCall) -> Document:
    found = call.api().deployments.get(call.path["deployment_id"])
    if found is None:
        raise not_found("Invalid Deployment identifier specified.")
    return found


def get_deployment(call: ControlCall) -> Document:
    """GetDeployment: the description and the date of one deployment."""
    return shown(_deployment(call))


def get_deployments(call: ControlCall) -> Document:
    """GetDeployments: a page of the API's deployments."""
    return call.page(call.api().deployments.values())


def update_deployment(call: ControlCall) -> Document:
    """UpdateDeployment: only the description can change."""
    allowed = Patchable({"description": text}, removable=frozenset({"description"}))
    return shown(apply(_deployment(call), call.operations(), allowed))


def delete_deployment(call: ControlCall) -> None:
    """DeleteDeployment. Raises BadRequestException if a stage still serves it."""
    api, deployment = call.api(), _deployment(call)
    if any(stage["deploymentId"] == deployment["id"] for stage in api.stages.values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[deployment["id"]]
    api.deployed.pop(deployment["id"], None)
