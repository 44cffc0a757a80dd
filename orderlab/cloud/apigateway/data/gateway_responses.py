"""Gateway responses: the answers that API Gateway gives itself, as the API customised them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import json
import re

from orderlab.cloud.apigateway.budget import MAX_TEXT, Budget, BudgetSpent
from orderlab.cloud.apigateway.data.execution import Invocation
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.templates import parameter
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.model.deployed import GatewayAnswer
from orderlab.cloud.apigateway.vtl.java import text
from orderlab.cloud.http import Response

# gateway responses know variables only, no directives
_VARIABLE = re.compile(
    r"\$(context|stageVariables|input)((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)(\(\s*['\"]([^'\"]*)['\"]\s*\))?"
)


def gateway_response(invocation: Invocation, failure: GatewayFailure) -> Response:
    """The answer to a request that was not carried out."""
    _describe(invocation, failure)
    invocation.note(f"Gateway response type: {failure.response_type} with status code:"
                    f" {failure.status}")  # fmt: skip
    custom = _customised(invocation, failure)
    headers = [("x-amzn-errortype", failure.error_type)]
    if custom is None:
        return Response.json(_default_body(failure), status=failure.status or 500, headers=headers)
    content_type, body = _body(custom, invocation, failure)
    response = Response(custom.status or failure.status or 500, body)
    response.headers = [("content-type", content_type), *headers, *_headers(custom, invocation)]
    return response


def _describe(invocation: Invocation, failure: GatewayFailure) -> None:
    invocation.context["error"] = {
        "message": failure.message,
        "messageString": json.dumps(failure.message),
        "responseType": failure.response_type,
        "validationErrorString": failure.validation_error,
    }


def _customised(invocation: Invocation, failure: GatewayFailure) -> GatewayAnswer | None:
    answers = invocation.deployed.gateway_responses
    general = "DEFAULT_5XX" if (failure.status or 500) >= 500 else "DEFAULT_4XX"
    return answers.get(failure.response_type) or answers.get(general)


def _default_body(failure: GatewayFailure) -> dict[str, str | None]:
    # the one answer whose member is written with a capital letter
    name = "Message" if failure.response_type == "ACCESS_DENIED" else "message"
    return {name: failure.message}


def _body(
    custom: GatewayAnswer, invocation: Invocation, failure: GatewayFailure
) -> tuple[str, bytes]:
    sources = custom.templates.sources
    if not sources:
        return "application/json", json.dumps(_default_body(failure)).encode()
    wanted = invocation.header("accept").partition(",")[0].strip().lower()
    kind = wanted if wanted in sources else "application/json"
    if kind not in sources:
        kind = next(iter(sources))
    try:
        return kind, _filled(sources[kind], invocation).encode("utf-8", "replace")
    except BudgetSpent:
        return "application/json", json.dumps(_default_body(failure)).encode()


def _filled(template: str, invocation: Invocation) -> str:
    """The template with values in it; BudgetSpent if that makes it too long."""
    budget = Budget(room=MAX_TEXT)

    def value(found: re.Match[str]) -> str:
        filled = _value(found)
        budget.make(len(filled))
        return filled

    def _value(found: re.Match[str]) -> str:
        root, path = found[1], found[2].removeprefix(".")
        if root == "context":
            return text(compile_path(f"$.{path}").find(invocation.context)) + (found[3] or "")
        if root == "stageVariables":
            return invocation.stage_variables.get(path, "") + (found[3] or "")
        if path == "body":
            return invocation.body_text + (found[3] or "")
        return parameter(invocation, found[4]) if path == "params" and found[4] else ""

    return _VARIABLE.sub(value, template)


def _headers(custom: GatewayAnswer, invocation: Invocation) -> list[tuple[str, str]]:
    headers = []
    for place, source in custom.parameters.items():
        name = place.removeprefix("gatewayresponse.header.")
        value = _header_value(source, invocation)
        if value is not None:
            headers.append((name.lower(), value))
    return headers


def _header_value(source: str, invocation: Invocation) -> str | None:
    if source.startswith("'"):
        return source[1:-1]
    if source.startswith("context."):
        found = compile_path(f"$.{source.removeprefix('context.')}").find(invocation.context)
        return None if found is None else text(found)
    if source.startswith("stageVariables."):
        return invocation.stage_variables.get(source.removeprefix("stageVariables."))
    if source.startswith("method.request."):
        return _request_value(source, invocation)
    return None


def _request_value(source: str, invocation: Invocation) -> str | None:
    from orderlab.cloud.apigateway.model.mappings import MappingError, request_source

    invocation.budget = Budget.at_once()
    try:
        value = request_source(source)(invocation, None)
    except (MappingError, BudgetSpent):
        return None
    return ",".join(value) if isinstance(value, list) else value
