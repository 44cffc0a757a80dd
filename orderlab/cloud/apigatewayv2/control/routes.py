"""Routes: which requests go to which integration, and who may send them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigatewayv2.control.calls import ControlCall, new_id
from orderlab.cloud.apigatewayv2.control.deploying import deploy_automatically
from orderlab.cloud.apigatewayv2.control.errors import bad_request, conflict, not_found, too_many
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.model.state import DEFAULT, Document, HttpApi

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_ROUTES = 300
_VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_PART = re.compile(r"[a-zA-Z0-9._\-:~!$&'()*+,;=@%]+|\{[a-zA-Z0-9._\-]+\}")
_GREEDY = re.compile(r"\{[a-zA-Z0-9._\-]+\+\}")
_SETTINGS = (
    "AuthorizationScopes", "AuthorizationType", "AuthorizerId", "OperationName", "RouteKey",
    "Target",
)  # fmt: skip
# members of routes that WebSocket APIs alone have
_OF_WEB_SOCKETS = (
    "ApiKeyRequired", "ModelSelectionExpression", "RequestModels", "RequestParameters",
    "RouteResponseSelectionExpression",
)  # fmt: skip
_LENGTHS = {"OperationName": (1, 64), "Target": (1, 128)}
_BAD_KEY = (
    "The provided route key is not formatted properly for HTTP protocol. Format should be "
    "'<HTTP METHOD> /<RESOURCE PATH>' or '$default'"
)


def create_route(call: ControlCall) -> Document:
    """CreateRoute: a route key, such as `GET /orders/{id}`, and where its requests go."""
    api = call.api()
    if len(api.routes) >= MAX_ROUTES:
        raise too_many("routes", MAX_ROUTES)
    route = add_route(call, api, {"ApiKeyRequired": False, "AuthorizationType": "NONE"})
    deploy_automatically(call, api)
    return route


def add_route(call: ControlCall, api: HttpApi, begun: Document) -> Document:
    """A new route of an API, which no stage serves yet."""
    route = _checked(call, api, {**begun, "RouteId": new_id(7)})
    api.routes[route["RouteId"]] = route
    return route


def _checked(call: ControlCall, api: HttpApi, before: Document) -> Document:
    """The route with what was given. Raises BadRequestException, NotFoundException."""
    check_lengths(call.input, _LENGTHS)
    for name in _OF_WEB_SOCKETS:
        if call.input.get(name):
            raise bad_request(f"{name} is not supported for HTTP APIs")
    route = {**before, **call.only(*_SETTINGS)}
    key = route["RouteKey"] = normalised_key(str(route["RouteKey"]))
    for other in api.routes.values():
        if other["RouteKey"] == key and other["RouteId"] != route["RouteId"]:
            raise conflict(f"Route with key {key} already exists for this API")
    _check_target(api, route)
    _check_authorizer(api, route)
    return route


def normalised_key(key: str) -> str:
    """A route key, if it is one. Raises BadRequestException otherwise."""
    if key == DEFAULT:
        return key
    verb, _, path = key.partition(" ")
    if verb not in _VERBS or not path.startswith("/") or len(path) > 512:
        raise bad_request(_BAD_KEY)
    if path.endswith("/") and path != "/":
        raise bad_request(_BAD_KEY)
    names = []
    parts = path.split("/")[1:]
    for at, part in enumerate(parts):
        greedy = _GREEDY.fullmatch(part)
        if greedy and at < len(parts) - 1:
            raise bad_request("Greedy path variables must be at the end of the route's path")
        if part and not greedy and not _PART.fullmatch(part):
            raise bad_request(_BAD_KEY)
        if part.startswith("{"):
            names.append(part.strip("{+}"))
    if len(set(names)) < len(names):
        raise bad_request("The path variables of a route must have different names")
    return key


def _check_target(api: HttpApi, route: Document) -> None:
    target = route.get("Target")
    if not target:
        return
    kind, _, integration_id = str(target).partition("/")
    if kind != "integrations" or not integration_id:
        raise bad_request("Target must be of the form integrations/<integration-id>")
    if integration_id not in api.integrations:
        raise not_found("Integration", integration_id)


def _check_authorizer(api: HttpApi, route: Document) -> None:
    kind, authorizer_id = route["AuthorizationType"], route.get("AuthorizerId")
    if kind in ("NONE", "AWS_IAM"):
        if authorizer_id and kind == "AWS_IAM":
            raise bad_request("AuthorizerId is not supported with the authorization type AWS_IAM")
        route.pop("AuthorizerId", None)
        return
    if not authorizer_id:
        raise bad_request("AuthorizerId is required for authorization types CUSTOM and JWT")
    authorizer = api.authorizers.get(str(authorizer_id))
    if authorizer is None:
        raise not_found("Authorizer", str(authorizer_id))
    if (authorizer["AuthorizerType"] == "JWT") != (kind == "JWT"):
        raise bad_request(f"The authorizer {authorizer_id} does not fit authorization type {kind}")
    if route.get("AuthorizationScopes") and kind != "JWT":
        raise bad_request("AuthorizationScopes are supported with the authorization type JWT only")


def _found(call: ControlCall) -> Document:
    found = call.api().routes.get(call.input["RouteId"])
    if found is None:
        raise not_found("Route", call.input["RouteId"])
    return found


def get_route(call: ControlCall) -> Document:
    """GetRoute: one route."""
    return _found(call)


def get_routes(call: ControlCall) -> Document:
    """GetRoutes: a page of the API's routes."""
    return call.page(call.api().routes.values())


def update_route(call: ControlCall) -> Document:
    """UpdateRoute: what is given replaces what was."""
    api, before = call.api(), _found(call)
    if (
        before.get("ApiGatewayManaged")
        and call.input.get("RouteKey", DEFAULT) != before["RouteKey"]
    ):
        raise bad_request("The key of a route that is managed by API Gateway cannot be changed")
    route = api.routes[before["RouteId"]] = _checked(call, api, before)
    deploy_automatically(call, api)
    return route


def delete_route(call: ControlCall) -> None:
    """DeleteRoute, with the settings that stages have for it."""
    api, route = call.api(), _found(call)
    del api.routes[route["RouteId"]]
    for name, stage in api.stages.items():
        settings = {k: v for k, v in stage["RouteSettings"].items() if k != route["RouteKey"]}
        api.stages[name] = {**stage, "RouteSettings": settings}
    deploy_automatically(call, api)
