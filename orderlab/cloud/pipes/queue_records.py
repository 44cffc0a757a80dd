"""A queue's message in the form in which pipes hand it on.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html
"""

from __future__ import annotations

from orderlab.cloud.contracts import ReceivedMessage
from orderlab.cloud.messaging.sqs_event import event_record
from orderlab.cloud.pipes.flow import Record
from orderlab.cloud.targets.templates import encode


def record_of(message: ReceivedMessage, queue_arn: str) -> Record:
    """A message as the record that goes through the pipe."""
    event = event_record(message, queue_arn)
    return Record(message.message_id, event, encode(event))
