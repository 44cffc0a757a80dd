"""Dead letters: which orders wait there, and sending them back."""

from __future__ import annotations

import json

from orderlab.aws_target.base import Target
from orderlab.orders.parts.messaging import dead_letter_name, queue_url
from orderlab.orders.parts.names import queue_arn
from orderlab.orders.settling import depth

LOOK_SECONDS = 60


def dead_order_ids(target: Target, queue: str) -> list[str]:
    """The order ids in the dead-letter queue of `queue`; empty text for what has none.

    The messages are shown again at once afterwards.
    """
    sqs = target.client("sqs")
    url = queue_url(target, dead_letter_name(queue))
    if not depth(target, dead_letter_name(queue)).total:
        return []
    found: dict[str, tuple[str, str]] = {}
    while True:
        # a long poll asks every server of the queue: an empty answer means that it is empty
        batch = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=LOOK_SECONDS
        ).get("Messages", [])
        if not batch:
            break
        for message in batch:
            found[message["MessageId"]] = (message["ReceiptHandle"], _order_id(message["Body"]))
    for handle, _ in found.values():
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return [order_id for _, order_id in found.values()]


def redrive(target: Target, queue: str) -> None:
    """Move the dead letters into `queue` again, without waiting for it.

    The destination is named: of a message that was sent to the dead-letter queue by hand, SQS
    does not know where it came from.
    """
    target.client("sqs").start_message_move_task(
        SourceArn=queue_arn(target, dead_letter_name(queue)),
        DestinationArn=queue_arn(target, queue),
    )


def _order_id(body: str) -> str:
    try:
        found = json.loads(body).get("order_id", "")
    except (ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) else ""
