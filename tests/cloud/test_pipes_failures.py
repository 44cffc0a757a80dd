"""EventBridge Pipes: what fails and is tried again, states and their reasons, settings.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-start-stop.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, error_of, statement
from tests.cloud.pipes_kit import NOTING, READS, ROLE, SENDS, PipeKit


@pytest.fixture
def kit(cloud: Any) -> Iterator[PipeKit]:
    made = PipeKit(cloud)
    yield made
    made.close()


# --- failures ---------------------------------------------------------------------------------


def test_a_failed_batch_of_a_queue_comes_again(kit: PipeKit) -> None:
    dead = kit.queue()
    redrive = {"deadLetterTargetArn": kit.arn(dead), "maxReceiveCount": 2}
    source = kit.queue(VisibilityTimeout=30, RedrivePolicy=json.dumps(redrive))
    function = kit.function(NOTING)
    kit.running(kit.pipe(kit.arn(source), kit.function_arn(function.name), queue={"BatchSize": 1}))
    kit.send(source, "spoilt")
    assert [each["Body"] for each in kit.messages(dead, seconds=20)] == ["spoilt"]
    assert len(function.events()) == 2


def test_a_function_names_the_messages_that_failed(kit: PipeKit) -> None:
    source, function = kit.queue(VisibilityTimeout=30), kit.function(NOTING, PARTIAL="1")
    kit.running(
        kit.pipe(
            kit.arn(source),
            kit.function_arn(function.name),
            queue={"BatchSize": 2, "MaximumBatchingWindowInSeconds": 20},
        )
    )
    kit.send(source, "good", "spoilt")
    assert kit.eventually(lambda: function.events() and kit.left(source) == 1)


def test_a_failed_batch_of_a_stream_is_tried_again_and_given_up(kit: PipeKit) -> None:
    table, stream = kit.table()
    function, dead = kit.function(NOTING), kit.queue()
    name = kit.running(
        kit.pipe(
            stream,
            kit.function_arn(function.name),
            stream={
                "MaximumRetryAttempts": 2,
                "DeadLetterConfig": {"Arn": kit.arn(dead)},
            },
        )
    )
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "spoilt"}})
    [letter] = kit.bodies(dead, seconds=20)
    assert len(function.events()) == 3
    assert letter["context"] == {
        "partnerResourceArn": f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/{name}",
        "condition": "RetryAttemptsExhausted",
    }
    batch = letter["DDBStreamBatchInfo"]
    assert (batch["streamArn"], batch["batchSize"]) == (stream, 1)
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"]
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "good"}})
    assert kit.eventually(lambda: len(function.events()) == 4)


def test_a_record_that_is_too_old_is_given_up(kit: PipeKit) -> None:
    """A minute is the shortest MaximumRecordAgeInSeconds; it passes in six seconds here."""
    table, stream = kit.table()
    url, dead = kit.queue(), kit.queue()
    name = url.rpartition("/")[2]
    kit.cloud.page("faults", "POST", {"kind": "cut", "target": name})
    stream_settings = {
        "MaximumRecordAgeInSeconds": 60,
        "DeadLetterConfig": {"Arn": kit.arn(dead)},
    }
    kit.running(kit.pipe(stream, kit.arn(url), stream=stream_settings))
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}})
    [letter] = kit.bodies(dead, seconds=25)
    kit.cloud.page("faults", "DELETE", {"target": name})
    assert letter["context"]["condition"] == "RecordAgeExceeded"
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-2"}})
    assert [each["dynamodb"]["Keys"]["id"]["S"] for each in kit.bodies(url)] == ["A-2"]


def test_what_failed_is_not_overtaken(kit: PipeKit) -> None:
    """The target refuses one record for a while; those after it wait."""
    table, stream = kit.table()
    url = kit.queue()
    name = url.rpartition("/")[2]
    kit.cloud.page("faults", "POST", {"kind": "cut", "target": name, "text": "slowly", "limit": 2})
    for order in ("first", "slowly", "last"):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": order}})
    template = {"InputTemplate": "<$.dynamodb.Keys.id.S>"}
    kit.running(kit.pipe(stream, kit.arn(url), TargetParameters=template))
    messages = kit.messages(url, 3)
    kit.cloud.page("faults", "DELETE", {"target": name})
    sent = {each["Body"]: int(each["Attributes"]["SentTimestamp"]) for each in messages}
    assert sent.keys() == {'"first"', '"slowly"', '"last"'}
    # of the same millisecond they may be, since nothing keeps the last one back any more
    assert sent['"slowly"'] <= sent['"last"']
    assert len(sent) == 3


def test_metrics_of_a_pipe(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html"""
    source, url = kit.queue(), kit.queue()
    name = kit.running(kit.pipe(kit.arn(source), kit.arn(url)))
    kit.send(source, "hello")
    kit.messages(url)

    def found(metric: str, **dimensions: str) -> dict[str, Any]:
        """The one point of a metric."""
        now = datetime.now(UTC)
        points = kit.cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/EventBridge/Pipes",
            MetricName=metric,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(hours=12),
            EndTime=now + timedelta(hours=12),
            Period=86_400,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return {} if not points else dict(points[0])

    assert kit.eventually(lambda: found("ExecutionFailed", PipeName=name))
    counted = {
        "Invocations": 1, "EventCount": 1, "ExecutionFailed": 0, "ExecutionThrottled": 0,
        "ExecutionTimeout": 0, "ExecutionPartiallyFailed": 0, "TargetStageFailed": 0,
        "TargetStagePartiallyFailed": 0,
    }  # fmt: skip
    for metric, value in counted.items():
        point = found(metric, PipeName=name)
        assert (metric, point["Sum"], point["Unit"]) == (metric, value, "None")
    for metric, unit in (
        ("Duration", "Milliseconds"),
        ("TargetStageDuration", "Milliseconds"),
        ("EventSize", "Bytes"),
    ):
        point = found(metric, PipeName=name)
        assert point["Unit"] == unit
        assert point["Sum"] > 0
    assert not found("EnrichmentStageDuration", PipeName=name)
    for metric in ("Concurrency", "Invocations", "ExecutionThrottled"):
        assert found(metric, AwsAccountId=ACCOUNT)["Unit"] == "None"


