"""AWS with a function: the templates make its event and read its result.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html
"""

from __future__ import annotations

from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Execution, OutgoingRequest
from orderlab.cloud.apigateway.data.integrations.function_calls import (
    FunctionCalls,
    is_asynchronous,
)
from orderlab.cloud.apigateway.json_text import read_json

_EMPTY_EVENT = b"{}"


async def answer(
    functions: FunctionCalls, execution: Execution, outgoing: OutgoingRequest
) -> EndpointAnswer:
    """The function's result; if it failed, its error with the message for selection patterns."""
    payload = outgoing.body or _EMPTY_EVENT
    try:
        read_json(payload)
    except ValueError:
        # Lambda refuses an event that is not JSON
        message = "Could not parse request body into json: Unrecognized token"
        return EndpointAnswer(400, Body(b'{"Type":"User","message":"%s"}' % message.encode()))
    result = await functions.invoke(
        execution,
        outgoing.uri,
        payload,
        credentials=execution.method.integration.credentials,
        source_arn=execution.source_arn,
        asynchronous=is_asynchronous(outgoing),
    )
    headers = [("Content-Type", "application/json")]
    answered = EndpointAnswer(result.status, Body(result.payload), headers)
    if result.function_error:
        answered.error_message = _message(answered.body)
    return answered


def _message(body: Body) -> str:
    try:
        error = read_json(body.text)
    except ValueError:
        return ""
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""
