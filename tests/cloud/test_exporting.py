"""What is deployed, as a template for CloudFormation.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from orderlab.aws_target.local import LocalTarget
from orderlab.drawing.discover import discover
from orderlab.errors import LearnerError
from orderlab.exporting.export import NEVER, export
from orderlab.orders import architecture
from tests.cloud.functions_support import TRUST, policy, zip_of
from tests.cloud.stack_checks import order_of, waits_for, wrong_properties

# the kinds of what is drawn, and where a template keeps the name of such a resource
NAMES = {
    "api": ("AWS::ApiGateway::RestApi", "Name"),
    "cache": ("AWS::DAX::Cluster", "ClusterName"),
    "dead-letters": ("AWS::SQS::Queue", "QueueName"),
    "function": ("AWS::Lambda::Function", "FunctionName"),
    "queue": ("AWS::SQS::Queue", "QueueName"),
    "table": ("AWS::DynamoDB::Table", "TableName"),
    "topic": ("AWS::SNS::Topic", "TopicName"),
}
PRICE = "def handler(event, context):\n    return 12.5\n"


@pytest.fixture(scope="module")
def target(cloud: Any) -> Iterator[LocalTarget]:
    """The system of chapter 04, under a prefix of its own."""
    found = LocalTarget.attach(cloud.endpoint, "test", "test", prefix="exported-")
    architecture.build(found, 4)
    yield found
    architecture.teardown(found)


@pytest.fixture(scope="module")
def folder(target: LocalTarget, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported")
    export(target, place)
    return place


@pytest.fixture(scope="module")
def template(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "template.yaml").read_text())
    return found


def named(template: dict[str, Any], kind: str, member: str) -> dict[str, Any]:
    """The properties of all resources of a kind, by their names."""
    resources = template["Resources"].values()
    return {r["Properties"][member]: r["Properties"] for r in resources if r["Type"] == kind}


def test_a_template_names_all_that_discovery_finds(
    target: LocalTarget, template: dict[str, Any]
) -> None:
    drawn = discover(target, prefix="exported-")
    missing = [
        node.name
        for node in drawn.nodes
        if node.kind in NAMES and f"exported-{node.name}" not in named(template, *NAMES[node.kind])
    ]
    assert missing == []
    assert len([node for node in drawn.nodes if node.kind in NAMES]) > 20


def test_a_template_can_be_made_in_some_order(template: dict[str, Any]) -> None:
    order = order_of(template)
    assert len(order) == len(template["Resources"]) > 60
    assert wrong_properties(template) == []


def test_a_template_knows_no_account_and_no_address(folder: Path) -> None:
    text = (folder / "template.yaml").read_text()
    assert "123456789012" not in text
    assert "127.0.0.1" not in text
    assert "us-east-1" not in text


def test_the_code_lies_beside_the_template(folder: Path, template: dict[str, Any]) -> None:
    functions = named(template, "AWS::Lambda::Function", "FunctionName")
    code = functions["exported-process-order"]["Code"]
    assert code == "functions/process-order"
    source = Path(architecture.__file__).parent / "handlers" / "process_order.py"
    assert (folder / code / "process_order.py").read_bytes() == source.read_bytes()
    (layer,) = named(template, "AWS::Lambda::LayerVersion", "LayerName").values()
    assert (folder / layer["Content"] / "python" / "orderlib" / "__init__.py").is_file()


def test_the_readme_says_what_is_left_out(folder: Path) -> None:
    readme = (folder / "README.md").read_text()
    assert all(each in readme for each in NEVER)
    assert "CAPABILITY_NAMED_IAM" in readme


def test_the_same_system_gives_the_same_folder(
    target: LocalTarget, folder: Path, tmp_path: Path
) -> None:
    """The second one is on another cloud, where ids and addresses are others."""
    other = LocalTarget.start(prefix="exported-")
    try:
        architecture.build(other, 4, from_nothing=True)
        export(other, tmp_path)
    finally:
        other.stop()
    contents = [
        {p.relative_to(place).as_posix(): p.read_bytes() for p in place.rglob("*") if p.is_file()}
        for place in (folder, tmp_path)
    ]
    assert contents[0] == contents[1]


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    target: LocalTarget, tmp_path: Path
) -> None:
    export(target, tmp_path)
    stale = tmp_path / "functions" / "gone" / "app.py"
    stale.parent.mkdir()
    stale.write_text("")
    export(target, tmp_path)
    assert not stale.exists()
    own = tmp_path / "my-notes.txt"
    own.write_text("mine")
    with pytest.raises(LearnerError, match=r"my-notes\.txt"):
        export(target, tmp_path)
    assert own.read_text() == "mine"


def test_nothing_deployed_is_said(cloud: Any, tmp_path: Path) -> None:
    empty = LocalTarget.attach(cloud.endpoint, "test", "test", prefix="nothing-here-")
    with pytest.raises(LearnerError, match="Nothing is deployed"):
        export(empty, tmp_path / "export")
    assert not (tmp_path / "export").exists()


def make_role(target: LocalTarget, name: str) -> str:
    iam = target.client("iam")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    allowed = policy("sqs:*", "lambda:*", "dynamodb:*", "xray:*")
    managed = iam.create_policy(PolicyName=f"{name}-policy", PolicyDocument=allowed)
    iam.attach_role_policy(RoleName=name, PolicyArn=managed["Policy"]["Arn"])
    iam.attach_role_policy(
        RoleName=name, PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )
    return str(made["Role"]["Arn"])


@pytest.fixture(scope="module")
def rich(cloud: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of everything that the course does not build by itself."""
    target = LocalTarget.attach(cloud.endpoint, "test", "test", prefix="rich-")
    role = make_role(target, "rich-role")
    sqs, functions = target.client("sqs"), target.client("lambda")
    url = sqs.create_queue(
        QueueName="rich-jobs.fifo",
        Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"},
    )["QueueUrl"]
    sqs.create_queue(QueueName="rich-bin", Attributes={"DelaySeconds": "5"})
    queue = "arn:aws:sqs:us-east-1:123456789012:rich-bin"
    functions.create_function(
        FunctionName="rich-price",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of(PRICE)},
        TracingConfig={"Mode": "Active"},
        EphemeralStorage={"Size": 1024},
        Environment={"Variables": {"QUEUE": url, "TEXT": "${not_a_variable}"}},
    )
    arn = "arn:aws:lambda:us-east-1:123456789012:function:rich-price"
    functions.publish_version(FunctionName="rich-price")
    functions.create_alias(FunctionName="rich-price", Name="live", FunctionVersion="1")
    functions.put_function_concurrency(FunctionName="rich-price", ReservedConcurrentExecutions=3)
    functions.put_function_event_invoke_config(
        FunctionName="rich-price",
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    functions.create_function_url_config(FunctionName="rich-price", AuthType="AWS_IAM")
    functions.add_permission(
        FunctionName="rich-price",
        Qualifier="live",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    make_table(target)
    make_events(target, role, queue, arn)
    make_watching(target)
    place = tmp_path_factory.mktemp("rich")
    found = export(target, place)
    assert "  Users, keys and secrets." in repr(found)
    loaded: dict[str, Any] = yaml.safe_load(found.template.read_text())
    return loaded


def make_table(target: LocalTarget) -> None:
    dynamodb = target.client("dynamodb")
    dynamodb.create_table(
        TableName="rich-table",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"} for n in ("id", "at", "to")
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-to",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "to", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 4, "WriteCapacityUnits": 2},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    dynamodb.get_waiter("table_exists").wait(TableName="rich-table", WaiterConfig={"Delay": 1})
    dynamodb.update_time_to_live(
        TableName="rich-table",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"},
    )
    dynamodb.put_item(
        TableName="rich-table", Item={key: {"S": "secret-item"} for key in ("id", "at")}
    )


def make_events(target: LocalTarget, role: str, queue: str, function: str) -> None:
    events = target.client("events")
    bus = events.create_event_bus(Name="rich-bus")["EventBusArn"]
    pattern = json.dumps({"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}})
    events.put_rule(Name="rich-rule", EventBusName="rich-bus", EventPattern=pattern)
    events.put_targets(
        Rule="rich-rule",
        EventBusName="rich-bus",
        Targets=[
            {
                "Id": "price",
                "Arn": f"{function}:live",
                "InputTransformer": {
                    "InputPathsMap": {"id": "$.detail.id"},
                    "InputTemplate": '{"order": <id>}',
                },
                "DeadLetterConfig": {"Arn": queue},
            }
        ],
    )
    events.create_archive(ArchiveName="rich-archive", EventSourceArn=bus, RetentionDays=3)
    stream = target.client("dynamodb").describe_table(TableName="rich-table")["Table"]
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    services = ("lambda", "pipes", "scheduler")
    statement = {
        **trusted,
        "Principal": {"Service": [f"{each}.amazonaws.com" for each in services]},
    }
    target.client("iam").update_assume_role_policy(
        RoleName="rich-role",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    target.client("pipes").create_pipe(
        Name="rich-pipe",
        RoleArn=role,
        DesiredState="STOPPED",
        Source=stream["LatestStreamArn"],
        SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
        Target=queue,
    )
    scheduler = target.client("scheduler")
    scheduler.create_schedule_group(Name="rich-group")
    scheduler.create_schedule(
        Name="rich-nightly",
        GroupName="rich-group",
        ScheduleExpression="cron(0 3 * * ? *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": queue, "RoleArn": role},
    )


def make_watching(target: LocalTarget) -> None:
    logs, metrics = target.client("logs"), target.client("cloudwatch")
    logs.create_log_group(logGroupName="/aws/lambda/rich-price")
    logs.put_metric_filter(
        logGroupName="/aws/lambda/rich-price",
        filterName="rich-errors",
        filterPattern="",
        metricTransformations=[
            {"metricName": "Lines", "metricNamespace": "Shop", "metricValue": "1"}
        ],
    )
    metrics.put_metric_alarm(
        AlarmName="rich-alarm",
        Namespace="Shop",
        MetricName="Lines",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    metrics.put_composite_alarm(AlarmName="rich-all", AlarmRule='ALARM("rich-alarm")')


def test_everything_has_the_properties_that_aws_knows(rich: dict[str, Any]) -> None:
    assert wrong_properties(rich) == []
    assert len(order_of(rich)) == len(rich["Resources"])


@pytest.mark.parametrize(
    ("kind", "member", "name"),
    [
        ("AWS::SQS::Queue", "QueueName", "rich-jobs.fifo"),
        ("AWS::Lambda::Alias", "Name", "live"),
        ("AWS::DynamoDB::Table", "TableName", "rich-table"),
        ("AWS::Events::EventBus", "Name", "rich-bus"),
        ("AWS::Events::Rule", "Name", "rich-rule"),
        ("AWS::Events::Archive", "ArchiveName", "rich-archive"),
        ("AWS::Pipes::Pipe", "Name", "rich-pipe"),
        ("AWS::Scheduler::Schedule", "Name", "rich-nightly"),
        ("AWS::Scheduler::ScheduleGroup", "Name", "rich-group"),
        ("AWS::CloudWatch::Alarm", "AlarmName", "rich-alarm"),
        ("AWS::CloudWatch::CompositeAlarm", "AlarmName", "rich-all"),
        ("AWS::Logs::MetricFilter", "FilterName", "rich-errors"),
        ("AWS::IAM::Role", "RoleName", "rich-role"),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName", "rich-role-policy"),
    ],
)
def test_other_resources_are_in_the_template(
    rich: dict[str, Any], kind: str, member: str, name: str
) -> None:
    assert name in named(rich, kind, member)


def test_settings_are_those_that_were_made(rich: dict[str, Any]) -> None:
    table = named(rich, "AWS::DynamoDB::Table", "TableName")["rich-table"]
    assert table["ProvisionedThroughput"] == {"ReadCapacityUnits": 4, "WriteCapacityUnits": 2}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    function = named(rich, "AWS::Lambda::Function", "FunctionName")["rich-price"]
    assert function["ReservedConcurrentExecutions"] == 3
    assert function["EphemeralStorage"] == {"Size": 1024}
    variables = function["Environment"]["Variables"]
    assert variables["TEXT"] == "${not_a_variable}"
    assert variables["QUEUE"] == {
        "Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/rich-jobs.fifo"
    }
    rule = named(rich, "AWS::Events::Rule", "Name")["rich-rule"]
    assert rule["EventPattern"]["detail"] == {"total": [{"numeric": [">", 10]}]}
    assert rule["Targets"][0]["InputTransformer"]["InputTemplate"] == '{"order": <id>}'
    assert set(waits_for(rule["Targets"])) == {"PriceLiveAlias", "BinQueue"}
    pipe = named(rich, "AWS::Pipes::Pipe", "Name")["rich-pipe"]
    assert pipe["Source"] == {"Fn::GetAtt": ["Table", "StreamArn"]}


def test_data_stays_where_it_is(rich: dict[str, Any]) -> None:
    assert "secret-item" not in json.dumps(rich)
