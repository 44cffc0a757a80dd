"""Looking at a queue's messages without receiving them: pages of the local cloud, not of AWS.

    GET queues/messages?name=orders-inbox&text=o-17       what holds the text
    DELETE queues/messages?name=orders-inbox&text=o-17    takes it away

To receive a message would count as a receipt, and bring it nearer to the dead letters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orderlab.cloud.queues.message import Message
from orderlab.cloud.queues.queue import LiveQueue

MOST = 100


def shown(queues: Iterable[LiveQueue], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The first messages that hold the text, with how often each was received."""
    found = []
    for _, message in _holding(queues, parameters):
        found.append({"id": message.id, "body": message.body, "receives": message.receives_here})
        if len(found) == MOST:
            break
    return {"messages": found}


def taken_away(queues: Iterable[LiveQueue], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Remove the messages that hold the text; without a text nothing is removed."""
    found = list(_holding(queues, parameters)) if parameters.get("text") else []
    for queue, message in found:
        queue.store.forget(message)
    return {"removed": len(found)}


def _holding(
    queues: Iterable[LiveQueue], parameters: Mapping[str, Any]
) -> Iterator[tuple[LiveQueue, Message]]:
    name, text = str(parameters.get("name", "")), str(parameters.get("text", ""))
    for queue in queues:
        if queue.name == name:
            yield from ((queue, each) for each in queue.store.messages() if text in each.body)
