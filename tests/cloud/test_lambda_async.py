"""Asynchronous invocation: retries, destinations, dead letters.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions_support import Lambda, eventually

FAILING = """
def handler(event, context):
    print("attempt of", event["id"])
    raise ValueError("no stock")
"""


@pytest.fixture(scope="module")
def functions(own_cloud: Any) -> Any:
    """A cloud that waits a minute in 0.2 s."""
    with own_cloud(speed=300) as cloud:
        yield Lambda(cloud)


@pytest.fixture
def queue(functions: Lambda) -> Any:
    """A queue: its URL and its ARN."""
    sqs = functions.cloud.client("sqs")
    url = sqs.create_queue(QueueName=functions.name())["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, arn["Attributes"]["QueueArn"]


def receive(functions: Lambda, url: str) -> dict[str, Any]:
    sqs = functions.cloud.client("sqs", read_timeout=60)

    def one() -> Any:
        found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MessageAttributeNames=["All"])
        return found.get("Messages")

    message: dict[str, Any] = eventually(one)[0]
    return message


def send(functions: Lambda, name: str, event: dict[str, Any], **more: Any) -> dict[str, Any]:
    return functions.client.invoke(  # type: ignore[no-any-return]
        FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode(), **more
    )


def attempts(functions: Lambda, name: str, event_id: str) -> int:
    return functions.log_lines(name).count(f"attempt of {event_id}\n")


def test_an_event_is_accepted_at_once_and_worked_on_later(functions: Lambda) -> None:
    name = functions.make(
        "import time\ndef handler(event, context):\n    time.sleep(1)\n    print('done', event)",
        Timeout=10,
    )
    began = time.monotonic()
    answer = send(functions, name, {"id": "1"})
    assert time.monotonic() - began < 0.9
    assert answer["StatusCode"] == 202
    assert answer["Payload"].read() == b""
    eventually(lambda: "done {'id': '1'}\n" in functions.log_lines(name))


def test_a_failing_event_is_tried_three_times_and_then_goes_to_the_failure_destination(
    functions: Lambda, queue: Any
) -> None:
    name = functions.make(FAILING)
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue[1]}}
    )
    request_id = send(functions, name, {"id": "7"})["ResponseMetadata"]["RequestId"]
    record = json.loads(receive(functions, queue[0])["Body"])
    assert record["version"] == "1.0"
    assert record["requestContext"] == {
        "requestId": request_id,
        "functionArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == {"id": "7"}
    assert record["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert record["responsePayload"]["errorMessage"] == "no stock"
    assert attempts(functions, name, "7") == 3


def test_no_retries_where_none_are_wanted(functions: Lambda, queue: Any) -> None:
    name = functions.make(FAILING, DeadLetterConfig={"TargetArn": queue[1]})
    functions.client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0)
    send(functions, name, {"id": "8"})
    message = receive(functions, queue[0])
    assert json.loads(message["Body"]) == {"id": "8"}
    attributes = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert attributes["ErrorCode"] == "200"
    assert attributes["ErrorMessage"] == "no stock"
    assert set(attributes) == {"ErrorCode", "ErrorMessage", "RequestID"}
    assert attempts(functions, name, "8") == 1


def test_success_is_told_to_its_destination_too(functions: Lambda, queue: Any) -> None:
    name = functions.make("def handler(event, context): return {'stored': event['id']}")
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": queue[1]}}
    )
    send(functions, name, {"id": "9"})
    record = json.loads(receive(functions, queue[0])["Body"])
    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] == {"stored": "9"}
    assert "functionError" not in record["responseContext"]


def test_another_function_can_be_the_destination(functions: Lambda) -> None:
    target = functions.make("def handler(event, context): print(event['responsePayload'])")
    name = functions.make("def handler(event, context): return 'for the next'")
    arn = functions.client.get_function_configuration(FunctionName=target)["FunctionArn"]
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnSuccess": {"Destination": arn}}
    )
    send(functions, name, {})
    eventually(lambda: "for the next\n" in functions.log_lines(target))


@pytest.mark.parametrize(("fails", "result"), [(False, "Success"), (True, "Failure")])
def test_an_event_bus_can_be_the_destination(
    functions: Lambda, queue: Any, fails: bool, result: str
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    events, sqs, bus = (
        functions.cloud.client("events"),
        functions.cloud.client("sqs"),
        functions.name(),
    )
    bus_arn = events.create_event_bus(Name=bus)["EventBusArn"]
    lets_in = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": queue[1],
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [lets_in]})
    sqs.set_queue_attributes(QueueUrl=queue[0], Attributes={"Policy": policy})
    events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "1", "Arn": queue[1]}])
    code = "raise ValueError('no stock')" if fails else "return {'stored': event['id']}"
    name = functions.make(f"def handler(event, context): {code}")
    functions.client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={f"On{result}": {"Destination": bus_arn}},
    )
    send(functions, name, {"id": "9"})
    event = json.loads(receive(functions, queue[0])["Body"])
    assert event["detail-type"] == f"Lambda Function Invocation Result - {result}"
    assert event["resources"][0].endswith(f":function:{name}:$LATEST")
    assert event["resources"][1] == bus_arn
    assert event["detail"]["requestPayload"] == {"id": "9"}


def test_a_throttled_event_is_tried_until_there_is_room(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): print('worked on', event['id'])")
    functions.cloud.page("faults", method="POST", body={"kind": "throttle", "target": name})
    send(functions, name, {"id": "10"})
    time.sleep(0.3)
    assert functions.log_lines(name) == []
    functions.cloud.page(f"faults?target={name}", method="DELETE")
    eventually(lambda: "worked on 10\n" in functions.log_lines(name))


def test_a_throttled_event_is_given_up_when_it_is_too_old(functions: Lambda, queue: Any) -> None:
    name = functions.make(FAILING, DeadLetterConfig={"TargetArn": queue[1]})
    functions.client.put_function_event_invoke_config(
        FunctionName=name,
        MaximumEventAgeInSeconds=60,
        DestinationConfig={"OnFailure": {"Destination": queue[1]}},
    )
    functions.cloud.page("faults", method="POST", body={"kind": "throttle", "target": name})
    send(functions, name, {"id": "11"})
    found = [receive(functions, queue[0])["Body"] for _ in range(2)]
    records = [json.loads(body) for body in found]
    conditions = {record.get("requestContext", {}).get("condition") for record in records}
    assert conditions == {None, "EventAgeExceeded"}
    functions.cloud.page(f"faults?target={name}", method="DELETE")


def test_a_function_switched_off_gives_its_events_up_at_once(functions: Lambda, queue: Any) -> None:
    name = functions.make(FAILING)
    functions.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    functions.client.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue[1]}}
    )
    send(functions, name, {"id": "12"})
    record = json.loads(receive(functions, queue[0])["Body"])
    assert record["requestContext"]["condition"] == "ZeroReservedConcurrency"
    assert record["requestContext"]["approximateInvokeCount"] == 0


def test_a_destination_that_the_role_may_not_use_is_refused(functions: Lambda, queue: Any) -> None:
    role = functions.role("logs:*")
    name = functions.make(FAILING, Role=role)
    with pytest.raises(ClientError, match="does not have permissions to call SendMessage on SQS"):
        functions.client.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnFailure": {"Destination": queue[1]}}
        )
    with pytest.raises(ClientError, match="does not have permissions to call SendMessage on SQS"):
        functions.make(FAILING, Role=role, DeadLetterConfig={"TargetArn": queue[1]})


def test_a_fifo_queue_is_no_dead_letter_queue_of_a_function(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    arn = "arn:aws:sqs:us-east-1:123456789012:dead.fifo"
    with pytest.raises(ClientError, match="FIFO topics are not supported"):
        functions.make(FAILING, DeadLetterConfig={"TargetArn": arn})
    name = functions.make(FAILING)
    with pytest.raises(ClientError, match="FIFO topics are not supported"):
        functions.client.update_function_configuration(
            FunctionName=name, DeadLetterConfig={"TargetArn": arn}
        )


def test_asynchronous_settings_are_read_changed_and_deleted(functions: Lambda) -> None:
    name = functions.make(FAILING)
    client = functions.client
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName=name)
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    client.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=120)
    found = client.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 120)
    assert found["FunctionArn"].endswith(f"{name}:$LATEST")
    client.delete_function_event_invoke_config(FunctionName=name)
    listed = client.list_function_event_invoke_configs(FunctionName=name)
    assert listed["FunctionEventInvokeConfigs"] == []


def test_many_events_are_all_worked_on(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): print('event', event['id'])")
    for number in range(60):
        send(functions, name, {"id": number})
    wanted = {f"event {number}\n" for number in range(60)}
    eventually(lambda: wanted <= set(functions.log_lines(name)))
