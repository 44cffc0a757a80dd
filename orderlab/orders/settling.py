"""Waiting until nothing is under way any more, as far as AWS's own APIs can tell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from orderlab.aws_target.base import Target
from orderlab.errors import LabError
from orderlab.orders.architecture import INBOX, ORDERS, SERVICES
from orderlab.orders.parts.messaging import dead_letter_name, queue_url

POLL_SECONDS = 0.25
# The counters of queues say nothing of records between the stream and the topic. When no count
# has changed for this long, what is missing is not on its way.
QUIET_SECONDS = 6.0


@dataclass(frozen=True)
class Depth:
    """A queue's messages: waiting, received and not yet deleted, delayed."""

    visible: int
    in_flight: int
    delayed: int

    @property
    def total(self) -> int:
        return self.visible + self.in_flight + self.delayed


def depth(target: Target, queue: str) -> Depth:
    attributes = target.client("sqs").get_queue_attributes(
        QueueUrl=queue_url(target, queue),
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )["Attributes"]
    return Depth(
        int(attributes["ApproximateNumberOfMessages"]),
        int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        int(attributes["ApproximateNumberOfMessagesDelayed"]),
    )


def count_items(target: Target, table: str) -> int:
    pages = (
        target.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=target.name(table), Select="COUNT")
    )
    return sum(page["Count"] for page in pages)


def _exists(target: Target, queue: str) -> bool:
    """Whether there is such a queue: orders-inbox comes with chapter 04."""
    sqs = target.client("sqs")
    try:
        sqs.get_queue_url(QueueName=target.name(queue))
    except sqs.exceptions.QueueDoesNotExist:
        return False
    return True


def wait_until_settled(
    target: Target, *, deadline_seconds: float = 120.0, queues: Sequence[str] = (INBOX, *SERVICES)
) -> None:
    """Return when every queue is empty and every service has a record, or a dead letter, of each
    stored order; or when the queues are empty and no count moves any more.

    Raises LabError after `deadline_seconds`, naming what still waits.
    """
    deadline = time.monotonic() + deadline_seconds
    queues = [queue for queue in queues if _exists(target, queue)]
    counts, changed = _counts(target), time.monotonic()
    while True:
        waiting = {queue: found.total for queue in queues if (found := depth(target, queue)).total}
        if not waiting:
            before, counts = counts, _counts(target)
            if counts != before:
                changed = time.monotonic()
            quiet = time.monotonic() - changed > QUIET_SECONDS
            if (_complete(counts) and counts == before) or quiet:
                return
        else:
            changed = time.monotonic()
        if time.monotonic() > deadline:
            what = ", ".join(f"{count} in {queue}" for queue, count in waiting.items())
            raise LabError(
                f"Not settled after {deadline_seconds:.0f} s: {what or 'counts still move'}; "
                f"so far {counts}."
            )
        time.sleep(POLL_SECONDS)


def _counts(target: Target) -> dict[str, int]:
    """Stored orders, and for each service its records and dead letters together."""
    reached = {
        name: count_items(target, name) + depth(target, dead_letter_name(name)).total
        for name in SERVICES
    }
    return {ORDERS: count_items(target, ORDERS), **reached}


def _complete(counts: dict[str, int]) -> bool:
    return all(counts[name] >= counts[ORDERS] for name in SERVICES)
