"""Lambda authorizers of HTTP APIs.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigatewayv2.control.calls import ControlCall, new_id
from orderlab.cloud.apigatewayv2.control.deploying import deploy_automatically
from orderlab.cloud.apigatewayv2.control.errors import bad_request, conflict, not_found, too_many
from orderlab.cloud.apigatewayv2.control.lengths import check_lengths
from orderlab.cloud.apigatewayv2.model.functions import function_of
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi
from orderlab.cloud.aws_error import NotDoneYet

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_AUTHORIZERS = 10
_MAX_TTL = 3600
_SOURCE = re.compile(
    r"\$(request\.(header|querystring)\.[^,\s]+|(context|stageVariables)\.[^,\s]+)"
)
_SETTINGS = (
    "AuthorizerCredentialsArn", "AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds",
    "AuthorizerType", "AuthorizerUri", "EnableSimpleResponses", "IdentitySource", "Name",
)  # fmt: skip
_LENGTHS = {"Name": (1, 128), "AuthorizerUri": (1, 2048)}


def create_authorizer(call: ControlCall) -> Document:
    """CreateAuthorizer: a Lambda authorizer (REQUEST). JWT authorizers are refused by name."""
    api = call.api()
    if len(api.authorizers) >= MAX_AUTHORIZERS:
        raise too_many("authorizers", MAX_AUTHORIZERS)
    begun = {"AuthorizerId": new_id(6), "EnableSimpleResponses": False}
    authorizer = _checked(call, api, begun)
    api.authorizers[authorizer["AuthorizerId"]] = authorizer
    deploy_automatically(call, api)
    return authorizer


def _checked(call: ControlCall, api: HttpApi, before: Document) -> Document:
    """The authorizer with what was given. Raises BadRequestException, NotDoneYet."""
    given = call.input
    check_lengths(given, _LENGTHS)
    if given.get("AuthorizerType") == "JWT" or given.get("JwtConfiguration"):
        raise NotDoneYet("JWT authorizers, whose keys would be fetched from another machine")
    if given.get("IdentityValidationExpression"):
        raise bad_request("IdentityValidationExpression is not supported for REQUEST authorizers")
    authorizer = {**before, **call.only(*_SETTINGS)}
    for other in api.authorizers.values():
        if other["Name"] == authorizer["Name"] and other is not before:
            raise conflict("Authorizer name must be unique. Authorizer already exists.")
    if function_of(str(authorizer.get("AuthorizerUri") or "")) is None:
        raise bad_request("Invalid Authorizer URI: it must be the invocation path of a function")
    _check_format(authorizer)
    _check_identity(authorizer)
    call.require_role("AuthorizerCredentialsArn")
    return authorizer


def _check_format(authorizer: Document) -> None:
    version = authorizer.get("AuthorizerPayloadFormatVersion")
    if version not in ("1.0", "2.0"):
        raise bad_request(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer. "
            "Supported values are [1.0, 2.0]"
        )
    if authorizer.get("EnableSimpleResponses") and version == "1.0":
        raise bad_request("EnableSimpleResponses is supported with payload format version 2.0 only")


def _check_identity(authorizer: Document) -> None:
    ttl = authorizer.get("AuthorizerResultTtlInSeconds") or 0
    if not 0 <= ttl <= _MAX_TTL:
        raise bad_request(f"Authorizer result TTL must be between 0 and {_MAX_TTL} seconds")
    sources = authorizer.get("IdentitySource") or []
    for source in sources:
        if not _SOURCE.fullmatch(source):
            raise bad_request(f"Invalid identity source: {source}")
    if ttl and not sources:
        raise bad_request("IdentitySource is required when the authorizer's results are cached")


def _found(call: ControlCall) -> Document:
    found = call.api().authorizers.get(call.input["AuthorizerId"])
    if found is None:
        raise not_found("Authorizer", call.input["AuthorizerId"])
    return found


def get_authorizer(call: ControlCall) -> Document:
    """GetAuthorizer: one authorizer."""
    return _found(call)


def get_authorizers(call: ControlCall) -> Document:
    """GetAuthorizers: a page of the API's authorizers."""
    return call.page(call.api().authorizers.values())


def update_authorizer(call: ControlCall) -> Document:
    """UpdateAuthorizer: what is given replaces what was."""
    api, before = call.api(), _found(call)
    authorizer = api.authorizers[before["AuthorizerId"]] = _checked(call, api, before)
    deploy_automatically(call, api)
    return authorizer


def delete_authorizer(call: ControlCall) -> None:
    """DeleteAuthorizer. Raises ConflictException if a route still asks it."""
    api, authorizer = call.api(), _found(call)
    authorizer_id = authorizer["AuthorizerId"]
    for route in api.routes.values():
        if route.get("AuthorizerId") == authorizer_id:
            raise conflict(
                f"Cannot delete authorizer '{authorizer['Name']}', is referenced in route: "
                f"{route['RouteKey']}"
            )
    del api.authorizers[authorizer_id]
    deploy_automatically(call, api)
