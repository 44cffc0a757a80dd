"""A batch of good and bad messages that 4.3's check hands to process-order."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from orderlab.exercises.chapter04.probes import probe_order


@dataclass(frozen=True)
class Batch:
    """Messages by what they are, and the orders in them."""

    messages: dict[str, dict[str, Any]]
    orders: dict[str, dict[str, Any]]

    @property
    def ids(self) -> dict[str, str]:
        """What a message is, by its id."""
        return {message["messageId"]: what for what, message in self.messages.items()}


GOOD = ("the first order", "the second order", "the third order")
REPEAT = "the first order again"
# each has the first order's id, and differs from it in one thing
CONFLICTS = (
    "another coupon under its id",
    "another customer under its id",
    "other goods under its id",
)
NO_ORDER, TOO_LARGE = "a text that is no order", "an order too large for an item"
BAD = {*CONFLICTS, NO_ORDER, TOO_LARGE}


def new_batch() -> Batch:
    first, second, third = (probe_order() for _ in range(3))
    coupon = {**first, "coupon_cents": first["coupon_cents"] + 1}
    customer = {**first, "customer_id": f"c-{secrets.token_hex(3)}"}
    goods = {**first, "lines": [{**first["lines"][0], "name": "tea"}, *first["lines"][1:]]}
    line = {**second["lines"][0], "name": "☃" * 200, "department": "☃" * 100}
    large = {**probe_order(), "lines": [line] * 500}
    texts = {
        GOOD[0]: first,
        NO_ORDER: "{no order",
        GOOD[1]: second,
        REPEAT: dict(reversed(first.items())),
        TOO_LARGE: large,
        **dict(zip(CONFLICTS, (coupon, customer, goods), strict=True)),
        GOOD[2]: third,
    }
    messages = {what: _message(text) for what, text in texts.items()}
    orders = {what: text for what, text in texts.items() if isinstance(text, dict)}
    return Batch(messages, orders)


def one_good() -> Batch:
    """A batch of one order that is good."""
    order = probe_order()
    return Batch({GOOD[0]: _message(order)}, {GOOD[0]: order})


def _message(content: Any) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    now = str(int(time.time() * 1000))
    return {
        "messageId": f"{secrets.token_hex(4)}-{secrets.token_hex(6)}",
        "receiptHandle": secrets.token_hex(20),
        "body": text,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "SenderId": "AROAEXAMPLE:probe",
            "ApproximateFirstReceiveTimestamp": now,
        },
        "messageAttributes": {},
        "md5OfBody": secrets.token_hex(16),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders-inbox",
        "awsRegion": "us-east-1",
    }
