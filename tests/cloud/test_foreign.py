"""What somebody else has made is not changed, whatever its name: it is refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orderlab.aws_target.foreign import NotOurs
from orderlab.orders import architecture
from orderlab.orders.parts.packages import handler_zip
from orderlab.teardown.teardown import teardown
from tests.cloud.account_kit import account
from tests.cloud.every_kind import TRUST, make
from tests.cloud.foreign_servers import moto_server


@pytest.fixture(scope="module")
def endpoint(own_cloud: Callable[..., Any]) -> Iterator[str]:
    with own_cloud(speed=10) as cloud:
        yield cloud.endpoint


def test_a_builder_takes_over_no_api_and_no_table_of_an_equal_name(endpoint: str) -> None:
    target = account(endpoint, learner="berta")
    api = target.unmarked("apigateway").create_rest_api(name="orderlab-berta-order-api")["id"]
    with pytest.raises(NotOurs, match=f"The API {api} in the account .* somebody else made it"):
        architecture.build(target, chapter=1)
    assert not target.unmarked("apigateway").get_resources(restApiId=api)["items"][1:]
    target.unmarked("apigateway").delete_rest_api(restApiId=api)
    target.unmarked("dynamodb").create_table(
        TableName="orderlab-berta-orders",
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(NotOurs, match="The table orderlab-berta-orders"):
        architecture.build(target, chapter=3)
    table = target.unmarked("dynamodb").describe_table(TableName="orderlab-berta-orders")["Table"]
    assert "StreamSpecification" not in table


def calls(target: Any) -> dict[str, Callable[[], Any]]:
    """Calls that would change a resource, by its kind."""
    client = target.client
    here = f"us-east-1:{target.account_id}"
    queue = client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    item = {"id": {"S": "1"}}
    return {
        "function": lambda: client("lambda").update_function_configuration(
            FunctionName="f", Timeout=9
        ),
        "table": lambda: client("dynamodb").put_item(TableName="t", Item=item),
        "queue": lambda: client("sqs").send_message(QueueUrl=queue, MessageBody="x"),
        "topic": lambda: client("sns").publish(TopicArn=f"arn:aws:sns:{here}:t", Message="x"),
        "role": lambda: client("iam").delete_role_policy(RoleName="r", PolicyName="all"),
        "log group": lambda: client("logs").delete_log_group(logGroupName="access"),
        "event bus": lambda: client("events").update_event_bus(Name="b", Description="d"),
        "rule": lambda: client("events").put_rule(Name="r", ScheduleExpression="rate(1 day)"),
        "pipe": lambda: client("pipes").delete_pipe(Name="p"),
        "archive": lambda: client("events").update_archive(ArchiveName="kept", RetentionDays=2),
        "schedule": lambda: client("scheduler").delete_schedule(Name="daily"),
        "schedule group": lambda: client("scheduler").delete_schedule_group(Name="g"),
        "layer": lambda: client("lambda").publish_layer_version(
            LayerName="l", Content={"ZipFile": handler_zip("inventory")}
        ),
        "DAX parameter group": lambda: client("dax").update_parameter_group(
            ParameterGroupName="times",
            ParameterNameValues=[{"ParameterName": "query-ttl-millis", "ParameterValue": "1000"}],
        ),
        "DAX cluster": lambda: client("dax").delete_cluster(ClusterName="cache"),
    }


def test_each_kind_of_somebody_elses_is_left_alone(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = account(endpoint, learner="carl")
    # made by hand under the learner's names, with tags of somebody else
    monkeypatch.setattr(type(theirs.marks), "owner", {"made-by": "somebody"})
    monkeypatch.setattr(type(theirs.marks), "role_path", "/elsewhere/")
    monkeypatch.setattr(type(theirs.marks), "sign", "[of somebody]")
    make(theirs)
    monkeypatch.undo()
    ours = account(endpoint, learner="carl")
    ours.client("iam")
    for kind, call in calls(ours).items():
        with pytest.raises(NotOurs) as refused:
            call()
        assert str(refused.value).startswith(f"The {kind} ")
    for write in writes(ours):
        with pytest.raises(NotOurs, match="The table orderlab-carl-t"):
            write()
    torn = teardown(ours.unmarked, ours.marks, agree=lambda _: True, say=lambda _: None)
    # known by their names alone: the local cloud keeps no tags of buckets
    by_name = {"bucket", "event source mapping", "log group", "policy"}
    assert {each.kind for each in torn.found} <= by_name


def writes(target: Any) -> list[Callable[[], Any]]:
    """Writes into a table that is named by no `TableName` of the call."""
    dynamodb, item = target.client("dynamodb"), {"id": {"S": "1"}}
    insert = "INSERT INTO \"t\" VALUE {'id': '2'}"
    return [
        lambda: dynamodb.batch_write_item(RequestItems={"t": [{"PutRequest": {"Item": item}}]}),
        lambda: dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": "t", "Item": item}}]
        ),
        lambda: dynamodb.execute_statement(Statement=insert),
        lambda: dynamodb.batch_execute_statement(Statements=[{"Statement": insert}]),
        lambda: dynamodb.execute_transaction(TransactStatements=[{"Statement": insert}]),
    ]


def test_ones_own_is_changed(endpoint: str) -> None:
    target = account(endpoint, learner="emil")
    make(target)
    for call in calls(target).values():
        call()
    # the local cloud has no PartiQL
    for write in writes(target)[:2]:
        write()


def test_the_role_that_other_apis_log_with_stays(endpoint: str) -> None:
    target = account(endpoint, learner="gina")
    theirs = target.unmarked("iam").create_role(RoleName="logs", AssumeRolePolicyDocument=TRUST)
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": theirs["Role"]["Arn"]}
    target.unmarked("apigateway").update_account(patchOperations=[change])
    role = target.client("iam").create_role(RoleName="logs-2", AssumeRolePolicyDocument=TRUST)
    mine = {**change, "value": role["Role"]["Arn"]}
    with pytest.raises(NotOurs, match="log role of API Gateway"):
        target.client("apigateway").update_account(patchOperations=[mine])
    target.unmarked("apigateway").update_account(patchOperations=[mine])
    torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
    assert "log role of API Gateway orderlab-gina-logs-2" in {str(each) for each in torn.found}
    assert torn.left == []
    assert not target.unmarked("apigateway").get_account().get("cloudwatchRoleArn")


def test_an_alarm_and_a_bucket_of_somebody_elses_are_left_alone() -> None:
    with moto_server() as address:
        target = account(address, learner="fred")
        target.unmarked("s3").create_bucket(Bucket="orderlab-fred-plans")
        alarm: dict[str, Any] = {
            "Namespace": "n", "MetricName": "m", "Period": 60, "Threshold": 1, "Statistic": "Sum",
            "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold",
        }  # fmt: skip
        target.unmarked("cloudwatch").put_metric_alarm(AlarmName="orderlab-fred-a", **alarm)
        with pytest.raises(NotOurs, match="The bucket orderlab-fred-plans"):
            target.client("s3").put_object(Bucket="plans", Key="k", Body=b"x")
        with pytest.raises(NotOurs, match="The alarm orderlab-fred-a"):
            target.client("cloudwatch").put_metric_alarm(AlarmName="a", **alarm)
        torn = teardown(target.unmarked, target.marks, agree=lambda _: True, say=lambda _: None)
        assert torn.found == []
