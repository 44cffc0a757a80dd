"""EventBridge Pipes: sources, filters, enrichment, templates, targets, retries.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of, name_of, statement
from tests.cloud.notes import NOTE

READS = (
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "dynamodb:GetRecords",
    "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
)  # fmt: skip
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SENDS = ("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents")
NOTING = (
    NOTE
    + """
def bad(event):
    return "spoilt" in json.dumps(event)

def handler(events, context):
    note({"events": events})
    if os.environ.get("PARTIAL"):
        return {"batchItemFailures": [{"itemIdentifier": each.get("messageId") or
            each["dynamodb"]["SequenceNumber"]} for each in events if bad(each)]}
    if any(map(bad, events)):
        raise ValueError("bad ones")
"""
)


class PipeKit(EventKit):
    def __init__(self, cloud: Any) -> None:
        super().__init__(cloud)
        self.pipes = cloud.client("pipes")
        self._made: list[str] = []

    def close(self) -> None:
        for name in self._made:
            self.pipes.delete_pipe(Name=name)
        super().close()

    def pipe(
        self, source: str, target: str, *, actions: tuple[str, ...] = READS + SENDS, **settings: Any
    ) -> str:
        """The name of a new pipe."""
        name = name_of("pipe")
        if ":dynamodb:" in source:
            given = {"StartingPosition": "TRIM_HORIZON", **settings.pop("stream", {})}
            parameters = {"DynamoDBStreamParameters": given}
        else:
            parameters = {"SqsQueueParameters": settings.pop("queue", {})}
        if patterns := settings.pop("patterns", None):
            filters = [{"Pattern": json.dumps(each)} for each in patterns]
            parameters["FilterCriteria"] = {"Filters": filters}
        role = settings.pop("RoleArn", None) or self.role_for("pipes.amazonaws.com", *actions)
        self.pipes.create_pipe(
            Name=name, Source=source, Target=target, RoleArn=role, SourceParameters=parameters,
            **settings,
        )  # fmt: skip
        self._made.append(name)
        return name

    def running(self, name: str) -> str:
        self.eventually(lambda: self.state(name) == "RUNNING")
        assert self.state(name) == "RUNNING", self.pipes.describe_pipe(Name=name)
        return name

    def state(self, name: str) -> str:
        return str(self.pipes.describe_pipe(Name=name)["CurrentState"])

    def function_arn(self, name: str) -> str:
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


@pytest.fixture
def kit(cloud: Any) -> Iterator[PipeKit]:
    made = PipeKit(cloud)
    yield made
    made.close()


# --- sources and targets ----------------------------------------------------------------------


def test_from_a_stream_to_a_topic(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html"""
    table, stream = kit.table()
    url = kit.open_queue("sns.amazonaws.com")
    topic = kit.sns.create_topic(Name=name_of("topic"))["TopicArn"]
    kit.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(url),
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    kit.running(
        kit.pipe(
            stream,
            topic,
            patterns=[{"eventName": ["INSERT"]}],
            TargetParameters={
                "InputTemplate": '{"order": <$.dynamodb.NewImage.id.S>, '
                '"via": "<aws.pipes.pipe-name>"}'
            },
        )
    )
    for name in ("A-1", "A-2"):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": name}})
    kit.dynamodb.delete_item(TableName=table, Key={"id": {"S": "A-1"}})
    assert sorted(each["order"] for each in kit.bodies(url, 2)) == ["A-1", "A-2"]


def test_a_stream_record_reaches_a_queue_as_it_is(kit: PipeKit) -> None:
    table, stream = kit.table()
    url = kit.queue()
    kit.running(kit.pipe(stream, kit.arn(url)))
    kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}, "total": {"N": "5"}})
    [record] = kit.bodies(url)
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"] == stream
    assert record["dynamodb"]["NewImage"] == {"id": {"S": "A-1"}, "total": {"N": "5"}}


def test_the_order_of_a_stream_is_kept_in_a_fifo_queue(kit: PipeKit) -> None:
    table, stream = kit.table()
    url = kit.queue(FifoQueue="true", ContentBasedDeduplication="true")
    target = {
        "SqsQueueParameters": {"MessageGroupId": "$.dynamodb.Keys.id.S"},
        "InputTemplate": "<$.dynamodb.NewImage.step.N>",
    }
    kit.running(kit.pipe(stream, kit.arn(url), TargetParameters=target))
    for step in range(5):
        kit.dynamodb.put_item(TableName=table, Item={"id": {"S": "A-1"}, "step": {"N": str(step)}})
    messages = kit.messages(url, 5)
    assert [each["Body"] for each in messages] == [f'"{step}"' for step in range(5)]
    assert {each["Attributes"]["MessageGroupId"] for each in messages} == {"A-1"}


