"""3.3: one topic, three queues, and the policy without which nothing arrives."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.arrivals import what_arrives
from orderlab.exercises.chapter03.fan_out_attempts import (
    any_source,
    at_another_topic,
    attempt,
    statement,
)
from orderlab.exercises.chapter03.fan_out_doors import LOOKED, open_doors
from orderlab.exercises.chapter03.foreign_topic import (
    door,
    lets_in,
    policy_of,
)
from orderlab.exercises.chapter03.notebook_names import names
from orderlab.exercises.chapter03.probes import (
    subscriptions,
    url_of,
)
from orderlab.exercises.chapter03.undoing import undo_fan_out
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders import architecture
from orderlab.orders.architecture import SERVICES, TOPIC
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import queue_arn, topic_arn

_EXPECTED = "at each of the three queues: order-events' OrderPlaced event, as it was published"


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    messaging.ensure_topic(target, TOPIC)
    for name in SERVICES:
        messaging.ensure_queue(target, name, visibility_timeout=architecture.VISIBILITY_SECONDS)


def _undo(workspace: Workspace) -> None:
    undo_fan_out(workspace.target)


def _stands(workspace: Workspace) -> bool:
    target = workspace.target
    wanted = {queue_arn(target, name) for name in SERVICES}
    good = {
        each["Endpoint"]
        for each in subscriptions(target, TOPIC)
        if each.get("RawMessageDelivery") == "true" and each.get("FilterPolicy")
    }
    return wanted <= good and all(policy_of(target, name) for name in SERVICES)


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    policies = {name: policy_of(target, name) for name in SERVICES}
    subscribed = _subscribed(target)
    if not subscribed and not any(policies.values()):
        return _elsewhere(target) or untouched(
            "No queue of the three is subscribed, and none has a policy.",
            next="What did hello need, on the topic's side and on the queue's?",
        )
    missing = [name for name in SERVICES if url_of(target, name) is None]
    if missing:
        return wrong(
            "a queue is gone",
            f"There is no queue {', '.join(missing)} any more.",
            next="ex.again() makes it again; AWS keeps a deleted name for 60 s.",
        )
    try:
        arrived, sent = what_arrives(target)
    except ClientError as error:
        return wrong(
            "the topic does not take it",
            "order-events takes no event from me.",
            looked_at="sns publish",
            got=str(error)[:160],
        )
    return (
        _nothing(target, arrived, sent, subscribed, policies)
        or _form(arrived, sent)
        or open_doors(target, arrived, sent, policies)
        or right(
            "One publish, three copies, each service with a queue of its own. The policy on the queue "
            "is the half that SNS can't do for you: it belongs to the one who receives.",
            looked_at=LOOKED,
            got="OrderPlaced at inventory, invoicing and shipping, and nothing else",
        )
    )


def _elsewhere(target: Target) -> Outcome | None:
    """A verdict if the queues are subscribed to a topic, and not to order-events."""
    wanted = {queue_arn(target, name) for name in SERVICES}
    pages = target.client("sns").get_paginator("list_subscriptions").paginate()
    topics = {
        each["TopicArn"]
        for page in pages
        for each in page["Subscriptions"]
        if each["Endpoint"] in wanted
    }
    if not topics:
        return None
    return wrong(
        "another topic",
        "The queues are subscribed to a topic, and not to order-events.",
        looked_at="the subscriptions of the three queues",
        got=", ".join(sorted(each.split(":")[-1] for each in topics)),
        next="TopicArn=topic. `ex.again()` takes the other subscriptions away.",
    )


def _subscribed(target: Target) -> set[str]:
    """The services whose queue is subscribed to the topic."""
    endpoints = {each["Endpoint"] for each in subscriptions(target, TOPIC)}
    return {name for name in SERVICES if queue_arn(target, name) in endpoints}


def _nothing(
    target: Target,
    arrived: dict[str, list[str]],
    sent: dict[str, str],
    subscribed: set[str],
    policies: dict[str, list[dict[str, Any]]],
) -> Outcome | None:
    """Why a queue got nothing, if one did."""
    placed = sent["OrderPlaced"]
    empty = [n for n in SERVICES if not any(placed in body for body in arrived[n])]
    if not empty:
        return None
    got = f"nothing at {', '.join(empty)}"
    common = {"looked_at": LOOKED, "expected": _EXPECTED, "got": got}
    if len(subscribed) < len(SERVICES):
        return wrong(
            "not all three",
            f"Not subscribed: {', '.join(n for n in SERVICES if n not in subscribed)}.",
            next="One sns.subscribe for each queue; the endpoint is the queue's ARN.",
            **common,
        )
    if any(not policies[name] for name in empty):
        return wrong(
            "the forgotten queue policy",
            "The subscriptions stand, and publish answered with a MessageId. But the queue has no "
            "policy, so SNS was refused there, and neither of the two told you.",
            next="What did hello need before anything arrived?",
            **common,
        )
    if any(not _admits_sns(policies[name]) for name in empty):
        return wrong(
            "a door for somebody else",
            "The queue has a policy, but it does not name SNS: the one who knocks is the service "
            "sns.amazonaws.com, not the topic and not you.",
            next='"Principal": {"Service": "sns.amazonaws.com"}; the topic goes into aws:SourceArn.',
            **common,
        )
    return _filter_or_door(target, empty, policies, common)


def _filter_or_door(
    target: Target,
    empty: list[str],
    policies: dict[str, list[dict[str, Any]]],
    common: dict[str, str],
) -> Outcome:
    """Subscribed, and SNS is named: is it the filter, or the policy? Both are read."""
    filters = {
        each["Endpoint"]: each.get("FilterPolicy", "") for each in subscriptions(target, TOPIC)
    }
    chosen = filters.get(queue_arn(target, empty[0]), "")
    if chosen and not _names_placed(chosen):
        return wrong(
            "a filter that drops it",
            "The queue is subscribed, and its filter policy has no OrderPlaced.",
            next="The events carry the attribute event_type with the value OrderPlaced.",
            **{**common, "got": f"FilterPolicy {chosen}"[:120]},
        )
    closed = [
        n for n in empty if not lets_in(policies[n], topic_arn(target, TOPIC), queue_arn(target, n))
    ]
    if chosen and not closed:
        return wrong(
            "a filter that wants more",
            "The queue is subscribed, and its policy lets this topic in. The filter policy asks for "
            "more than OrderPlaced, and this order was sent to nobody.",
            next="Every name of a filter policy must match: event_type alone is asked for.",
            **{**common, "got": f"FilterPolicy {chosen}"[:120]},
        )
    return wrong(
        "closed for this topic",
        "The queue is subscribed, and its policy names SNS, yet nothing came.",
        next="Compare Resource, Action and aws:SourceArn with the ARNs, letter by letter.",
        **common,
    )


def _names_placed(chosen: str) -> bool:
    try:
        return "event_type" in json.loads(chosen) and "OrderP" in chosen
    except ValueError:
        return False


def _admits_sns(statements: list[dict[str, Any]]) -> bool:
    principals = [each.get("Principal") for each in statements]
    return any(p == "*" or "sns.amazonaws.com" in str(p) or "'*'" in str(p) for p in principals)


def _form(arrived: dict[str, list[str]], sent: dict[str, str]) -> Outcome | None:
    """Whether what came is what the services can read."""
    bodies = [body for found in arrived.values() for body in found]
    if any('"Type"' in body and "Notification" in body for body in bodies):
        return wrong(
            "the envelope",
            "It arrived in SNS's envelope: the event is a text inside `Message`. The services expect "
            "the event itself, and would fail on it, until their dead-letter queues are full.",
            looked_at=LOOKED,
            expected=_EXPECTED,
            got=next(body for body in bodies if "Notification" in body)[:80] + " ...",
            next="The subscription's attribute RawMessageDelivery.",
        )
    for kind in ("OrderChanged", "OrderRemoved"):
        noisy = [n for n, found in arrived.items() if any(sent[kind] in body for body in found)]
        if noisy:
            return wrong(
                "every event",
                "Other events come too. Each copy is received, paid for, and thrown away.",
                looked_at=LOOKED,
                expected="OrderPlaced only",
                got=f"{kind} at {', '.join(noisy)}",
                next="The subscription's attribute FilterPolicy chooses by event_type.",
            )
    return None


FAN_OUT = Exercise(
    id="3.3",
    title="One topic, three queues",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    solve=attempt(),
    names=names,
    solution="""for name in ("inventory", "invoicing", "shipping"):
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn("sqs", name),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url(name), Attributes={"Policy": policy})
for name in ("inventory", "invoicing", "shipping"):
    wanted = json.dumps({"event_type": ["OrderPlaced"]})
    settings = {"RawMessageDelivery": "true", "FilterPolicy": wanted}
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn("sqs", name),
        Attributes=settings,
    )
