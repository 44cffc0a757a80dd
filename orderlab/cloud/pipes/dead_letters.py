"""Dead letters of pipes that read a stream: where the records are that were given up.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Literal

from orderlab.clock import Clock
from orderlab.cloud.pipes.pipe import SERVICE, Pipe
from orderlab.cloud.pipes.retry import Part
from orderlab.cloud.targets.failures import TargetFailure
from orderlab.cloud.targets.sender import Message, Source, TargetSender
from orderlab.cloud.targets.templates import encode

log = logging.getLogger("orderlab.cloud.pipes")
Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


class DeadLetters:
    """Reports lost records to a pipe's dead-letter queue or topic."""

    def __init__(self, *, sender: TargetSender, clock: Clock) -> None:
        self._sender = sender
        self._clock = clock

    async def report(self, pipe: Pipe, shard_id: str, part: Part, condition: Condition) -> None:
        """Send the message, if a queue or topic is set. Never raises."""
        arn = (pipe.source_settings.get("DeadLetterConfig") or {}).get("Arn")
        if not arn:
            return
        body = encode(self._letter(pipe, shard_id, part, condition))
        source = Source(SERVICE, pipe.arn, pipe.account_id, pipe.role_arn)
        try:
            await self._sender.send(arn, Message(body), source)
        except TargetFailure as failure:
            log.warning("A dead letter of the pipe %s was lost: %s", pipe.name, failure)
            pipe.state_reason = f"Delivery to the dead-letter queue failed: {failure.message}"

    def _letter(
        self, pipe: Pipe, shard_id: str, part: Part, condition: Condition
    ) -> dict[str, Any]:
        first, last = part.records[0], part.records[-1]
        return {
            "context": {"partnerResourceArn": pipe.arn, "condition": condition},
            "version": "1.0",
            "timestamp": _instant(self._clock.wall(), "milliseconds"),
            "DDBStreamBatchInfo": {
                "shardId": shard_id,
                "startSequenceNumber": first.record.id,
                "endSequenceNumber": last.record.id,
                "approximateArrivalOfFirstRecord": _instant(first.created),
                "approximateArrivalOfLastRecord": _instant(last.created),
                "batchSize": len(part.records),
                "streamArn": pipe.source,
            },
        }


def _instant(seconds: float, precision: Literal["seconds", "milliseconds"] = "seconds") -> str:
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec=precision)
    return text.replace("+00:00", "Z")
