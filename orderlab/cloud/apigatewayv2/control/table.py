"""Which function answers which call. What is not here is refused by name."""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control import (
    apis,
    authorizers,
    deployments,
    integrations,
    routes,
    stages,
    tags,
)
from orderlab.cloud.apigatewayv2.control.calls import ControlPlane, Operation, handler
from orderlab.cloud.contracts import Handler

OPERATIONS: dict[str, Operation] = {
    "CreateApi": apis.create_api,
    "GetApi": apis.get_api,
    "GetApis": apis.get_apis,
    "UpdateApi": apis.update_api,
    "DeleteApi": apis.delete_api,
    "DeleteCorsConfiguration": apis.delete_cors_configuration,
    "CreateRoute": routes.create_route,
    "GetRoute": routes.get_route,
    "GetRoutes": routes.get_routes,
    "UpdateRoute": routes.update_route,
    "DeleteRoute": routes.delete_route,
    "CreateIntegration": integrations.create_integration,
    "GetIntegration": integrations.get_integration,
    "GetIntegrations": integrations.get_integrations,
    "UpdateIntegration": integrations.update_integration,
    "DeleteIntegration": integrations.delete_integration,
    "CreateStage": stages.create_stage,
    "GetStage": stages.get_stage,
    "GetStages": stages.get_stages,
    "UpdateStage": stages.update_stage,
    "DeleteStage": stages.delete_stage,
    "DeleteAccessLogSettings": stages.delete_access_log_settings,
    "DeleteRouteSettings": stages.delete_route_settings,
    "ResetAuthorizersCache": stages.reset_authorizers_cache,
    "CreateDeployment": deployments.create_deployment,
    "GetDeployment": deployments.get_deployment,
    "GetDeployments": deployments.get_deployments,
    "UpdateDeployment": deployments.update_deployment,
    "DeleteDeployment": deployments.delete_deployment,
    "CreateAuthorizer": authorizers.create_authorizer,
    "GetAuthorizer": authorizers.get_authorizer,
    "GetAuthorizers": authorizers.get_authorizers,
    "UpdateAuthorizer": authorizers.update_authorizer,
    "DeleteAuthorizer": authorizers.delete_authorizer,
    "GetTags": tags.get_tags,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
}


def handlers(plane: ControlPlane) -> dict[str, Handler]:
    """A handler for every call that is answered."""
    return {name: handler(plane, each) for name, each in OPERATIONS.items()}
