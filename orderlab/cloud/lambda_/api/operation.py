"""How a handler of a Lambda operation becomes one that the front can call."""

from __future__ import annotations

import base64
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from orderlab.cloud.contracts import Call, Handler, Parameters
from orderlab.cloud.http import Response
from orderlab.cloud.lambda_.api_input import model, read_input
from orderlab.cloud.lambda_.errors import InvalidParameterValue

Input = dict[str, Any]
Output = Mapping[str, Any] | Response | None
Implementation = Callable[[Call, Input], Output | Awaitable[Output]]
Entry = TypeVar("Entry")


def operation(name: str, implementation: Implementation) -> Handler:
    """Check the input by AWS's model, call, and answer with the model's status."""

    async def handler(call: Call, parameters: Parameters) -> Response:
        result = implementation(call, read_input(name, call, parameters))
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, Response):
            return result
        status = model()["operations"][name]["http"].get("responseCode", 200)
        headers = [("x-amzn-requestid", call.request_id)]
        if result is None:
            return Response(status, b"", headers)
        return Response.json(result, status=status, headers=headers)

    return handler


def bind(implementations: Mapping[str, Implementation]) -> dict[str, Handler]:
    """Handlers for the front from the implementations of several operations."""
    return {name: operation(name, found) for name, found in implementations.items()}


def page(entries: Sequence[Entry], input: Input, most: int = 50) -> tuple[list[Entry], Input]:
    """One page of a list, and the `NextMarker` that leads to the next, if there is one."""
    begin = 0
    if input.get("Marker"):
        try:
            begin = int(base64.b64decode(input["Marker"], validate=True))
        except ValueError:
            raise InvalidParameterValue("Invalid pagination token.") from None
    end = begin + min(input.get("MaxItems", most), most)
    if end >= len(entries):
        return list(entries[begin:]), {}
    return list(entries[begin:end]), {"NextMarker": base64.b64encode(str(end).encode()).decode()}
