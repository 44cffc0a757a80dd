"""Calls that an experiment strikes: those that move the data of a table or a topic.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.permissions.actions import needs
from orderlab.cloud.tables.throttling import Throttled

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

Answer = TypeVar("Answer")

_READS = frozenset(
    {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"},
)
_WRITES = frozenset(
    {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"},
)
_PUBLISHES = frozenset({"Publish", "PublishBatch"})


async def strike(
    cloud: Cloud, call: Call, parameters: Parameters, perform: Callable[[], Awaitable[Answer]]
) -> Answer:
    """Answer a call with `perform`, unless a fault makes it late, fail, or lose its answer.

    Notes in `call.struck` which kind of fault it was. Raises AwsError as the service does.
    """
    faults, payload = cloud.faults, call.request.body
    cut = False
    for target in _targets(cloud, call, parameters):
        slow = faults.active("slow", target, payload)
        if slow:
            call.struck = "slow"
            await cloud.clock.sleep(slow.seconds)
        for kind, refuse in (("error", _failed), ("throttle", _throttled)):
            if faults.active(kind, target, payload):
                call.struck = kind
                raise refuse(call, target)
        cut = cut or faults.active("cut", target, payload) is not None
    answer = await perform()
    if cut:
        call.struck = "cut"
        raise _failed(call, "")
    return answer


def _targets(cloud: Cloud, call: Call, parameters: Parameters) -> Iterator[str]:
    """What the call is about, as faults name it."""
    if call.service == "dynamodb" and call.operation in _READS | _WRITES:
        for need in needs(call, parameters, cloud.settings.account_id):
            yield f"table/{_table(need.resource)}"
    elif call.service == "sns" and call.operation in _PUBLISHES:
        arn = str(parameters.get("TopicArn") or parameters.get("TargetArn") or "")
        yield f"topic/{arn.rpartition(':')[2]}"


def _table(arn: str) -> str:
    return arn.partition(":table/")[2].partition("/")[0]


def _failed(call: Call, target: str) -> AwsError:
    if call.service == "dynamodb":
        return AwsError("Internal server error", code="InternalServerError", status=500)
    return AwsError("We encountered an internal error.", code="InternalError", status=500)


def _throttled(call: Call, target: str) -> AwsError:
    if call.service == "dynamodb":
        direction = "Read" if call.operation in _READS else "Write"
        arn = f"arn:aws:dynamodb:{call.region}:{call.principal.account_id}:{target}"
        return Throttled(f"Table{direction}KeyRangeThroughputExceeded", arn, provisioned=False)
    return AwsError("Rate exceeded", code="ThrottlingException")
