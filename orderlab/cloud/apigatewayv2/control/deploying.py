"""Deployments that are made, by a call or by a stage that deploys automatically.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.calls import ControlCall, new_id
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi

NO_ROUTES = "Unable to deploy API because no routes exist in this API"
# automatic deployments that no stage serves; the oldest go first
_MOST_UNUSED = 50


def deploy(call: ControlCall, api: HttpApi, *, automatic: bool, description: str = "") -> str:
    """Freeze the API as it is. Returns the id of the deployment."""
    deployment_id = new_id(6)
    api.deployed[deployment_id] = api.freeze()
    api.deployments[deployment_id] = {
        "AutoDeployed": automatic,
        "CreatedDate": call.now(),
        "DeploymentId": deployment_id,
        "DeploymentStatus": "DEPLOYED",
        "Description": description or None,
    }
    return deployment_id


def deploy_automatically(call: ControlCall, api: HttpApi) -> None:
    """Let the stages that deploy automatically serve the API as it is now."""
    if not any(stage["AutoDeploy"] for stage in api.stages.values()):
        return
    for name, stage in api.stages.items():
        if stage["AutoDeploy"]:
            api.stages[name] = {**stage, **deployed_to_stage(call, api)}
    _forget_old(api)


def deployed_to_stage(call: ControlCall, api: HttpApi) -> Document:
    """The members of a stage that tell of an automatic deployment, which is made if it can be."""
    if not api.routes:
        return {"LastDeploymentStatusMessage": f"Deployment attempt failed: {NO_ROUTES}"}
    description = "Automatic deployment triggered by changes to the Api configuration"
    deployment_id = deploy(call, api, automatic=True, description=description)
    return {
        "DeploymentId": deployment_id,
        "LastUpdatedDate": call.now(),
        "LastDeploymentStatusMessage": (
            f"Successfully deployed stage with deployment ID '{deployment_id}'"
        ),
    }


def _forget_old(api: HttpApi) -> None:
    served = {stage.get("DeploymentId") for stage in api.stages.values()}
    unused = [
        name
        for name, each in api.deployments.items()
        if each["AutoDeployed"] and name not in served
    ]
    for name in unused[: max(0, len(unused) - _MOST_UNUSED)]:
        del api.deployments[name], api.deployed[name]
