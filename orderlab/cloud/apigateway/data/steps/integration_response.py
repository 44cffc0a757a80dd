"""The integration response: chosen by its pattern, mapped, and limited to what the method declares.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-response.html
"""

from __future__ import annotations

from typing import Any

from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.headers import sent_to_client
from orderlab.cloud.apigateway.data.media_types import (
    accepts_binary,
    as_text,
    essence,
    is_binary,
    response_body,
)
from orderlab.cloud.apigateway.data.templates import render
from orderlab.cloud.apigateway.model.deployed import DeployedResponse
from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.apigateway.vtl.template import Template
from orderlab.cloud.http import Response


def integration_response(invocation: Invocation, answer: EndpointAnswer) -> Response:
    """The method response; a proxy's answer is passed on as it is."""
    invocation.integration_status = answer.status
    kind = invocation.method.integration.kind
    if kind.endswith("_PROXY"):
        return Response(answer.status, answer.body, sent_to_client(kind, answer.headers))
    chosen = _choose(invocation, answer)
    headers = _headers(invocation, chosen, answer)
    body = _converted(invocation, chosen, answer)
    content_type, template = _template(invocation, chosen)
    status = chosen.status
    if template is not None:
        answer.body = body
        rendered = render(template, invocation, answer)
        body = rendered.encode("utf-8", "replace")
        invocation.note(f"Method response body after transformations: {rendered[:1024]}")
    overrides = invocation.context.get("responseOverride")
    if overrides:
        status = _overridden_status(overrides.get("status"), status)
        headers = _overridden(headers, overrides.get("header"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.insert(0, ("content-type", content_type))
    return Response(status, body, sent_to_client(kind, headers))


def _choose(invocation: Invocation, answer: EndpointAnswer) -> DeployedResponse:
    """A pattern that matches the error message or the status; else the one without a pattern."""
    failed_function = answer.error_message is not None
    subject = answer.error_message if failed_function else str(answer.status)
    assert subject is not None
    responses = invocation.method.integration.responses
    # a function that succeeded has no error message for a pattern to match
    function = invocation.method.integration.kind == "AWS" and ":lambda:path/" in (
        invocation.method.integration.uri
    )
    if failed_function or not function:
        for response in responses:
            if response.pattern and response.matches(subject):
                return response
    for response in responses:
        if not response.pattern:
            return response
    raise internal_error(
        "Execution failed due to configuration error: No match for output mapping and no default "
        f"output mapping configured. Endpoint Response Status Code: {answer.status}"
    )


def _headers(
    invocation: Invocation, chosen: DeployedResponse, answer: EndpointAnswer
) -> list[tuple[str, str]]:
    headers = []
    for mapping in chosen.parameters:
        value = mapping.source(invocation, answer)
        for each in value if isinstance(value, list) else [value]:
            if each is not None:
                headers.append((mapping.name, each))
    return headers


def _converted(invocation: Invocation, chosen: DeployedResponse, answer: EndpointAnswer) -> bytes:
    types = invocation.deployed.binary_media_types
    if not types and chosen.content_handling is None:
        return as_text(answer.body)
    return response_body(
        answer.body,
        chosen.content_handling,
        is_binary(answer.content_type, types),
        accepts_binary(invocation),
    )


def _template(invocation: Invocation, chosen: DeployedResponse) -> tuple[str, Template | None]:
    """The template for what the client accepts; JSON, else the first, where it does not say."""
    templates, accepted = chosen.templates, essence(invocation.header("accept").partition(",")[0])
    for content_type in (accepted, "application/json", *templates.sources):
        template = templates.get(content_type, invocation.budget)
        if template is not None:
            return content_type, template if template.source else None
    return "application/json", None


def _overridden_status(wanted: Any, status: int) -> int:
    """Anything but a number from 100 to 599 is ignored."""
    try:
        number = int(string_of(wanted))
    except ValueError:
        return status
    return number if 200 <= number <= 599 else status


def _overridden(headers: list[tuple[str, str]], overrides: Any) -> list[tuple[str, str]]:
    if not isinstance(overrides, dict) or not overrides:
        return headers
    names = {str(name).lower() for name in overrides}
    kept = [(name, value) for name, value in headers if name.lower() not in names]
    return [*kept, *((str(name), string_of(value)) for name, value in overrides.items())]
