"""Which function answers which call, and with which status. What is not here is refused."""

from __future__ import annotations

from orderlab.cloud.apigateway.control import (
    apis,
    authorizers,
    deployments,
    gateway_answers,
    integrations,
    keys,
    methods,
    models,
    openapi,
    resources,
    stages,
    tags,
    test_invoke,
    usage_plans,
)
from orderlab.cloud.apigateway.control.calls import ControlCall, ControlPlane, Operation, handler
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import Handler
from orderlab.cloud.protocols.rest_routes import routes

CREATED, ACCEPTED, NO_CONTENT, OK = 201, 202, 204, 200

OPERATIONS: dict[str, tuple[Operation, int]] = {
    "CreateRestApi": (apis.create_rest_api, CREATED),
    "ImportRestApi": (apis.create_rest_api, CREATED),
    "GetRestApi": (apis.get_rest_api, OK),
    "GetRestApis": (apis.get_rest_apis, OK),
    "PutRestApi": (openapi.put_rest_api, OK),
    "UpdateRestApi": (apis.update_rest_api, OK),
    "DeleteRestApi": (apis.delete_rest_api, ACCEPTED),
    "GetAccount": (apis.get_account, OK),
    "UpdateAccount": (apis.update_account, OK),
    "CreateResource": (resources.create_resource, CREATED),
    "GetResource": (resources.get_resource, OK),
    "GetResources": (resources.get_resources, OK),
    "UpdateResource": (resources.update_resource, OK),
    "DeleteResource": (resources.delete_resource, ACCEPTED),
    "PutMethod": (methods.put_method, CREATED),
    "GetMethod": (methods.get_method, OK),
    "UpdateMethod": (methods.update_method, OK),
    "DeleteMethod": (methods.delete_method, NO_CONTENT),
    "PutMethodResponse": (methods.put_method_response, CREATED),
    "GetMethodResponse": (methods.get_method_response, OK),
    "UpdateMethodResponse": (methods.update_method_response, CREATED),
    "DeleteMethodResponse": (methods.delete_method_response, NO_CONTENT),
    "PutIntegration": (integrations.put_integration, CREATED),
    "GetIntegration": (integrations.get_integration, OK),
    "UpdateIntegration": (integrations.update_integration, OK),
    "DeleteIntegration": (integrations.delete_integration, NO_CONTENT),
    "PutIntegrationResponse": (integrations.put_integration_response, CREATED),
    "GetIntegrationResponse": (integrations.get_integration_response, OK),
    "UpdateIntegrationResponse": (integrations.update_integration_response, OK),
    "DeleteIntegrationResponse": (integrations.delete_integration_response, NO_CONTENT),
    "CreateDeployment": (deployments.create_deployment, CREATED),
    "GetDeployment": (deployments.get_deployment, OK),
    "GetDeployments": (deployments.get_deployments, OK),
    "UpdateDeployment": (deployments.update_deployment, OK),
    "DeleteDeployment": (deployments.delete_deployment, ACCEPTED),
    "CreateStage": (stages.create_stage, CREATED),
    "GetStage": (stages.get_stage, OK),
    "GetStages": (stages.get_stages, OK),
    "UpdateStage": (stages.update_stage, OK),
    "DeleteStage": (stages.delete_stage, ACCEPTED),
    "FlushStageCache": (stages.flush_stage_cache, ACCEPTED),
    "FlushStageAuthorizersCache": (stages.flush_stage_authorizers_cache, ACCEPTED),
    "TestInvokeMethod": (test_invoke.test_invoke_method, OK),
    "CreateApiKey": (keys.create_api_key, CREATED),
    "ImportApiKeys": (keys.create_api_key, CREATED),
    "GetApiKey": (keys.get_api_key, OK),
    "GetApiKeys": (keys.get_api_keys, OK),
    "UpdateApiKey": (keys.update_api_key, OK),
    "DeleteApiKey": (keys.delete_api_key, ACCEPTED),
    "CreateUsagePlan": (usage_plans.create_usage_plan, CREATED),
    "GetUsagePlan": (usage_plans.get_usage_plan, OK),
    "GetUsagePlans": (usage_plans.get_usage_plans, OK),
    "UpdateUsagePlan": (usage_plans.update_usage_plan, OK),
    "DeleteUsagePlan": (usage_plans.delete_usage_plan, ACCEPTED),
    "CreateUsagePlanKey": (usage_plans.create_usage_plan_key, CREATED),
    "GetUsagePlanKey": (usage_plans.get_usage_plan_key, OK),
    "GetUsagePlanKeys": (usage_plans.get_usage_plan_keys, OK),
    "DeleteUsagePlanKey": (usage_plans.delete_usage_plan_key, ACCEPTED),
    "GetUsage": (usage_plans.get_usage, OK),
    "GetTags": (tags.get_tags, OK),
    "TagResource": (tags.tag_resource, NO_CONTENT),
    "UntagResource": (tags.untag_resource, NO_CONTENT),
    "CreateAuthorizer": (authorizers.create_authorizer, CREATED),
    "GetAuthorizer": (authorizers.get_authorizer, OK),
    "GetAuthorizers": (authorizers.get_authorizers, OK),
    "UpdateAuthorizer": (authorizers.update_authorizer, OK),
    "DeleteAuthorizer": (authorizers.delete_authorizer, ACCEPTED),
    "CreateModel": (models.create_model, CREATED),
    "GetModel": (models.get_model, OK),
    "GetModels": (models.get_models, OK),
    "UpdateModel": (models.update_model, OK),
    "DeleteModel": (models.delete_model, ACCEPTED),
    "CreateRequestValidator": (models.create_request_validator, CREATED),
    "GetRequestValidator": (models.get_request_validator, OK),
    "GetRequestValidators": (models.get_request_validators, OK),
    "UpdateRequestValidator": (models.update_request_validator, OK),
    "DeleteRequestValidator": (models.delete_request_validator, ACCEPTED),
    "PutGatewayResponse": (gateway_answers.put_gateway_response, CREATED),
    "GetGatewayResponse": (gateway_answers.get_gateway_response, OK),
    "GetGatewayResponses": (gateway_answers.get_gateway_responses, OK),
    "UpdateGatewayResponse": (gateway_answers.update_gateway_response, OK),
    "DeleteGatewayResponse": (gateway_answers.delete_gateway_response, ACCEPTED),
}


def handlers(plane: ControlPlane) -> dict[str, Handler]:
    """A handler for every call of the API; those that nothing answers refuse."""
    found = {name: handler(plane, each, status) for name, (each, status) in OPERATIONS.items()}
    for route in routes("apigateway"):
        if route.operation not in found:
            found[route.operation] = handler(plane, _refusal(route.operation), OK)
    return found


def _refusal(name: str) -> Operation:
    def refuse(call: ControlCall) -> None:
        raise NotDoneYet(f"the call {name} of API Gateway")

    return refuse
