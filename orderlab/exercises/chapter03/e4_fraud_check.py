"""3.4: a filter policy, by attributes or by the body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orderlab.exercises.chapter03.e2_event import door
from orderlab.exercises.chapter03.probes import collect, probe_id, publish, subscriptions
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import queue_arn, topic_arn
from orderlab.target.base import Target

QUEUE = "fraud-check"
LIMIT = 20_000
# what is sent: event type and total in cents
PROBES = {
    "far above": ("OrderPlaced", 250_000),
    "just at it": ("OrderPlaced", LIMIT),
    "just below": ("OrderPlaced", LIMIT - 1),
    "a changed one": ("OrderChanged", 250_000),
    "a removed one": ("OrderRemoved", 250_000),
}
WANTED = {"far above", "just at it"}
_COPIED = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery")
_LOOKED = (
    "five events, sent through a topic and a queue of mine with your subscription's filter: new "
    "orders of $2,500.00, $200.00 and $199.99, and a changed and a removed one"
)


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    topic = topic_arn(target, TOPIC)
    messaging.ensure_topic(target, TOPIC)
    url = messaging.ensure_plain_queue(target, QUEUE)
    target.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": door(queue_arn(target, QUEUE), topic)}
    )


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    mine = [
        each
        for each in subscriptions(target, TOPIC)
        if each["Endpoint"] == queue_arn(target, QUEUE)
    ]
    if not mine:
        return untouched(
            "The queue fraud-check is not subscribed to order-events yet.",
            next='sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=fraud_check, ...)',
        )
    attributes = {name: mine[0][name] for name in _COPIED if mine[0].get(name)}
    return _judge(_passed(target, attributes), attributes)


def _passed(target: Target, attributes: dict[str, str]) -> set[str]:
    """Which of the probes a subscription with these attributes lets through."""
    ids = {name: probe_id() for name in PROBES}
    with _copy(target, attributes) as (topic, filtered, every):
        for name, (event_type, cents) in PROBES.items():
            publish(target, topic, event_type, ids[name], cents)
        wanted = list(ids.values())
        # what came through without a filter tells how long to wait, however busy the machine is
        collect(target, every, wanted, enough=len(PROBES), seconds=5.0)
        bodies = collect(target, filtered, wanted, enough=len(PROBES), seconds=0.5)
    return {name for name, each in ids.items() if any(each in body for body in bodies)}


@contextmanager
def _copy(target: Target, attributes: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """A topic of the check's own, a queue with the filter and one without: no service gets probes."""
    sns, sqs = target.client("sns"), target.client("sqs")
    name = probe_id()
    topic = sns.create_topic(Name=name)["TopicArn"]
    urls = []
    try:
        for end, policy in (("filtered", attributes), ("every", {})):
            urls.append(sqs.create_queue(QueueName=f"{name}-{end}")["QueueUrl"])
            found = sqs.get_queue_attributes(QueueUrl=urls[-1], AttributeNames=["QueueArn"])
            queue = found["Attributes"]["QueueArn"]
            sqs.set_queue_attributes(QueueUrl=urls[-1], Attributes={"Policy": door(queue, topic)})
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=policy)
        yield topic, urls[0], urls[1]
    finally:
        sns.delete_topic(TopicArn=topic)
        for url in urls:
            sqs.delete_queue(QueueUrl=url)


def _judge(passed: set[str], attributes: dict[str, str]) -> Outcome:
    got = ", ".join(name for name in PROBES if name in passed) or "none of the five"
    if passed == WANTED:
        by = "the body" if attributes.get("FilterPolicyScope") == "MessageBody" else "attributes"
        return right(
            f"The filter reads {by}. The publisher does not know that fraud-check exists, and "
            "fraud-check does not pay for what it would throw away.",
            looked_at=_LOOKED,
            got=got,
        )
    name, message, hint = _mistake(passed, attributes)
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected="new orders of $200.00 and more: far above, just at it",
        got=got,
        next=hint,
    )


