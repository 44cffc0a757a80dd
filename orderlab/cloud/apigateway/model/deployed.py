"""What a deployment froze: the API as it was, prepared for serving.

A stage serves one of these. Edits of the API that come after the deployment do not show in it.
`control/freezing.py` makes them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.model.mappings import ParameterMapping
from orderlab.cloud.apigateway.model.routes import Routes
from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern
from orderlab.cloud.apigateway.vtl.template import MAX_SMALL, Template, compile_template
from orderlab.cloud.patterns.expressions import Expression


class Templates:
    """Mapping templates by content type (lower case), each compiled when it is first used."""

    def __init__(self, sources: Mapping[str, str | None] | None = None) -> None:
        self.sources = {kind.lower(): source or "" for kind, source in (sources or {}).items()}
        self._compiled: dict[str, Template] = {}

    def __bool__(self) -> bool:
        return bool(self.sources)

    def get(self, content_type: str, budget: Budget | None = None) -> Template | None:
        """The template of a content type; None if there is none.

        Raises:
            BudgetSpent: if it is large and was not compiled before.
            TemplateError: if it cannot be read.
        """
        found = self._compiled.get(content_type)
        if found is None and (source := self.sources.get(content_type)) is not None:
            found = compile_template(source, budget)
            if len(source) <= MAX_SMALL:
                self._compiled[content_type] = found
        return found


class SelectionPattern:
    """The regular expression by which an integration response is chosen, compiled when needed."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __bool__(self) -> bool:
        return bool(self.source)

    def matches(self, text: str) -> bool:
        """Whether the whole of a status or an error message fits the pattern."""
        return bool(self._compiled and self._compiled.matches(text))

    @cached_property
    def _compiled(self) -> Expression | None:
        try:
            return java_pattern(self.source)
        except TemplateError:
            return None


@dataclass(slots=True, eq=False)
class DeployedResponse:
    """One integration response: when it is chosen, and what it makes of the answer."""

    status: int
    pattern: SelectionPattern
    content_handling: str | None
    mappings: tuple[ParameterMapping, ...]
    templates: Templates


@dataclass(slots=True, eq=False)
class DeployedIntegration:
    """Where a method's requests go. `kind` is AWS's type, such as `AWS_PROXY`."""

    kind: str
    uri: str = ""
    http_method: str | None = None
    credentials: str | None = None
    passthrough: str = "WHEN_NO_MATCH"
    content_handling: str | None = None
    timeout_seconds: float = 29.0
    mappings: tuple[ParameterMapping, ...] = ()
    templates: Templates = field(default_factory=Templates)
    responses: tuple[DeployedResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A parameter that a validator requires, such as `querystring` and `page`."""

    location: str
    name: str


@dataclass(slots=True, eq=False)
class DeployedMethod:
    """One method of one resource, with everything that its requests meet.

    `models` are the models of the body by content type (lower case). `authorizer` is what
    GetAuthorizer shows of the method's authorizer.
    """

    resource_id: str
    path: str
    http_method: str
    integration: DeployedIntegration
    authorization_type: str = "NONE"
    authorizer: dict[str, Any] | None = None
    api_key_required: bool = False
    operation_name: str | None = None
    required: tuple[Requirement, ...] = ()
    models: dict[str, BodyModel] = field(default_factory=dict)

    @property
    def setting_key(self) -> str:
        """The method's key among the stage's settings, such as `~1orders/POST`."""
        return f"{self.path.replace('/', '~1')}/{self.http_method}"


@dataclass(slots=True, eq=False)
class GatewayAnswer:
    """A gateway response that was customised. `status` is None where it was left as it is."""

    status: int | None
    templates: Templates
    parameters: dict[str, str]


@dataclass(slots=True, eq=False)
class DeployedApi:
    """One deployment of one API. `policy` is the API's resource policy, as text."""

    deployment_id: str
    routes: Routes[DeployedMethod]
    binary_media_types: frozenset[str]
    api_key_source: str
    policy: str | None
    endpoint_disabled: bool
    gateway_responses: dict[str, GatewayAnswer]
