"""On-failure destinations: what is told about records that were given up.

The message holds where the records are in the stream, not the records themselves.
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any, Literal

from orderlab.cloud.contracts import Invocation, OutgoingMessage
from orderlab.cloud.event_sources.mapping import EventSourceMapping
from orderlab.cloud.event_sources.retry import Part
from orderlab.cloud.event_sources.settings import on_failure
from orderlab.cloud.event_sources.sources import SourceChecks
from orderlab.cloud.event_sources.wiring import Wiring

log = logging.getLogger("orderlab.cloud.event_sources")

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


class OnFailure:
    """Reports a mapping's lost records to its queue or topic, as the function's role."""

    def __init__(self, wiring: Wiring, mapping: EventSourceMapping) -> None:
        self._wiring = wiring
        self._checks = SourceChecks(wiring.permissions, wiring.queues, wiring.streams)
        self._mapping = mapping

    def report(
        self, part: Part, condition: Condition, invocation: Invocation | None, shard_id: str
    ) -> None:
        """Send the message, if a destination is set. It never raises: failures are only noted."""
        destination = on_failure(self._mapping.settings)
        if not destination:
            return
        message = failure_message(self._mapping, part, condition, invocation, shard_id)
        message["timestamp"] = _instant(self._wiring.clock.wall(), "milliseconds")
        try:
            self._send(destination, json.dumps(message))
        except Exception as error:
            log.warning("%s could not report to %s: %s", self._mapping.uuid, destination, error)
            self._mapping.processed(f"Delivery to the on-failure destination failed: {error}")

    def _send(self, destination: str, text: str) -> None:
        function = self._wiring.functions.configuration(
            self._mapping.unqualified_function_arn, self._mapping.qualifier
        )
        if not self._checks.may_send(destination, function):
            raise PermissionError("the function's execution role may not send to it")
        sender = self._wiring.permissions.role_principal(
            str(function.get("Role", "")), self._mapping.function_name
        )
        if ":sns:" in destination:
            self._wiring.topics.publish(destination, text, subject=None, sender=sender)
            return
        queue = self._wiring.queues.queue(destination)
        if queue is None:
            raise LookupError("the queue does not exist")
        queue.send(OutgoingMessage(text), sender)


def failure_message(
    mapping: EventSourceMapping,
    part: Part,
    condition: Condition,
    invocation: Invocation | None,
    shard_id: str,
) -> dict[str, Any]:
    """The message as AWS sends it, but for its timestamp."""
    first, last = part.records[0], part.records[-1]
    message: dict[str, Any] = {
        "requestContext": {
            "requestId": invocation.request_id if invocation else str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": part.invocations,
        }
    }
    if invocation:
        message["responseContext"] = {
            "statusCode": invocation.status,
            "executedVersion": invocation.executed_version,
            "functionError": invocation.function_error,
        }
    message["version"] = "1.0"
    message["timestamp"] = ""
    message["DDBStreamBatchInfo"] = {
        "shardId": shard_id,
        "startSequenceNumber": first.sequence_number,
        "endSequenceNumber": last.sequence_number,
        "approximateArrivalOfFirstRecord": _instant(first.created),
        "approximateArrivalOfLastRecord": _instant(last.created),
        "batchSize": len(part.records),
        "streamArn": mapping.source.arn,
    }
    return message


def _instant(seconds: float, precision: Literal["seconds", "milliseconds"] = "seconds") -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision)
    return text.replace("+00:00", "Z")
