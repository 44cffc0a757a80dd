"""The integration request: parameter mappings, the mapping template, passthrough, overrides.

https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from orderlab.cloud.apigateway.data.execution import Invocation, OutgoingRequest
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.headers import check_mapped
from orderlab.cloud.apigateway.data.media_types import is_binary, request_body
from orderlab.cloud.apigateway.data.steps.receive import content_type_of
from orderlab.cloud.apigateway.data.templates import render
from orderlab.cloud.apigateway.model.deployed import DeployedIntegration
from orderlab.cloud.apigateway.vtl.java import string_of

_STAGE_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_PATH_PLACE = re.compile(r"\{([^{}+]+)\+?\}")


def integration_request(invocation: Invocation) -> OutgoingRequest:
    """What the integration is asked; proxies map parameters but use no templates."""
    integration = invocation.method.integration
    outgoing = OutgoingRequest(
        method=integration.http_method or invocation.request.method,
        uri=with_stage_variables(integration.uri, invocation),
        headers={},
        query={},
        body=invocation.body,
    )
    if outgoing.method == "ANY":
        outgoing.method = invocation.request.method
    path = _map_parameters(invocation, integration, outgoing)
    if integration.kind in ("AWS", "HTTP", "MOCK"):
        outgoing.body = _body(invocation, integration)
        _apply_overrides(invocation, outgoing, path)
    if integration.kind != "MOCK":
        check_mapped(integration.kind, outgoing.headers)
    outgoing.uri = _fill_path(outgoing.uri, path)
    return outgoing


def with_stage_variables(text: str, invocation: Invocation) -> str:
    """`${stageVariables.name}` replaced by its value."""
    if "${" not in text:
        return text
    variables = invocation.stage_variables
    return _STAGE_VARIABLE.sub(lambda found: variables.get(found[1], ""), text)


def _map_parameters(
    invocation: Invocation, integration: DeployedIntegration, outgoing: OutgoingRequest
) -> dict[str, str]:
    path: dict[str, str] = {}
    for mapping in integration.parameters:
        value = mapping.source(invocation, None)
        if value is None or value == []:
            continue
        if mapping.location == "header":
            outgoing.headers[mapping.name] = ",".join(value) if isinstance(value, list) else value
        elif mapping.location == "querystring":
            outgoing.query[mapping.name] = value if isinstance(value, list) else [value]
        else:
            path[mapping.name] = value[-1] if isinstance(value, list) else value
    return path


def _body(invocation: Invocation, integration: DeployedIntegration) -> bytes:
    content_type = content_type_of(invocation)
    template = integration.templates.get(content_type, invocation.budget)
    binary = is_binary(content_type, invocation.deployed.binary_media_types)
    if template is not None:
        if binary and integration.content_handling:
            invocation.replace_body(
                request_body(invocation.body, integration.content_handling, binary)
            )
        text = render(template, invocation, None)
        invocation.note(f"Endpoint request body after transformations: {text[:1024]}")
        return text.encode("utf-8", "replace")
    if integration.passthrough == "NEVER" or (
        integration.passthrough == "WHEN_NO_TEMPLATES" and integration.templates
    ):
        raise GatewayFailure("UNSUPPORTED_MEDIA_TYPE")
    return request_body(invocation.body, integration.content_handling, binary)


def _apply_overrides(
    invocation: Invocation, outgoing: OutgoingRequest, path: dict[str, str]
) -> None:
    """What the template put under `$context.requestOverride` wins over the mappings."""
    overrides = invocation.context.get("requestOverride")
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
