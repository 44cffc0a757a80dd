"""The integration request: parameter mappings, the mapping template, passthrough, overrides.

https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.headers import check_mapped
from orderlab.cloud.apigateway.data.media_types import content_type_of, is_binary, request_body
from orderlab.cloud.apigateway.data.stage_variables import with_stage_variables
from orderlab.cloud.apigateway.data.steps.mapped_values import value_of
from orderlab.cloud.apigateway.data.templates import render
from orderlab.cloud.apigateway.model.deployed import DeployedIntegration
from orderlab.cloud.apigateway.vtl.java import string_of

_PATH_PLACE = re.compile(r"\{([^{}+]+)\+?\}")


def map_request(execution: Execution) -> None:
    """Make the request for the integration; proxies map parameters but use no templates."""
    integration = execution.method.integration
    outgoing = OutgoingRequest(
        method=integration.http_method or execution.request.http.method,
        uri=with_stage_variables(integration.uri, execution.request),
        headers={},
        query={},
        body=execution.body.raw,
    )
    if outgoing.method == "ANY":
        outgoing.method = execution.request.http.method
    path = _map_parameters(execution, integration, outgoing)
    if integration.kind in ("AWS", "HTTP", "MOCK"):
        outgoing.body = _body(execution, integration)
        _apply_overrides(execution, outgoing, path)
    if integration.kind != "MOCK":
        check_mapped(integration.kind, outgoing.headers)
    outgoing.uri = _fill_path(outgoing.uri, path)
    execution.outgoing = outgoing


def _map_parameters(
    execution: Execution, integration: DeployedIntegration, outgoing: OutgoingRequest
) -> dict[str, str]:
    """Fill headers and query; returns the values of the places in the address's path."""
    path: dict[str, str] = {}
    for mapping in integration.mappings:
        value = value_of(mapping.source, execution)
        if value is None or value == []:
            continue
        if mapping.location == "header":
            outgoing.headers[mapping.name] = ",".join(value) if isinstance(value, list) else value
        elif mapping.location == "querystring":
            outgoing.query[mapping.name] = value if isinstance(value, list) else [value]
        else:
            path[mapping.name] = value[-1] if isinstance(value, list) else value
    return path


def _body(execution: Execution, integration: DeployedIntegration) -> bytes:
    request, handling = execution.request, integration.content_handling
    content_type = content_type_of(request)
    template = integration.templates.get(content_type, execution.budget)
    binary = is_binary(content_type, request.deployed.binary_media_types)
    if template is not None:
        if binary and handling:
            execution.body = Body(request_body(execution.body.raw, handling, binary))
        text = render(template, execution)
        execution.note(f"Endpoint request body after transformations: {text[:1024]}")
        return text.encode("utf-8", "replace")
    if integration.passthrough == "NEVER" or (
        integration.passthrough == "WHEN_NO_TEMPLATES" and integration.templates
    ):
        raise GatewayFailure("UNSUPPORTED_MEDIA_TYPE")
    return request_body(execution.body.raw, handling, binary)


def _apply_overrides(execution: Execution, outgoing: OutgoingRequest, path: dict[str, str]) -> None:
    """What the template put under `$context.requestOverride` wins over the mappings."""
    overrides = execution.context.get("requestOverride")
    if not overrides:
        return
    for name, value in _items(overrides.get("header")):
        outgoing.headers = {k: v for k, v in outgoing.headers.items() if k.lower() != name.lower()}
        outgoing.headers[name] = value
    for name, value in _items(overrides.get("querystring")):
        outgoing.query[name] = [value]
    path.update(_items(overrides.get("path")))


def _items(overrides: Any) -> list[tuple[str, str]]:
    if not isinstance(overrides, dict):
        return []
    return [(str(name), string_of(value)) for name, value in overrides.items()]


def _fill_path(uri: str, path: dict[str, str]) -> str:
    if "{" not in uri or not path:
        return uri
    return _PATH_PLACE.sub(
        lambda found: quote(path[found[1]], safe="/") if found[1] in path else found[0], uri
    )
