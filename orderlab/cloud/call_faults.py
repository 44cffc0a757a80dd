"""Calls that an experiment strikes: all of a service, some, or those about a table or a topic.

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
# how each service fails, and how it refuses too many calls: error code and status
_FAILURES = {
    "apigateway": ("InternalFailure", 500),
    "apigatewayv2": ("InternalFailure", 500),
    "cloudwatch": ("InternalServiceFault", 500),
    "dynamodb": ("InternalServerError", 500),
    "dynamodbstreams": ("InternalServerError", 500),
    "events": ("InternalException", 500),
    "iam": ("ServiceFailure", 500),
    "lambda": ("ServiceException", 500),
    "logs": ("ServiceUnavailableException", 503),
    "pipes": ("InternalException", 500),
    "scheduler": ("InternalServerException", 500),
    "schemas": ("InternalServerErrorException", 500),
    "sns": ("InternalError", 500),
    "sqs": ("InternalError", 500),
}
_THROTTLES = {
    "apigateway": ("TooManyRequestsException", 429),
    "apigatewayv2": ("TooManyRequestsException", 429),
    "cloudwatch": ("Throttling", 400),
    "iam": ("Throttling", 400),
    "lambda": ("TooManyRequestsException", 429),
    "pipes": ("ThrottlingException", 429),
    "scheduler": ("ThrottlingException", 429),
    "schemas": ("TooManyRequestsException", 429),
    "sqs": ("RequestThrottled", 400),
    "sts": ("Throttling", 400),
    "xray": ("ThrottledException", 429),
}
_TEXTS = {
    "InternalServerError": "Internal server error",
    "ServiceUnavailableException": "The service cannot complete the request.",
}


class CallFaults:
    """Lets faults strike calls."""

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

        Raises AwsError as the service does: its error for a call that fails within the service, or
        its throttling error.
        """
        active, payload = self._faults.active, call.request.body
        cut = False
        for target in self._targets(call, parameters):
            slow = active("slow", target, payload)
            if slow:
                call.struck = "slow"
                await self._clock.pause(slow.seconds)
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
        yield f"call/{call.service}"
        yield f"call/{call.service}.{call.operation}"
        if call.service == "dynamodb" and call.operation in _READS | _WRITES:
            for arn in self._resources_of(call, parameters):
                yield f"table/{_table(arn)}"
        elif call.service == "sns" and call.operation in _PUBLISHES:
            arn = str(parameters.get("TopicArn") or parameters.get("TargetArn") or "")
            yield f"topic/{arn.rpartition(':')[2]}"

    def _failure(self, call: Call, target: str) -> AwsError:
        code, status = _FAILURES.get(call.service, ("InternalFailure", 500))
        text = _TEXTS.get(code, "We encountered an internal error.")
        return AwsError(text, code=code, status=status)

    def _throttling(self, call: Call, target: str) -> AwsError:
        if target.startswith("table/"):
            direction = "Read" if call.operation in _READS else "Write"
            arn = f"arn:aws:dynamodb:{call.region}:{call.principal.account_id}:{target}"
            return self._throttled(f"Table{direction}KeyRangeThroughputExceeded", arn)
        code, status = _THROTTLES.get(call.service, ("ThrottlingException", 400))
        return AwsError("Rate exceeded", code=code, status=status)


def _table(arn: str) -> str:
    return arn.partition(":table/")[2].partition("/")[0]
