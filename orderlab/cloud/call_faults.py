"""Calls that an experiment strikes: those that move the data of a table or a topic.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from orderlab.clock import Clock
from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Faults, Parameters, ResourcesOf

Answer = TypeVar("Answer")
# the error with which a table refuses a call, from AWS's reason and the ARN of the table
Throttled = Callable[[str, str], AwsError]

_READS = frozenset(
    {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"},
)
_WRITES = frozenset(
    {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"},
)
_PUBLISHES = frozenset({"Publish", "PublishBatch"})


class CallFaults:
    """Lets faults strike calls of tables and topics."""

    def __init__(
        self, *, faults: Faults, clock: Clock, resources_of: ResourcesOf, throttled: Throttled
    ) -> None:
        self._faults = faults
        self._clock = clock
        self._resources_of = resources_of
        self._throttled = throttled

    async def strike(
        self, call: Call, parameters: Parameters, perform: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Answer a call with `perform`, unless a fault makes it late, fail, or lose its answer.

        Notes in `call.struck` which kind of fault it was.

        Raises AwsError as the service does: InternalServerError or InternalError for a call that
        fails, the service's throttling error for one that is refused.
        """
        active, payload = self._faults.active, call.request.body
        cut = False
        for target in self._targets(call, parameters):
            slow = active("slow", target, payload)
            if slow:
                call.struck = "slow"
                await self._clock.sleep(slow.seconds)
            for kind, refusal in (("error", self._failure), ("throttle", self._throttling)):
                if active(kind, target, payload):
                    call.struck = kind
                    raise refusal(call, target)
            cut = cut or active("cut", target, payload) is not None
        answer = await perform()
        if cut:
            call.struck = "cut"
            raise self._failure(call, "")
        return answer

    def _targets(self, call: Call, parameters: Parameters) -> Iterator[str]:
        """What the call is about, as faults name it."""
        if call.service == "dynamodb" and call.operation in _READS | _WRITES:
            for arn in self._resources_of(call, parameters):
                yield f"table/{_table(arn)}"
        elif call.service == "sns" and call.operation in _PUBLISHES:
            arn = str(parameters.get("TopicArn") or parameters.get("TargetArn") or "")
            yield f"topic/{arn.rpartition(':')[2]}"

    def _failure(self, call: Call, target: str) -> AwsError:
        if call.service == "dynamodb":
            return AwsError("Internal server error", code="InternalServerError", status=500)
        return AwsError("We encountered an internal error.", code="InternalError", status=500)

    def _throttling(self, call: Call, target: str) -> AwsError:
        if call.service == "dynamodb":
            direction = "Read" if call.operation in _READS else "Write"
            arn = f"arn:aws:dynamodb:{call.region}:{call.principal.account_id}:{target}"
            return self._throttled(f"Table{direction}KeyRangeThroughputExceeded", arn)
        return AwsError("Rate exceeded", code="ThrottlingException")


def _table(arn: str) -> str:
    return arn.partition(":table/")[2].partition("/")[0]
