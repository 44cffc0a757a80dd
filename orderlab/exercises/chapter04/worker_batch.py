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
REPEAT, CONFLICT = "the first order again", "another order under its id"
NO_ORDER, TOO_LARGE = "a text that is no order", "an order too large for an item"
BAD = {CONFLICT, NO_ORDER, TOO_LARGE}


def new_batch() -> Batch:
    first, second, third = (probe_order() for _ in range(3))
    other = {**first, "coupon_cents": first["coupon_cents"] + 1}
    line = {**second["lines"][0], "name": "☃" * 200, "department": "☃" * 100}
    large = {**probe_order(), "lines": [line] * 500}
    texts = {
        GOOD[0]: first,
        NO_ORDER: "{no order",
        GOOD[1]: second,
        REPEAT: dict(reversed(first.items())),
        TOO_LARGE: large,
        CONFLICT: other,
        GOOD[2]: third,
    }
    messages = {what: _message(text) for what, text in texts.items()}
    return Batch(messages, {GOOD[0]: first, GOOD[1]: second, GOOD[2]: third, TOO_LARGE: large})


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
