"""What a message costs with ten thousand others waiting, against ten; and a batch to three queues.

python -m benchmarks.queues
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

FEW, MANY = 10, 10_000
ROUNDS = 400
BODY = json.dumps({"orderId": "order-1", "lines": ["x" * 60] * 10})
ACCOUNT = "123456789012"


def measure(*, quick: bool = False) -> list[Figure]:
    rounds = ROUNDS // 4 if quick else ROUNDS
    with LocalTarget.start() as target:
        sqs = target.client("sqs")
        few, many = (_filled(sqs, f"benchmark-{depth}", depth) for depth in (FEW, MANY))
        taken: dict[str, tuple[list[float], list[float]]] = {
            name: ([], []) for name in ("send", "receive 10", "delete")
        }
        for _ in range(rounds):
            # both in the same round, so that a busy machine slows both alike
            for side, url in enumerate((few, many)):
                for name, milliseconds in _round(sqs, url).items():
                    taken[name][side].append(milliseconds)
        figures = []
        for name, (by_few, by_many) in taken.items():
            figures += _compared(name, statistics.median(by_few), statistics.median(by_many))
        return [*figures, _batch(target, rounds)]


def _round(sqs: Any, url: str) -> dict[str, float]:
    """Send one, receive ten, delete one; the depth is the same afterwards."""
    send = _milliseconds(lambda: sqs.send_message(QueueUrl=url, MessageBody=BODY))
    began = time.perf_counter()
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]
    receive = (time.perf_counter() - began) * 1000
    handles = [message["ReceiptHandle"] for message in got]
    delete = _milliseconds(lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle=handles[0]))
    entries = [
        {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0}
        for n, handle in enumerate(handles[1:])
    ]
    if entries:
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    return {"send": send, "receive 10": receive, "delete": delete}


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _filled(sqs: Any, name: str, depth: int) -> str:
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    entries = [{"Id": str(n), "MessageBody": BODY} for n in range(10)]
    for _ in range(depth // 10):
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    return url


def _compared(name: str, few: float, many: float) -> list[Figure]:
    return [
        Figure(f"{name}, {FEW} waiting", few, "ms"),
        Figure(f"{name}, {MANY:,} waiting", many, "ms"),
        Figure(f"{name}, {MANY:,} against {FEW} waiting", many / few, "times", at_most=1.5),
    ]


def _batch(target: Any, rounds: int) -> Figure:
    """PublishBatch of ten messages to three queues, less what a call costs that does nothing."""
    sns, sqs = target.client("sns"), target.client("sqs")
    topic = sns.create_topic(Name="benchmark")["TopicArn"]
    for name in ("one", "two", "three"):
        arn = f"arn:aws:sqs:{sqs.meta.region_name}:{ACCOUNT}:benchmark-{name}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.create_queue(QueueName=f"benchmark-{name}", Attributes={"Policy": policy})
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"RawMessageDelivery": "true"},
        )
    entries = [{"Id": str(n), "Message": BODY} for n in range(10)]
    publish = lambda: sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)  # noqa: E731
    silent = sns.create_topic(Name="benchmark-silent")["TopicArn"]
    nothing = lambda: sns.publish_batch(TopicArn=silent, PublishBatchRequestEntries=entries)  # noqa: E731
    pairs = [(_milliseconds(publish), _milliseconds(nothing)) for _ in range(rounds // 2)]
    delivered, accepted = (statistics.median(side) for side in zip(*pairs, strict=True))
    name = "PublishBatch, 30 deliveries to queues (less the call itself)"
    return Figure(name, delivered - accepted, "ms", at_most=1.0)


if __name__ == "__main__":
    print(as_text(measure()))
