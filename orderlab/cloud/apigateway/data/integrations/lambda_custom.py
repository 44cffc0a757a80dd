"""AWS with a function: the templates make its event and read its result.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlab.cloud.apigateway.data.execution import (
    EndpointAnswer,
    Invocation,
    OutgoingRequest,
    read_json,
)
from orderlab.cloud.apigateway.data.integrations.lambda_target import invoke

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

_EMPTY_EVENT = b"{}"


async def answer(cloud: Cloud, invocation: Invocation, outgoing: OutgoingRequest) -> EndpointAnswer:
    """The function's result; if it failed, its error with the message for selection patterns."""
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    asynchronous = headers.get("x-amz-invocation-type", "").strip("'") == "Event"
    payload = outgoing.body or _EMPTY_EVENT
    try:
        read_json(payload.decode("utf-8"))
    except (ValueError, UnicodeDecodeError):
        # Lambda refuses an event that is no JSON
        message = "Could not parse request body into json: Unrecognized token"
        return EndpointAnswer(400, b'{"Type":"User","message":"%s"}' % message.encode(), [], None)
    result = await invoke(
        cloud,
        invocation,
        outgoing.uri,
        payload,
        credentials=invocation.method.integration.credentials,
        source_arn=invocation.source_arn,
        asynchronous=asynchronous,
    )
    answered = EndpointAnswer(result.status, result.payload, [("Content-Type", "application/json")])
    if result.function_error:
        answered.error_message = _message(answered)
    return answered


def _message(answered: EndpointAnswer) -> str:
    error = answered.body_json
    message = error.get("errorMessage") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""
