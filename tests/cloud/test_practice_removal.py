"""Taking away what was made for practice, by name."""

from __future__ import annotations

import io
import uuid
import zipfile
from typing import Any

import pytest

from orderlab.aws_target.local import LocalTarget
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.practice.functions import deploy, invoke
from orderlab.practice.removal import remove


@pytest.fixture(scope="module")
def target(cloud: Any) -> LocalTarget:
    return LocalTarget.attach(cloud.endpoint, "test", "test")


def a_name() -> str:
    return f"practice-{uuid.uuid4().hex[:8]}"


def test_an_http_api_is_removed_by_its_name(target: LocalTarget) -> None:
    name, gateway = a_name(), target.client("apigatewayv2")
    api_id = gateway.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    assert remove(target, name) == [f"HTTP API {name}"]
    assert api_id not in {each["ApiId"] for each in gateway.get_apis()["Items"]}


def test_an_alarm_is_removed_by_its_name(target: LocalTarget) -> None:
    name, metrics = a_name(), target.client("cloudwatch")
    metrics.put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    assert remove(target, name) == [f"alarm {name}"]
    assert metrics.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    assert remove(target, name) == []


def test_the_name_of_a_removed_queue_can_be_taken_at_once(target: LocalTarget) -> None:
    name, queues = a_name(), target.client("sqs")
    queues.create_queue(QueueName=name)
    assert remove(target, name) == [f"queue {name}"]
    assert queues.create_queue(QueueName=name)["QueueUrl"].endswith(name)


def test_a_fifo_topic_is_removed_by_its_name(target: LocalTarget) -> None:
    name, topics = f"{a_name()}.fifo", target.client("sns")
    topics.create_topic(Name=name, Attributes={"FifoTopic": "true"})
    assert remove(target, name) == [f"topic {name}"]


def test_a_zip_file_is_deployed_as_it_is(target: LocalTarget) -> None:
    name, buffer = a_name(), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("points.py", "def handler(event, context):\n    return event['n'] + 1\n")
    deploy(target, name, buffer.getvalue(), handler="points.handler")
    assert invoke(target, name, {"n": 4}) == 5
    assert f"function {name}" in remove(target, name)


def test_the_subscriptions_of_a_queue_end_with_it(target: LocalTarget) -> None:
    name, topics = a_name(), target.client("sns")
    topic = topics.create_topic(Name=f"{name}-topic")["TopicArn"]
    target.client("sqs").create_queue(QueueName=name)
    arn = f"arn:aws:sqs:{target.region}:{target.account_id}:{name}"
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    assert remove(target, name) == [f"queue {name}"]
    assert topics.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


@pytest.mark.parametrize("function_goes_first", [False, True])
def test_when_a_function_is_removed_nothing_reads_for_its_name_any_more(
    target: LocalTarget, function_goes_first: bool
) -> None:
    name = a_name()
    queue = target.client("sqs").create_queue(QueueName=name)["QueueUrl"].rpartition("/")[2]
    source = f"arn:aws:sqs:{target.region}:{target.account_id}:{queue}"
    reading = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    deploy(target, name, "def handler(event, context): pass", allowed=[allow(reading, source)])
    functions = target.client("lambda")
    functions.create_event_source_mapping(FunctionName=name, EventSourceArn=source)
    if function_goes_first:
        functions.delete_function(FunctionName=name)
    remove(target, name)
    assert functions.list_event_source_mappings(EventSourceArn=source)["EventSourceMappings"] == []


def test_a_bus_goes_with_its_rules_and_targets(target: LocalTarget) -> None:
    name, events = a_name(), target.client("events")
    events.create_event_bus(Name=name)
    events.put_rule(Name="all", EventBusName=name, EventPattern='{"source": ["shop"]}')
    queue = f"arn:aws:sqs:us-east-1:{target.account_id}:{name}-queue"
    events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "one", "Arn": queue}])
    assert remove(target, name) == [f"event bus {name}"]
    assert [each["Name"] for each in events.list_event_buses()["EventBuses"]].count(name) == 0
    assert remove(target, name, "default") == []


def test_the_name_of_a_removed_pipe_can_be_taken_at_once(target: LocalTarget) -> None:
    name, pipes, queues = a_name(), target.client("pipes"), target.client("sqs")
    for end in ("from", "to"):
        queues.create_queue(QueueName=f"{name}-{end}")
    arn = f"arn:aws:sqs:us-east-1:{target.account_id}:{name}"
    reads = allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], "*")
    role = ensure_role(target, name, "pipes.amazonaws.com", [reads, allow("sqs:SendMessage", "*")])
    for _ in range(2):
        pipes.create_pipe(Name=name, Source=f"{arn}-from", Target=f"{arn}-to", RoleArn=role)
        assert f"pipe {name}" in remove(target, name)
        role = ensure_role(
            target, name, "pipes.amazonaws.com", [reads, allow("sqs:SendMessage", "*")]
        )


def test_a_cluster_and_its_parameter_group_are_removed(target: LocalTarget) -> None:
    # a cluster's name has 20 characters at most
    name, dax = f"p-{uuid.uuid4().hex[:8]}", target.client("dax")
    role = ensure_role(target, f"{name}-role", "dax.amazonaws.com", [allow("dynamodb:*", "*")])
    dax.create_parameter_group(ParameterGroupName=name)
    dax.create_cluster(
        ClusterName=name,
        NodeType="dax.t3.small",
        ReplicationFactor=1,
        IamRoleArn=role,
        ParameterGroupName=name,
    )
    assert remove(target, name) == [f"cluster {name}", f"parameter group {name}"]
    assert remove(target, name) == []
