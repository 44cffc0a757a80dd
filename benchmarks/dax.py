"""DAX: a GetItem from the cache against a GetItem of DynamoDB through boto3; a hit with a query.

python -m benchmarks.dax
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.figure import Figure, as_text
from orderlab.aws_target.local import LocalTarget

ROUNDS, CALLS = 7, 300
ITEM = {
    "order_id": {"S": "order-1"},
    "customer_id": {"S": "customer-1"},
    "status": {"S": "ACCEPTED"},
    "lines": {
        "L": [
            {"M": {"sku": {"S": f"sku-{line}"}, "quantity": {"N": str(line + 1)}}}
            for line in range(5)
        ]
    },
}
KEY = {"order_id": ITEM["order_id"]}


def measure(*, quick: bool = False) -> list[Figure]:
    from amazondax import AmazonDaxClient

    calls = CALLS // 5 if quick else CALLS
    with LocalTarget.start() as target:
        dynamodb = target.client("dynamodb")
        url = _cluster(target, dynamodb)
        with AmazonDaxClient(
            endpoint_url=url,
            region_name=target.region,
            aws_access_key_id=target.access_key_id,
            aws_secret_access_key=target.secret_access_key,
        ) as dax:
            dax.put_item(TableName="cached", Item=ITEM)
            rounds = [
                (
                    _milliseconds(lambda: dax.get_item(TableName="cached", Key=KEY), calls),
                    _milliseconds(lambda: dynamodb.get_item(TableName="cached", Key=KEY), calls),
                    _milliseconds(_query(dax), calls // 3),
                )
                for _ in range(ROUNDS)
            ]
    hit, direct, query = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(one / other for one, other, _ in rounds)
    return [
        Figure("GetItem from DAX's item cache, AWS's client", hit, "ms"),
        Figure("GetItem of DynamoDB through boto3", direct, "ms"),
        Figure("GetItem from the cache against DynamoDB", ratio, "times", at_most=0.5),
        Figure("Query from DAX's query cache, AWS's client", query, "ms"),
    ]


def _cluster(target: Any, dynamodb: Any) -> str:
    """A table, and a cluster before it. Returns the cluster's address."""
    dynamodb.create_table(
        TableName="cached",
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    iam = target.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "dax.amazonaws.com"}}
    role = iam.create_role(
        RoleName="cache",
        AssumeRolePolicyDocument=_policy({**trust, "Action": "sts:AssumeRole"}),
    )["Role"]["Arn"]
    allowed = _policy({"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"})
    iam.put_role_policy(RoleName="cache", PolicyName="tables", PolicyDocument=allowed)
    api = target.client("dax")
    api.create_cluster(
        ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=1, IamRoleArn=role
    )
    (cluster,) = api.describe_clusters()["Clusters"]
    return str(cluster["ClusterDiscoveryEndpoint"]["URL"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _query(dax: Any) -> Callable[[], Any]:
    return lambda: dax.query(
        TableName="cached",
        KeyConditionExpression="order_id = :order",
        ExpressionAttributeValues={":order": ITEM["order_id"]},
    )


def _milliseconds(call: Callable[[], Any], calls: int) -> float:
    """The time of one call, over many."""
    call()
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - started) * 1000 / calls


if __name__ == "__main__":
    print(as_text(measure()))
