"""Publish and PublishBatch.

https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud.aws_error import AwsError, NotDoneYet
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.queues.deduplication import content_id
from orderlab.cloud.queues.ledger import caller_name
from orderlab.cloud.topics.errors import BatchError, InvalidParameter, MissingParameter
from orderlab.cloud.topics.notification import Notification, notification
from orderlab.cloud.topics.topic import Topic

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud
    from orderlab.cloud.topics.service import TopicService

MAX_ENTRIES = 10
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


class PublishOperations:
    """The operations that bring messages into topics."""

    def __init__(self, cloud: Cloud, service: TopicService) -> None:
        self._cloud = cloud
        self._service = service
        self.handlers: Mapping[str, Handler] = {
            "Publish": self.publish,
            "PublishBatch": self.publish_batch,
        }

    def publish(self, call: Call, parameters: Parameters) -> Result:
        if parameters.get("PhoneNumber"):
            raise NotDoneYet("SMS messages of SNS")
        arn = parameters.get("TopicArn") or parameters.get("TargetArn")
        if not isinstance(arn, str) or not arn:
            raise InvalidParameter("TopicArn or TargetArn Reason: no value for required parameter")
        if ":endpoint/" in arn:
            raise NotDoneYet("mobile push of SNS")
        topic = self._service.in_call(call, arn)
        message = notification(parameters)
        result = self.accept(topic, message, caller_name(self._cloud, call.principal))
        self._service.ledger.publish_calls(topic, message.size)
        return result

    def publish_batch(self, call: Call, parameters: Parameters) -> Result:
        topic = self._service.in_call(call, parameters.get("TopicArn"))
        entries = _entries(parameters)
        sender = caller_name(self._cloud, call.principal)
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        ready: list[tuple[str, Notification]] = []
        for entry in entries:
            try:
                ready.append((entry["Id"], notification(entry)))
            except AwsError as error:
                failed.append(_failure(entry["Id"], error))
        size = sum(message.size for _, message in ready)
        if size > topic.maximum_size:
            raise BatchError(
                "BatchRequestTooLong",
                "The length of all the messages put together is more than the limit.",
            )
        self._service.ledger.publish_calls(topic, size)
        for entry_id, message in ready:
            try:
                done.append({"Id": entry_id, **self.accept(topic, message, sender)})
            except AwsError as error:
                failed.append(_failure(entry_id, error))
        return {"Successful": done, "Failed": failed}

    def accept(self, topic: Topic, message: Notification, sender: str) -> dict[str, Any]:
        """Take one message in and begin its deliveries; AwsError if the topic refuses it."""
        if message.size > topic.maximum_size:
            raise InvalidParameter("Message too long")
        if topic.fifo:
            repeated = self._number(topic, message)
            if repeated is not None:
                return repeated
        elif message.deduplication_id is not None:
            raise InvalidParameter(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        message.ids = self._cloud.telemetry.recorder.ids_in(message.message)
        self._service.ledger.published(topic, message, sender)
        self._service.delivery.fan_out(topic, message)
        return _published(message.message_id, message.sequence_number)

    def _number(self, topic: Topic, message: Notification) -> dict[str, Any] | None:
        """Give a FIFO message its place; what was answered before if it is a repetition."""
        if not message.group_id:
            raise InvalidParameter("The MessageGroupId parameter is required for FIFO topics")
        if message.deduplication_id is None:
            if not topic.content_based:
                raise InvalidParameter(
                    "The topic should either have ContentBasedDeduplication enabled or "
                    "MessageDeduplicationId provided explicitly"
                )
            message.deduplication_id = content_id(message.message)
        now = self._cloud.clock.now()
        scope = message.group_id if topic.by_group else ""
        known = topic.published.find(scope, message.deduplication_id, now)
        if known is not None:
            return _published(*known)
        message.sequence_number = topic.next_sequence_number()
        topic.published.remember(
            scope, message.deduplication_id, now, (message.message_id, message.sequence_number)
        )
        return None


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
    for entry_id in ids:
        if entry_id is None:
            raise MissingParameter("Id")
        if not _ENTRY_ID.fullmatch(entry_id):
            raise BatchError(
                "InvalidBatchEntryId",
                "The Id of a batch entry in a batch request doesn't abide by the specification.",
            )
    if len(set(ids)) != len(ids):
        raise BatchError(
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        )
    return list(entries)


def _failure(entry_id: str, error: AwsError) -> dict[str, Any]:
    return {"Id": entry_id, "Code": error.code, "Message": error.message, "SenderFault": True}
