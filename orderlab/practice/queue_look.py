"""What lies in a queue, found by a text: by a look that counts as no receipt where the target has
one, else by receiving.

Received messages are put back at once; each receipt counts, as any does, and a message in flight
elsewhere isn't seen.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from orderlab.aws_target.base import QUEUES, Target
from orderlab.orders.parts.names import ignoring

# as long as one round through the messages takes; then they are put back
_HELD_SECONDS = 20
_MOST = 300


def bodies_with(target: Target, queue: str, text: str) -> list[str]:
    """The bodies that hold a text, in the queue of that full name."""
    if QUEUES in target.can:
        return [str(each["body"]) for each in target.page(_page(queue, text))["messages"]]
    with ignoring("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
        url = target.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
        found = _received(target, url)
        _put_back(target, url, found)
        return [str(each["Body"]) for each in found if text in each["Body"]]
    return []


def take_out(target: Target, queue: str, text: str) -> None:
    """Remove the messages that hold a text."""
    if QUEUES in target.can:
        target.page(_page(queue, text), "DELETE")
        return
    with ignoring("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
        sqs = target.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found = _received(target, url)
        for each in found:
            if text in each["Body"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        _put_back(target, url, [each for each in found if text not in each["Body"]])


def _page(queue: str, text: str) -> str:
    return f"queues/messages?name={quote(queue)}&text={quote(text)}"


def _received(target: Target, url: str) -> list[dict[str, Any]]:
    """All messages that can be received now, held until they are put back."""
    found: dict[str, dict[str, Any]] = {}
    while len(found) < _MOST:
        messages = (
            target.client("sqs")
            .receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_HELD_SECONDS,
                WaitTimeSeconds=1,  # a short poll asks only some of the servers
            )
            .get("Messages", [])
        )
        if not messages:
            break
        found.update({each["MessageId"]: each for each in messages})
    return list(found.values())


def _put_back(target: Target, url: str, messages: list[dict[str, Any]]) -> None:
    for each in messages:
        # somebody else may have received it since
        with ignoring("ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"):
            target.client("sqs").change_message_visibility(
                QueueUrl=url, ReceiptHandle=each["ReceiptHandle"], VisibilityTimeout=0
            )