# The topic's side is the subscription, the queue's side is the policy. SNS can't set the second.""",
    equivalent={
        "without 'Version'": "without a version the policy means the same here: it has no "
        "variables",
    },
    hints=(
        "Two sides have to agree to a delivery. You set both for hello.",
        "First loop: a Policy on each queue, which allows sqs:SendMessage to the service "
        "sns.amazonaws.com. Second loop: sns.subscribe with two Attributes.",
        '"Resource": arn("sqs", name), "Condition": {"ArnEquals": {"aws:SourceArn": topic}}; and '
        'Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(...)}',
    ),
    waits=True,
    proofs=(
        Proof("the forgotten queue policy", attempt(policy=None), says="neither of the two told"),
        Proof("another topic", at_another_topic, says="not to order-events"),
        Proof(
            "a door for somebody else",
            attempt(policy=statement({"AWS": "123456789012"})),
            says="the one who knocks",
        ),
        Proof(
            "open to every topic",
            attempt(policy=statement("*", Condition={})),
            says="another topic",
        ),
        Proof(
            "open to other accounts",
            attempt(policy=any_source("arn:aws:sns:*:*:order-events")),
            says="any account",
        ),
        Proof(
            "no resource named",
            attempt(
                policy=lambda queue, topic: json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": {
                            key: value
                            for key, value in json.loads(door(queue, topic))["Statement"][0].items()
                            if key != "Resource"
                        },
                    }
                )
            ),
            says="for which queue",
        ),
        Proof("the envelope", attempt(raw="false"), says="SNS's envelope"),
        Proof("every event", attempt(only=None), says="thrown away"),
        Proof("not all three", attempt(names=SERVICES[:2]), says="Not subscribed: shipping"),
        Proof(
            "a filter that drops it",
            attempt(only={"event_type": ["order_placed"]}),
            says="has no OrderPlaced",
        ),
        Proof(
            "a filter that wants more",
            attempt(only={"event_type": ["OrderPlaced"], "store_id": ["s-1"]}),
            says="asks for more than OrderPlaced",
        ),
        Proof(
            "more than sending",
            attempt(policy=statement({"Service": "sns.amazonaws.com"}, Action="sqs:*")),
            says="allows more than sending",
        ),
        Proof(
            "closed for this topic",
            attempt(policy=any_source("arn:aws:sns:us-east-1:{account}:orders-events")),
            says="letter by letter",
        ),
        Proof(
            "another form of the same policy",
            attempt(
                policy=statement(
                    {"Service": ["sns.amazonaws.com"]}, Action=["sqs:SendMessage"], Sid="topic"
                ),
                only={"event_type": [{"prefix": "OrderPl"}]},
            ),
            "right",
        ),
        Proof(
            "with ArnLike and a star for the Region",
            attempt(policy=any_source("arn:aws:sns:*:{account}:order-events")),
            "right",
        ),
    ),
)
