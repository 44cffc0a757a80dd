"""Faults of any service's calls, by rate and for a time; targets that are cut off.

The errors are those of each service's own page of common errors, such as
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from orderlab.aws_target.local import LocalTarget
from orderlab.errors import LearnerError
from orderlab.faults import Faults
from tests.cloud.event_source_kit import until
from tests.cloud.events_kit import EventKit


@pytest.fixture
def faults(cloud: Any) -> Iterator[Faults]:
    made = Faults(LocalTarget.attach(cloud.endpoint, "test", "test"))
    yield made
    made.mend()


@pytest.fixture
def kit(cloud: Any) -> Iterator[EventKit]:
    made = EventKit(cloud)
    yield made
    made.close()


def error_of(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as raised:
        call()
    answer = raised.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def last_hops(cloud: Any, kind: str) -> list[dict[str, Any]]:
    """The newest hops of the flight recorder that a fault of a kind has left."""
    last = cloud.page("recorder?limit=1")["last"]
    hops = cloud.page(f"recorder?after={max(last - 200, 0)}")["hops"]
    return [hop for hop in hops if hop["detail"].get("fault") == kind]


CALLS = {
    "apigateway": "get_rest_apis",
    "cloudwatch": "list_metrics",
    "dax": "describe_clusters",
    "dynamodb": "list_tables",
    "dynamodbstreams": "list_streams",
    "events": "list_rules",
    "iam": "list_roles",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "pipes": "list_pipes",
    "scheduler": "list_schedules",
    "schemas": "list_registries",
    "sns": "list_topics",
    "sqs": "list_queues",
    "sts": "get_caller_identity",
    "xray": "get_sampling_statistic_summaries",
}


@pytest.mark.parametrize("service", sorted(set(CALLS) - {"xray"}))
def test_calls_of_any_service_fail_or_are_throttled(
    faults: Faults, cloud: Any, service: str
) -> None:
    call = getattr(cloud.client(service), CALLS[service])
    with faults.fail_calls(service):
        code, status = error_of(call)
        assert status >= 500 and code
    with faults.throttle_calls(service):
        code, status = error_of(call)
        assert status in (400, 429) and ("Thrott" in code or "TooMany" in code)
    assert call()["ResponseMetadata"]["HTTPStatusCode"] == 200
    targets = [hop for hop in last_hops(cloud, "throttle") if hop["outcome"] == code]
    assert targets


def test_botocore_tries_a_throttled_call_again(faults: Faults, cloud: Any) -> None:
    patient = cloud.client("sqs", retries={"mode": "standard", "max_attempts": 3})
    with faults.throttle_calls("sqs", "ListQueues"), pytest.raises(ClientError) as raised:
        patient.list_queues()
    assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 3


def test_one_operation_fails_and_the_others_do_not(faults: Faults, kit: EventKit) -> None:
    url = kit.queue()
    faults.fail_calls("sqs", "SendMessage")
    code, status = error_of(lambda: kit.sqs.send_message(QueueUrl=url, MessageBody="a"))
    assert (code, status) == ("InternalError", 500)
    assert kit.attributes(url)["ApproximateNumberOfMessages"] == "0"


def test_slow_calls_keep_nobody_else_waiting(faults: Faults, kit: EventKit) -> None:
    faults.slow_calls("sns", "ListTopics", seconds=60)
    slow = threading.Thread(target=kit.sns.list_topics)
    slow.start()
    kit.sqs.list_queues()
    assert slow.is_alive()
    slow.join()


def test_a_rate_strikes_some_of_the_calls(faults: Faults, kit: EventKit) -> None:
    url = kit.queue()
    faults.fail_calls("sqs", "SendMessage", rate=0.3)
    failed = 0
    for number in range(100):
        try:
            kit.sqs.send_message(QueueUrl=url, MessageBody=str(number))
        except ClientError:
            failed += 1
    assert 10 < failed < 60
    [fault] = faults.active()
    assert fault["struck"] == failed and time.time() - fault["since"] < 60


def test_a_fault_ends_by_itself_after_its_time(faults: Faults, kit: EventKit) -> None:
    fault = faults.fail_calls("sqs", "ListQueues", lasts=40)
    assert repr(fault) == "Calls of sqs.ListQueues fail for 40 s, or until it is mended."
    error_of(kit.sqs.list_queues)
    until(lambda: not faults.active(), 30)
    kit.sqs.list_queues()


def test_what_no_service_or_call_is_called_is_refused(faults: Faults) -> None:
    with pytest.raises(LearnerError, match="no service 'sqss'"):
        faults.fail_calls("sqss")
    with pytest.raises(LearnerError, match="no operation 'Send'"):
        faults.fail_calls("sqs", "Send")
    with pytest.raises(LearnerError, match="rate is a share"):
        faults.fail_calls("sqs", rate=1.5)
    with pytest.raises(LearnerError, match="lasts is a number"):
        faults.fail_calls("sqs", lasts=0)


def test_a_topic_tries_again_to_reach_a_queue_that_is_cut_off(
    faults: Faults, kit: EventKit, cloud: Any
) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html"""
    url, order = kit.open_queue("sns.amazonaws.com"), uuid.uuid4().hex
    topic = kit.sns.create_topic(Name=f"t-{order[:8]}")["TopicArn"]
    kit.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(url))
    fault = faults.cut_off(url.rpartition("/")[2])
    kit.sns.publish(TopicArn=topic, Message=json.dumps({"order_id": order}))
    trace = f"recorder/trace?id={order}"
    until(lambda: any(h["detail"].get("fault") == "cut" for h in cloud.page(trace)["hops"]))
    assert kit.left(url) == 0
    fault.mend()
    until(lambda: kit.left(url) == 1)


def test_a_bus_cannot_reach_a_function_that_is_cut_off(
    faults: Faults, kit: EventKit, cloud: Any
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html"""
    function, order = kit.function(), uuid.uuid4().hex
    kit.rule(
        {"detail": {"order_id": [order]}},
        {"Arn": kit.lambda_.get_function(FunctionName=function.name)["Configuration"][
            "FunctionArn"
        ]},
    )  # fmt: skip
    kit.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    with faults.cut_off(function.name):
        kit.put({"order_id": order, "Records": []})
        trace = f"recorder/trace?id={order}"
        until(lambda: any(h["detail"].get("fault") == "cut" for h in cloud.page(trace)["hops"]))
        assert function.events() == []
    until(lambda: len(function.events()) == 1)
