"""Methods, integrations and authorizers as an OpenAPI document describes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.control.integrations import (
    check_integration,
    check_integration_response,
)
from orderlab.cloud.apigateway.control.methods import check_method
from orderlab.cloud.apigateway.control.models import check_references, invalid_model, schemas_of
from orderlab.cloud.apigateway.control.openapi_document import OpenApiDocument
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import check_schema
from orderlab.cloud.aws_error import NotDoneYet

_VERBS = {"get", "put", "post", "delete", "patch", "options", "head"}
_ANY = "x-amazon-apigateway-any-method"
_PLACES = {"query": "querystring", "path": "path", "header": "header"}
_INTEGRATION = "x-amazon-apigateway-integration"
_VALIDATOR = "x-amazon-apigateway-request-validator"
_COPIED = (
    "uri",
    "httpMethod",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "contentHandling",
    "timeoutInMillis",
    "connectionType",
)


def operations(item: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The methods of one path."""
    for name, operation in item.items():
        if name.lower() in _VERBS and isinstance(operation, Mapping):
            yield name.upper(), operation
        elif name == _ANY and isinstance(operation, Mapping):
            yield "ANY", operation


@dataclass(frozen=True, slots=True)
class Import:
    """What the methods of one import share; names of validators and of security schemes -> ids."""

    call: ControlCall
    api: RestApi
    document: OpenApiDocument
    validators: Mapping[str, str]
    authorizers: Mapping[str, str]


def add_method(
    into: Import,
    resource: Document,
    *,
    verb: str,
    operation: Mapping[str, Any],
    item: Mapping[str, Any],
) -> None:
    """One method with its responses and its integration, in place of one of that verb."""
    method: Document = {"httpMethod": verb, "authorizationType": "NONE", "apiKeyRequired": False}
    if operation.get("operationId"):
        method["operationName"] = operation["operationId"]
    _add_security(into, method, operation)
    _add_parameters(into, method, operation, item)
    name = operation.get(_VALIDATOR) or into.document.text_extension("request-validator")
    if name:
        if name not in into.validators:
            raise bad_request(f"Invalid request validator {name} specified")
        method["requestValidatorId"] = into.validators[name]
    _add_responses(method, operation, into.document)
    check_method(into.api, method)
    described = operation.get(_INTEGRATION)
    if isinstance(described, Mapping):
        method["methodIntegration"] = _integration(into.call, resource, method, described)
    resource.setdefault("resourceMethods", {})[verb] = method


def _add_security(into: Import, method: Document, operation: Mapping[str, Any]) -> None:
    wanted = operation.get("security", into.document.source.get("security")) or []
    for requirement in wanted:
        for name in requirement:
            meaning = into.authorizers.get(name)
            if meaning is None:
                raise NotDoneYet(f"the security scheme {name} of an OpenAPI document")
            if meaning == "api_key":
                method["apiKeyRequired"] = True
            elif meaning == "sigv4":
                method["authorizationType"] = "AWS_IAM"
            else:
                method.update(authorizationType="CUSTOM", authorizerId=meaning)


def _add_parameters(
    into: Import, method: Document, operation: Mapping[str, Any], item: Mapping[str, Any]
) -> None:
    api, document = into.api, into.document
    parameters: dict[str, bool] = {}
    models: dict[str, str] = {}
    for each in (*(item.get("parameters") or ()), *(operation.get("parameters") or ())):
        parameter = document.resolve(each)
        place = _PLACES.get(str(parameter.get("in")))
        if place:
            name = f"method.request.{place}.{parameter.get('name')}"
            parameters[name] = bool(parameter.get("required"))
        elif parameter.get("in") == "body":
            consumes = operation.get("consumes") or document.source.get("consumes")
            for kind in consumes or ["application/json"]:
                models[kind] = _model(api, document, parameter.get("schema"))
    body = document.resolve(operation.get("requestBody") or {})
    for kind, media in (body.get("content") or {}).items():
        if media.get("schema"):
            models[kind] = _model(api, document, media["schema"])
    method.update(
        {k: v for k, v in (("requestParameters", parameters), ("requestModels", models)) if v}
    )


def _model(api: RestApi, document: OpenApiDocument, schema: Any) -> str:
    """The name of a schema's model; one that is written out in place gets a name of its own."""
    try:
        name = document.model_name(schema)
        if name is None:
            described = document.with_model_references(schema or {}, api.id)
            check_schema(described)
            check_references(api.id, described, schemas_of(api))
    except ModelError as error:
        raise invalid_model(error) from None
    if name is None:
        name = f"MODEL{new_id(6)}"
        api.models[name] = {
            "id": new_id(6),
            "name": name,
            "contentType": "application/json",
            "schema": json.dumps(described),
        }
    return name


def _add_responses(
    method: Document, operation: Mapping[str, Any], document: OpenApiDocument
) -> None:
    responses: Document = {}
    for status, each in (operation.get("responses") or {}).items():
        if not str(status).isdecimal():
            continue
        headers = (document.resolve(each) or {}).get("headers") or {}
        response: Document = {"statusCode": str(status)}
        if headers:
            response["responseParameters"] = {
                f"method.response.header.{name}": False for name in headers
            }
        responses[str(status)] = response
    if responses:
        method["methodResponses"] = responses


def _integration(
    call: ControlCall, resource: Document, method: Document, described: Mapping[str, Any]
) -> Document:
    integration: Document = {
        "type": str(described.get("type") or "").upper(),
        "passthroughBehavior": str(described.get("passthroughBehavior") or "when_no_match").upper(),
        "timeoutInMillis": described.get("timeoutInMillis") or 29_000,
        "cacheNamespace": resource["id"],
        "cacheKeyParameters": list(described.get("cacheKeyParameters") or []),
    }
    integration.update({k: described[k] for k in _COPIED if described.get(k) is not None})
    check_integration(call, integration)
    responses: Document = {}
    for pattern, each in (described.get("responses") or {}).items():
        status = str(each.get("statusCode") or "200")
        response: Document = {"statusCode": status}
        if pattern != "default":
            response["selectionPattern"] = pattern
        for name in ("responseParameters", "responseTemplates", "contentHandling"):
            if each.get(name) is not None:
                response[name] = each[name]
        method.setdefault("methodResponses", {}).setdefault(status, {"statusCode": status})
        check_integration_response(method, response)
        responses[status] = response
    if responses:
        integration["integrationResponses"] = responses
    return integration


def add_authorizer(
    api: RestApi, name: str, scheme: Mapping[str, Any], settings: Mapping[str, Any]
) -> str:
    """A Lambda authorizer of a security scheme; its id."""
    kind = str(settings.get("type") or "").upper()
    if kind not in ("TOKEN", "REQUEST"):
        raise NotDoneYet(f"authorizers of the type {settings.get('type')}")
    source = settings.get("identitySource")
    if kind == "TOKEN" and not source:
        source = f"method.request.header.{scheme.get('name') or 'Authorization'}"
    known = next((a["id"] for a in api.authorizers.values() if a["name"] == name), new_id(6))
    ttl = settings.get("authorizerResultTtlInSeconds")
    api.authorizers[known] = {
        "id": known,
        "name": name,
        "type": kind,
        "authType": scheme.get("x-amazon-apigateway-authtype") or "custom",
        "authorizerUri": settings.get("authorizerUri"),
        "authorizerCredentials": settings.get("authorizerCredentials"),
        "identitySource": source,
        "identityValidationExpression": settings.get("identityValidationExpression"),
        "authorizerResultTtlInSeconds": 300 if ttl is None else ttl,
    }
    return known
