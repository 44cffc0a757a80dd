"""SQS and SNS."""

from __future__ import annotations

import json
import time

from benchmarks.endpoints.behaviours.behaviour import (
    Behaviour,
    comes,
    expect,
    open_queue,
    queue,
    received,
    refused,
)
from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import queue_arn, topic_arn


def comes_again(target: Target) -> None:
    sqs, url = target.client("sqs"), queue(target, "again", VisibilityTimeout="1")
    sqs.send_message(QueueUrl=url, MessageBody="order")
    comes(target, url)
    second = comes(target, url)["Attributes"].get("ApproximateReceiveCount")
    expect(second == "2", f"its receive count was {second}")


def is_hidden(target: Target) -> None:
    sqs, url = target.client("sqs"), queue(target, "hidden", VisibilityTimeout="30")
    sqs.send_message(QueueUrl=url, MessageBody="order")
    comes(target, url)
    expect(not received(target, url, 0), "it was given to a second consumer at once")


def to_the_dead_letters(target: Target) -> None:
    sqs, dead = target.client("sqs"), queue(target, "letters-dead")
    redrive = {"deadLetterTargetArn": queue_arn(target, "letters-dead"), "maxReceiveCount": "1"}
    url = queue(target, "letters", VisibilityTimeout="0", RedrivePolicy=json.dumps(redrive))
    sqs.send_message(QueueUrl=url, MessageBody="order")
    comes(target, url)
    received(target, url, 0)
    comes(target, dead)


def a_group_waits(target: Target) -> None:
    sqs = target.client("sqs")
    url = queue(target, "turn.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in ("a1", "a2", "b1"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body[0])
    first = received(target, url, 1, MaxNumberOfMessages=1)
    rest = [each["Body"] for each in received(target, url, 1)]
    expect([each["Body"] for each in first] == ["a1"], f"the first were {first}")
    expect(rest == ["b1"], f"while a1 was in flight, {rest} came")


def sent_twice_kept_once(target: Target) -> None:
    sqs = target.client("sqs")
    url = queue(target, "once.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for _ in range(2):
        sqs.send_message(QueueUrl=url, MessageBody="order", MessageGroupId="a")
    found = received(target, url, 1)
    expect(len(found) == 1, f"{len(found)} messages were kept")


def a_delay_holds_back(target: Target) -> None:
    sqs, url = target.client("sqs"), queue(target, "later")
    sqs.send_message(QueueUrl=url, MessageBody="order", DelaySeconds=60)
    expect(not received(target, url, 0), "the message came at once")


def a_long_poll_waits(target: Target) -> None:
    url, began = queue(target, "idle"), time.monotonic()
    received(target, url, 2)
    waited = time.monotonic() - began
    # a cloud may let AWS's waits pass faster, but not skip them
    least = 1.5 / float(target.page("health").get("speed", 1.0))
    expect(waited >= least, f"an empty queue answered after {waited:.2f} s")


def a_topic_needs_the_queues_leave(target: Target) -> None:
    sns, url = target.client("sns"), queue(target, "closed")
    topic = sns.create_topic(Name=target.name("knocking"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn(target, "closed"))
    sns.publish(TopicArn=topic, Message="order")
    expect(not received(target, url, 2), "the message got into a queue without a policy")


def a_filter_reads_the_body(target: Target) -> None:
    sns, url = target.client("sns"), open_queue(target, "large", "sns.amazonaws.com")
    topic = sns.create_topic(Name=target.name("sizes"))["TopicArn"]
    policy = json.dumps({"total": [{"numeric": [">=", 200]}]})
    attributes = {
        "RawMessageDelivery": "true", "FilterPolicyScope": "MessageBody", "FilterPolicy": policy,
    }  # fmt: skip
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue_arn(target, "large"), Attributes=attributes
    )
    for total in (199, 200):
        sns.publish(TopicArn=topic, Message=json.dumps({"total": total}))
    got = [comes(target, url)["Body"], *[each["Body"] for each in received(target, url, 1)]]
    expect(got == ['{"total": 200}'], f"what came was {got}")


def a_wrong_filter_is_refused(target: Target) -> None:
    sns = target.client("sns")
    sns.create_topic(Name=target.name("filters"))
    queue(target, "filtered")
    refused(
        sns.subscribe,
        "InvalidParameter",
        TopicArn=topic_arn(target, "filters"),
        Protocol="sqs",
        Endpoint=queue_arn(target, "filtered"),
        Attributes={"FilterPolicy": json.dumps({"total": [{"numeric": ["about", 200]}]})},
    )


BEHAVIOURS = (
    Behaviour("SQS", "A message that is not deleted comes again after its visibility timeout, and "
              "its receive count says so", comes_again),
    Behaviour("SQS", "A message in flight is hidden from other consumers", is_hidden),
    Behaviour("SQS", "A message that was received too often goes to the dead-letter queue",
              to_the_dead_letters),
    Behaviour("SQS", "In a FIFO queue the rest of a group waits while one of it is in flight",
              a_group_waits),
    Behaviour("SQS", "A FIFO queue keeps a message once that is sent twice", sent_twice_kept_once),
    Behaviour("SQS", "A delayed message is not given before its time", a_delay_holds_back),
    Behaviour("SQS", "A long poll waits for a message", a_long_poll_waits),
    Behaviour("SNS", "A topic delivers to a queue only if the queue's policy lets it",
              a_topic_needs_the_queues_leave),
    Behaviour("SNS", "A filter policy can read the body", a_filter_reads_the_body),
    Behaviour("SNS", "A filter policy with an unknown operator is refused",
              a_wrong_filter_is_refused),
)  # fmt: skip
