"""The graph of what is deployed, read through boto3 from the running cloud."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from orderlab.drawing.discover import discover
from orderlab.drawing.graph import Edge, Graph

PREFIX = "drawn-"
ACCOUNT = "123456789012"
REGION = "us-east-1"


class Clients:
    """The clients of the session's cloud, made once each."""

    def __init__(self, client: Callable[..., Any]) -> None:
        self._make, self._made = client, dict[str, Any]()

    def client(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self._make(service)
        return self._made[service]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", source)
    return content.getvalue()


def make_table(at: Clients) -> str:
    made = at.client("dynamodb").create_table(
        TableName="drawn-orders",
        AttributeDefinitions=[
            {"AttributeName": "order_id", "AttributeType": "S"},
            {"AttributeName": "customer_id", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customer_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


def make_queues(at: Clients) -> None:
    sqs = at.client("sqs")
    sqs.create_queue(QueueName="drawn-inbox-dlq")
    sqs.create_queue(QueueName="drawn-failed")
    redrive = {"deadLetterTargetArn": arn("sqs", "drawn-inbox-dlq"), "maxReceiveCount": 3}
    attributes = {"VisibilityTimeout": "60", "RedrivePolicy": json.dumps(redrive)}
    sqs.create_queue(QueueName="drawn-inbox", Attributes=attributes)
    sqs.create_queue(QueueName="drawn-stock")
    sqs.create_queue(QueueName="not-ours-drawn")


def make_topic(at: Clients) -> None:
    sns = at.client("sns")
    topic = sns.create_topic(Name="drawn-events")["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn("sqs", "drawn-stock"),
        Attributes={"FilterPolicy": json.dumps({"type": ["order.accepted"]})},
    )


def make_role(at: Clients, name: str, service: str, actions: list[str], resource: str) -> str:
    iam = at.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    leave = {"Effect": "Allow", "Action": actions, "Resource": resource}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="leave",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [leave]}),
    )
    return str(role["Role"]["Arn"])


def make_function(at: Clients, name: str, role: str, **environment: str) -> None:
    functions = at.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": zipped("def handler(event, context): pass")},
        Timeout=5,
        Environment={"Variables": environment},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def make_functions(at: Clients, stream: str) -> None:
    lambda_service = "lambda.amazonaws.com"
    receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    # one names its table; the other's policy says nothing, but its variables name the topic
    processes = make_role(
        at, "drawn-processes", lambda_service, ["dynamodb:*"], arn("dynamodb", "table/drawn-orders")
    )
    at.client("iam").put_role_policy(
        RoleName="drawn-processes",
        PolicyName="receives",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": {"Effect": "Allow", "Action": receive, "Resource": "*"},
            }
        ),
    )
    every = ["sns:Publish", "sqs:SendMessage", "dynamodb:*Stream*", "dynamodb:Get*"]
    publishes = make_role(at, "drawn-publishes", lambda_service, every, "*")
    make_function(at, "drawn-process", processes)
    make_function(at, "drawn-publish", publishes, TOPIC_ARN=arn("sns", "drawn-events"))
    functions = at.client("lambda")
    functions.create_event_source_mapping(
        FunctionName="drawn-process", EventSourceArn=arn("sqs", "drawn-inbox"), BatchSize=5
    )
    functions.create_event_source_mapping(
        FunctionName="drawn-publish",
        EventSourceArn=stream,
        StartingPosition="TRIM_HORIZON",
        DestinationConfig={"OnFailure": {"Destination": arn("sqs", "drawn-failed")}},
    )


def make_api(at: Clients) -> None:
    apigateway = at.client("apigateway")
    api = apigateway.create_rest_api(name="drawn-api")["id"]
    role = make_role(
        at,
        "drawn-api-role",
        "apigateway.amazonaws.com",
        ["sqs:SendMessage"],
        arn("sqs", "drawn-inbox"),
    )
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    orders = apigateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
    function = arn("lambda", "function:drawn-process")
    uris = {
        "POST": ("AWS", f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/drawn-inbox"),
        "GET": (
            "AWS_PROXY",
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
        ),
    }
    for verb, (kind, uri) in uris.items():
        where = {"restApiId": api, "resourceId": orders, "httpMethod": verb}
        apigateway.put_method(**where, authorizationType="NONE")
        apigateway.put_integration(
            **where, type=kind, integrationHttpMethod="POST", uri=uri, credentials=role
        )
    apigateway.create_deployment(restApiId=api, stageName="v1")


@pytest.fixture(scope="module")
def at(cloud: Any) -> Clients:
    clients = Clients(cloud.client)
    stream = make_table(clients)
    make_queues(clients)
    make_topic(clients)
    make_functions(clients, stream)
    make_api(clients)
    return clients


@pytest.fixture(scope="module")
def graph(at: Clients) -> Graph:
    return discover(at, prefix=PREFIX)


def test_every_resource_of_the_prefix_is_a_node_under_its_friendly_name(graph: Graph) -> None:
    assert {(node.kind, node.name) for node in graph.nodes} == {
        ("client", "client"),
        ("api", "api"),
        ("queue", "inbox"),
        ("queue", "stock"),
        ("dead-letters", "inbox-dlq"),
        ("dead-letters", "failed"),
        ("function", "process"),
        ("function", "publish"),
        ("table", "orders"),
        ("topic", "events"),
    }


def test_connections_are_found_in_integrations_mappings_subscriptions_and_roles(
    graph: Graph,
) -> None:
    assert {(edge.source, edge.kind, edge.target) for edge in graph.edges} == {
        ("client-client", "request", "api-api"),
        ("api-api", "integration", "queue-inbox"),
        ("api-api", "integration", "function-process"),
        ("queue-inbox", "feeds", "function-process"),
        ("queue-inbox", "redrive", "queue-inbox-dlq"),
        ("function-process", "writes", "table-orders"),
        ("table-orders", "stream", "function-publish"),
        ("function-publish", "publishes", "topic-events"),
        ("function-publish", "failure", "queue-failed"),
        ("topic-events", "delivers", "queue-stock"),
    }


def edge(graph: Graph, source: str, target: str) -> Edge:
    return next(e for e in graph.edges if (e.source, e.target) == (source, target))


def test_connections_say_what_matters(graph: Graph) -> None:
    assert edge(graph, "api-api", "queue-inbox").detail == "POST /orders"
    assert edge(graph, "queue-inbox", "queue-inbox-dlq").label == "after 3 tries"
    assert edge(graph, "queue-inbox", "function-process").detail == "batches of up to 5"
    delivery = edge(graph, "topic-events", "queue-stock")
    assert delivery.label == "filtered"
    assert delivery.detail == "only where type is order.accepted"


def test_nodes_hold_arns_and_facts(graph: Graph) -> None:
    table = graph.node("table-orders")
    assert table.arn == arn("dynamodb", "table/drawn-orders")
    assert table.detail == (
        "key order_id",
        "index by-customer on customer_id",
        "stream of NEW_IMAGE",
    )
    assert "timeout 5 s" in graph.node("function-process").detail
    assert graph.node("api-api").detail == ("stage v1",)


def test_reading_twice_gives_the_same_graph(at: Clients, graph: Graph) -> None:
    assert discover(at, prefix=PREFIX) == graph


def test_what_was_removed_is_no_longer_there(at: Clients, graph: Graph) -> None:
    sqs = at.client("sqs")
    sqs.create_queue(QueueName="drawn-extra")
    assert discover(at, prefix=PREFIX).difference(graph).new == {"queue-extra"}
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="drawn-extra")["QueueUrl"])
    assert discover(at, prefix=PREFIX) == graph
