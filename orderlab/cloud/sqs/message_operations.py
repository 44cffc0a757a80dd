"""The operations on messages: send, receive, delete, change visibility.

These are the hot ones: plain functions, but for a long poll that has to wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from orderlab.cloud.contracts import (
    Call,
    Handler,
    OutgoingMessage,
    Parameters,
    Permissions,
    Principal,
    Result,
)
from orderlab.cloud.messaging.attributes import as_sent
from orderlab.cloud.sqs.attributes import MAX_MESSAGE_BYTES
from orderlab.cloud.sqs.batches import Entry, answer_each, entries_of
from orderlab.cloud.sqs.content import check_attributes, encoded
from orderlab.cloud.sqs.errors import (
    BatchRequestTooLong,
    InvalidParameterValue,
    MissingParameter,
    SqsError,
)
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.parameters import needed_text, number, table, text, whole
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.received import Wanted, as_result
from orderlab.cloud.sqs.registry import QueueRegistry
from orderlab.cloud.sqs.store import MAX_VISIBILITY_SECONDS
from orderlab.cloud.telemetry.callers import caller_name

MAX_RECEIVED = 10
MAX_WAIT_SECONDS = 20
_AT_LEAST = "Must be >= {} and <= {}"


class MessageOperations:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html"""

    def __init__(self, registry: QueueRegistry, permissions: Permissions) -> None:
        self._addressed = registry.addressed
        self._permissions = permissions
        self.handlers: Mapping[str, Handler] = {
            "SendMessage": self.send_message,
            "SendMessageBatch": self.send_message_batch,
            "ReceiveMessage": self.receive_message,
            "DeleteMessage": self.delete_message,
            "DeleteMessageBatch": self.delete_message_batch,
            "ChangeMessageVisibility": self.change_message_visibility,
            "ChangeMessageVisibilityBatch": self.change_message_visibility_batch,
        }

    # --- send ---

    def send_message(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
        queue = self._addressed(call, parameters)
        message = queue.accept(outgoing(parameters, trace=_trace(call)), call.principal)
        queue.recording.requests(message.size)
        return sent_result(message)

    def send_message_batch(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""
        queue = self._addressed(call, parameters)
        entries = entries_of(parameters, "SendMessageBatch")
        size = sum(_size(entry) for entry in entries)
        if size > MAX_MESSAGE_BYTES:
            raise BatchRequestTooLong(size, MAX_MESSAGE_BYTES)
        trace = _trace(call)
        places = {entry["Id"]: place for place, entry in enumerate(entries, 1)}

        def read(entry: Entry) -> OutgoingMessage:
            return outgoing(entry, f"SendMessageBatchRequestEntry.{places[entry['Id']]}.", trace)

        if queue.fifo:
            return _send_in_order(queue, entries, read, call.principal, size)
        queue.recording.requests(size)
        return answer_each(
            entries, lambda entry: sent_result(queue.accept(read(entry), call.principal))
        )

    # --- receive ---

    def receive_message(self, call: Call, parameters: Parameters) -> Result | Awaitable[Result]:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""
        queue = self._addressed(call, parameters)
        limit = whole(parameters, "MaxNumberOfMessages", 1, MAX_RECEIVED) or 1
        visibility = whole(parameters, "VisibilityTimeout", 0, MAX_VISIBILITY_SECONDS, _AT_LEAST)
        wait = whole(parameters, "WaitTimeSeconds", 0, MAX_WAIT_SECONDS, _AT_LEAST)
        wanted = Wanted.read(parameters)
        attempt_id = text(parameters, "ReceiveRequestAttemptId")
        if attempt_id is not None and not queue.fifo:
            raise InvalidParameterValue(
                f"Value {attempt_id} for parameter ReceiveRequestAttemptId is invalid. Reason: "
                "The request include parameter that is not valid for this queue type."
            )
        reader = caller_name(self._permissions, call.principal)
        if wait is None:
            wait = queue.settings.wait
        taken = queue.received_before(attempt_id, visibility) if attempt_id else []
        if not taken:
            taken = queue.poll(limit, visibility, short=wait == 0, reader=reader)
        if taken or (wait == 0 and not queue.burying):
            return _received(queue, taken, wanted, reader, attempt_id)

        async def later() -> Result:
            taken = await queue.wait_for_messages(
                limit, visibility, wait_seconds=wait, reader=reader
            )
            return _received(queue, taken, wanted, reader, attempt_id)

        return later()

    # --- delete, change visibility ---

    def delete_message(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html"""
        queue = self._addressed(call, parameters)
        queue.recording.requests()
        handle = needed_text(parameters, "ReceiptHandle")
        queue.delete_by(handle, caller_name(self._permissions, call.principal))
        return {}

    def delete_message_batch(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html"""
        queue = self._addressed(call, parameters)
        entries = entries_of(parameters, "DeleteMessageBatch")
        queue.recording.requests()
        reader = caller_name(self._permissions, call.principal)

        def delete(entry: Entry) -> Entry:
            queue.delete_by(needed_text(entry, "ReceiptHandle"), reader)
            return {}

        return answer_each(entries, delete)

    def change_message_visibility(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"""
        queue = self._addressed(call, parameters)
        queue.recording.requests()
        _change_visibility(queue, parameters)
        return {}

    def change_message_visibility_batch(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html"""
        queue = self._addressed(call, parameters)
        entries = entries_of(parameters, "ChangeMessageVisibilityBatch")
        queue.recording.requests()

        def change(entry: Entry) -> Entry:
            _change_visibility(queue, entry)
            return {}

        return answer_each(entries, change)


def outgoing(parameters: Parameters, place: str = "", trace: str | None = None) -> OutgoingMessage:
    """A message from the parameters of SendMessage or an entry of a batch.

    `place` is where the entry stands in the call; `trace` is the trace header of the request.
    """
    system = table(parameters, "MessageSystemAttributes")
    if trace is not None and "AWSTraceHeader" not in system:
        system = {**system, "AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
    body = text(parameters, "MessageBody")
    if not body:
        raise MissingParameter(f"{place}MessageBody")
    return OutgoingMessage(
        body=body,
        attributes=table(parameters, "MessageAttributes"),
        system_attributes=system,
        delay_seconds=number(parameters, "DelaySeconds"),
        group_id=text(parameters, "MessageGroupId"),
        deduplication_id=text(parameters, "MessageDeduplicationId"),
    )


def _trace(call: Call) -> str | None:
    """The trace header that X-Ray's clients send with a request."""
    return call.request.headers.get("x-amzn-trace-id")


def _send_in_order(
    queue: LiveQueue,
    entries: list[Entry],
    read: Callable[[Entry], OutgoingMessage],
    sender: Principal,
    size: int,
) -> Result:
    """Send all of a batch to a FIFO queue; one bad entry refuses the whole call."""
    for entry in entries:
        if not text(entry, "MessageGroupId"):
            raise InvalidParameterValue(MissingParameter("MessageGroupId").message)
    messages = queue.accept_together([read(entry) for entry in entries], sender)
    queue.recording.requests(size)
    results = zip(entries, messages, strict=True)
    return {"Successful": [{"Id": entry["Id"], **sent_result(sent)} for entry, sent in results]}


def sent_result(message: Message) -> dict[str, Any]:
    """What SendMessage returns about a message that was stored."""
    sent = {"MD5OfMessageBody": message.md5_of_body, "MessageId": message.id}
    if message.md5_of_attributes:
        sent["MD5OfMessageAttributes"] = message.md5_of_attributes
    if message.md5_of_system_attributes:
        sent["MD5OfMessageSystemAttributes"] = message.md5_of_system_attributes
    if message.sequence_number:
        sent["SequenceNumber"] = message.sequence_number
    return sent


def _size(entry: Entry) -> int:
    """The bytes of an entry; those of one that is refused on its own count nothing."""
    try:
        attributes = {
            name: as_sent(value) for name, value in table(entry, "MessageAttributes").items()
        }
        return len(encoded(text(entry, "MessageBody") or "")) + check_attributes(attributes)
    except (SqsError, TypeError, ValueError):
        return 0


def _received(
    queue: LiveQueue, taken: list[Message], wanted: Wanted, reader: str, attempt_id: str | None
) -> Result:
    if attempt_id and taken:
        queue.remember_receive(attempt_id, taken)
    queue.recording.received(taken, reader)
    queue.recording.requests(sum(message.size for message in taken))
    if not taken:
        return {}
    return {
        "Messages": [as_result(message, queue.store.handle(message), wanted) for message in taken]
    }


def _change_visibility(queue: LiveQueue, parameters: Parameters) -> None:
    handle = needed_text(parameters, "ReceiptHandle")
    seconds = number(parameters, "VisibilityTimeout")
    if seconds is None:
        raise MissingParameter("VisibilityTimeout")
    if not 0 <= seconds <= MAX_VISIBILITY_SECONDS:
        raise InvalidParameterValue(
            f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: "
            f"VisibilityTimeout must be an integer between 0 and {MAX_VISIBILITY_SECONDS}."
        )
    queue.change_visibility(handle, seconds)
