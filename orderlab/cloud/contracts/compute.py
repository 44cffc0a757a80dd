"""Functions, as the services that invoke them see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from orderlab.cloud.contracts.calls import Principal
from orderlab.cloud.contracts.identity import Policy


@dataclass(frozen=True, slots=True)
class Invocation:
    """The result of an invocation.

    `status` is the HTTP status of Lambda's answer. `function_error` is `Unhandled` or `Handled` if
    the handler raised, and None if it returned. `duration_ms` is what the function's log reports.
    """

    status: int
    payload: bytes
    function_error: str | None
    executed_version: str
    request_id: str
    log_tail: str = ""
    duration_ms: float = 0.0


class Functions(Protocol):
    """Lambda. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""

    async def invoke(
        self,
        function: str,
        payload: bytes,
        *,
        principal: Principal,
        source_arn: str | None = None,
        qualifier: str | None = None,
        invocation_type: Literal["RequestResponse", "Event", "DryRun"] = "RequestResponse",
        client_context: str = "",
        trace_id: str = "",
        surely_json: bool = False,
    ) -> Invocation:
        """Run a function, given by name, partial ARN or ARN, which may end with a qualifier.

        With `surely_json` the payload was made by the cloud itself, and is not parsed to see
        whether it is JSON. A service principal needs the permission of the function's resource
        policy, a role that of its identity policies.

        If the handler raises, this returns an `Invocation` whose `function_error` is set.

        Raises AwsError: ResourceNotFoundException, TooManyRequestsException (429),
        RequestTooLargeException, AccessDeniedException.
        """

    def configuration(self, function: str, qualifier: str | None = None) -> Mapping[str, Any]:
        """What GetFunctionConfiguration returns for the function.

        Raises ResourceNotFoundException if it does not exist.
        """

    def resource_policy(self, arn: str) -> Policy:
        """The policy of a function, version or alias; None if it has none or does not exist."""
