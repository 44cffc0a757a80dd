"""SQS: what the service is made of. All of its operations are done here, none by moto.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html
Differs from AWS: attribute changes take effect at once; the approximate counts are exact; the
rate of a FIFO queue is not limited; messages are kept in memory, whatever the encryption settings.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from orderlab.clock import Clock
from orderlab.cloud.contracts import (
    Attributes,
    Call,
    Content,
    Endpoint,
    Faults,
    Handler,
    Pages,
    Parameters,
    Permissions,
    Telemetry,
)
from orderlab.cloud.settings import Settings
from orderlab.cloud.sqs import looking, practice_pages
from orderlab.cloud.sqs.content import content_of
from orderlab.cloud.sqs.message_operations import MessageOperations
from orderlab.cloud.sqs.move_tasks import MoveTasks
from orderlab.cloud.sqs.policy_operations import PolicyOperations
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.queue_operations import QueueOperations
from orderlab.cloud.sqs.registry import QueueRegistry
from orderlab.cloud.sqs.wiring import Wiring

# scaled seconds between two values of a gauge, such as a queue's depth
GAUGE_SECONDS = 10.0

log = logging.getLogger("orderlab.cloud.sqs")


class QueueService:
    """SQS, and its queues for other services (`contracts.Queues`)."""

    name = "sqs"

    def __init__(
        self,
        *,
        settings: Settings,
        clock: Clock,
        endpoint: Endpoint,
        permissions: Permissions,
        telemetry: Telemetry,
        faults: Faults,
        pages: Pages,
    ) -> None:
        self._clock = clock
        self._meter = telemetry.meter
        self.registry = QueueRegistry(
            Wiring(
                settings=settings,
                clock=clock,
                endpoint=endpoint,
                telemetry=telemetry,
                faults=faults,
                permissions=permissions,
            )
        )
        self._gauges: asyncio.Task[None] | None = None
        self._moves = MoveTasks(self.registry, clock)
        self.operations: Mapping[str, Handler] = {
            **MessageOperations(self.registry, permissions).handlers,
            **self._metered(QueueOperations(self.registry, clock).handlers),
            **self._metered(PolicyOperations(self.registry).handlers),
            **self._metered(self._moves.handlers),
        }
        pages.update(looking.pages(self.registry))
        pages.update(practice_pages.pages(self.registry, settings.region))

    async def start(self) -> None:
        """Let moto's other services see the queues, and begin to publish gauges."""
        from orderlab.cloud.sqs.moto_seam import install

        # imported here because moto takes half a second, and its environment must be set before
        install(self.registry)
        self._gauges = asyncio.create_task(self._publish_gauges(), name="sqs gauges")

    async def stop(self) -> None:
        """End long polls, gauges and move tasks."""
        for queue in self.registry.all():
            queue.end_polls()
        if self._gauges is not None:
            self._gauges.cancel()
            await asyncio.gather(self._gauges, return_exceptions=True)
            self._gauges = None
        await self._moves.stop()

    # --- what other services ask ---

    def queue(self, arn: str) -> LiveQueue | None:
        """The queue with that ARN; None if it does not exist."""
        return self.registry.queue(arn)

    def content_of(self, body: str, attributes: Attributes) -> Content:
        """Check a message's body and attributes, whichever queues it is for.

        Raises AwsError if SQS does not accept them.
        """
        return content_of(body, attributes)

    # --- inside ---

    def _metered(self, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
        """The handlers of calls that carry no messages: each call is one request."""

        def metered(handler: Handler) -> Handler:
            def handle(call: Call, parameters: Parameters) -> Any:
                url = str(parameters.get("QueueUrl") or parameters.get("QueueName") or "")
                name = url.rstrip("/").rpartition("/")[2]
                item = "sqs.fifo_requests" if name.endswith(".fifo") else "sqs.requests"
                self._meter.add(item, 1, name)
                return handler(call, parameters)

            return handle

        return {name: metered(handler) for name, handler in handlers.items()}

    async def _publish_gauges(self) -> None:
        while True:
            await self._clock.pause(max(GAUGE_SECONDS, self._clock.speed))
            try:
                for queue in self.registry.all():
                    queue.publish_gauges()
            except Exception:
                log.exception("Publishing the gauges of queues failed")
