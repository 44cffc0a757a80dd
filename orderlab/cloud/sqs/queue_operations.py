"""The operations on queues as a whole: create, find, set, list, tag, purge, delete."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from orderlab.clock import Clock
from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.sqs import attributes as queue_attributes
from orderlab.cloud.sqs.errors import (
    InvalidAttributeName,
    InvalidParameterValue,
    MissingParameter,
    NotAtAQueuesAddress,
    PurgeQueueInProgress,
    QueueDoesNotExist,
)
from orderlab.cloud.sqs.parameters import needed_text, text, texts, texts_by_name, whole
from orderlab.cloud.sqs.registry import QueueRegistry

MAX_RESULTS = 1_000
MAX_TAGS = 50
PURGE_SECONDS = 60.0


class QueueOperations:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html"""

    def __init__(self, registry: QueueRegistry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self.handlers: Mapping[str, Handler] = {
            "CreateQueue": self.create_queue,
            "DeleteQueue": self.delete_queue,
            "GetQueueUrl": self.get_queue_url,
            "ListQueues": self.list_queues,
            "GetQueueAttributes": self.get_queue_attributes,
            "SetQueueAttributes": self.set_queue_attributes,
            "PurgeQueue": self.purge_queue,
            "ListDeadLetterSourceQueues": self.list_dead_letter_source_queues,
            "TagQueue": self.tag_queue,
            "UntagQueue": self.untag_queue,
            "ListQueueTags": self.list_queue_tags,
        }

    def create_queue(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""
        _require_root(call)
        tags = {**texts_by_name(parameters, "tags"), **texts_by_name(parameters, "Tags")}
        name = needed_text(parameters, "QueueName")
        check_tags(name, tags)
        queue = self._registry.create(
            call.region,
            name,
            texts_by_name(parameters, "Attributes"),
            tags,
        )
        return {"QueueUrl": queue.url}

    def delete_queue(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html"""
        self._registry.remove(self._registry.addressed(call, parameters))
        return {}

    def get_queue_url(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html"""
        name = needed_text(parameters, "QueueName")
        owner = text(parameters, "QueueOwnerAWSAccountId") or self._registry.account_id
        queue = self._registry.named(call.region, name)
        if queue is None or owner != queue.account_id:
            raise QueueDoesNotExist
        return {"QueueUrl": queue.url}

    def list_queues(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""
        _require_root(call)
        prefix = text(parameters, "QueueNamePrefix") or ""
        found = [
            queue.url
            for queue in self._registry.in_region(call.region)
            if queue.name.startswith(prefix)
        ]
        return _page("QueueUrls", found, parameters)

    def list_dead_letter_source_queues(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html"""
        queue = self._registry.addressed(call, parameters)
        found = [source.url for source in self._registry.sources_of(queue)]
        return {"queueUrls": [], **_page("queueUrls", found, parameters)}

    # --- attributes ---

    def get_queue_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html"""
        queue = self._registry.addressed(call, parameters)
        names = texts(parameters, "AttributeNames")
        for name in names:
            if name not in queue_attributes.READABLE:
                raise InvalidAttributeName(name)
        if not names:
            return {}
        found = queue.described()
        if "All" not in names:
            found = {name: found[name] for name in names if name in found}
        return {"Attributes": found} if found else {}

    def set_queue_attributes(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
        queue = self._registry.addressed(call, parameters)
        if not isinstance(parameters.get("Attributes"), dict):
            raise MissingParameter("Attributes")
        self._registry.change(queue, texts_by_name(parameters, "Attributes"))
        return {}

    def purge_queue(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html"""
        queue = self._registry.addressed(call, parameters)
        now = self._clock.now()
        if queue.purged_at is not None and now - queue.purged_at < PURGE_SECONDS:
            raise PurgeQueueInProgress(queue.name)
        queue.purge()
        return {}

    # --- tags ---

    def tag_queue(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html"""
        queue = self._registry.addressed(call, parameters)
        tags = texts_by_name(parameters, "Tags")
        if not tags:
            raise MissingParameter("Tags")
        check_tags(queue.name, {**queue.tags, **tags})
        queue.tags.update(tags)
        return {}

    def untag_queue(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html"""
        queue = self._registry.addressed(call, parameters)
        keys = texts(parameters, "TagKeys")
        if not keys:
            raise MissingParameter("TagKeys")
        for key in keys:
            queue.tags.pop(key, None)
        return {}

    def list_queue_tags(self, call: Call, parameters: Parameters) -> Result:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html"""
        queue = self._registry.addressed(call, parameters)
        return {"Tags": dict(queue.tags)} if queue.tags else {}


def check_tags(queue_name: str, tags: Mapping[str, str]) -> None:
    """Raise InvalidParameterValue for too many tags, or one that is too long."""
    if len(tags) > MAX_TAGS:
        raise InvalidParameterValue(f"Too many tags added for queue {queue_name}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            raise InvalidParameterValue("Tag keys must be between 1 and 128 characters in length.")
        if len(value) > 256:
            raise InvalidParameterValue("Tag values must be at most 256 characters in length.")


def _require_root(call: Call) -> None:
    """Refuse, at the address of one queue, a form that is about no queue in particular."""
    if call.request.path.count("/") >= 2 and "x-amz-target" not in call.request.headers:
        raise NotAtAQueuesAddress(call.operation)


def _page(name: str, found: list[str], parameters: Parameters) -> dict[str, object]:
    """One page of a list; only who sets MaxResults is told where the next page begins."""
    limit = whole(parameters, "MaxResults", 1, MAX_RESULTS)
    start = _start(text(parameters, "NextToken"))
    end = start + (limit or MAX_RESULTS)
    page: dict[str, object] = {name: found[start:end]} if found[start:end] else {}
    if limit is not None and end < len(found):
        page["NextToken"] = base64.b64encode(f"from {end}".encode()).decode()
    return page


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, number = base64.b64decode(token, validate=True).decode().partition(" ")
        if word == "from" and number.isdecimal():
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise InvalidParameterValue("Invalid NextToken value.")
