"""3.3: one topic, three queues, and the policy without which nothing arrives."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter03.e2_event import door
from orderlab.exercises.chapter03.probes import (
    collect,
    forget,
    probe_id,
    publish,
    rows,
    subscriptions,
    take,
    until,
    url_of,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders import architecture
from orderlab.orders.architecture import SERVICES, TOPIC
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import queue_arn, topic_arn
from orderlab.target.base import Target

PLACED_ONLY = {"event_type": ["OrderPlaced"]}
_LOOKED = "published an OrderPlaced and an OrderChanged event, and looked for them at each queue"
_EXPECTED = "at each of the three queues: the OrderPlaced event, as it was published"


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    messaging.ensure_topic(target, TOPIC)
    for name in SERVICES:
        messaging.ensure_queue(target, name, visibility_timeout=architecture.VISIBILITY_SECONDS)


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    policies = {name: _policy(target, name) for name in SERVICES}
    subscribed = _subscribed(target)
    if not subscribed and not any(policies.values()):
        return untouched("Nobody has subscribed to order-events yet.", next="sns.subscribe(...)")
    missing = [name for name in SERVICES if url_of(target, name) is None]
    if missing:
        return wrong(
            "a queue is gone",
            f"There is no queue {', '.join(missing)} any more.",
            next="make_queue(name) makes it again; AWS keeps a deleted name for 60 s.",
        )
    placed, changed = probe_id(), probe_id()
    try:
        publish(target, topic_arn(target, TOPIC), "OrderPlaced", placed)
        publish(target, topic_arn(target, TOPIC), "OrderChanged", changed)
    except ClientError as error:
        return wrong(
            "the topic does not take it",
            "order-events takes no event from me.",
            looked_at="sns publish",
            got=str(error)[:160],
        )
    arrived = _arrivals(target, placed, changed)
    return (
        _nothing(arrived, placed, subscribed, policies)
        or _form(arrived, placed, changed)
        or _doors(policies)
        or right(
            "One publish, three copies, each service with a queue of its own. The policy on the queue "
            "is the half that SNS can't do for you: it belongs to the one who receives.",
            looked_at=_LOOKED,
            got="OrderPlaced at inventory, invoicing and shipping; OrderChanged at none",
        )
    )


def _policy(target: Target, name: str) -> list[dict[str, Any]]:
    """The statements of a queue's policy; none if it has no policy."""
    url = url_of(target, name)
    if url is None:
        return []
    found = target.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    text = found.get("Attributes", {}).get("Policy")
    statements = json.loads(text).get("Statement", []) if text else []
    return statements if isinstance(statements, list) else [statements]


def _subscribed(target: Target) -> set[str]:
    """The services whose queue is subscribed to the topic."""
    endpoints = {each["Endpoint"] for each in subscriptions(target, TOPIC)}
    return {name for name in SERVICES if queue_arn(target, name) in endpoints}


def _arrivals(target: Target, placed: str, changed: str) -> dict[str, list[str]]:
    """By service, the bodies that came; "applied" where its function had taken it already."""
    consumed = [name for name in SERVICES if _has_consumer(target, name)]

    def arrived(name: str) -> list[str]:
        url = url_of(target, name) or ""
        if name in consumed:
            return _before_the_function(target, name, url, (placed, changed))
        return collect(target, url, (placed, changed), enough=2, seconds=1.0)

    with ThreadPoolExecutor(len(SERVICES)) as pool:
        bodies = dict(zip(SERVICES, pool.map(arrived, SERVICES), strict=True))
    forget(target, consumed, [placed])
    return bodies


def _before_the_function(target: Target, name: str, url: str, wanted: tuple[str, str]) -> list[str]:
    """What can be seen at a queue that a function empties: a message, or the work done."""
    found: list[str] = []

    def look() -> bool:
        found.extend(take(target, url, wanted))
        if not found and rows(target, name, wanted[:1]):
            found.append(f"applied {wanted[0]}")
        return bool(found)

    until(look, 4.0)
    time.sleep(0.2)  # for the other event, which follows
    look()
    return found


def _has_consumer(target: Target, name: str) -> bool:
    found = target.client("lambda").list_event_source_mappings(
        EventSourceArn=queue_arn(target, name)
    )
    return bool(found["EventSourceMappings"])


def _nothing(
    arrived: dict[str, list[str]],
    placed: str,
    subscribed: set[str],
    policies: dict[str, list[dict[str, Any]]],
) -> Outcome | None:
    """Why a queue got nothing, if one did."""
    empty = [n for n in SERVICES if not any(placed in body for body in arrived[n])]
    if not empty:
        return None
    got = f"nothing at {', '.join(empty)}"
    common = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": got}
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
            "The subscriptions stand, and publish answered with a MessageId. But nobody allowed SNS to "
            "send to the queue, so it was refused there, and neither of the two told you.",
            next="sqs.set_queue_attributes with a Policy: sqs:SendMessage for sns.amazonaws.com.",
            **common,
        )
    if any(not _admits_sns(policies[name]) for name in empty):
        return wrong(
            "a door for somebody else",
            "The queue has a policy, but it does not admit SNS: the one who knocks is the service "
            "sns.amazonaws.com, not the topic and not you.",
            next='"Principal": {"Service": "sns.amazonaws.com"}; the topic goes into aws:SourceArn.',
            **common,
        )
    return wrong(
        "closed for this topic",
        "Subscribed, and the policy names SNS, yet nothing came: the filter policy lets no OrderPlaced "
        "through, or the queue policy names another queue, topic or action.",
        next="Compare FilterPolicy, Resource, Action and aws:SourceArn, letter by letter.",
        **common,
    )


