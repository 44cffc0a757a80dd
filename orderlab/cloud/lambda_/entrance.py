"""The way into a function for a caller who was let in: at once, later, or not at all (DryRun)."""

from __future__ import annotations

from orderlab.cloud.contracts import Invocation
from orderlab.cloud.lambda_.async_events import AsyncEvents
from orderlab.cloud.lambda_.invoke import Caller, InvocationType, Invoker, check_payload
from orderlab.cloud.lambda_.names import FunctionName
from orderlab.cloud.lambda_.registry import FunctionRegistry


class Entrance:
    """Takes invocations of every type. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""

    def __init__(
        self, registry: FunctionRegistry, invoker: Invoker, async_events: AsyncEvents
    ) -> None:
        self._registry, self._invoker, self._async_events = registry, invoker, async_events

    async def invoke(
        self,
        region: str,
        name: FunctionName,
        payload: bytes,
        caller: Caller,
        invocation_type: InvocationType,
        request_id: str,
        *,
        with_log: bool = False,
        surely_json: bool = False,
    ) -> Invocation:
        """Invoke without checking permissions; `with_log` adds the last 4 KB of the log.

        With `surely_json` the payload is not parsed to see whether it is JSON.

        Raises AwsError: ResourceNotFoundException, RequestTooLargeException,
        InvalidRequestContentException, TooManyRequestsException.
        """
        version = self._invoker.choose_version(self._registry.backend(region), name)
        check_payload(payload, invocation_type, surely_json=surely_json)
        if invocation_type == "DryRun":
            return Invocation(204, b"", None, version.number, request_id)
        if invocation_type == "Event":
            self._async_events.accept(region, name, payload, caller, request_id)
            return Invocation(202, b"", None, version.number, request_id)
        return await self._invoker.run(
            version, name, payload, caller, request_id, with_log=with_log
        )
