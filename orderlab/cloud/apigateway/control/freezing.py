"""Freezing an API: the documents that calls edit become what a deployment serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.model.deployed import (
    DeployedApi,
    DeployedIntegration,
    DeployedMethod,
    DeployedResponse,
    GatewayAnswer,
    Requirement,
    SelectionPattern,
    Templates,
)
from orderlab.cloud.apigateway.model.mappings import request_mappings, response_mappings
from orderlab.cloud.apigateway.model.routes import Routes
from orderlab.cloud.apigateway.model.state import RestApi
from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.schemas.errors import ModelError

Document = Mapping[str, Any]
DEFAULT_TIMEOUT_MILLIS = 29_000


def freeze(api: RestApi, deployment_id: str) -> DeployedApi:
    """The API as it is now, for a deployment.

    Takes long enough for large APIs that it is to be called on a thread.
    """
    kept = _copied(api)
    document = kept.document
    return DeployedApi(
        deployment_id=deployment_id,
        routes=_routes(kept),
        binary_media_types=frozenset(
            kind.lower() for kind in document.get("binaryMediaTypes") or ()
        ),
        api_key_source=document.get("apiKeySource") or "HEADER",
        policy=document.get("policy"),
        endpoint_disabled=bool(document.get("disableExecuteApiEndpoint")),
        gateway_responses={
            name: GatewayAnswer(
                _status(response.get("statusCode")),
                Templates(response.get("responseTemplates")),
                dict(response.get("responseParameters") or {}),
            )
            for name, response in kept.gateway_responses.items()
        },
    )


def _copied(api: RestApi) -> RestApi:
    """The API without any part that later edits could reach."""
    # each by itself, so that the rest of the cloud gets its turn between them
    return RestApi(
        _copy(api.document),
        {name: _copy(each) for name, each in list(api.resources.items())},
        {name: _copy(each) for name, each in list(api.models.items())},
        _copy(api.validators),
        _copy(api.authorizers),
        _copy(api.gateway_responses),
    )


def _copy(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _status(code: str | None) -> int | None:
    return int(code) if code else None


def _routes(api: RestApi) -> Routes[DeployedMethod]:
    routes: Routes[DeployedMethod] = Routes()
    models = _Models(api)
    for resource in api.resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            if method.get("methodIntegration"):
                routes.add(resource["path"], verb, _method(api, resource, method, models))
    return routes


def _method(api: RestApi, resource: Document, method: Document, models: _Models) -> DeployedMethod:
    validator = api.validators.get(method.get("requestValidatorId") or "") or {}
    return DeployedMethod(
        resource_id=resource["id"],
        path=resource["path"],
        http_method=method["httpMethod"],
        integration=_integration(method["methodIntegration"]),
        authorization_type=method.get("authorizationType") or "NONE",
        authorizer=api.authorizers.get(method.get("authorizerId") or ""),
        api_key_required=bool(method.get("apiKeyRequired")),
        operation_name=method.get("operationName"),
        required=_requirements(method) if validator.get("validateRequestParameters") else (),
        models=models.of(method) if validator.get("validateRequestBody") else {},
    )


def _requirements(method: Document) -> tuple[Requirement, ...]:
    found = []
    for name, needed in (method.get("requestParameters") or {}).items():
        if needed:
            location, _, parameter = name.removeprefix("method.request.").partition(".")
            found.append(Requirement(location, parameter))
    return tuple(found)


def _integration(document: Document) -> DeployedIntegration:
    responses = (document.get("integrationResponses") or {}).values()
    return DeployedIntegration(
        kind=document["type"],
        uri=document.get("uri") or "",
        http_method=document.get("httpMethod"),
        credentials=document.get("credentials"),
        passthrough=document.get("passthroughBehavior") or "WHEN_NO_MATCH",
        content_handling=document.get("contentHandling"),
        timeout_seconds=(document.get("timeoutInMillis") or DEFAULT_TIMEOUT_MILLIS) / 1000,
        mappings=request_mappings(document.get("requestParameters")),
        templates=Templates(document.get("requestTemplates")),
        responses=tuple(map(_response, responses)),
    )


def _response(document: Document) -> DeployedResponse:
    return DeployedResponse(
        status=int(document["statusCode"]),
        pattern=SelectionPattern(document.get("selectionPattern") or ""),
        content_handling=document.get("contentHandling"),
        mappings=response_mappings(document.get("responseParameters")),
        templates=Templates(document.get("responseTemplates")),
    )


class _Models:
    """The API's models, each compiled when the first method uses it."""

    def __init__(self, api: RestApi) -> None:
        self._schemas: dict[str, Any] = {
            name: json.loads(model.get("schema") or "{}") for name, model in api.models.items()
        }
        self._compiled: dict[str, BodyModel | None] = {}

    def of(self, method: Document) -> dict[str, BodyModel]:
        """The models of a method's requests, by content type."""
        found = {
            kind.lower(): self._get(name)
            for kind, name in (method.get("requestModels") or {}).items()
        }
        return {kind: model for kind, model in found.items() if model is not None}

    def _get(self, name: str) -> BodyModel | None:
        if name not in self._compiled:
            try:
                self._compiled[name] = BodyModel(self._schemas[name], self._schemas)
            except (ModelError, KeyError):
                self._compiled[name] = None
        return self._compiled[name]
