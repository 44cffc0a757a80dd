"""`--seed`: the same number gives the same ids and the same sampling."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def _run(own_cloud: Callable[..., Any], seed: int) -> tuple[list[str], list[list[str]]]:
    """Ids of an API, a role and some messages, and what short polls find of those."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    with own_cloud(seed=seed) as cloud:
        sqs, iam = cloud.client("sqs"), cloud.client("iam")
        api = cloud.client("apigateway").create_rest_api(name="seeded")["id"]
        role = iam.create_role(
            RoleName="seeded",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["RoleId"]
        url = sqs.create_queue(QueueName="seeded")["QueueUrl"]
        ids = [sqs.send_message(QueueUrl=url, MessageBody=str(n))["MessageId"] for n in range(8)]
        polls = [
            sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            for _ in range(6)
        ]
    return [api, role, *ids], [[m["Body"] for m in poll.get("Messages", ())] for poll in polls]


def test_a_seed_repeats_ids_and_sampling_and_another_does_not(
    own_cloud: Callable[..., Any],
) -> None:
    first, again, other = (_run(own_cloud, seed) for seed in (7, 7, 8))
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]
