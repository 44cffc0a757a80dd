"""SQS: which queues there are, and which of its operations are done here (all of them).

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html
Differs from AWS: attribute changes take effect at once; the approximate counts are exact; the
rate of a FIFO queue is not limited; messages are kept in memory, whatever the encryption settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.contracts import Call, Handler, Parameters, Principal
from orderlab.cloud.queues import attributes as queue_attributes
from orderlab.cloud.queues import looking, practice_pages
from orderlab.cloud.queues.errors import (
    InvalidAddress,
    InvalidAttributeValue,
    InvalidParameterValue,
    QueueDeletedRecently,
    QueueDoesNotExist,
    QueueNameExists,
)
from orderlab.cloud.queues.ledger import caller_name
from orderlab.cloud.queues.message_operations import MessageOperations
from orderlab.cloud.queues.move_tasks import MoveTasks
from orderlab.cloud.queues.parameters import needed_text
from orderlab.cloud.queues.policy_operations import PolicyOperations
from orderlab.cloud.queues.queue import LiveQueue
from orderlab.cloud.queues.queue_operations import QueueOperations
from orderlab.cloud.queues.redrive_policy import read_redrive_allow_policy, read_redrive_policy

if TYPE_CHECKING:
    from orderlab.cloud.cloud import Cloud

NAME_REUSE_SECONDS = 60.0
# scaled seconds between two values of a gauge such as the depth of a queue
GAUGE_SECONDS = 10.0

_ADDRESS = re.compile(r"(?:https?://[^/]+)?/(?P<account>\d{12})/(?P<name>[^/]+)/?")
_HOST_ONLY = re.compile(r"https?://[^/]+/?")
_BARE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}")
log = logging.getLogger("orderlab.cloud.sqs")


class QueueService:
    """All queues, by Region and name. Implements `contracts.Queues`."""

    name = "sqs"

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._queues: dict[tuple[str, str], LiveQueue] = {}
        self._by_arn: dict[str, LiveQueue] = {}
        self._deleted: dict[tuple[str, str], float] = {}
        self._gauges: asyncio.Task[None] | None = None
        self._moves = MoveTasks(cloud, self)
        self.stopping = False
        self.operations: Mapping[str, Handler] = {
            **MessageOperations(self).handlers,
            **self._metered(QueueOperations(cloud, self).handlers),
            **self._metered(PolicyOperations(self).handlers),
            **self._metered(self._moves.handlers),
        }
        cloud.pages["GET queues"] = self._page
        cloud.pages["GET queues/messages"] = lambda of: looking.shown(self._queues.values(), of)
        cloud.pages["DELETE queues/messages"] = self._take_away
        cloud.pages["DELETE queues/deleted"] = self._forget_deleted
        cloud.pages.update(practice_pages.pages(self))

    async def start(self) -> None:
        from orderlab.cloud.queues.moto_view import install

        # imported here: moto takes half a second, and must have its environment set first
        install(self)
        self._gauges = asyncio.create_task(self._publish_gauges(), name="sqs gauges")

    async def stop(self) -> None:
        self.stopping = True
        for queue in self._queues.values():
            queue.wake_all()
        if self._gauges is not None:
            self._gauges.cancel()
            await asyncio.gather(self._gauges, return_exceptions=True)
            self._gauges = None
        await self._moves.stop()

    def _metered(self, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
        """The handlers of calls that carry no messages: each call is one request."""

        def metered(handler: Handler) -> Handler:
            def handle(call: Call, parameters: Parameters) -> Any:
                url = str(parameters.get("QueueUrl") or parameters.get("QueueName") or "")
                name = url.rstrip("/").rpartition("/")[2]
                item = "sqs.fifo_requests" if name.endswith(".fifo") else "sqs.requests"
                self._cloud.telemetry.meter.add(item, 1, name)
                return handler(call, parameters)

            return handle

        return {name: metered(handler) for name, handler in handlers.items()}

    # --- finding queues ---

    @property
    def account_id(self) -> str:
        return self._cloud.settings.account_id

    @property
    def region(self) -> str:
        return self._cloud.settings.region

    def queue(self, arn: str) -> LiveQueue | None:
        return self._by_arn.get(arn)

    def named(self, region: str, name: str) -> LiveQueue | None:
        return self._queues.get((region, name))

    def in_region(self, region: str) -> list[LiveQueue]:
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

        Raises InvalidAddress, QueueDoesNotExist. A bare name is taken too, as AWS does.
        """
        url = needed_text(parameters, "QueueUrl")
        match = _ADDRESS.fullmatch(url)
        if _HOST_ONLY.fullmatch(url):
            raise QueueDoesNotExist
        if match is None and not _BARE_NAME.fullmatch(url):
            raise InvalidAddress(url)
        if match is not None and match["account"] != self._cloud.settings.account_id:
            raise QueueDoesNotExist
        queue = self._queues.get((call.region, match["name"] if match else url))
        if queue is None:
            raise QueueDoesNotExist
        return queue

    # --- making, changing, removing ---

    def create(
        self, region: str, name: str, given: Mapping[str, str], tags: Mapping[str, str]
    ) -> LiveQueue:
        """Make a queue, or return the one of that name if it was given the same attributes."""
        fifo = given.get("FifoQueue", "").lower() == "true"
        wanted = queue_attributes.checked(given, fifo=fifo)
        queue_attributes.check_name(name, fifo=fifo)
        known = self._queues.get((region, name))
        if known is not None:
            _check_same(known, wanted)
            return known
        now = self._cloud.clock.now()
        if self._deleted.get((region, name), 0.0) > now:
            raise QueueDeletedRecently
        merged = queue_attributes.with_changes(queue_attributes.defaults(fifo=fifo), wanted)
        queue_attributes.check_throughput(merged)
        queue = LiveQueue(self._cloud, region, name, queue_attributes.defaults(fifo=fifo))
        self._check_redrive(queue, merged)
        queue.apply(merged)
        queue.tags.update(tags)
        self._queues[region, name] = self._by_arn[queue.arn] = queue
        show_to_moto(self.account_id, region)
        self._deleted = {key: until for key, until in self._deleted.items() if until > now}
        return queue

    def change(self, queue: LiveQueue, given: Mapping[str, str]) -> None:
        """Set attributes; an empty policy is one that is taken away."""
        changes = queue_attributes.checked(given, fifo=queue.fifo)
        if changes.get("FifoQueue") == "false":
            raise InvalidAttributeValue("FifoQueue", "Modifying queue type is not supported.")
        merged = queue_attributes.with_changes(queue.attributes, changes)
        queue_attributes.check_throughput(merged)
        self._check_redrive(queue, merged)
        queue.apply(merged)

    def remove(self, queue: LiveQueue) -> None:
        del self._queues[queue.region, queue.name], self._by_arn[queue.arn]
        self._deleted[queue.region, queue.name] = self._cloud.clock.now() + NAME_REUSE_SECONDS
        queue.close()

    def _forget_deleted(self, _: dict[str, Any]) -> dict[str, int]:
        """Free the names of deleted queues at once, as if the minute had passed."""
        count = len(self._deleted)
        self._deleted.clear()
        return {"names": count}

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
            # AWS takes this, too
            return
        elif target is None or target.region != queue.region:
            reason = "Dead letter target does not exist."
        elif not target.settings.redrive_allow.allows(queue.arn):
            reason = "Queue does not have permission to use the dead-letter queue."
        if reason:
            raise InvalidParameterValue(
                f"Value {text} for parameter RedrivePolicy is invalid. Reason: {reason}"
            )

    # --- what is shown ---

    def caller_name(self, principal: Principal) -> str:
        return caller_name(self._cloud, principal)

    def _page(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"queues": [_shown(queue) for queue in self._queues.values()]}

    def _take_away(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return looking.taken_away(self._queues.values(), parameters)

    async def _publish_gauges(self) -> None:
        while True:
            await self._cloud.clock.sleep(max(GAUGE_SECONDS, self._cloud.clock.speed))
            try:
                for queue in self._queues.values():
                    queue.publish_gauges()
            except Exception:
                log.exception("Publishing the gauges of queues failed")


def show_to_moto(account_id: str, region: str) -> None:
    """Let moto make its view of a Region: its other services look only where there is one."""
    with contextlib.suppress(KeyError, ValueError):
        # a Region that moto does not know works all the same, unseen by its other services
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


def _shown(queue: LiveQueue) -> dict[str, Any]:
    described, redrive = queue.described(), queue.settings.redrive
    return {
        "arn": queue.arn,
        "name": queue.name,
        "region": queue.region,
        "visible": int(described["ApproximateNumberOfMessages"]),
        "in_flight": int(described["ApproximateNumberOfMessagesNotVisible"]),
        "delayed": int(described["ApproximateNumberOfMessagesDelayed"]),
        "oldest_age_seconds": round(queue.oldest_age(), 3),
        "servers": queue.store.depths(),
        "waiting_polls": queue.waiting_polls,
        "redrives_to": redrive.target_arn if redrive else None,
    }
