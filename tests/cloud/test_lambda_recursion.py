"""Loops of a function through what invokes it are stopped after 16 invocations.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, eventually

# each goes on until it is stopped, or has gone round 20 times
THROUGH_A_QUEUE = """
import os, json, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    for record in event["Records"]:
        turn = int(record["body"])
        print(f"turn {turn}")
        if turn < 20:
            sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=str(turn + 1))
"""
THROUGH_A_TOPIC = """
import os, boto3
sns = boto3.client("sns")
def handler(event, context):
    turn = int(event["Records"][0]["Sns"]["Message"])
    print(f"turn {turn}")
    if turn < 20:
        sns.publish(TopicArn=os.environ["TOPIC"], Message=str(turn + 1))
"""
ITSELF = """
import os, json, boto3
client = boto3.client("lambda")
def handler(event, context):
    print(f"turn {event['turn']}")
    if event["turn"] < 20:
        payload = json.dumps({"turn": event["turn"] + 1})
        client.invoke(
            FunctionName=context.function_name, InvocationType="Event", Payload=payload
        )
"""


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


class Queue:
    """A queue, by its address and its ARN."""

    def __init__(self, functions: Lambda, **attributes: str) -> None:
        self.client = functions.cloud.client("sqs")
        self.url = self.client.create_queue(QueueName=functions.name(), Attributes=attributes)[
            "QueueUrl"
        ]
        self.arn = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]

    def message(self) -> Any:
        """The next message, once there is one."""

        def receive() -> Any:
            return self.client.receive_message(
                QueueUrl=self.url, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            ).get("Messages")

        [found] = eventually(receive, 60.0)
        return found


def turns(functions: Lambda, name: str) -> list[int]:
    lines = [line for line in functions.log_lines(name) if line.startswith("turn ")]
    return sorted(int(line.split()[1]) for line in lines)


def dropped(functions: Lambda, name: str) -> float:
    now = datetime.now(UTC)
    points = functions.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="RecursiveInvocationsDropped",
        Dimensions=[{"Name": "FunctionName", "Value": name}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def through_queue(functions: Lambda, dead: Queue) -> tuple[str, Queue]:
    """A function that writes to the queue that it reads from."""
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": "1"})
    queue = Queue(functions, RedrivePolicy=redrive, VisibilityTimeout="60")
    name = functions.make(
        THROUGH_A_QUEUE, MemorySize=1024, Environment={"Variables": {"QUEUE": queue.url}}
    )
    functions.client.create_event_source_mapping(
        FunctionName=name, EventSourceArn=queue.arn, BatchSize=1
    )
    return name, queue


def test_a_loop_through_a_queue_ends_in_its_dead_letter_queue(functions: Lambda) -> None:
    dead = Queue(functions)
    name, queue = through_queue(functions, dead)
    queue.client.send_message(QueueUrl=queue.url, MessageBody="1")
    assert dead.message()["Body"] == "17"
    eventually(lambda: turns(functions, name) == list(range(1, 17)), 60.0)
    assert dropped(functions, name) >= 1


def test_each_new_message_begins_a_chain_of_its_own(functions: Lambda) -> None:
    name, queue = through_queue(functions, Queue(functions))
    for _ in range(20):
        queue.client.send_message(QueueUrl=queue.url, MessageBody="20")
    eventually(lambda: turns(functions, name) == [20] * 20)
    assert dropped(functions, name) == 0


def test_a_loop_of_two_functions_is_stopped_too(functions: Lambda) -> None:
    dead = Queue(functions)
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": "1"})
    queues = [Queue(functions, RedrivePolicy=redrive, VisibilityTimeout="60") for _ in range(2)]
    names = []
    code = THROUGH_A_QUEUE.replace("turn < 20", "turn < 40")
    for source, target in (queues, reversed(queues)):
        names.append(
            functions.make(code, MemorySize=1024, Environment={"Variables": {"QUEUE": target.url}})
        )
        functions.client.create_event_source_mapping(
            FunctionName=names[-1], EventSourceArn=source.arn, BatchSize=1
        )
    queues[0].client.send_message(QueueUrl=queues[0].url, MessageBody="1")
    assert dead.message()["Body"] == "33"
    eventually(lambda: [len(turns(functions, name)) for name in names] == [16, 16], 60.0)


def test_a_loop_through_a_topic_ends_in_the_functions_dead_letter_queue(
    functions: Lambda,
) -> None:
    dead = Queue(functions)
    sns = functions.cloud.client("sns")
    topic = sns.create_topic(Name=functions.name())["TopicArn"]
    name = functions.make(
        THROUGH_A_TOPIC,
        MemorySize=1024,
        Environment={"Variables": {"TOPIC": topic}},
        DeadLetterConfig={"TargetArn": dead.arn},
    )
    functions.client.add_permission(
        FunctionName=name,
        StatementId="topic",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    arn = functions.client.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="1")
    message = dead.message()
    assert json.loads(message["Body"])["Records"][0]["Sns"]["Message"] == "17"
    said = message["MessageAttributes"]["ErrorMessage"]["StringValue"]
    assert "recursive loop" in said
    eventually(lambda: turns(functions, name) == list(range(1, 17)), 60.0)
    assert dropped(functions, name) == 1


def test_a_function_that_invokes_itself_ends_in_its_failure_destination(
    functions: Lambda,
) -> None:
    failures = Queue(functions)
    name = functions.make(ITSELF, MemorySize=1024)
    functions.client.put_function_event_invoke_config(
        FunctionName=name,
        DestinationConfig={"OnFailure": {"Destination": failures.arn}},
    )
    functions.client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"turn": 1}')
    record = json.loads(failures.message()["Body"])
    assert record["requestPayload"] == {"turn": 17}
    assert record["requestContext"]["approximateInvokeCount"] == 0
    eventually(lambda: turns(functions, name) == list(range(1, 17)), 60.0)


def test_a_synchronous_caller_gets_the_exception(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""
    name = functions.make("import os\ndef handler(e, c): return os.environ['_X_AMZN_TRACE_ID']")
    client = functions.cloud.client("lambda")
    header = functions.invoke(name).value
    assert "Lineage=" in header

    def send(request: Any, **_: Any) -> None:
        request.headers["X-Amzn-Trace-Id"] = header

    client.meta.events.register("before-sign.lambda.Invoke", send)
    for _ in range(15):
        header = json.loads(client.invoke(FunctionName=name)["Payload"].read())
    with pytest.raises(ClientError) as caught:
        client.invoke(FunctionName=name)
    assert caught.value.response["Error"]["Code"] == "RecursiveInvocationException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_function_may_be_allowed_to_loop(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html"""
    name = functions.make(ITSELF, MemorySize=1024)
    client = functions.client
    assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Terminate"
    put = client.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
    assert put["RecursiveLoop"] == "Allow"
    assert client.get_function_recursion_config(FunctionName=name)["RecursiveLoop"] == "Allow"
    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"turn": 1}')
    eventually(lambda: turns(functions, name) == list(range(1, 21)), 60.0)
    assert dropped(functions, name) == 0


def test_wrong_settings_of_loops_are_refused(functions: Lambda) -> None:
    name = functions.make(ITSELF, MemorySize=1024)
    for code, given in (
        ("ResourceNotFoundException", {"FunctionName": f"{name}-not", "RecursiveLoop": "Allow"}),
        ("ValidationException", {"FunctionName": name, "RecursiveLoop": "Perhaps"}),
    ):
        with pytest.raises(ClientError) as caught:
            functions.client.put_function_recursion_config(**given)
        assert caught.value.response["Error"]["Code"] == code
