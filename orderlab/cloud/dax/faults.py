"""Requests to the nodes of a cluster that an experiment strikes: `call/dax`, `call/dax.GetItem`."""

from __future__ import annotations

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Faults
from orderlab.cloud.dax.protocol.requests import Received
from orderlab.cloud.dax.recording import Asked


class NodeFaults:
    """Makes requests late, or lets them fail; also those to one cluster, `cache/NAME`."""

    def __init__(self, faults: Faults, *, clock: Clock, cluster: str) -> None:
        self._faults = faults
        self._clock = clock
        self._cluster = f"cache/{cluster}"

    @property
    def on(self) -> bool:
        """Whether any calls are struck."""
        return self._faults.strikes_calls

    async def strike(self, received: Received, asked: Asked) -> None:
        """Wait, or raise AwsError as DynamoDB does, and note in `asked` what has struck."""
        active = self._faults.active
        payload = b" ".join(each for each in received.arguments if isinstance(each, bytes))
        for target in ("call/dax", f"call/dax.{asked.operation}", self._cluster):
            slow = active("slow", target, payload)
            if slow:
                asked.struck = "slow"
                await self._clock.pause(slow.seconds)
            if active("error", target, payload):
                asked.struck = "error"
                raise AwsError("Internal server error", code="InternalServerError", status=500)
            if active("throttle", target, payload):
                asked.struck = "throttle"
                raise AwsError("Rate exceeded", code="ThrottlingException")
