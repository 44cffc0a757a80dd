"""What a deployment froze: the API as it was, compiled for serving.

A stage serves one of these; edits that come after the deployment do not show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from orderlab.cloud.apigateway.model.routes import Routes
from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.schemas.errors import ModelError

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.budget import Budget
    from orderlab.cloud.apigateway.model.mappings import ParameterMapping
    from orderlab.cloud.apigateway.model.state import RestApi
    from orderlab.cloud.apigateway.vtl.template import Template
    from orderlab.cloud.patterns.expressions import Expression

Document = Mapping[str, Any]
DEFAULT_TIMEOUT_MILLIS = 29_000


class DeployedResponse:
    """One integration response: when it is chosen, and what it makes of the answer."""

    def __init__(self, document: Document) -> None:
        self.status = int(document["statusCode"])
        self.pattern: str = document.get("selectionPattern") or ""
        self.content_handling: str | None = document.get("contentHandling")
        self.templates = Templates(document.get("responseTemplates"))
        self._parameters = document.get("responseParameters")

    @cached_property
    def parameters(self) -> tuple[ParameterMapping, ...]:
        from orderlab.cloud.apigateway.model.mappings import response_mappings

        return response_mappings(self._parameters)

    @cached_property
    def _compiled(self) -> Expression | None:
        from orderlab.cloud.apigateway.vtl.errors import TemplateError
        from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern

        try:
            return java_pattern(self.pattern)
        except TemplateError:
            return None

    def matches(self, text: str) -> bool:
        """Whether the whole of a status or an error message fits the selection pattern."""
        return bool(self._compiled and self._compiled.matches(text))


class Templates:
    """Mapping templates by content type, compiled when they are first used."""

    def __init__(self, sources: Mapping[str, str | None] | None) -> None:
        self.sources = {kind.lower(): source or "" for kind, source in (sources or {}).items()}
        self._compiled: dict[str, Template] = {}

    def __bool__(self) -> bool:
        return bool(self.sources)

    def get(self, content_type: str, budget: Budget | None = None) -> Template | None:
        """The template of a content type; BudgetSpent if it is large and was not read before."""
        found = self._compiled.get(content_type)
        if found is None and (source := self.sources.get(content_type)) is not None:
            from orderlab.cloud.apigateway.vtl.template import MAX_SMALL, compile_template

            found = compile_template(source, budget)
            if len(source) <= MAX_SMALL:
                self._compiled[content_type] = found
        return found


class DeployedIntegration:
    """Where a method's requests go."""

    def __init__(self, document: Document) -> None:
        self.kind: str = document["type"]
        self.uri: str = document.get("uri") or ""
        self.http_method: str | None = document.get("httpMethod")
        self.credentials: str | None = document.get("credentials")
        self.passthrough: str = document.get("passthroughBehavior") or "WHEN_NO_MATCH"
        self.content_handling: str | None = document.get("contentHandling")
        self.timeout_seconds = (document.get("timeoutInMillis") or DEFAULT_TIMEOUT_MILLIS) / 1000
        self.templates = Templates(document.get("requestTemplates"))
        self._parameters = document.get("requestParameters")
        self.responses = tuple(
            DeployedResponse(response)
            for response in (document.get("integrationResponses") or {}).values()
        )

    @cached_property
    def parameters(self) -> tuple[ParameterMapping, ...]:
        from orderlab.cloud.apigateway.model.mappings import request_mappings

        return request_mappings(self._parameters)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A parameter that a validator wants to see."""

    location: str
    name: str


class DeployedMethod:
    """One method of one resource, with everything that its requests meet."""

    def __init__(
        self, api: RestApi, resource: Document, document: Document, models: Models
    ) -> None:
        self.resource_id: str = resource["id"]
        self.path: str = resource["path"]
        self.http_method: str = document["httpMethod"]
        self.authorization_type: str = document.get("authorizationType") or "NONE"
        self.api_key_required = bool(document.get("apiKeyRequired"))
        self.operation_name: str | None = document.get("operationName")
        self.authorizer = api.authorizers.get(document.get("authorizerId") or "")
        self.integration = DeployedIntegration(document["methodIntegration"])
        self.responses: dict[str, Any] = dict(document.get("methodResponses") or {})
        validator = api.validators.get(document.get("requestValidatorId") or "") or {}
        self.required: tuple[Requirement, ...] = ()
        if validator.get("validateRequestParameters"):
            self.required = _requirements(document)
        self.models: dict[str, BodyModel] = {}
        if validator.get("validateRequestBody"):
            self.models = models.of(document)

    @property
    def setting_key(self) -> str:
        """The method's key among the stage's settings, such as `~1orders/POST`."""
        return f"{self.path.replace('/', '~1')}/{self.http_method}"


def _requirements(document: Document) -> tuple[Requirement, ...]:
    found = []
    for name, needed in (document.get("requestParameters") or {}).items():
        if needed:
            location, _, parameter = name.removeprefix("method.request.").partition(".")
            found.append(Requirement(location, parameter))
    return tuple(found)


class Models:
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


class DeployedApi:
    """One deployment of one API."""

    def __init__(self, api: RestApi, deployment_id: str) -> None:
        self.deployment_id = deployment_id
        self.binary_media_types = frozenset(
            kind.lower() for kind in api.document.get("binaryMediaTypes") or ()
        )
        self.api_key_source: str = api.document.get("apiKeySource") or "HEADER"
        self.policy: str | None = api.document.get("policy")
        self.endpoint_disabled = bool(api.document.get("disableExecuteApiEndpoint"))
        self.gateway_responses = {
            name: GatewayAnswer(response) for name, response in api.gateway_responses.items()
        }
        self.routes: Routes[DeployedMethod] = Routes()
        models = Models(api)
        for resource in api.resources.values():
            for name, method in (resource.get("resourceMethods") or {}).items():
                if method.get("methodIntegration"):
                    self.routes.add(
                        resource["path"], name, DeployedMethod(api, resource, method, models)
                    )

    @classmethod
    def of(cls, api: RestApi, deployment_id: str) -> DeployedApi:
        """Freeze an API as it is now."""
        return cls(_copied(api), deployment_id)


def _copied(api: RestApi) -> RestApi:
    """The API without any part that later edits could reach."""
    from orderlab.cloud.apigateway.model.state import RestApi

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


class GatewayAnswer:
    """A gateway response that was customised."""

    def __init__(self, document: Document) -> None:
        status = document.get("statusCode")
        self.status = int(status) if status else None
        self.templates = Templates(document.get("responseTemplates"))
        self.parameters: dict[str, str] = dict(document.get("responseParameters") or {})