def _admits_sns(statements: list[dict[str, Any]]) -> bool:
    principals = [each.get("Principal") for each in statements]
    return any(p == "*" or "sns.amazonaws.com" in str(p) or "'*'" in str(p) for p in principals)


def _form(arrived: dict[str, list[str]], placed: str, changed: str) -> Outcome | None:
    """Whether what came is what the services can read."""
    bodies = [body for found in arrived.values() for body in found]
    if any('"Type"' in body and "Notification" in body for body in bodies):
        return wrong(
            "the envelope",
            "It arrived in SNS's envelope: the event is a text inside `Message`. The services expect "
            "the event itself, and would fail on it, until their dead-letter queues are full.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=next(body for body in bodies if "Notification" in body)[:80] + " ...",
            next="The subscription's attribute RawMessageDelivery.",
        )
    noisy = [name for name, found in arrived.items() if any(changed in body for body in found)]
    if noisy:
        return wrong(
            "every event",
            "The OrderChanged event came too. Each copy is received, paid for, and thrown away.",
            looked_at=_LOOKED,
            expected="OrderPlaced only",
            got=f"OrderChanged at {', '.join(noisy)}",
            next='The subscription\'s attribute FilterPolicy: {"event_type": ["OrderPlaced"]}.',
        )
    return None


def _doors(policies: dict[str, list[dict[str, Any]]]) -> Outcome | None:
    """Whether a queue lets in more than this topic."""
    open_to_all = [name for name, found in policies.items() if any(map(_unguarded, found))]
    if not open_to_all:
        return None
    return wrong(
        "open to everybody",
        "All arrived. But the policy has no condition: any topic, of any account, may send here.",
        looked_at="the policies of the queues",
        expected="a Condition on aws:SourceArn, the topic's ARN",
        got=f"no condition at {', '.join(open_to_all)}",
        next='"Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}}',
    )


def _unguarded(statement: dict[str, Any]) -> bool:
    """Whether it admits any topic; a statement for an account's own principals is its own affair."""
    principal = statement.get("Principal")
    wide = principal in ("*", {"AWS": "*"}) or "sns.amazonaws.com" in str(principal)
    return statement.get("Effect") == "Allow" and wide and not statement.get("Condition")


# --- proofs -------------------------------------------------------------------------------


def build(
    workspace: Workspace,
    *,
    policy: Any = door,
    raw: str = "true",
    only: dict[str, Any] | None = PLACED_ONLY,
    names: tuple[str, ...] = SERVICES,
) -> None:
    """The fan-out with one thing different, as a learner would build it."""
    target = workspace.target
    topic = topic_arn(target, TOPIC)
    for name in names:
        queue = queue_arn(target, name)
        if policy:
            target.client("sqs").set_queue_attributes(
                QueueUrl=url_of(target, name), Attributes={"Policy": policy(queue, topic)}
            )
        attributes = {"RawMessageDelivery": raw}
        if only:
            attributes["FilterPolicy"] = json.dumps(only)
        target.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes
        )


def _statement(principal: Any, **changes: Any) -> Any:
    def policy(queue: str, topic: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
            **changes,
        }
        return json.dumps({"Version": "2012-10-17", "Statement": statement})

    return policy


def _attempt(**changes: Any) -> Any:
    return lambda workspace: build(workspace, **changes)


FAN_OUT = Exercise(
    id="3.3",
    title="One topic, three queues",
    check=_check,
    prepare=_prepare,
    solve=_attempt(),
    solution="""for name in SERVICES:
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{lab.name(name)}"
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}]}
    sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={
        "RawMessageDelivery": "true", "FilterPolicy": json.dumps({"event_type": ["OrderPlaced"]})})
# The topic's side is the subscription, the queue's side is the policy. SNS can't set the second.""",
    hints=(
        "Two sides have to agree to a delivery. Which attribute of the *queue* says who may send?",
        "sns.subscribe with RawMessageDelivery and FilterPolicy; and a Policy on each queue that "
        "allows sqs:SendMessage to the service sns.amazonaws.com.",
        '{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": '
        '"sqs:SendMessage", "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}',
    ),
    waits=True,
    proofs=(
        Proof("the forgotten queue policy", _attempt(policy=None), says="neither of the two told"),
        Proof(
            "a door for somebody else",
            _attempt(policy=_statement({"AWS": "123456789012"})),
            says="the one who knocks",
        ),
        Proof(
            "open to everybody", _attempt(policy=_statement("*", Condition={})), says="any topic"
        ),
        Proof("the envelope", _attempt(raw="false"), says="SNS's envelope"),
        Proof("every event", _attempt(only=None), says="thrown away"),
        Proof("not all three", _attempt(names=SERVICES[:2]), says="Not subscribed: shipping"),
        Proof(
            "closed for this topic",
            _attempt(only={"event_type": ["order_placed"]}),
            says="letter by letter",
        ),
        Proof(
            "another form of the same policy",
            _attempt(
                policy=_statement(
                    {"Service": ["sns.amazonaws.com"]}, Action=["sqs:SendMessage"], Sid="topic"
                ),
                only={"event_type": [{"prefix": "OrderPl"}]},
            ),
            "right",
        ),
    ),
)
