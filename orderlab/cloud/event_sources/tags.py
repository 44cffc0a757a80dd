"""Tags of mappings: the share of TagResource, UntagResource and ListTags that is ours."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Handler, Moto, Parameters, Result
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.http import Response
from orderlab.cloud.lambda_.api_input import read_input

OPERATIONS = ("TagResource", "UntagResource", "ListTags")
Find = Callable[[str], EventSourceMapping | None]


def with_mappings(operation: str, others: Handler | None, moto: Moto, find: Find) -> Handler:
    """A handler for the ARNs of mappings, which passes others on to `others`, or to moto."""

    async def handle(call: Call, parameters: Parameters) -> Result:
        arn = str(parameters.get("Resource", parameters.get("ARN", "")))
        if ":event-source-mapping:" not in arn:
            if others is None:
                return moto(call.request)
            result = others(call, parameters)
            return await result if inspect.isawaitable(result) else result
        # AWS checks the form of the request first
        sent = read_input(operation, call, parameters)
        mapping = find(arn)
        if mapping is None:
            raise AwsError(
                f"Event source mapping not found: {arn}",
                code="ResourceNotFoundException",
                status=404,
                Type="User",
            )
        return _answer(operation, mapping, sent)

    return handle


def _answer(operation: str, mapping: EventSourceMapping, sent: dict[str, Any]) -> Result:
    if operation == "ListTags":
        return {"Tags": mapping.tags}
    if operation == "TagResource":
        mapping.tags.update(sent["Tags"])
    else:
        for key in sent["TagKeys"]:
            mapping.tags.pop(key, None)
    return Response(204)