def last_key(function: Any) -> str:
    return str(function.events()[-1]["events"][0]["dynamodb"]["Keys"]["id"]["S"])


def test_a_failed_batch_of_a_stream_is_split(kit: PipeKit) -> None:
    table, stream = kit.table()
    function, dead = kit.function(NOTING), kit.queue()
    for name in ("a", "b", "spoilt", "c"):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": name}})
    kit.running(
        kit.pipe(
            stream,
            kit.function_arn(function.name),
            stream={
                "MaximumRetryAttempts": 0,
                "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
                "DeadLetterConfig": {"Arn": kit.arn(dead)},
            },
        )
    )
    [letter] = kit.bodies(dead, seconds=20)
    assert letter["DDBStreamBatchInfo"]["batchSize"] == 1
    assert kit.eventually(
        lambda: function.events()[-1]["events"][0]["dynamodb"]["Keys"] == {"id": {"S": "c"}}
    )


# --- states -----------------------------------------------------------------------------------


def test_a_pipe_is_stopped_and_goes_on_where_it_was(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-start-stop.html"""
    table, stream = kit.table()
    url = kit.queue()
    template = {"InputTemplate": "<$.dynamodb.Keys.id.S>"}
    name = kit.running(kit.pipe(stream, kit.arn(url), TargetParameters=template))
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}})
    assert kit.bodies(url) == ["A-1"]
    assert kit.pipes.stop_pipe(Name=name)["CurrentState"] == "STOPPING"
    busy = error_of(lambda: kit.pipes.start_pipe(Name=name))
    assert busy[0] == "ConflictException"
    assert kit.eventually(lambda: kit.state(name) == "STOPPED")
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-2"}})
    assert kit.bodies(url, 0, seconds=1.5) == []
    assert kit.pipes.start_pipe(Name=name)["CurrentState"] == "STARTING"
    assert kit.bodies(url) == ["A-2"]


def test_latest_begins_when_the_pipe_is_made(kit: PipeKit) -> None:
    table, stream = kit.table()
    url = kit.queue()
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "before"}})
    template = {"InputTemplate": "<$.dynamodb.Keys.id.S>"}
    kit.running(
        kit.pipe(
            stream, kit.arn(url), stream={"StartingPosition": "LATEST"}, TargetParameters=template
        )
    )
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "after"}})
    assert kit.bodies(url) == ["after"]


def test_a_pipe_that_is_deleted_while_it_is_made_never_reads(kit: PipeKit) -> None:
    source, url = kit.queue(), kit.queue()
    name = kit.pipe(kit.arn(source), kit.arn(url))
    kit.pipes.delete_pipe(Name=name)
    kit._made.remove(name)
    assert kit.eventually(lambda: not kit.pipes.list_pipes(NamePrefix=name)["Pipes"])
    kit.send(source, "hello")
    assert kit.messages(url, 0, seconds=1.5) == []
    assert kit.left(source) == 1


@pytest.mark.parametrize("missing", ["trust", "read", "source", "target"])
def test_a_pipe_that_cannot_run_says_why(kit: PipeKit, missing: str) -> None:
    source, target = kit.arn(kit.queue()), kit.arn(kit.queue())
    settings: dict[str, Any] = {}
    if missing == "trust":
        settings["RoleArn"] = kit.role_for("lambda.amazonaws.com", *READS, *SENDS)
    elif missing == "read":
        settings["actions"] = SENDS
    elif missing == "source":
        source += "-gone"
    else:
        target += "-gone"
    name = kit.pipe(source, target, **settings)
    assert kit.eventually(lambda: kit.state(name) == "CREATE_FAILED")
    assert kit.pipes.describe_pipe(Name=name)["StateReason"]


def test_a_pipe_is_described_changed_listed_and_deleted(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_UpdatePipe.html"""
    source, url, other = kit.queue(), kit.queue(), kit.queue()
    name = kit.pipe(kit.arn(source), kit.arn(url), DesiredState="STOPPED", Tags={"team": "orders"})
    again = error_of(
        lambda: kit.pipes.create_pipe(
            Name=name, Source=kit.arn(source), Target=kit.arn(url), RoleArn=ROLE
        )
    )
    assert again == ("ConflictException", f"Pipe {name} already exists.")
    assert kit.eventually(lambda: kit.state(name) == "STOPPED")
    described = kit.pipes.describe_pipe(Name=name)
    assert described["SourceParameters"]["SqsQueueParameters"]["BatchSize"] == 10
    assert described["Tags"] == {"team": "orders"}
    kit.pipes.update_pipe(
        Name=name, Target=kit.arn(other), RoleArn=described["RoleArn"], DesiredState="RUNNING"
    )
    kit.running(name)
    kit.send(source, "hello")
    assert [json.loads(each["Body"])["body"] for each in kit.messages(other)] == ["hello"]
    listed = kit.pipes.list_pipes(NamePrefix=name)["Pipes"]
    assert [(pipe["Name"], pipe["Target"]) for pipe in listed] == [(name, kit.arn(other))]
    kit.pipes.tag_resource(resourceArn=described["Arn"], tags={"stage": "dev"})
    kit.pipes.untag_resource(resourceArn=described["Arn"], tagKeys=["team"])
    assert kit.pipes.list_tags_for_resource(resourceArn=described["Arn"])["tags"] == {
        "stage": "dev"
    }
    assert kit.pipes.delete_pipe(Name=name)["CurrentState"] == "DELETING"
    kit._made.remove(name)
    gone = kit.eventually(lambda: not kit.pipes.list_pipes(NamePrefix=name)["Pipes"])
    assert gone
    missing = error_of(lambda: kit.pipes.describe_pipe(Name=name))
    assert missing == ("NotFoundException", f"Pipe {name} does not exist.")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"SourceParameters": {"SqsQueueParameters": {"BatchSize": 50}}}, "ValidationException"),
        ({"SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}},
         "ValidationException"),
        ({"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": '{"a": 1}'}]}}},
         "ValidationException"),
        ({"Target": f"arn:aws:sqs:us-east-1:{ACCOUNT}:q.fifo"}, "ValidationException"),
        ({"Target": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:x"},
         "NotImplementedByOrderlab"),
        ({"Target": f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/x/y"},
         "NotImplementedByOrderlab"),
        ({"Source": f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/x"}, "NotImplementedByOrderlab"),
        ({"Enrichment": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:x"},
         "NotImplementedByOrderlab"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(
    kit: PipeKit, given: dict[str, Any], code: str
) -> None:
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    settings = {
        "Name": "wrong",
        "Source": queue,
        "Target": queue,
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r",
        **given,
    }
    assert error_of(lambda: kit.pipes.create_pipe(**settings))[0] == code


def test_a_policy_of_the_target_can_take_the_roles_place(kit: PipeKit) -> None:
    source, url, role = kit.queue(), kit.queue(), kit.role_for("pipes.amazonaws.com", *READS)
    allowed = json.loads(statement("sqs:SendMessage", kit.arn(url)))
    allowed["Statement"][0]["Principal"] = {"AWS": role}
    kit.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allowed)})
    kit.running(kit.pipe(kit.arn(source), kit.arn(url), RoleArn=role))
    kit.send(source, "hello")
    assert [each["body"] for each in kit.bodies(url)] == ["hello"]
