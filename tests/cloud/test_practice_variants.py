"""The same orders along different ways: what arrived, how often, and what was metered."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.practice.variants import compare_variants


def test_each_way_is_followed_and_metered(cloud: Any) -> None:
    target = LocalTarget.attach(cloud.endpoint, "test", "test")
    sqs, queue = target.client("sqs"), f"variants-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]

    def plain(order: dict[str, Any]) -> None:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order_id": order["order_id"]}))

    def twice(order: dict[str, Any]) -> None:
        body = json.dumps({"detail": {"order_id": order["order_id"]}})
        for _ in range(2):
            sqs.send_message(QueueUrl=url, MessageBody=body)

    found = compare_variants(
        target, {"plain": (plain, queue), "twice": (twice, queue)}, orders=6, seed=3
    )
    assert found["plain"].arrived == found["twice"].arrived == 6
    assert (found["plain"].twice, found["twice"].twice) == (0, 6)
    assert 0 < found["plain"].p50 <= found["plain"].p99
    assert found["twice"].usd_a_million("sqs") > 0
    assert "plain" in repr(found)
    with pytest.raises(LearnerError):
        found["nobody"]
    with pytest.raises(LearnerError):
        compare_variants(target, {}, orders=6)
    sqs.delete_queue(QueueUrl=url)
