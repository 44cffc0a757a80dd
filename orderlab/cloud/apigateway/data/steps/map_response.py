"""The integration response: chosen by its pattern, mapped, and rendered.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import ApiRequest, EndpointAnswer, Execution
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.headers import Headers, sent_to_client
from orderlab.cloud.apigateway.data.media_types import (
    accepts_binary,
    as_text,
    essence,
    is_binary,
    response_body,
)
from orderlab.cloud.apigateway.data.steps.mapped_values import value_of
from orderlab.cloud.apigateway.data.templates import render
from orderlab.cloud.apigateway.model.deployed import DeployedResponse
from orderlab.cloud.apigateway.model.integration_uris import is_function
from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.apigateway.vtl.template import Template
from orderlab.cloud.http import Response


def map_response(execution: Execution) -> None:
    """Make the method response; a proxy's answer is passed on as it is."""
    answer, kind = execution.answer, execution.method.integration.kind
    assert answer is not None
    if kind.endswith("_PROXY"):
        headers = sent_to_client(kind, answer.headers)
        execution.response = Response(answer.status, answer.body.raw, headers)
        return
    chosen = _choose(execution, answer)
    headers, status = _headers(execution, chosen), chosen.status
    body = _converted(execution.request, chosen, answer)
    content_type, template = _template(execution, chosen)
    if template is not None:
        if body != answer.body.raw:
            answer.body = Body(body)
        rendered = render(template, execution, answer.body)
        body = rendered.encode("utf-8", "replace")
        execution.note(f"Method response body after transformations: {rendered[:1024]}")
    overrides = execution.context.get("responseOverride")
    if overrides:
        status = _overridden_status(overrides.get("status"), status)
        headers = _overridden(headers, overrides.get("header"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.insert(0, ("content-type", content_type))
    execution.response = Response(status, body, sent_to_client(kind, headers))


def _choose(execution: Execution, answer: EndpointAnswer) -> DeployedResponse:
    """A pattern that matches the error message or the status; else the one without a pattern."""
    integration, subject = execution.method.integration, answer.error_message
    # a function that succeeded has no error message for a pattern to match
    if subject is None and not (integration.kind == "AWS" and is_function(integration.uri)):
        subject = str(answer.status)
    if subject is not None:
        for response in integration.responses:
            if response.pattern and response.pattern.matches(subject):
                return response
    for response in integration.responses:
        if not response.pattern:
            return response
    raise internal_error(
        "Execution failed due to configuration error: No match for output mapping and no default "
        f"output mapping configured. Endpoint Response Status Code: {answer.status}"
    )


def _headers(execution: Execution, chosen: DeployedResponse) -> Headers:
    headers = []
    for mapping in chosen.mappings:
        value = value_of(mapping.source, execution)
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                headers.append((mapping.name, each))
    return headers


def _converted(request: ApiRequest, chosen: DeployedResponse, answer: EndpointAnswer) -> bytes:
    types, body = request.deployed.binary_media_types, answer.body.raw
    if not types and chosen.content_handling is None:
        return as_text(body)
    binary = is_binary(answer.content_type, types)
    return response_body(body, chosen.content_handling, binary, accepts_binary(request))


def _template(execution: Execution, chosen: DeployedResponse) -> tuple[str, Template | None]:
    """The template for what the client accepts; JSON, else the first, where it does not say."""
    accepted = essence(execution.request.header("accept").partition(",")[0])
    templates = chosen.templates
    for content_type in (accepted, "application/json", *templates.sources):
        template = templates.get(content_type, execution.budget)
        if template is not None:
            return content_type, template if template.source else None
    return "application/json", None


def _overridden_status(wanted: Any, status: int) -> int:
    """The status that a template set; any value but a number from 200 to 599 is ignored."""
    try:
        number = int(string_of(wanted))
    except ValueError:
        return status
    return number if 200 <= number <= 599 else status


def _overridden(headers: Headers, overrides: Any) -> Headers:
    if not isinstance(overrides, dict) or not overrides:
        return headers
    names = {str(name).lower() for name in overrides}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return [*kept, *((str(name), string_of(value)) for name, value in overrides.items())]
