"""The Invoke operation: the one that has to be fast."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response
from orderlab.cloud.lambda_.entrance import Entrance
from orderlab.cloud.lambda_.errors import InvalidRequestContent
from orderlab.cloud.lambda_.invoke import Caller, check_invocation_type
from orderlab.cloud.lambda_.names import parse_function_name

CLIENT_CONTEXT_LIMIT_BYTES = 3583
QUALIFIER = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"


class InvokeOperations:
    """Takes invocations from callers of the API."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation. They read the request themselves, since it is the payload."""
        return {
            "Invoke": self.invoke,
            "InvokeAsync": self.invoke_async,
            "InvokeWithResponseStream": self.stream,
        }

    async def invoke(self, call: Call, parameters: Parameters) -> Response:
        """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
        headers = call.request.headers
        kind = check_invocation_type(headers.get("x-amz-invocation-type", "RequestResponse"))
        log_type = headers.get("x-amz-log-type", "None")
        if log_type not in ("None", "Tail"):
            raise ValidationException(
                f"1 validation error detected: Value '{log_type}' at 'logType' failed to satisfy "
                "constraint: Member must satisfy enum value set: [None, Tail]"
            )
        name = parse_function_name(parameters["FunctionName"], _qualifier(call))
        caller = Caller(
            call.principal,
            client_context=_client_context(headers.get("x-amz-client-context", "")),
            trace_id=_one_line(headers.get("x-amzn-trace-id", "")),
        )
        tail = log_type == "Tail" and kind == "RequestResponse"
        body = call.request.body
        result = await self._entrance.invoke(
            call.region, name, body, caller, kind, call.request_id, with_log=tail
        )
        answer = [
            ("x-amzn-requestid", result.request_id),
            ("content-type", "application/json"),
        ]
        if kind != "Event":
            answer.append(("x-amz-executed-version", result.executed_version))
        if result.function_error:
            answer.append(("x-amz-function-error", result.function_error))
        if tail:
            answer.append(("x-amz-log-result", result.log_tail))
        return Response(result.status, result.payload, answer)

    async def invoke_async(self, call: Call, parameters: Parameters) -> Response:
        """The predecessor of `Invoke` with `Event`."""
        name = parse_function_name(parameters["FunctionName"])
        await self._entrance.invoke(
            call.region, name, call.request.body, Caller(call.principal), "Event", call.request_id
        )
        return Response.json({"Status": 202}, status=202)

    async def stream(self, call: Call, parameters: Parameters) -> Response:
        """Raise NotDoneYet: responses are not streamed."""
        raise NotDoneYet("response streaming; use Invoke")


def _qualifier(call: Call) -> str | None:
    if not call.request.query_string:
        return None
    found = parse_qs(call.request.query_string).get("Qualifier")
    if found is None:
        return None
    if not re.fullmatch(QUALIFIER, found[0]):
        raise ValidationException(
            f"1 validation error detected: Value '{found[0]}' at 'qualifier' failed to satisfy "
            f"constraint: Member must satisfy regular expression pattern: {QUALIFIER}"
        )
    return found[0]


def _one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def _client_context(header: str) -> str:
    """The client context as JSON on one line; InvalidRequestContentException if it is none."""
    if not header:
        return ""
    if len(header) > CLIENT_CONTEXT_LIMIT_BYTES * 4 // 3 + 4:
        raise InvalidRequestContent(
            f"Client context must be no more than {CLIENT_CONTEXT_LIMIT_BYTES} bytes."
        )
    try:
        return json.dumps(json.loads(base64.b64decode(header, validate=True)))
    except (binascii.Error, ValueError):
        raise InvalidRequestContent("Client context must be a valid Base64-encoded JSON.") from None