def _mistake(passed: set[str], attributes: dict[str, str]) -> tuple[str, str, str]:
    if len(passed) == len(PROBES):
        return (
            "no filter",
            "Everything comes: without a filter policy a subscription gets all that is published.",
            "The subscription's attribute FilterPolicy, as JSON text.",
        )
    if not passed and attributes.get("FilterPolicyScope") == "MessageBody":
        return (
            "another place in the body",
            "Nothing comes: with the scope MessageBody the names must be where the event has them.",
            "event_type and total_cents are at the top of the event, not inside `order`.",
        )
    if not passed:
        return (
            "a number compared as text",
            "Nothing comes: the values never match. total_cents is a Number, and a list of values "
            "compares for equality.",
            '{"numeric": [">=", 20000]} compares numbers.',
        )
    if "a changed one" in passed:
        return (
            "changes too",
            "A changed order comes as well: the filter looks at the total only.",
            "Names in a policy are joined by AND: event_type and total_cents in one policy.",
        )
    if "just below" in passed:
        return (
            "dollars for cents",
            "Smaller orders come too: totals are in cents, and $200.00 is 20000.",
            "Amounts are whole cents everywhere in this system.",
        )
    if passed == {"far above"}:
        return (
            "the limit itself",
            "An order of exactly $200.00 is missing, or a limit is too high.",
            '"at least" is >=, and $200.00 is 20000.',
        )
    return (
        "another filter",
        "The filter lets other events through than it should.",
        "One policy: event_type is OrderPlaced, total_cents numeric >= 20000.",
    )


_RIGHT = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", LIMIT]}]}


def _subscribe(policy: dict[str, Any] | None, **attributes: str) -> Any:
    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        if policy is not None:
            attributes["FilterPolicy"] = json.dumps(policy)
        target.client("sns").subscribe(
            TopicArn=topic_arn(target, TOPIC),
            Protocol="sqs",
            Endpoint=queue_arn(target, QUEUE),
            Attributes=attributes,
        )

    return attempt


FRAUD_CHECK = Exercise(
    id="3.4",
    title="Only what is worth a look",
    check=_check,
    prepare=_prepare,
    solve=_subscribe(_RIGHT, RawMessageDelivery="true"),
    solution="""policy = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 20000]}]}
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=fraud_check, Attributes={
    "RawMessageDelivery": "true", "FilterPolicy": json.dumps(policy)})
# Names are joined by AND, the values of one name by OR. The same policy works with
# "FilterPolicyScope": "MessageBody", because the event's body has both names at its top.""",
    hints=(
        "Two things must hold of an event. How does a policy say AND?",
        'event_type compares with a list of values; a number wants {"numeric": [operator, value]}.',
        '{"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 20000]}]} as JSON text '
        "in the attribute FilterPolicy of sns.subscribe.",
    ),
    waits=True,
    proofs=(
        Proof("no filter", _subscribe(None), says="all that is published"),
        Proof(
            "another place in the body",
            _subscribe(
                {"order": {"total_cents": [{"numeric": [">=", LIMIT]}]}},
                FilterPolicyScope="MessageBody",
            ),
            says="where the event has them",
        ),
        Proof(
            "a number compared as text",
            _subscribe({"event_type": ["OrderPlaced"], "total_cents": ["20000"]}),
            says="compares for equality",
        ),
        Proof(
            "changes too",
            _subscribe({"total_cents": [{"numeric": [">=", LIMIT]}]}),
            says="the total only",
        ),
        Proof(
            "dollars for cents",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": [">=", 200]}]}),
            says="totals are in cents",
        ),
        Proof(
            "the limit itself",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": [">", LIMIT]}]}),
            says="exactly $200.00",
        ),
        Proof("by the body", _subscribe(_RIGHT, FilterPolicyScope="MessageBody"), "right"),
        Proof(
            "other operators, in the envelope",
            _subscribe(
                {
                    "event_type": [{"prefix": "OrderPlaced"}],
                    "total_cents": [{"numeric": [">", LIMIT - 1]}],
                }
            ),
            "right",
        ),
    ),
)
