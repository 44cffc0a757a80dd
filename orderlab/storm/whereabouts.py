"""How far a lost order came: facts of the flight recorder and of the queues, and no guess."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.messaging import queue_url
from orderlab.orders.settling import depth
from orderlab.storm.checker import Broken, Record
from orderlab.storm.evidence import Hop
from orderlab.storm.parts import Service


def whereabouts(target: Target, record: Record, broken: Broken) -> str:
    """One or two sentences on the last that is known of an order that a service lost."""
    hops = record.evidence.hops.get(broken.order_id, [])
    if broken.order_id not in record.evidence.stored and record.parts.order_table:
        return _never_stored(target, record, hops)
    service = next((s for s in record.parts.services if s.name in broken.services), None)
    if service is None:
        return ""
    if not any(hop.action == "Publish" for hop in hops) and record.parts.topics:
        return "It was stored, and no event of it was published."
    if not service.queue:
        return ""
    return _in_queue(target, record, hops, service.queue) or _never_came(target, hops, service)


def _never_stored(target: Target, record: Record, hops: Sequence[Hop]) -> str:
    for queue in record.parts.consumed:
        said = _in_queue(target, record, hops, queue)
        if said:
            return said
    return ""


def _in_queue(target: Target, record: Record, hops: Sequence[Hop], queue: str) -> str:
    """What a queue that took the order did with it; empty if it never took it."""
    mine = [hop for hop in hops if f"{queue} (queue)" in (hop.source, hop.target)]
    if not any(hop.action == "SendMessage" for hop in mine):
        return ""
    for hop in mine:
        if hop.action == "DeadLetter":
            dead = hop.target.removesuffix(" (queue)")
            return f"It lies in {dead}, and nobody has sent it back."
    received = sum(hop.action == "ReceiveMessage" for hop in mine)
    times = {0: "not delivered", 1: "delivered once"}.get(received, f"delivered {received} times")
    if any(hop.action == "DeleteMessage" for hop in mine):
        return f"From the queue {queue} it was {times}, and then deleted as done."
    if depth(target, queue).total:
        reader = "" if queue in record.parts.consumed else ", which no function reads"
        return f"It was {times}, and still waits in the queue {queue}{reader}."
    kept = _attribute(target, queue, "MessageRetentionPeriod")
    return (
        f"It was {times} and not deleted, and is not in the queue {queue} any more, which keeps "
        f"messages for {kept} s."
    )


def _never_came(target: Target, hops: Sequence[Hop], service: Service) -> str:
    for hop in hops:
        if hop.action == "Deliver" and hop.target == f"{service.queue} (queue)":
            return f"The topic could not deliver it to the queue {service.queue}: {hop.outcome}."
    said = f"Its event was published, and never came into the queue {service.queue}."
    subscriptions = list(_subscriptions(target, service.queue))
    if not subscriptions:
        return f"{said} No subscription leads there."
    policies = [each["FilterPolicy"] for each in subscriptions if each.get("FilterPolicy")]
    if policies:
        policy = json.dumps(json.loads(policies[0]))
        return f"{said} The subscription's filter policy is {policy}."
    return said


def _subscriptions(target: Target, queue: str) -> list[dict[str, str]]:
    sns: Any = target.client("sns")
    found = []
    for page in sns.get_paginator("list_subscriptions").paginate():
        for each in page["Subscriptions"]:
            arn = each["SubscriptionArn"]
            if each["Endpoint"].endswith(f":{target.name(queue)}") and arn.startswith("arn:"):
                attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
                found.append(attributes)
    return found


def _attribute(target: Target, queue: str, name: str) -> str:
    found = target.client("sqs").get_queue_attributes(
        QueueUrl=queue_url(target, queue), AttributeNames=[name]
    )
    return str(found["Attributes"][name])
