"""What is made in an account is told while it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cloud.account_kit import account
from tests.cloud.every_kind import TRUST


def test_each_resource_is_told_by_its_name(own_cloud: Callable[..., Any]) -> None:
    with own_cloud(speed=10) as cloud:
        target, said = account(cloud.endpoint), list[str]()
        with target.followed(said.append):
            target.client("sqs").create_queue(QueueName="q")
            target.client("sqs").list_queues()
            topic = target.client("sns").create_topic(Name="t")["TopicArn"]
            target.client("sns").publish(TopicArn=topic, Message="data")
            target.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
            target.client("logs").create_log_group(logGroupName="g")
        target.client("sqs").create_queue(QueueName="later")
        assert said == [
            "1 made; last: queue orderlab-anna-q",
            "2 made; last: topic orderlab-anna-t",
            "3 made; last: role orderlab-anna-r",
            "4 made; last: log group orderlab-anna-g",
        ]
