"""Lambda authorizers.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
"""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import (
    bad_request,
    conflict,
    limit_exceeded,
    not_found,
    validation_error,
)
from orderlab.cloud.apigateway.control.patch import Patchable, apply, text, whole
from orderlab.cloud.apigateway.model.integration_uris import function_of
from orderlab.cloud.apigateway.model.state import Document, new_id, shown
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern
from orderlab.cloud.aws_error import NotDoneYet

_MAX_AUTHORIZERS = 10
_KINDS = ("TOKEN", "REQUEST", "COGNITO_USER_POOLS")
_SOURCE = re.compile(
    r"^(method\.request\.(header|querystring)\.[^,\s]+|context\.[^,\s]+|stageVariables\.\w+)$"
)


def create_authorizer(call: ControlCall) -> Document:
    """CreateAuthorizer: a Lambda authorizer, of the type TOKEN or REQUEST.

    Raises ConflictException if the name is taken, BadRequestException for settings that an
    authorizer cannot have.
    """
    api = call.api()
    name = call.text("name")
    if not name:
        raise bad_request("Authorizer name must be non-empty")
    if any(each["name"] == name for each in api.authorizers.values()):
        raise conflict("Authorizer name must be unique. Authorizer already exists.")
    if len(api.authorizers) >= _MAX_AUTHORIZERS:
        raise limit_exceeded("Maximum number of Authorizers for this API has been reached.")
    ttl = call.body.get("authorizerResultTtlInSeconds")
    authorizer: Document = {
        "id": new_id(6),
        "name": name,
        "type": call.text("type"),
        "authType": call.text("authType") or "custom",
        "authorizerUri": call.text("authorizerUri"),
        "authorizerCredentials": call.text("authorizerCredentials"),
        "identitySource": call.text("identitySource"),
        "identityValidationExpression": call.text("identityValidationExpression"),
        "authorizerResultTtlInSeconds": 300 if ttl is None else ttl,
    }
    _check(authorizer)
    api.authorizers[authorizer["id"]] = authorizer
    return shown(authorizer)


def _check(authorizer: Document) -> None:
    kind = authorizer["type"]
    if kind not in _KINDS:
        raise validation_error(
            str(kind), "createAuthorizerInput.type", "[REQUEST, TOKEN, COGNITO_USER_POOLS]"
        )
    if kind == "COGNITO_USER_POOLS":
        raise NotDoneYet("Cognito user pool authorizers")
    if function_of(authorizer.get("authorizerUri") or "") is None:
        raise bad_request("Invalid Authorizer URI: it must be the invocation path of a function")
    ttl = authorizer["authorizerResultTtlInSeconds"]
    if isinstance(ttl, bool) or not isinstance(ttl, int) or not 0 <= ttl <= 3600:
        raise bad_request("Authorizer result TTL must be between 0 and 3600 seconds")
    _check_identity(authorizer, kind, ttl)


def _check_identity(authorizer: Document, kind: str, ttl: int) -> None:
    source = authorizer.get("identitySource")
    if kind == "TOKEN":
        authorizer["identitySource"] = source = source or "method.request.header.Authorization"
        if not re.fullmatch(r"method\.request\.header\.\S+", source):
            raise bad_request("Identity source of a TOKEN authorizer must be a header")
    elif ttl and not source:
        raise bad_request("Identity source required for REQUEST authorizer when caching is enabled")
    for each in (source or "").split(","):
        if each.strip() and not _SOURCE.match(each.strip()):
            raise bad_request(f"Invalid identity source specified: {each.strip()}")
    expression = authorizer.get("identityValidationExpression")
    if expression:
        if kind != "TOKEN":
            raise bad_request("Identity validation expression is for TOKEN authorizers only")
        try:
            java_pattern(expression)
        except TemplateError:
            raise bad_request("Invalid identity validation expression") from None


def _authorizer(call: ControlCall) -> Document:
    found = call.api().authorizers.get(call.path["authorizer_id"])
    if found is None:
        raise not_found("Invalid Authorizer identifier specified")
    return found


def get_authorizer(call: ControlCall) -> Document:
    """GetAuthorizer: the settings of one authorizer."""
    return shown(_authorizer(call))


def get_authorizers(call: ControlCall) -> Document:
    """GetAuthorizers: a page of the API's authorizers."""
    return call.page(call.api().authorizers.values())


def update_authorizer(call: ControlCall) -> Document:
    """UpdateAuthorizer: the changed settings are checked like those of a new authorizer."""
    authorizer = _authorizer(call)
    allowed = Patchable(
        {
            "name": text,
            "type": text,
            "authType": text,
            "authorizerUri": text,
            "authorizerCredentials": text,
            "identitySource": text,
            "identityValidationExpression": text,
            "authorizerResultTtlInSeconds": whole,
        },
        removable=frozenset(
            {"authorizerCredentials", "identitySource", "identityValidationExpression"}
        ),
        defaults={"authType": "custom", "authorizerResultTtlInSeconds": 300},
    )
    changed = apply(shown(authorizer), call.operations(), allowed)
    _check(changed)
    authorizer.clear()
    authorizer.update(changed)
    return shown(authorizer)


def delete_authorizer(call: ControlCall) -> None:
    """DeleteAuthorizer. Raises ConflictException if a method still uses it."""
    authorizer, api = _authorizer(call), call.api()
    for resource in api.resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            if method.get("authorizerId") == authorizer["id"]:
                raise conflict(
                    f"Cannot delete authorizer '{authorizer['name']}', is referenced in method: "
                    f"{resource['path']}/{verb}"
                )
    del api.authorizers[authorizer["id"]]
