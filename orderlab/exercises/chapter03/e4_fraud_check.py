"""3.4: a filter policy, by attributes or by the body."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.filter_mistakes import LIMIT, WANTED, mistake
from orderlab.exercises.chapter03.foreign_topic import door, policy_of
from orderlab.exercises.chapter03.notebook_names import names
from orderlab.exercises.chapter03.probes import collect, probe_id, publish, subscriptions
from orderlab.exercises.chapter03.undoing import unsubscribe
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts import messaging
from orderlab.orders.parts.names import queue_arn, topic_arn

QUEUE = "fraud-check"
_COPIED = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery")
_LOOKED = (
    "eight events, sent through a topic and a queue of mine with your subscription's settings: new "
    "orders of exactly $200.00, a cent less, and others at random; changed and removed ones"
)


def _probes() -> dict[str, tuple[str, int]]:
    """What is sent: event type and total in cents."""
    large = LIMIT + 1 + secrets.randbelow(900_000)
    return {
        "far above": ("OrderPlaced", LIMIT * 20 + secrets.randbelow(900_000)),
        "somewhat above": ("OrderPlaced", LIMIT + 1 + secrets.randbelow(900)),
        "just at it": ("OrderPlaced", LIMIT),
        "just below": ("OrderPlaced", LIMIT - 1),
        "small": ("OrderPlaced", 300 + secrets.randbelow(5_000)),
        "a changed one": ("OrderChanged", large),
        "a changed small one": ("OrderChanged", 300 + secrets.randbelow(5_000)),
        "a removed one": ("OrderRemoved", large),
    }


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    topic = topic_arn(target, TOPIC)
    messaging.ensure_topic(target, TOPIC)
    url = messaging.ensure_plain_queue(target, QUEUE)
    if not policy_of(target, QUEUE):
        target.client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": door(queue_arn(target, QUEUE), topic)}
        )


def _undo(workspace: Workspace) -> None:
    unsubscribe(workspace.target, QUEUE)


def _mine(target: Target) -> list[dict[str, Any]]:
    return [
        each
        for each in subscriptions(target, TOPIC)
        if each["Endpoint"] == queue_arn(target, QUEUE)
    ]


def _stands(workspace: Workspace) -> bool:
    return any("FilterPolicy" in each for each in _mine(workspace.target))


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    mine = _mine(target)
    if not mine:
        return untouched(
            "The queue fraud-check is not subscribed to order-events.",
            next="sns.subscribe, as for the three queues, with another FilterPolicy.",
        )
    if not policy_of(target, QUEUE):
        return wrong(
            "a queue without its policy",
            "fraud-check is subscribed, and its queue has no policy any more, so nothing gets in.",
            looked_at="the policy of the queue fraud-check",
            expected="the policy that the queue came with",
            got="none",
            next="`ex.again()` puts it back.",
        )
    attributes = {name: mine[0][name] for name in _COPIED if mine[0].get(name)}
    outcome = _judge(_passed(target, attributes), attributes)
    if outcome.kind == "wrong":
        return replace(
            outcome,
            stands="The subscription of fraud-check stands. `subscribe` doesn't change the settings "
            "of one that stands; `ex.again()` takes it away.",
        )
    return outcome


def _passed(target: Target, attributes: dict[str, str]) -> set[str]:
    """Which of the probes a subscription with these attributes lets through."""
    probes = _probes()
    ids = {name: probe_id() for name in probes}
    with _copy(target, attributes) as (topic, filtered, every):
        for name, (event_type, cents) in probes.items():
            publish(target, topic, event_type, ids[name], cents)
        wanted = list(ids.values())
        # what came through without a filter tells how long to wait, however busy the machine is
        collect(target, every, wanted, enough=len(probes), seconds=5.0)
        bodies = collect(target, filtered, wanted, enough=len(probes), seconds=0.5)
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
    got = ", ".join(sorted(passed)) or "none of the eight"
    if passed == WANTED and attributes.get("RawMessageDelivery") != "true":
        return wrong(
            "the envelope",
            "The right orders come, in SNS's envelope. The fraud desk reads raw events.",
            looked_at=_LOOKED,
            expected="raw delivery",
            got="RawMessageDelivery false",
            next="The subscription's attribute RawMessageDelivery.",
        )
    if passed == WANTED:
        by = "the body" if attributes.get("FilterPolicyScope") == "MessageBody" else "attributes"
        return right(
            f"The filter reads {by}. The publisher does not know that fraud-check exists, and "
            "fraud-check does not pay for what it would throw away.",
            looked_at=_LOOKED,
            got=got,
        )
    name, message, hint = mistake(passed, attributes)
    return wrong(
        name,
        message,
        looked_at=_LOOKED,
        expected=", ".join(sorted(WANTED)),
        got=got,
        next=hint,
    )


_RIGHT = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", LIMIT]}]}


def _subscribe(policy: dict[str, Any] | None, **attributes: str) -> Any:
    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        _undo(workspace)
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
    title="New orders of at least $200.00",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    stands=_stands,
    names=names,
    solve=_subscribe(_RIGHT, RawMessageDelivery="true"),
    solution="""wanted = {"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", 20000]}]}
settings = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)}
sns.subscribe(
    TopicArn=topic,
    Protocol="sqs",
    Endpoint=arn("sqs", "fraud-check"),
    Attributes=settings,
)
# Names are joined by AND, the values of one name by OR. The same policy works with
# "FilterPolicyScope": "MessageBody", because the event's body has both names at its top.""",
    hints=(
        "Two things must hold of an event. How does a policy say AND?",
        'event_type compares with a list of values; a number wants {"numeric": [operator, value]}.',
        '{"event_type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", cents]}]} as JSON text '
        "in the attribute FilterPolicy of sns.subscribe.",
    ),
    waits=True,
    proofs=(
        Proof(
            "no filter", _subscribe(None, RawMessageDelivery="true"), says="all that is published"
        ),
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
            says="changed order",
        ),
        Proof(
            "dollars for cents",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": [">=", 200]}]}),
            says="Totals are in cents",
        ),
        Proof(
            "the limit itself",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": [">", LIMIT]}]}),
            says="exactly $200.00",
        ),
        Proof(
            "a name that no event has",
            _subscribe({"type": ["OrderPlaced"], "total_cents": [{"numeric": [">=", LIMIT]}]}),
            says="asks for type",
        ),
        Proof(
            "another word for the type",
            _subscribe({**_RIGHT, "event_type": ["order-placed"]}),
            says="order-placed",
        ),
        Proof(
            "no total in it",
            _subscribe({"event_type": ["OrderPlaced"]}),
            says="not name total_cents",
        ),
        Proof(
            "a cent too low",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": [">=", LIMIT - 1]}]}),
            says="$199.99",
        ),
        Proof(
            "large orders are missing",
            _subscribe({**_RIGHT, "total_cents": [{"numeric": ["<=", LIMIT]}]}),
            says="far above",
        ),
        Proof("the envelope", _subscribe(_RIGHT), says="raw events"),
        Proof(
            "by the body",
            _subscribe(_RIGHT, RawMessageDelivery="true", FilterPolicyScope="MessageBody"),
            "right",
        ),
        Proof(
            "other operators",
            _subscribe(
                {
                    "event_type": [{"prefix": "OrderPlaced"}],
                    "total_cents": [{"numeric": [">", LIMIT - 1]}],
                },
                RawMessageDelivery="true",
            ),
            "right",
        ),
    ),
)
