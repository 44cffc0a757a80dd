"""REST APIs themselves."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

from orderlab.cloud.apigateway.control import openapi
from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.compression import compression_size, refuse_compression
from orderlab.cloud.apigateway.control.errors import bad_request, limit_exceeded, validation_error
from orderlab.cloud.apigateway.control.patch import Patchable, apply, flag, text, value_of
from orderlab.cloud.apigateway.data.access_policy import has_conditions
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id, shown
from orderlab.cloud.aws_error import NotDoneYet

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
_MAX_POLICY = 8192
_ENDPOINTS = ("PRIVATE", "EDGE", "REGIONAL")
_KEY_SOURCES = ("AUTHORIZER", "HEADER")
_PATCHABLE = Patchable(
    members={
        "name": text,
        "description": text,
        "apiKeySource": text,
        "disableExecuteApiEndpoint": flag,
        "minimumCompressionSize": compression_size,
        "policy": text,
        "version": text,
    },
    lists=frozenset({"binaryMediaTypes"}),
    removable=frozenset({"description", "policy", "minimumCompressionSize", "version"}),
    defaults={"apiKeySource": "HEADER"},
)
_DEFAULT_MODELS: tuple[Document, ...] = (
    {
        "name": "Error",
        "description": "This is a default error schema model",
        "contentType": "application/json",
        "schema": json.dumps(
            {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "title": "Error Schema",
                "type": "object",
                "properties": {"message": {"type": "string"}},
            },
            indent=2,
        ),
    },
    {
        "name": "Empty",
        "description": "This is a default empty schema model",
        "contentType": "application/json",
        "schema": json.dumps(
            {
                "$schema": "http://json-schema.org/draft-04/schema#",
                "title": "Empty Schema",
                "type": "object",
            },
            indent=2,
        ),
    },
)


def create_rest_api(call: ControlCall) -> Document | Awaitable[Document]:
    """CreateRestApi, and ImportRestApi, which is told by its query only."""
    if call.query.get("mode") == ["import"]:
        return openapi.import_rest_api(call, new_api)
    if call.body.get("cloneFrom"):
        raise NotDoneYet("cloning of REST APIs (cloneFrom)")
    name = call.text("name")
    if not name:
        raise bad_request("API name must be non-empty")
    if call.text("description") == "":
        raise bad_request("Description cannot be an empty string")
    endpoint = _endpoint(call.mapping("endpointConfiguration"))
    api = new_api(call, name, {**call.body, "endpointConfiguration": endpoint})
    call.state.rest_apis[api.id] = api
    return shown(api.document)


def new_api(call: ControlCall, name: str, settings: Document) -> RestApi:
    """An API with its root resource and the two models that every API begins with."""
    key_source = settings.get("apiKeySource") or "HEADER"
    if key_source not in _KEY_SOURCES:
        raise validation_error(
            str(key_source), "createRestApiInput.apiKeySource", f"[{', '.join(_KEY_SOURCES)}]"
        )
    check_policy(settings.get("policy"))
    refuse_compression(settings)
    binary = settings.get("binaryMediaTypes")
    root_id = new_id()
    api = RestApi(
        {
            "id": new_id(),
            "name": name,
            "description": settings.get("description"),
            "createdDate": call.now(),
            "version": settings.get("version"),
            "binaryMediaTypes": list(dict.fromkeys(binary)) if binary else None,
            "apiKeySource": key_source,
            "endpointConfiguration": settings["endpointConfiguration"],
            "policy": settings.get("policy"),
            "tags": settings.get("tags") or None,
            "disableExecuteApiEndpoint": bool(settings.get("disableExecuteApiEndpoint")),
            "rootResourceId": root_id,
        }
    )
    api.resources[root_id] = {"id": root_id, "path": "/"}
    for model in _DEFAULT_MODELS:
        api.models[model["name"]] = {"id": new_id(6), **model}
    return api


def check_policy(policy: object) -> None:
    """A resource policy must be JSON; conditions are refused."""
    if not policy:
        return
    if len(str(policy)) > _MAX_POLICY:
        raise limit_exceeded(f"The resource policy is longer than {_MAX_POLICY} characters")
    try:
        conditional = has_conditions(str(policy))
    except (ValueError, RecursionError):
        raise bad_request("Invalid policy document. Please check the policy syntax") from None
    if conditional:
        raise NotDoneYet("conditions in the resource policy of a REST API")


def _endpoint(given: Document | None) -> Document:
    given = given or {}
    types = ["EDGE"] if given.get("types") is None else given["types"]
    if not types:
        raise bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if len(types) > 1:
        raise bad_request("Cannot create an api with multiple Endpoint Types.")
    for each in types:
        if each not in _ENDPOINTS:
            raise validation_error(
                str(each),
                "createRestApiInput.endpointConfiguration.types",
                "[PRIVATE, EDGE, REGIONAL]",
            )
    if "PRIVATE" in types:
        raise NotDoneYet("private REST APIs")
    address = given.get("ipAddressType") or "ipv4"
    if address not in ("ipv4", "dualstack"):
        raise bad_request("ipAddressType must be either ipv4 or dualstack.")
    return {"types": list(types), "ipAddressType": address}


def get_rest_api(call: ControlCall) -> Document:
    """GetRestApi: the settings of one API."""
    return shown(call.api().document)


def get_rest_apis(call: ControlCall) -> Document:
    """GetRestApis: a page of the Region's APIs."""
    return call.page(api.document for api in call.state.rest_apis.values())


