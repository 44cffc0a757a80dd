"""Gateway responses: the answers that API Gateway gives itself, as the API customised them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

import json
import re

from orderlab.cloud.apigateway.budget import MAX_TEXT, Budget, BudgetSpent
from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.steps.mapped_values import value_of
from orderlab.cloud.apigateway.data.templates import parameter
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.model.deployed import GatewayAnswer
from orderlab.cloud.apigateway.model.mappings import MappingError, request_source
from orderlab.cloud.apigateway.vtl.java import text
from orderlab.cloud.http import Response

# gateway responses know variables only, no directives
_VARIABLE = re.compile(
    r"\$(context|stageVariables|input)((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)(\(\s*['\"]([^'\"]*)['\"]\s*\))?"
)


def gateway_response(execution: Execution, failure: GatewayFailure) -> Response:
    """The answer to a request that was not carried out."""
    _describe(execution, failure)
    execution.note(f"Gateway response type: {failure.response_type} with status code:"
                    f" {failure.status}")  # fmt: skip
    custom = _customised(execution, failure)
    headers = [("x-amzn-errortype", failure.error_type)]
    if custom is None:
        return Response.json(_default_body(failure), status=failure.status or 500, headers=headers)
    content_type, body = _body(custom, execution, failure)
    response = Response(custom.status or failure.status or 500, body)
    response.headers = [("content-type", content_type), *headers, *_headers(custom, execution)]
    return response


def _describe(execution: Execution, failure: GatewayFailure) -> None:
    execution.context["error"] = {
        "message": failure.message,
        "messageString": json.dumps(failure.message),
        "responseType": failure.response_type,
        "validationErrorString": failure.validation_error,
    }


def _customised(execution: Execution, failure: GatewayFailure) -> GatewayAnswer | None:
    answers = execution.request.deployed.gateway_responses
    general = "DEFAULT_5XX" if (failure.status or 500) >= 500 else "DEFAULT_4XX"
    return answers.get(failure.response_type) or answers.get(general)


def _default_body(failure: GatewayFailure) -> dict[str, str | None]:
    # the one answer whose member is written with a capital letter
    name = "Message" if failure.response_type == "ACCESS_DENIED" else "message"
    return {name: failure.message}


def _body(
    custom: GatewayAnswer, execution: Execution, failure: GatewayFailure
) -> tuple[str, bytes]:
    sources = custom.templates.sources
    if not sources:
        return "application/json", json.dumps(_default_body(failure)).encode()
    wanted = execution.request.header("accept").partition(",")[0].strip().lower()
    kind = wanted if wanted in sources else "application/json"
    if kind not in sources:
        kind = next(iter(sources))
    try:
        return kind, _filled(sources[kind], execution).encode("utf-8", "replace")
    except BudgetSpent:
        return "application/json", json.dumps(_default_body(failure)).encode()


def _filled(template: str, execution: Execution) -> str:
    """The template with values in it; BudgetSpent if that makes it too long."""
    budget = Budget(room=MAX_TEXT)

    def value(found: re.Match[str]) -> str:
        filled = _value(found)
        budget.make(len(filled))
        return filled

    def _value(found: re.Match[str]) -> str:
        root, path = found[1], found[2].removeprefix(".")
        if root == "context":
            return text(compile_path(f"$.{path}").find(execution.context)) + (found[3] or "")
        if root == "stageVariables":
            return execution.request.stage_variables.get(path, "") + (found[3] or "")
        if path == "body":
            return execution.body.text + (found[3] or "")
        return parameter(execution, found[4]) if path == "params" and found[4] else ""

    return _VARIABLE.sub(value, template)


def _headers(custom: GatewayAnswer, execution: Execution) -> list[tuple[str, str]]:
    headers = []
    for place, source in custom.parameters.items():
        name = place.removeprefix("gatewayresponse.header.")
        value = _header_value(source, execution)
        if value is not None:
            headers.append((name.lower(), value))
    return headers


def _header_value(source: str, execution: Execution) -> str | None:
    if source.startswith("'"):
        return source[1:-1]
    if source.startswith("context."):
        found = compile_path(f"$.{source.removeprefix('context.')}").find(execution.context)
        return None if found is None else text(found)
    if source.startswith("stageVariables."):
        return execution.request.stage_variables.get(source.removeprefix("stageVariables."))
    if source.startswith("method.request."):
        return _request_value(source, execution)
    return None


def _request_value(source: str, execution: Execution) -> str | None:
    execution.budget = Budget.at_once()
    try:
        value = value_of(request_source(source), execution)
    except (MappingError, BudgetSpent):
        return None
    return ",".join(value) if isinstance(value, list) else value
