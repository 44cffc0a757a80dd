"""How many batches of a pipe are worked off at once, and what stays in order.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.event_source_kit import Function
from tests.cloud.notes import NOTE
from tests.cloud.pipes_kit import NOTING, PipeKit

# tells when it has begun and when it has ended
SLOW = (
    NOTE
    + """
import time

def handler(events, context):
    began = time.time()
    time.sleep(float(os.environ["SECONDS"]))
    bodies = [each.get("body") or each["dynamodb"]["Keys"]["id"]["S"] for each in events]
    note({"began": began, "ended": time.time(), "bodies": bodies})
"""
)


@pytest.fixture
def kit(cloud: Any) -> Iterator[PipeKit]:
    made = PipeKit(cloud)
    yield made
    made.close()


def most_at_once(noted: list[dict[str, Any]]) -> int:
    starts = [float(each["began"]) for each in noted]
    return max(len([a for a in noted if a["began"] <= at < a["ended"]]) for at in starts)


def all_of(kit: PipeKit, function: Function, count: int) -> list[dict[str, Any]]:
    """What a function has noted, once it has noted so much."""
    found = kit.eventually(lambda: len(function.events()) >= count, 60)
    assert found
    return function.events()


def test_five_batches_of_a_queue_are_worked_off_side_by_side(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html"""
    source, function = kit.queue(VisibilityTimeout="600"), kit.function(SLOW, SECONDS="5")
    kit.send(source, *(f"m{n}" for n in range(8)))
    kit.running(kit.pipe(kit.arn(source), kit.function_arn(function.name), queue={"BatchSize": 1}))
    noted = all_of(kit, function, 8)
    assert sorted(body for each in noted for body in each["bodies"]) == [f"m{n}" for n in range(8)]
    assert most_at_once(noted) >= 5


def test_a_group_of_a_fifo_queue_has_one_batch_at_work(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-sqs.html"""
    source = kit.queue(FifoQueue="true", ContentBasedDeduplication="true", VisibilityTimeout="600")
    function = kit.function(SLOW, SECONDS="1.5")
    for n in range(3):
        kit.sqs.send_message(QueueUrl=source, MessageBody=f"a{n}", MessageGroupId="a")
        kit.sqs.send_message(QueueUrl=source, MessageBody=f"b{n}", MessageGroupId="b")
    kit.running(kit.pipe(kit.arn(source), kit.function_arn(function.name), queue={"BatchSize": 1}))
    noted = all_of(kit, function, 6)
    for group in ("a", "b"):
        own = [each for each in noted if each["bodies"][0].startswith(group)]
        assert [each["bodies"][0] for each in own] == [f"{group}{n}" for n in range(3)]
        assert most_at_once(own) == 1
    assert most_at_once(noted) == 2


def test_lanes_of_a_shard_are_worked_off_side_by_side(kit: PipeKit) -> None:
    table, stream = kit.table()
    function = kit.function(SLOW, SECONDS="4")
    for n in range(12):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": f"i{n}"}})
    kit.running(
        kit.pipe(
            stream,
            kit.function_arn(function.name),
            stream={"BatchSize": 1, "ParallelizationFactor": 10},
        )
    )
    noted = all_of(kit, function, 12)
    assert most_at_once(noted) >= 3


def test_one_lane_keeps_the_order_of_an_item_and_a_failing_one_stops_no_other(
    kit: PipeKit,
) -> None:
    table, stream = kit.table()
    function = kit.function(NOTING)
    kit.running(
        kit.pipe(
            stream,
            kit.function_arn(function.name),
            stream={"BatchSize": 1, "ParallelizationFactor": 10, "MaximumRetryAttempts": -1},
        )
    )
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "spoilt"}})
    for step in range(4):
        for n in range(6):
            item = {"id": {"S": f"i{n}"}, "step": {"N": str(step)}}
            kit.dynamodb.put_item(TableName=table, Item=item)

    def steps() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for noted in function.events():
            for event in noted["events"]:
                image = event["dynamodb"]["NewImage"]
                if "step" in image:
                    found.setdefault(image["id"]["S"], []).append(image["step"]["N"])
        return found

    # items that share the lane of the one that fails wait behind it
    passed = kit.eventually(
        lambda: (
            [each for each in steps().values() if each == ["0", "1", "2", "3"]]
            if sum(len(each) == 4 for each in steps().values()) >= 3
            else []
        )
    )
    assert len(passed) >= 3
