"""A table that a learner splits, to see that there is no order between items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.Partitions.html
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.practice.tables import split


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


@pytest.fixture
def table(target: LocalTarget) -> str:
    name = f"split-{uuid.uuid4().hex[:8]}"
    target.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    return name


def test_a_table_is_split_and_never_joined(target: LocalTarget, table: str) -> None:
    assert split(target, table, 4) == 4
    assert split(target, table, 2) == 4
    dynamodb, streams = target.client("dynamodb"), target.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    ended = [each for each in shards if "EndingSequenceNumber" in each["SequenceNumberRange"]]
    assert (len(shards), len(ended)) == (5, 1)


@pytest.mark.parametrize("partitions", [0, -1, 65, 2.0, True, "4"])
def test_numbers_that_cannot_be(target: LocalTarget, table: str, partitions: Any) -> None:
    with pytest.raises(LearnerError):
        split(target, table, partitions)


def test_a_table_that_does_not_exist(target: LocalTarget) -> None:
    with pytest.raises(LearnerError, match="There is no table"):
        split(target, "nothing", 2)
