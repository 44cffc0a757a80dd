"""Publish and PublishBatch.

https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.aws_error import NotDoneYet
from orderlab.cloud.contracts import (
    Call,
    Handler,
    Parameters,
    Permissions,
    Principal,
    Recorder,
    Result,
)
from orderlab.cloud.messaging.deduplication import content_id
from orderlab.cloud.sns.errors import BatchError, InvalidParameter, MissingParameter
from orderlab.cloud.sns.fan_out import FanOut
from orderlab.cloud.sns.notification import Notification, notification
from orderlab.cloud.sns.recording import Recording
from orderlab.cloud.sns.registry import TopicRegistry
from orderlab.cloud.sns.topic import Topic
from orderlab.cloud.telemetry.callers import caller_name

MAX_ENTRIES = 10
MAX_ID = 80
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]+")


class PublishOperations:
    """The operations that bring messages into topics."""

    def __init__(
        self,
        registry: TopicRegistry,
        *,
        clock: Clock,
        permissions: Permissions,
        recorder: Recorder,
        recording: Recording,
        fan_out: FanOut,
    ) -> None:
        self._registry = registry
        self._permissions = permissions
        self._now = clock.now
        self._ids_in = recorder.ids_in
        self._recording = recording
        self._fan_out = fan_out
        self.handlers: Mapping[str, Handler] = {
            "Publish": self.publish,
            "PublishBatch": self.publish_batch,
        }

    def publish(self, call: Call, parameters: Parameters) -> Result | Awaitable[Result]:
        """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
        if parameters.get("PhoneNumber"):
            raise NotDoneYet("SMS messages of SNS")
        arn = parameters.get("TopicArn", parameters.get("TargetArn"))
        if not isinstance(arn, str):
            raise InvalidParameter("TopicArn or TargetArn Reason: no value for required parameter")
        if ":endpoint/" in arn:
            raise NotDoneYet("mobile push of SNS")
        topic = self._registry.in_call(call, arn)
        message = notification(parameters, trace=_trace(call))
        _check_addressing(topic, message)
        if message.size > topic.maximum_size:
            raise InvalidParameter("Message too long")
        result, work = self.accept(topic, message, caller_name(self._permissions, call.principal))
        self._recording.publish_calls(topic, message.size)
        return _after([work], result)

    def publish_batch(self, call: Call, parameters: Parameters) -> Result | Awaitable[Result]:
        """Take in all entries, or none if one of them is not in order."""
        topic = self._registry.in_call(call, parameters.get("TopicArn"))
        entries = _entries(parameters)
        trace = _trace(call)
        messages = [
            notification(entry, f"publishBatchRequestEntries.{place}.member.", trace)
            for place, entry in enumerate(entries, 1)
        ]
        for message in messages:
            _check_addressing(topic, message)
        size = sum(message.size for message in messages)
        if size > topic.maximum_size:
            raise BatchError(
                "BatchRequestTooLong",
                "The length of all the messages put together is more than the limit.",
            )
        self._recording.publish_calls(topic, size)
        sender = caller_name(self._permissions, call.principal)
        accepted = [self.accept(topic, message, sender) for message in messages]
        done = [
            {"Id": entry["Id"], **result}
            for entry, (result, _) in zip(entries, accepted, strict=True)
        ]
        return _after([work for _, work in accepted], {"Successful": done, "Failed": []})

    def accept(
        self, topic: Topic, message: Notification, sender: str
    ) -> tuple[dict[str, Any], asyncio.Task[None] | None]:
        """Take one checked message in and begin its deliveries.

        Returns what the caller is told, and a task if the deliveries are still being begun.
        """
        if topic.fifo:
            repeated = self._number(topic, message)
            if repeated is not None:
                return repeated, None
        message.ids = self._ids_in(message.message)
        self._recording.published(topic, message, sender)
        work = self._fan_out.begin(topic, message)
        return _published(message.message_id, message.sequence_number), work

    def publish_inside(self, topic_arn: str, given: Parameters, sender: Principal) -> str:
        """Take in a message of another service, as parameters of Publish, and return its id.

        Raises NotFound, InvalidParameter, ParameterValueInvalid.
        """
        topic = self._registry.existing(topic_arn)
        message = notification(given)
        _check_addressing(topic, message)
        if message.size > topic.maximum_size:
            raise InvalidParameter("Message too long")
        result, _ = self.accept(topic, message, caller_name(self._permissions, sender))
        self._recording.publish_calls(topic, message.size)
        message_id: str = result["MessageId"]
        return message_id

    def _number(self, topic: Topic, message: Notification) -> dict[str, Any] | None:
        """Give a FIFO message its place; what was answered before if it is a repetition."""
        message.deduplication_id = message.deduplication_id or content_id(message.message)
        now = self._now()
        scope = message.group_id or "" if topic.by_group else ""
        known = topic.published.find(scope, message.deduplication_id, now)
        if known is not None:
            return _published(*known)
        message.sequence_number = topic.next_sequence_number()
        topic.published.remember(
            scope, message.deduplication_id, now, (message.message_id, message.sequence_number)
        )
        return None


def _trace(call: Call) -> str | None:
    """The trace header that X-Ray's clients send with a request."""
    return call.request.headers.get("x-amzn-trace-id")


def _check_addressing(topic: Topic, message: Notification) -> None:
    """Group and deduplication id, by the kind of topic."""
    if not topic.fifo:
        if message.deduplication_id is not None:
            raise InvalidParameter(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        return
    if not message.group_id:
        raise InvalidParameter("The MessageGroupId parameter is required for FIFO topics")
    if message.deduplication_id is None and not topic.content_based:
        raise InvalidParameter(
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def _after(
    work: list[asyncio.Task[None] | None], result: dict[str, Any]
) -> Result | Awaitable[Result]:
    """The result, once all deliveries have begun."""
    running = [task for task in work if task is not None]
    if not running:
        return result

    async def later() -> Result:
        await asyncio.wait(running)
        return result

    return later()


def _published(message_id: str, sequence_number: str | None) -> dict[str, Any]:
    result = {"MessageId": message_id}
    if sequence_number is not None:
        result["SequenceNumber"] = sequence_number
    return result


def _entries(parameters: Parameters) -> list[dict[str, Any]]:
    """The entries of a batch, whose number and ids are as they must be."""
    entries = parameters.get("PublishBatchRequestEntries")
    if not entries:
        raise BatchError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
    if len(entries) > MAX_ENTRIES:
        raise BatchError(
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        )
    ids = [entry.get("Id") for entry in entries]
    for place, entry_id in enumerate(ids, 1):
        if entry_id is None:
            raise MissingParameter(f"publishBatchRequestEntries.{place}.member.id")
        _check_id(entry_id)
    if len(set(ids)) != len(ids):
        raise BatchError(
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        )
    return list(entries)


def _check_id(entry_id: str) -> None:
    if len(entry_id) > MAX_ID:
        reason = f"is too long: {entry_id}"
    elif not _ENTRY_ID.fullmatch(entry_id):
        reason = f"contains an impermissible character: {entry_id}"
    else:
        return
    raise BatchError(
        "InvalidBatchEntryId", f"The Id of a batch entry in the batch request {reason}"
    )
