"""Looking at queues and their messages without receiving them: pages of the local cloud, not AWS's.

    GET queues                                            every queue with its counts
    GET queues/messages?name=orders-inbox&text=o-17       the messages that hold the text
    DELETE queues/messages?name=orders-inbox&text=o-17    removes them
    DELETE queues/deleted                                 frees the names of deleted queues

Receiving a message would count as a receive, and bring it nearer to the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderlab.cloud.contracts import Pages
from orderlab.cloud.sqs.message import Message
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.registry import QueueRegistry

# the most messages that one answer shows
MOST = 100


def pages(registry: QueueRegistry) -> Pages:
    """The pages of this file."""
    return {
        "GET queues": lambda _: {"queues": [_described(queue) for queue in registry.all()]},
        "GET queues/messages": lambda given: _found(registry, given),
        "DELETE queues/messages": lambda given: _removed(registry, given),
        "DELETE queues/deleted": lambda _: {"names": registry.forget_deleted()},
    }


def _described(queue: LiveQueue) -> dict[str, Any]:
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


def _found(registry: QueueRegistry, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The first messages that hold the text, with how often each was received."""
    found = []
    for _, message in _holding(registry, parameters):
        found.append({"id": message.id, "body": message.body, "receives": message.receives_here})
        if len(found) == MOST:
            break
    return {"messages": found}


def _removed(registry: QueueRegistry, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Remove the messages that hold the text; without a text nothing is removed."""
    found = list(_holding(registry, parameters)) if parameters.get("text") else []
    for queue, message in found:
        queue.store.forget(message)
    return {"removed": len(found)}


def _holding(
    registry: QueueRegistry, parameters: Mapping[str, Any]
) -> Iterator[tuple[LiveQueue, Message]]:
    name, text = str(parameters.get("name", "")), str(parameters.get("text", ""))
    for queue in registry.all():
        if queue.name == name:
            yield from ((queue, each) for each in queue.store.messages() if text in each.body)
