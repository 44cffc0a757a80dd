"""What an event costs: put on a bus, matched by rules, delivered to a queue.

python -m benchmarks.events
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

CALLS, ROUNDS, RULES = 200, 5, 10
DETAIL = json.dumps({"orderId": "order-1", "total": 25.0, "lines": [{"sku": "x" * 40}] * 10})
ACCOUNT = "123456789012"


def measure(*, quick: bool = False) -> list[Figure]:
    calls = CALLS // 5 if quick else CALLS
    with LocalTarget.start() as target:
        events, sqs = target.client("events"), target.client("sqs")
        url = _delivering(events, sqs)
        _matching(events)
        events.create_event_bus(Name="no-rules")
        rounds = [
            (
                _milliseconds(_put(events, "no-rules"), calls),
                _milliseconds(_put(events, "matching"), calls),
                _milliseconds(_put(events, "delivering"), calls),
                _milliseconds(lambda: sqs.send_message(QueueUrl=url, MessageBody=DETAIL), calls),
            )
            for _ in range(ROUNDS)
        ]
    plain, matched, delivered, sent = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    more = statistics.median(100 * (with_rules / none - 1) for none, with_rules, _, _ in rounds)
    return [
        Figure("PutEvents on a bus without rules", plain, "ms"),
        Figure(f"PutEvents with {RULES} rules that do not match", matched, "ms"),
        Figure(f"{RULES} patterns add to PutEvents", more, "%", at_most=10),
        Figure("PutEvents with a rule to a queue", delivered, "ms"),
        Figure("SendMessage of the same text", sent, "ms"),
    ]


def _put(events: Any, bus: str) -> Callable[[], object]:
    entry = {"Source": "shop", "DetailType": "Order", "Detail": DETAIL, "EventBusName": bus}
    return lambda: events.put_events(Entries=[entry])


def _delivering(events: Any, sqs: Any) -> str:
    """A bus whose one rule sends everything to a queue. Returns the queue's address."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:delivered"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    url: str = sqs.create_queue(QueueName="delivered", Attributes={"Policy": policy})["QueueUrl"]
    events.create_event_bus(Name="delivering")
    events.put_rule(Name="all", EventBusName="delivering", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="all", EventBusName="delivering", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def _matching(events: Any) -> None:
    """A bus with rules whose patterns look into the event, and do not match."""
    events.create_event_bus(Name="matching")
    for number in range(RULES):
        pattern = {
            "source": ["shop"],
            "detail": {
                "total": [{"numeric": [">", 100 + number]}],
                "lines": {"sku": [{"prefix": "x"}, {"wildcard": "*-sale-*"}]},
            },
        }
        events.put_rule(
            Name=f"large-{number}", EventBusName="matching", EventPattern=json.dumps(pattern)
        )


def _milliseconds(call: Callable[[], object], calls: int) -> float:
    """How long a call takes, in the middle of so many."""
    taken = []
    for _ in range(calls):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    print(as_text(measure()))
