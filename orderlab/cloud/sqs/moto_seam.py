"""moto's view of our queues, so that its other services find them: tags, CloudFormation, events.

moto keeps no messages and no settings here: everything is asked of the registry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import moto.sqs.urls
from moto.core.resource_tagging import TaggedResource
from moto.sqs.exceptions import QueueDoesNotExist as MotoQueueDoesNotExist
from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue, SQSBackend

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.contracts import OutgoingMessage, Principal
from orderlab.cloud.moto_backends import replace_backend
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.registry import QueueRegistry

# as whom moto's own services send
_SENDER = "events.amazonaws.com"


class QueueRecord(Queue):  # type: ignore[misc]
    """One of our queues, in the form that moto's services know."""

    def __init__(self, live: LiveQueue) -> None:
        # moto's own initialiser is not called: it would keep a copy of the settings that nobody
        # updates
        self.live = live
        self.region = live.region
        self.account_id = live.account_id
        self.tags = live.tags
        self.queue_arn = live.arn
        self.fifo_queue = live.fifo
        self.lambda_event_source_mappings: dict[str, Any] = {}
        self.dead_letter_queue = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.live.name

    @property
    def attributes(self) -> dict[str, Any]:
        """All of its attributes."""
        return dict(self.live.described())

    @property
    def visibility_timeout(self) -> int:
        """Its VisibilityTimeout in seconds."""
        return self.live.visibility_timeout

    @property
    def policy(self) -> str | None:
        """Its access policy; None if it has none."""
        return self.live.policy

    @property
    def physical_resource_id(self) -> str:
        """CloudFormation's `Ref` of a queue: its URL."""
        return self.live.url

    def url(self, request_url: Any) -> str:
        """Its URL."""
        return self.live.url


class QueueBackend(SQSBackend):  # type: ignore[misc]
    """moto's backend of one account and Region, without anything of its own."""

    _url_module = moto.sqs.urls
    registry: QueueRegistry

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._records: dict[str, QueueRecord] = {}

    @property
    def queues(self) -> dict[str, QueueRecord]:
        """The queues of the Region by name."""
        found = {queue.name: self._record(queue) for queue in self._live()}
        self._records = dict(found)
        return found

    @queues.setter
    def queues(self, value: object) -> None:
        """moto's initialiser sets it; there is nothing to keep."""

    def _live(self) -> list[LiveQueue]:
        if self.account_id != self.registry.account_id:
            return []
        return self.registry.in_region(self.region_name)

    def _record(self, queue: LiveQueue) -> QueueRecord:
        record = self._records.get(queue.name)
        if record is None or record.live is not queue:
            record = self._records[queue.name] = QueueRecord(queue)
        return record

    def create_queue(
        self, name: str, tags: dict[str, str] | None = None, **attributes: Any
    ) -> QueueRecord:
        """Create a queue, for CloudFormation."""
        attributes.pop("region", None)
        attributes.pop("QueueName", None)
        try:
            live = self.registry.create(self.region_name, name, _texts(attributes), tags or {})
        except AwsError as error:
            raise _as_moto(error) from None
        return self._record(live)

    def get_queue(self, queue_name: str) -> QueueRecord:
        """The queue of that name; raises moto's QueueDoesNotExist."""
        live = self.registry.named(self.region_name, queue_name)
        if live is None:
            raise MotoQueueDoesNotExist
        return self._record(live)

    def delete_queue(self, queue_name: str) -> None:
        """Delete a queue, for CloudFormation."""
        self.registry.remove(self.get_queue(queue_name).live)

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        """Some attributes of a queue, or `All`."""
        found = self.get_queue(queue_name).attributes
        if "All" in attribute_names:
            return found
        return {name: found[name] for name in attribute_names if name in found}

    def set_queue_attributes(self, queue_name: str, attributes: dict[str, Any]) -> QueueRecord:
        """Set attributes of a queue, for CloudFormation."""
        record = self.get_queue(queue_name)
        try:
            self.registry.change(record.live, _texts(attributes))
        except AwsError as error:
            raise _as_moto(error) from None
        return record

    def send_message(
        self,
        queue_name: str,
        message_body: str,
        message_attributes: dict[str, Any] | None = None,
        delay_seconds: int | None = None,
        deduplication_id: str | None = None,
        group_id: str | None = None,
        system_attributes: dict[str, Any] | None = None,
        validate_group_id: bool = True,
    ) -> Message:
        """Send a message, for moto's other services."""
        queue = self.get_queue(queue_name).live
        message = OutgoingMessage(
            body=message_body,
            attributes=message_attributes or {},
            system_attributes=system_attributes or {},
            delay_seconds=delay_seconds,
            group_id=group_id,
            deduplication_id=deduplication_id,
        )
        try:
            return queue.accept(message, Principal("service", _SENDER, self.account_id))
        except AwsError as error:
            raise _as_moto(error) from None

    def iter_tagged_resources(self) -> Iterator[Any]:
        """The queues with their tags, for the Resource Groups Tagging API."""
        for queue in self._live():
            yield TaggedResource(arn=queue.arn, tags=queue.tags, resource_type="sqs:queue")


def install(registry: QueueRegistry) -> None:
    """Let moto see the queues of `registry`."""
    backend = type("InstalledQueueBackend", (QueueBackend,), {"registry": registry})
    replace_backend("sqs", backend)


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as texts: templates give numbers, booleans and JSON objects."""
    texts = {}
    for name, value in attributes.items():
        if isinstance(value, bool):
            texts[name] = str(value).lower()
        elif isinstance(value, dict | list):
            texts[name] = json.dumps(value)
        else:
            texts[name] = str(value)
    return texts


def _as_moto(error: AwsError) -> Exception:
    code = error.details.get("query_error_code", error.code)
    raised: Exception = SQSException(code, error.message)
    return raised
