"""Quick create: an API with a target has an integration, a route and a stage of its own.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
"""

from __future__ import annotations

from dataclasses import replace

from orderlab.cloud.apigatewayv2.control.calls import ControlCall
from orderlab.cloud.apigatewayv2.control.deploying import deployed_to_stage
from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.control.integrations import (
    MAX_TIMEOUT_MILLIS,
    add_integration,
    web_servers_refused,
)
from orderlab.cloud.apigatewayv2.control.routes import add_route, normalised_key
from orderlab.cloud.apigatewayv2.control.stages import new_stage
from orderlab.cloud.apigatewayv2.model.state import DEFAULT, Document, HttpApi


def make(call: ControlCall, api: HttpApi, target: str) -> None:
    """Make what `target` needs: a function's ARN, or the address of a web server."""
    integration = add_integration(
        replace(call, input=_integration(call, target)),
        api,
        {
            "ApiGatewayManaged": True,
            "ConnectionType": "INTERNET",
            "TimeoutInMillis": MAX_TIMEOUT_MILLIS,
        },
    )
    route = {
        "RouteKey": call.input.get("RouteKey") or DEFAULT,
        "Target": f"integrations/{integration['IntegrationId']}",
    }
    begun = {"ApiGatewayManaged": True, "ApiKeyRequired": False, "AuthorizationType": "NONE"}
    add_route(replace(call, input=route), api, begun)
    stage = new_stage(call, {"StageName": DEFAULT, "AutoDeploy": True})
    stage["ApiGatewayManaged"] = True
    api.stages[DEFAULT] = {**stage, **deployed_to_stage(call, api)}


def _integration(call: ControlCall, target: str) -> Document:
    if target.startswith(("http://", "https://")):
        raise web_servers_refused()
    return {
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": target,
        "PayloadFormatVersion": "2.0",
        **call.only("CredentialsArn"),
    }


def change(call: ControlCall, api: HttpApi) -> None:
    """UpdateApi's Target, RouteKey and CredentialsArn, which are about what quick create made."""
    given = call.only("Target", "RouteKey", "CredentialsArn")
    if not given:
        return
    integration = _managed(api.integrations)
    route = _managed(api.routes)
    if integration is None or route is None:
        raise bad_request("Target, RouteKey and CredentialsArn are for quick created APIs only")
    key = normalised_key(str(given.get("RouteKey", route["RouteKey"])))
    changed = {**integration, **call.only("CredentialsArn")}
    if target := given.get("Target"):
        changed.update(_integration(call, str(target)))
    api.integrations[integration["IntegrationId"]] = changed
    api.routes[route["RouteId"]] = {**route, "RouteKey": key}


def _managed(documents: dict[str, Document]) -> Document | None:
    return next((each for each in documents.values() if each.get("ApiGatewayManaged")), None)