def test_from_a_queue_to_a_bus(kit: PipeKit) -> None:
    source, bus, url = kit.queue(), kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    kit.running(
        kit.pipe(
            kit.arn(source),
            f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}",
            TargetParameters={
                "InputTemplate": '{"id": <$.body.id>}',
                "EventBridgeEventBusParameters": {"Source": "shop", "DetailType": "$.body.type"},
            },
        )
    )
    kit.send(source, json.dumps({"id": 7, "type": "New"}))
    [event] = kit.bodies(url)
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "New", {"id": 7})
    assert kit.eventually(lambda: kit.left(source) == 0)


def test_from_a_queue_to_a_function_in_batches(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    source, function = kit.queue(), kit.function(NOTING)
    kit.running(
        kit.pipe(
            kit.arn(source),
            kit.function_arn(function.name),
            queue={"BatchSize": 3, "MaximumBatchingWindowInSeconds": 20},
        )
    )
    kit.send(source, "one", "two", "three")
    [noted] = kit.eventually(function.events)
    assert sorted(each["body"] for each in noted["events"]) == ["one", "three", "two"]
    assert noted["events"][0]["eventSource"] == "aws:sqs"
    assert noted["events"][0]["eventSourceARN"] == kit.arn(source)
    assert kit.eventually(lambda: kit.left(source) == 0)


# --- filter, enrichment, template -------------------------------------------------------------


def test_what_the_filter_does_not_want_leaves_the_queue(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html"""
    source, url = kit.queue(), kit.queue()
    patterns = [{"body": {"total": [{"numeric": [">", 10]}]}}, {"body": {"vip": [True]}}]
    target = {"InputTemplate": "<$.body.id>"}
    kit.running(kit.pipe(kit.arn(source), kit.arn(url), patterns=patterns, TargetParameters=target))
    for body in ({"id": 1, "total": 20}, {"id": 2, "total": 5}, {"id": 3, "total": 1, "vip": True}):
        kit.send(source, json.dumps(body))
    kit.send(source, "no JSON")
    assert sorted(kit.bodies(url, 2)) == [1, 3]
    assert kit.eventually(lambda: kit.left(source) == 0)


ENRICHING = (
    NOTE
    + """
def handler(events, context):
    note({"events": events})
    return [{"id": each["id"], "price": 2 * each["id"]} for each in events if each["id"] > 1]
"""
)


def test_a_function_enriches(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html"""
    source, url, function = kit.queue(), kit.queue(), kit.function(ENRICHING)
    kit.running(
        kit.pipe(
            kit.arn(source),
            kit.arn(url),
            Enrichment=kit.function_arn(function.name),
            EnrichmentParameters={"InputTemplate": '{"id": <$.body.id>}'},
            TargetParameters={"InputTemplate": '"<$.id> costs <$.price>"'},
        )
    )
    for number in (1, 2, 3):
        kit.send(source, json.dumps({"id": number}))
    assert sorted(kit.bodies(url, 2)) == ["2 costs 4", "3 costs 6"]
    seen = [event for noted in function.events() for event in noted["events"]]
    assert sorted(each["id"] for each in seen) == [1, 2, 3]
    assert kit.eventually(lambda: kit.left(source) == 0)


def test_reserved_variables(kit: PipeKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html"""
    source, url = kit.queue(), kit.queue()
    names = ("pipe-arn", "pipe-name", "source-arn", "target-arn", "event.ingestion-time", "event",
             "event.json")  # fmt: skip
    template = "{" + ", ".join(f'"{name}": <aws.pipes.{name}>' for name in names) + "}"
    name = kit.running(
        kit.pipe(kit.arn(source), kit.arn(url), TargetParameters={"InputTemplate": template})
    )
    kit.send(source, '{"id": 1}')
    [found] = kit.bodies(url)
    assert found["pipe-name"] == name
    assert found["pipe-arn"] == f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/{name}"
    assert (found["source-arn"], found["target-arn"]) == (kit.arn(source), kit.arn(url))
    assert found["event"]["body"] == '{"id": 1}'
    assert found["event.json"]["body"] == {"id": 1}


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
