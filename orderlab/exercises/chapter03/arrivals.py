"""Which events arrive at the three queues, from order-events and from another topic."""

from __future__ import annotations

import time
from collections.abc import Collection

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.foreign_topic import event_through_another_topic
from orderlab.exercises.chapter03.probes import (
    collect,
    forget,
    probe_id,
    publish,
    rows,
    take,
    until,
    url_of,
)
from orderlab.orders.architecture import SERVICES, TOPIC
from orderlab.orders.parts.names import queue_arn, topic_arn
from orderlab.threads import side_by_side


def what_arrives(target: Target) -> tuple[dict[str, list[str]], dict[str, str]]:
    """By service, the bodies that came; and the ids that were sent, by what they tell apart."""
    sent = {"OrderPlaced": probe_id(), "OrderChanged": probe_id(), "OrderRemoved": probe_id()}
    topic = topic_arn(target, TOPIC)
    with event_through_another_topic(target, SERVICES) as foreign:
        sent["foreign"] = foreign
        for event_type in ("OrderChanged", "OrderRemoved", "OrderPlaced"):
            publish(target, topic, event_type, sent[event_type])
        return _arrivals(target, sent), sent


def _arrivals(target: Target, sent: dict[str, str]) -> dict[str, list[str]]:
    """What came to each queue; "applied" where its function had taken it already."""
    consumed = [name for name in SERVICES if _has_consumer(target, name)]
    wanted = list(sent.values())

    def arrived(name: str) -> list[str]:
        url = url_of(target, name) or ""
        if name in consumed:
            return _before_the_function(target, name, url, wanted)
        found = collect(target, url, wanted, enough=1, seconds=2.0)
        return found + collect(target, url, wanted, enough=3, seconds=0.3)

    found = side_by_side(arrived, SERVICES, len(SERVICES))
    bodies = dict(zip(SERVICES, found, strict=True))
    forget(target, consumed, wanted)
    return bodies


def _before_the_function(target: Target, name: str, url: str, wanted: Collection[str]) -> list[str]:
    """What can be seen at a queue that a function empties: a message, or the work done."""
    found: list[str] = []

    def look() -> bool:
        found.extend(take(target, url, wanted))
        done = rows(target, name, wanted)
        found.extend(f"applied {each}" for each in done if not any(each in f for f in found))
        return bool(found)

    until(look, 6.0)
    time.sleep(0.3)  # for the other events, which follow
    look()
    return found


def _has_consumer(target: Target, name: str) -> bool:
    found = target.client("lambda").list_event_source_mappings(
        EventSourceArn=queue_arn(target, name)
    )
    return bool(found["EventSourceMappings"])
