"""HTTP APIs themselves, and quick create.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""

from __future__ import annotations

from orderlab.cloud.apigatewayv2.control import quick_create
from orderlab.cloud.apigatewayv2.control.calls import ControlCall, new_id
from orderlab.cloud.apigatewayv2.control.cors import checked_cors
from orderlab.cloud.apigatewayv2.control.deploying import deploy_automatically
from orderlab.cloud.apigatewayv2.control.errors import bad_request
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.control.tag_rules import checked_tags
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi
from orderlab.cloud.aws_error import NotDoneYet

_SELECTION = "${request.method} ${request.path}"
_KEY_SELECTION = "$request.header.x-api-key"
_SETTINGS = ("Description", "DisableExecuteApiEndpoint", "IpAddressType", "Name", "Version")
_LENGTHS = {"Name": (1, 128), "Description": (0, 1024), "Version": (1, 64)}


def create_api(call: ControlCall) -> Document:
    """CreateApi: an HTTP API; with a target, also an integration, a route and a stage."""
    given = call.input
    _check(call)
    api = HttpApi(
        {
            "ApiKeySelectionExpression": _KEY_SELECTION,
            "DisableExecuteApiEndpoint": False,
            "IpAddressType": "ipv4",
            **call.only(*_SETTINGS),
            "ApiId": (api_id := new_id(10)),
            "ApiEndpoint": f"https://{api_id}.execute-api.{call.region}.amazonaws.com",
            "ProtocolType": "HTTP",
            "RouteSelectionExpression": _SELECTION,
            "CorsConfiguration": checked_cors(given.get("CorsConfiguration")),
            "CreatedDate": call.now(),
            "Tags": checked_tags(given.get("Tags")),
        },
        call.plane.registry.account_id,
        call.region,
    )
    if target := given.get("Target"):
        quick_create.make(call, api, str(target))
    elif given.get("RouteKey") or given.get("CredentialsArn"):
        raise bad_request("Target must be specified to quick create an API")
    call.plane.registry.add(api)
    return api.document


def _check(call: ControlCall) -> None:
    given = call.input
    check_lengths(given, _LENGTHS)
    protocol = given.get("ProtocolType", "HTTP")
    if protocol == "WEBSOCKET":
        raise NotDoneYet("WebSocket APIs")
    if given.get("RouteSelectionExpression", _SELECTION) != _SELECTION:
        raise bad_request(
            f"Invalid RouteSelectionExpression. Only {_SELECTION} is supported for HTTP APIs"
        )
    if given.get("ApiKeySelectionExpression", _KEY_SELECTION) != _KEY_SELECTION:
        raise bad_request("ApiKeySelectionExpression is not supported for HTTP APIs")
    if given.get("DisableSchemaValidation"):
        raise bad_request("DisableSchemaValidation is not supported for HTTP APIs")


def get_api(call: ControlCall) -> Document:
    """GetApi: the settings of one API."""
    return call.api().document


def get_apis(call: ControlCall) -> Document:
    """GetApis: a page of the Region's APIs."""
    return call.page(api.document for api in call.plane.registry.of_region(call.region))


def update_api(call: ControlCall) -> Document:
    """UpdateApi: what is given replaces what was; a target changes what quick create made."""
    api = call.api()
    _check(call)
    changed = {**api.document, **call.only(*_SETTINGS)}
    if "CorsConfiguration" in call.input:
        changed["CorsConfiguration"] = checked_cors(call.input["CorsConfiguration"])
    quick_create.change(call, api)
    api.document = changed
    deploy_automatically(call, api)
    return api.document


def delete_api(call: ControlCall) -> None:
    """DeleteApi: the API and all that is in it."""
    api = call.api()
    call.plane.registry.remove(api)
    for stage in api.stages:
        call.plane.forget_stage(api.id, stage)


def delete_cors_configuration(call: ControlCall) -> None:
    """DeleteCorsConfiguration: requests of web pages are the functions' business again."""
    api = call.api()
    api.document = {**api.document, "CorsConfiguration": None}
    deploy_automatically(call, api)
