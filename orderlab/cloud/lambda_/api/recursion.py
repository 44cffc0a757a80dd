"""Operations on the detection of recursive loops.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_.api.operation import Input, bind
from orderlab.cloud.lambda_.names import parse_function_name
from orderlab.cloud.lambda_.registry import FunctionRegistry


class RecursionOperations:
    """Lets a function be part of a loop, or not."""

    def __init__(self, registry: FunctionRegistry) -> None:
        self._registry = registry

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "PutFunctionRecursionConfig": self.put,
                "GetFunctionRecursionConfig": self.get,
            }
        )

    def put(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html"""
        name = parse_function_name(input["FunctionName"])
        function = self._registry.backend(call.region).function(name)
        function.recursive_loop = input["RecursiveLoop"]
        return {"RecursiveLoop": function.recursive_loop}

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html"""
        name = parse_function_name(input["FunctionName"])
        function = self._registry.backend(call.region).function(name)
        return {"RecursiveLoop": function.recursive_loop}
