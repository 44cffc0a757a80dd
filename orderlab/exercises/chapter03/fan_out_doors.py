"""Exercise 3.3: whether the queues let in more than their topic, by trying and by reading."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter03.foreign_topic import lets_other_accounts_in, more_than_sending
from orderlab.exercises.engine import Outcome, wrong
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts.names import topic_arn

LOOKED = (
    "published OrderPlaced, OrderChanged and OrderRemoved events to order-events and an OrderPlaced "
    "event to another topic, and looked for them at each queue"
)


def open_doors(
    target: Target,
    arrived: dict[str, list[str]],
    sent: dict[str, str],
    policies: dict[str, list[dict[str, Any]]],
) -> Outcome | None:
    """Whether a queue lets in more than this topic."""
    entered = [n for n, found in arrived.items() if any(sent["foreign"] in b for b in found)]
    if entered:
        return wrong(
            "open to every topic",
            "All arrived. I subscribed the queues to another topic, and its event got in as well.",
            looked_at=LOOKED,
            expected="a refusal for every topic but order-events",
            got=f"the other topic's event at {', '.join(entered)}",
            next="The condition on aws:SourceArn names this topic.",
        )
    nameless = [n for n, found in policies.items() if any("Resource" not in s for s in found)]
    if nameless:
        return wrong(
            "no resource named",
            "All arrived. But a statement of the policy has no Resource, so it doesn't say for which "
            "queue it is meant.",
            looked_at="the policies of the queues",
            expected="a Resource with the queue's ARN",
            got=f"no Resource at {', '.join(nameless)}",
            next='"Resource": the ARN of the queue that the policy belongs to.',
        )
    topic = topic_arn(target, TOPIC)
    more = {n: more_than_sending(found) for n, found in policies.items()}
    if any(more.values()):
        name = next(n for n, actions in more.items() if actions)
        return wrong(
            "more than sending",
            "All arrived. But a queue's policy allows more than sending: a message that somebody "
            "else receives and deletes is lost for the service.",
            looked_at="the policies of the queues",
            expected="sqs:SendMessage alone",
            got=f"{', '.join(more[name])} at {name}"[:120],
            next='"Action": "sqs:SendMessage". The service receives with the rights of its own role.',
        )
    wide = [name for name, found in policies.items() if lets_other_accounts_in(found, topic)]
    if not wide:
        return None
    return wrong(
        "open to other accounts",
        "All arrived. But the policy admits a topic order-events of any account.",
        looked_at="the policies of the queues, for a topic of account 999999999999",
        expected="the whole ARN of the topic, with the account",
        got=f"admitted at {', '.join(wide)}",
        next="No star in the place of the account.",
    )
