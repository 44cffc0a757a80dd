"""Which queues there are: found by name, ARN and address, made, changed and removed.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Mapping

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Call, Parameters
from orderlab.cloud.sqs import attributes as queue_attributes
from orderlab.cloud.sqs.errors import (
    InvalidAddress,
    InvalidAttributeValue,
    InvalidParameterValue,
    QueueDeletedRecently,
    QueueDoesNotExist,
    QueueNameExists,
)
from orderlab.cloud.sqs.parameters import needed_text
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.redrive_policy import read_redrive_allow_policy, read_redrive_policy
from orderlab.cloud.sqs.wiring import Wiring

# how long the name of a deleted queue cannot be used again
NAME_REUSE_SECONDS = 60.0

_ADDRESS = re.compile(r"(?:https?://[^/]+)?/(?P<account>\d{12})/(?P<name>[^/]+)/?")
_HOST_ONLY = re.compile(r"https?://[^/]+/?")
_BARE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class QueueRegistry:
    """All queues of all Regions."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._clock = wiring.clock
        self.account_id = wiring.settings.account_id
        self._queues: dict[tuple[str, str], LiveQueue] = {}
        self._by_arn: dict[str, LiveQueue] = {}
        # when the name of a deleted queue can be used again, in scaled seconds
        self._deleted: dict[tuple[str, str], float] = {}

    # --- finding ---

    def queue(self, arn: str) -> LiveQueue | None:
        """The queue with that ARN; None if it does not exist."""
        return self._by_arn.get(arn)

    def named(self, region: str, name: str) -> LiveQueue | None:
        """The queue of that name in a Region; None if it does not exist."""
        return self._queues.get((region, name))

    def all(self) -> Collection[LiveQueue]:
        """Every queue of every Region."""
        return self._queues.values()

    def in_region(self, region: str) -> list[LiveQueue]:
        """The queues of one Region."""
        return [queue for queue in self._queues.values() if queue.region == region]

    def sources_of(self, dead_letter_queue: LiveQueue) -> list[LiveQueue]:
        """The queues whose dead letters go there."""
        return [
            queue
            for queue in self._queues.values()
            if queue.settings.redrive and queue.settings.redrive.target_arn == dead_letter_queue.arn
        ]

    def addressed(self, call: Call, parameters: Parameters) -> LiveQueue:
        """The queue of a call's QueueUrl, in the Region of the call's signature.

        A bare name is accepted too, as AWS does.

        Raises InvalidAddress, QueueDoesNotExist.
        """
        url = needed_text(parameters, "QueueUrl")
        match = _ADDRESS.fullmatch(url)
        if match is not None:
            queue = self._queues.get((call.region, match["name"]))
            if queue is not None and match["account"] == self.account_id:
                return queue
            raise QueueDoesNotExist
        if _HOST_ONLY.fullmatch(url):
            raise QueueDoesNotExist
        if not _BARE_NAME.fullmatch(url):
            raise InvalidAddress(url)
        queue = self._queues.get((call.region, url))
        if queue is None:
            raise QueueDoesNotExist
        return queue

    # --- making, changing, removing ---

    def create(
        self, region: str, name: str, given: Mapping[str, str], tags: Mapping[str, str]
    ) -> LiveQueue:
        """Make a queue, or return the one of that name if it was given the same attributes.

        Raises QueueNameExists if they differ; QueueDeletedRecently; and what is wrong with a name
        or an attribute.
        """
        fifo = given.get("FifoQueue", "").lower() == "true"
        wanted = queue_attributes.checked(given, fifo=fifo)
        queue_attributes.check_name(name, fifo=fifo)
        known = self._queues.get((region, name))
        if known is not None:
            _check_same(known, wanted)
            return known
        now = self._clock.now()
        if self._deleted.get((region, name), 0.0) > now:
            raise QueueDeletedRecently
        merged = queue_attributes.with_changes(queue_attributes.defaults(fifo=fifo), wanted)
        queue_attributes.check_throughput(merged)
        defaults = queue_attributes.defaults(fifo=fifo)
        queue = LiveQueue(region, name, defaults, wiring=self._wiring, find=self._by_arn.get)
        self._check_redrive(queue, merged)
        queue.apply(merged)
        queue.tags.update(tags)
        self._queues[region, name] = self._by_arn[queue.arn] = queue
        show_to_moto(self.account_id, region)
        self._deleted = {key: until for key, until in self._deleted.items() if until > now}
        return queue

    def change(self, queue: LiveQueue, given: Mapping[str, str]) -> None:
        """Set attributes; an empty policy is removed.

        Raises InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
        """
        changes = queue_attributes.checked(given, fifo=queue.fifo)
        if changes.get("FifoQueue") == "false":
            raise InvalidAttributeValue("FifoQueue", "Modifying queue type is not supported.")
        merged = queue_attributes.with_changes(queue.attributes, changes)
        queue_attributes.check_throughput(merged)
        self._check_redrive(queue, merged)
        queue.apply(merged)

    def remove(self, queue: LiveQueue) -> None:
        """Delete a queue with its messages. Those who wait for one are told."""
        del self._queues[queue.region, queue.name], self._by_arn[queue.arn]
        self._deleted[queue.region, queue.name] = self._clock.now() + NAME_REUSE_SECONDS
        queue.close()

    def forget_deleted(self) -> int:
        """Free the names of deleted queues at once. Returns how many there were."""
        count = len(self._deleted)
        self._deleted.clear()
        return count

    def _check_redrive(self, queue: LiveQueue, attributes: Mapping[str, str]) -> None:
        """The dead-letter queue must exist, be of the same kind and let this queue in."""
        if attributes.get("RedriveAllowPolicy"):
            read_redrive_allow_policy(attributes["RedriveAllowPolicy"])
        text = attributes.get("RedrivePolicy")
        if not text or text == queue.attributes.get("RedrivePolicy"):
            return
        target_arn = read_redrive_policy(text).target_arn
        target = self.queue(target_arn)
        reason = ""
        if target_arn.endswith(".fifo") != queue.fifo:
            reason = "Dead-letter queue must be same type of queue as the source."
        elif target_arn == queue.arn:
            # AWS accepts this, too
            return
        elif target is None or target.region != queue.region:
            reason = "Dead letter target does not exist."
        elif not target.settings.redrive_allow.allows(queue.arn):
            reason = "Queue does not have permission to use the dead-letter queue."
        if reason:
            raise InvalidParameterValue(
                f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
            )


def show_to_moto(account_id: str, region: str) -> None:
    """Let moto make its view of a Region: its other services look only where there is one."""
    with contextlib.suppress(KeyError, ValueError):
        # in a Region that moto does not know, queues work, but moto's other services do not see
        # them
        moto_backends.backend("sqs", account_id, region)


def _check_same(queue: LiveQueue, wanted: Mapping[str, str]) -> None:
    for name, value in wanted.items():
        current = queue.attributes.get(name, "")
        if current != value and not _same_document(current, value):
            raise QueueNameExists(name)


def _same_document(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False
