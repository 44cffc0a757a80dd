"""An account, with a local cloud in its place: who and where first, then marked resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orderlab.consent import agree_to, notice
from orderlab.errors import LearnerError
from orderlab.practice.removal import remove
from tests.cloud.account_kit import account


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


def test_nothing_is_made_before_the_accounts_id_is_typed(endpoint: str) -> None:
    target, said = account(endpoint), list[str]()
    with pytest.raises(LearnerError, match="nothing was made"):
        agree_to(target, 4, ask=lambda _: "yes", say=said.append)
    agree_to(target, 4, ask=lambda _: f" {target.account_id} ", say=said.append)
    assert target.unmarked("sqs").list_queues().get("QueueUrls", []) == []


def test_the_notice_says_who_where_what_and_how_much(endpoint: str) -> None:
    target = account(endpoint)
    told = "\n".join(notice(target, 4))
    for part in (target.account_id, target.who, "us-east-1", "4 tables", "orderlab-anna-",
                 "/orderlab/anna/", target.marks.expiry, "an hour", "20,000 orders"):  # fmt: skip
        assert part in told
    assert "makes nothing before you do" in "\n".join(notice(target, 1))


def test_a_notebooks_plain_names_get_the_prefix_and_the_tags(endpoint: str) -> None:
    target = account(endpoint)
    queue = target.client("sqs").create_queue(QueueName="plain", tags={"mine": "1"})["QueueUrl"]
    assert queue.endswith("/orderlab-anna-plain")
    assert target.client("sqs").get_queue_url(QueueName="plain")["QueueUrl"] == queue
    tags = target.unmarked("sqs").list_queue_tags(QueueUrl=queue)["Tags"]
    assert tags == {"mine": "1", **target.marks.tags}
    target.client("logs").create_log_group(logGroupName="/aws/lambda/greet")
    found = target.unmarked("logs").describe_log_groups()["logGroups"]
    assert [each["logGroupName"] for each in found] == ["/aws/lambda/orderlab-anna-greet"]
    topics = target.client("sns")
    arn = topics.create_topic(Name="t")["TopicArn"]
    assert arn.endswith(":orderlab-anna-t")


def test_a_learners_clients_list_nothing_of_others(endpoint: str) -> None:
    target = account(endpoint, learner="bert")
    target.unmarked("sqs").create_queue(QueueName="orderlab-bertha-orders")
    target.unmarked("dynamodb").create_table(
        TableName="theirs",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    mine = target.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    assert target.client("sqs").list_queues()["QueueUrls"] == [mine]
    assert target.client("dynamodb").list_tables()["TableNames"] == []
    assert target.unmarked("dynamodb").list_tables()["TableNames"] == ["theirs"]


def test_a_log_group_is_removed_by_the_name_that_a_notebook_gives_it(endpoint: str) -> None:
    target = account(endpoint, learner="clara")
    target.client("logs").create_log_group(logGroupName="/aws/lambda/greet")
    assert remove(target, "/aws/lambda/greet") == ["log group /aws/lambda/greet"]
    assert target.client("logs").describe_log_groups()["logGroups"] == []
