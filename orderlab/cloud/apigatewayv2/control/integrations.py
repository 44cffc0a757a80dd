"""Integrations: what stands behind routes.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html
Differs from AWS: functions, EventBridge and SQS only; no web servers, private integrations or other
services.
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control.calls import ControlCall, new_id
from orderlab.cloud.apigatewayv2.control.deploying import deploy_automatically
from orderlab.cloud.apigatewayv2.control.errors import bad_request, conflict, not_found, too_many
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.control.mappings import check_mappings
from orderlab.cloud.apigatewayv2.model.functions import function_of
from orderlab.cloud.apigatewayv2.model.service_calls import SERVICE_CALLS, UNDONE_CALLS
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi
from orderlab.cloud.aws_error import NotDoneYet

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_INTEGRATIONS = 300
MAX_TIMEOUT_MILLIS = 30_000
_SETTINGS = (
    "ConnectionType", "CredentialsArn", "Description", "IntegrationMethod", "IntegrationSubtype",
    "IntegrationType", "IntegrationUri", "PayloadFormatVersion", "RequestParameters",
    "ResponseParameters", "TimeoutInMillis",
)  # fmt: skip
# members of integrations that WebSocket APIs alone have
_OF_WEB_SOCKETS = (
    "ContentHandlingStrategy", "PassthroughBehavior", "RequestTemplates",
    "TemplateSelectionExpression",
)  # fmt: skip
_LENGTHS = {
    "Description": (0, 1024), "IntegrationMethod": (1, 64), "IntegrationSubtype": (1, 128),
    "IntegrationUri": (1, 2048),
}  # fmt: skip


def create_integration(call: ControlCall) -> Document:
    """CreateIntegration: a function, or a call of SQS or EventBridge."""
    api = call.api()
    if len(api.integrations) >= MAX_INTEGRATIONS:
        raise too_many("integrations", MAX_INTEGRATIONS)
    begun = {"ConnectionType": "INTERNET", "TimeoutInMillis": MAX_TIMEOUT_MILLIS}
    integration = add_integration(call, api, begun)
    deploy_automatically(call, api)
    return integration


def add_integration(call: ControlCall, api: HttpApi, begun: Document) -> Document:
    """A new integration of an API."""
    integration = _checked(call, {**begun, "IntegrationId": new_id(7)})
    api.integrations[integration["IntegrationId"]] = integration
    return integration


def _checked(call: ControlCall, before: Document) -> Document:
    """The integration with what was given. Raises BadRequestException, NotDoneYet."""
    given = call.input
    check_lengths(given, _LENGTHS)
    for name in _OF_WEB_SOCKETS:
        if given.get(name):
            raise bad_request(f"{name} is not supported for HTTP APIs")
    if given.get("ConnectionId") or given.get("ConnectionType") == "VPC_LINK":
        raise NotDoneYet("private integrations (VPC links) of HTTP APIs")
    integration = {**before, **call.only(*_SETTINGS)}
    kind = integration.get("IntegrationType")
    if kind == "HTTP_PROXY":
        raise web_servers_refused()
    if kind != "AWS_PROXY":
        raise bad_request(
            "Currently, an API with a protocol type of HTTP may only be associated with proxy "
            "integrations (AWS_PROXY, HTTP_PROXY)"
        )
    if given.get("TlsConfig"):
        raise bad_request("TlsConfig is supported for private integrations only")
    if not 50 <= integration["TimeoutInMillis"] <= MAX_TIMEOUT_MILLIS:
        raise bad_request(f"Timeout should be between 50 ms and {MAX_TIMEOUT_MILLIS} ms")
    call.require_role("CredentialsArn")
    for name in ("RequestParameters", "ResponseParameters"):
        integration[name] = _merged(before.get(name), given.get(name))
    _check_backend(integration)
    check_mappings(integration)
    return {name: each for name, each in integration.items() if each not in ("", {})}


def _merged(before: Document | None, given: Document | None) -> Document:
    """Mappings with those that are given; an empty one takes the one of its name away."""
    return {name: each for name, each in {**(before or {}), **(given or {})}.items() if each}


def web_servers_refused() -> NotDoneYet:
    """The refusal of what would send requests to a web server."""
    return NotDoneYet("HTTP_PROXY integrations of HTTP APIs, since nothing leaves this machine")


def _check_backend(integration: Document) -> None:
    version = integration.get("PayloadFormatVersion")
    if subtype := integration.get("IntegrationSubtype"):
        _check_service(integration, str(subtype))
        return
    if version is None:
        raise bad_request("PayloadFormatVersion is a required field for AWS_PROXY integrations")
    if version not in ("1.0", "2.0"):
        raise bad_request("PayloadFormatVersion must be one of [1.0, 2.0]")
    uri = str(integration.get("IntegrationUri") or "")
    if not uri:
        raise bad_request("IntegrationUri is required for AWS_PROXY integrations")
    if function_of(uri) is None:
        raise bad_request("Invalid function ARN or invalid URI specified for the integration")
    if integration.setdefault("IntegrationMethod", "POST") != "POST":
        raise bad_request("HttpMethod must be POST for AWS_PROXY IntegrationType.")


def _check_service(integration: Document, subtype: str) -> None:
    """A call of a service, which needs a role and its required parameters."""
    if subtype in UNDONE_CALLS:
        raise NotDoneYet(f"the integration subtype {subtype} of HTTP APIs")
    found = SERVICE_CALLS.get(subtype)
    if found is None:
        raise bad_request(f"Unknown integration subtype: {subtype}")
    if integration.get("PayloadFormatVersion", "1.0") != "1.0":
        raise bad_request("PayloadFormatVersion must be 1.0 for service integrations")
    integration["PayloadFormatVersion"] = "1.0"
    if not integration.get("CredentialsArn"):
        raise bad_request("CredentialsArn is required for service integrations")
    if integration.get("IntegrationUri"):
        raise bad_request("IntegrationUri is not supported with an integration subtype")
    given = set(integration.get("RequestParameters") or {})
    if missing := sorted(found.required - given):
        raise bad_request(
            f"Parameters: [{', '.join(missing)}] are required for the integration subtype {subtype}"
        )
    if unknown := sorted(given - found.required - found.optional):
        raise bad_request(
            f"Parameters: [{', '.join(unknown)}] are not valid for the integration subtype "
            f"{subtype}"
        )


def _found(call: ControlCall) -> Document:
    found = call.api().integrations.get(call.input["IntegrationId"])
    if found is None:
        raise not_found("Integration", call.input["IntegrationId"])
    return found


def get_integration(call: ControlCall) -> Document:
    """GetIntegration: one integration."""
    return _found(call)


def get_integrations(call: ControlCall) -> Document:
    """GetIntegrations: a page of the API's integrations."""
    return call.page(call.api().integrations.values())


def update_integration(call: ControlCall) -> Document:
    """UpdateIntegration: what is given replaces what was; an empty text or map takes it away."""
    api, before = call.api(), _found(call)
    integration = api.integrations[before["IntegrationId"]] = _checked(call, before)
    deploy_automatically(call, api)
    return integration


def delete_integration(call: ControlCall) -> None:
    """DeleteIntegration. Raises ConflictException if a route still leads to it."""
    api, integration_id = call.api(), _found(call)["IntegrationId"]
    target = f"integrations/{integration_id}"
    using = [name for name, route in api.routes.items() if route.get("Target") == target]
    if using:
        raise conflict(
            "Cannot delete Integration because it is referenced by the following Routes with Ids: "
            f"[{', '.join(using)}]"
        )
    del api.integrations[integration_id]
    deploy_automatically(call, api)