def delete_rest_api(call: ControlCall) -> None:
    """DeleteRestApi: the API with its stages, which leave their usage plans."""
    api = call.api()
    del call.state.rest_apis[api.id]
    for plan in call.state.access.plans.values():
        plan["apiStages"] = [s for s in plan.get("apiStages") or () if s["apiId"] != api.id]


def update_rest_api(call: ControlCall) -> Document:
    """UpdateRestApi: name, description, policy, binary media types and the other settings.

    Raises BadRequestException for what cannot be patched, and for values that an API cannot have.
    """
    api = call.api()
    changed = shown(api.document)
    rest: list[Document] = []
    for operation in call.operations():
        path = str(operation.get("path"))
        if path.startswith("/endpointConfiguration/"):
            _patch_endpoint(changed, operation, path.removeprefix("/endpointConfiguration/"))
        elif path == "/binaryMediaTypes":
            # types are added by their name, as in /binaryMediaTypes/image~1png
            raise bad_request(f"Invalid patch path {path}")
        else:
            rest.append(operation)
    apply(changed, rest, _PATCHABLE)
    if changed.get("apiKeySource") not in _KEY_SOURCES:
        raise bad_request("Invalid API key source. Valid values are HEADER and AUTHORIZER")
    if not changed.get("name"):
        raise bad_request("API name must be non-empty")
    check_policy(changed.get("policy"))
    refuse_compression(changed)
    api.document = changed
    return shown(changed)


def _patch_endpoint(document: Document, operation: Document, place: str) -> None:
    value = value_of(operation)
    if place == "ipAddressType":
        if value not in ("ipv4", "dualstack"):
            raise bad_request("ipAddressType must be either ipv4 or dualstack.")
        document["endpointConfiguration"]["ipAddressType"] = value
    elif place.partition("/")[0] == "types":
        if value not in _ENDPOINTS:
            raise bad_request(
                "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"
            )
        kept = document["endpointConfiguration"]
        document["endpointConfiguration"] = _endpoint({**kept, "types": [value]})
    else:
        raise bad_request(f"Invalid patch path /endpointConfiguration/{place}")


def get_account(call: ControlCall) -> Document:
    """GetAccount: the settings of the account in this Region."""
    return shown(call.state.settings)


def update_account(call: ControlCall) -> Any:
    """The role by which the gateway writes its logs; it must trust the gateway."""
    changed = shown(call.state.settings)
    apply(
        changed,
        call.operations(),
        Patchable(
            {"cloudwatchRoleArn": text},
            lists=frozenset({"features"}),
            removable=frozenset({"cloudwatchRoleArn"}),
        ),
    )
    role = changed.get("cloudwatchRoleArn")
    if role and not call.plane.roles.may_assume(role, "apigateway.amazonaws.com"):
        raise bad_request(
            "The role ARN does not have required permissions configured. Please grant trust "
            "permission for API Gateway and add the required role policy."
        )
    call.state.settings = changed
    return shown(changed)
