"""One resource of each kind that the course can make, by plain names, as a notebook's cells do."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from orderlab import budget
from orderlab.aws_target.account import AccountTarget
from orderlab.aws_target.lacking import lacks
from orderlab.orders.parts.packages import handler_zip

SERVICES = (
    "lambda", "scheduler", "pipes", "dax", "apigateway",
)  # fmt: skip
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": [f"{each}.amazonaws.com" for each in SERVICES]},
            "Action": "sts:AssumeRole",
        },
    }
)


def make(target: AccountTarget) -> None:
    """Make them; a service that the server does not have is passed over."""
    client = target.client
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    client("iam").put_role_policy(
        RoleName="r", PolicyName="all", PolicyDocument=_policy("sqs:*", "dynamodb:*", "events:*")
    )
    client("iam").create_policy(PolicyName="p", PolicyDocument=_policy("sqs:SendMessage"))
    makers = (_messages, _tables, _buckets, _functions, _gateway, _watches, _buses, _schedules,
              _schemas, _caches, _pipes, _money)  # fmt: skip
    for maker in makers:
        with _passing_over_what_is_missing():
            maker(target, role)


@contextlib.contextmanager
def _passing_over_what_is_missing() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if not lacks(error):
            raise


def _policy(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _arn(target: AccountTarget, service: str, resource: str) -> str:
    return f"arn:aws:{service}:us-east-1:{target.account_id}:{resource}"


def _messages(target: AccountTarget, _: str) -> None:
    target.client("sqs").create_queue(QueueName="q")
    target.client("sqs").create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})
    sns = target.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=_arn(target, "sqs", "q"))


def _tables(target: AccountTarget, _: str) -> None:
    target.client("dynamodb").create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )


def _buckets(target: AccountTarget, _: str) -> None:
    s3 = target.client("s3")
    s3.create_bucket(Bucket="plans")
    s3.put_bucket_versioning(Bucket="plans", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket="plans", Key="a/plan", Body=body)
    s3.delete_object(Bucket="plans", Key="a/plan")
    s3.put_object(Bucket="plans", Key="another", Body=b"here")
    s3.create_bucket(Bucket="empty")


def _functions(target: AccountTarget, role: str) -> None:
    functions, code = target.client("lambda"), handler_zip("inventory")
    functions.publish_layer_version(LayerName="l", Content={"ZipFile": code})
    functions.publish_layer_version(LayerName="l", Content={"ZipFile": code})
    functions.create_function(
        FunctionName="f", Runtime="python3.12", Role=role, Handler="inventory.handler",
        Code={"ZipFile": code}, Publish=True,
    )  # fmt: skip
    functions.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    functions.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    functions.create_event_source_mapping(
        FunctionName="f", EventSourceArn=_arn(target, "sqs", "q"), Enabled=False
    )


def _gateway(target: AccountTarget, _: str) -> None:
    gateway = target.client("apigateway")
    api = gateway.create_rest_api(name="a")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    gateway.put_integration(
        **where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    gateway.create_deployment(restApiId=api, stageName="live")
    plan = gateway.create_usage_plan(name="u", apiStages=[{"apiId": api, "stage": "live"}])["id"]
    key = gateway.create_api_key(name="k", enabled=True)["id"]
    gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    with _passing_over_what_is_missing():
        http = target.client("apigatewayv2")
        api = http.create_api(Name="h", ProtocolType="HTTP")["ApiId"]
        http.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)


def _watches(target: AccountTarget, _: str) -> None:
    logs, metrics = target.client("logs"), target.client("cloudwatch")
    logs.create_log_group(logGroupName="access")
    logs.create_log_group(logGroupName="/aws/lambda/f")
    metrics.put_metric_alarm(
        AlarmName="m", Namespace="AWS/Lambda", MetricName="Errors", Period=60, Threshold=1,
        EvaluationPeriods=1, Statistic="Sum", ComparisonOperator="GreaterThanThreshold",
        Dimensions=[{"Name": "FunctionName", "Value": "f"}],
    )  # fmt: skip
    with _passing_over_what_is_missing():
        metrics.put_composite_alarm(AlarmName="c", AlarmRule='ALARM("m")')
    logs.put_metric_filter(
        logGroupName="access", filterName="errors", filterPattern="ERROR",
        metricTransformations=[
            {"metricName": "errors", "metricNamespace": "shop", "metricValue": "1"}
        ],
    )  # fmt: skip


def _buses(target: AccountTarget, _: str) -> None:
    events = target.client("events")
    events.create_event_bus(Name="b")
    for bus in ("b", "default"):
        events.put_rule(Name="r", EventBusName=bus, EventPattern='{"source": ["shop"]}')
        events.put_targets(
            Rule="r", EventBusName=bus, Targets=[{"Id": "1", "Arn": _arn(target, "sqs", "q")}]
        )
    with _passing_over_what_is_missing():
        events.create_archive(
            ArchiveName="kept", EventSourceArn=_arn(target, "events", "event-bus/b")
        )


def _schedules(target: AccountTarget, role: str) -> None:
    scheduler = target.client("scheduler")
    goal: dict[str, Any] = {"Arn": _arn(target, "sqs", "q"), "RoleArn": role}
    often: dict[str, Any] = {
        "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": goal,
    }  # fmt: skip
    scheduler.create_schedule(Name="daily", **often)
    with _passing_over_what_is_missing():
        scheduler.create_schedule_group(Name="g")
        scheduler.create_schedule(Name="grouped", GroupName="g", **often)


def _schemas(target: AccountTarget, _: str) -> None:
    schemas = target.client("schemas")
    with _passing_over_what_is_missing():
        schemas.create_discoverer(SourceArn=_arn(target, "events", "event-bus/b"))
    with _passing_over_what_is_missing():
        schemas.create_registry(RegistryName="forms")
        schemas.create_schema(
            RegistryName="forms", SchemaName="order", Type="OpenApi3",
            Content='{"openapi": "3.0.0", "info": {"title": "o", "version": "1"}, "paths": {}}',
        )  # fmt: skip


def _caches(target: AccountTarget, role: str) -> None:
    dax = target.client("dax")
    with _passing_over_what_is_missing():
        dax.create_parameter_group(ParameterGroupName="times")
    with _passing_over_what_is_missing():
        dax.create_cluster(
            ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=1, IamRoleArn=role
        )


def _money(target: AccountTarget, _: str) -> None:
    budget.make(target, "anna@example.com")


def _pipes(target: AccountTarget, role: str) -> None:
    table = target.client("dynamodb").describe_table(TableName="t")["Table"]
    target.client("pipes").create_pipe(
        Name="p", RoleArn=role, Source=table["LatestStreamArn"],
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
        Target=_arn(target, "sqs", "q"),
    )  # fmt: skip
