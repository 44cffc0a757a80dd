"""Deployments: the API as it was, for stages to serve.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-deployments.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.calls import ControlCall
from orderlab.cloud.apigatewayv2.control.deploying import NO_ROUTES, deploy
from orderlab.cloud.apigatewayv2.control.errors import bad_request, not_found
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.model.state import Document

_LENGTHS = {"Description": (0, 1024)}


def create_deployment(call: ControlCall) -> Document:
    """CreateDeployment, and a stage serves it if one is named."""
    api, stage_name = call.api(), call.input.get("StageName")
    check_lengths(call.input, _LENGTHS)
    if not api.routes:
        raise bad_request(NO_ROUTES)
    if stage_name is not None:
        stage = api.stages.get(stage_name)
        if stage is None:
            raise not_found("Stage", "")
        if stage["AutoDeploy"]:
            raise bad_request("Deployments cannot be made to stages that have AutoDeploy enabled")
    description = call.input.get("Description") or ""
    deployment_id = deploy(call, api, automatic=False, description=description)
    if stage_name is not None:
        changed = {"DeploymentId": deployment_id, "LastUpdatedDate": call.now()}
        api.stages[stage_name] = {**api.stages[stage_name], **changed}
    return api.deployments[deployment_id]


def _found(call: ControlCall) -> Document:
    found = call.api().deployments.get(call.input["DeploymentId"])
    if found is None:
        raise not_found("Deployment", call.input["DeploymentId"])
    return found


def get_deployment(call: ControlCall) -> Document:
    """GetDeployment: the description and the date of one deployment."""
    return _found(call)


def get_deployments(call: ControlCall) -> Document:
    """GetDeployments: a page of the API's deployments, the newest first."""
    return call.page(reversed(call.api().deployments.values()))


def update_deployment(call: ControlCall) -> Document:
    """UpdateDeployment: only the description can change."""
    check_lengths(call.input, _LENGTHS)
    changed = {**_found(call), **call.only("Description")}
    call.api().deployments[changed["DeploymentId"]] = changed
    return changed


def delete_deployment(call: ControlCall) -> None:
    """DeleteDeployment. Raises BadRequestException if a stage still serves it."""
    api, name = call.api(), _found(call)["DeploymentId"]
    if any(stage.get("DeploymentId") == name for stage in api.stages.values()):
        raise bad_request("Active stages pointing to this deployment must be moved or deleted")
    del api.deployments[name], api.deployed[name]
