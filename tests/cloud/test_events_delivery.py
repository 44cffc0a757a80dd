"""What targets get of events: queues, topics, functions and buses; inputs, retries, dead letters.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, name_of, statement
from tests.cloud.notes import NOTE

NOTING = NOTE + "def handler(event, context):\n    note({'event': event})\n"


@pytest.fixture
def kit(cloud: Any) -> Iterator[EventKit]:
    made = EventKit(cloud)
    yield made
    made.close()


def transformed(template: str, **paths: str) -> dict[str, Any]:
    return {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}


def test_a_queue_gets_the_whole_event(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html"""
    bus, url = kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    when = datetime(2026, 11, 26, 8, 30, 5, tzinfo=UTC)
    put = kit.put({"total": 1.50}, bus=bus, Time=when, Resources=["arn:x"], DetailType="New order")
    assert kit.bodies(url) == [
        {
            "version": "0",
            "id": put["EventId"],
            "detail-type": "New order",
            "source": "shop",
            "account": ACCOUNT,
            "time": "2026-11-26T08:30:05Z",
            "region": "us-east-1",
            "resources": ["arn:x"],
            "detail": {"total": 1.5},
        }
    ]


def test_only_rules_of_the_bus_that_match_and_are_on_send(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue()
    arn = kit.arn(url)
    kit.rule({"source": ["shop"]}, {"Arn": arn, "Input": '"other bus"'})
    kit.rule({"source": ["else"]}, {"Arn": arn, "Input": '"other source"'}, bus=bus)
    off = kit.rule({"source": ["shop"]}, {"Arn": arn, "Input": '"off"'}, bus=bus)
    kit.events.disable_rule(Name=off, EventBusName=bus)
    kit.rule({"detail": {"total": [{"numeric": [">", 5]}]}}, {"Arn": arn, "Input": '"on"'}, bus=bus)
    kit.put({"total": 6}, bus=bus)
    kit.put({"total": 5}, bus=bus)
    assert kit.bodies(url) == ["on"]


INPUTS: list[tuple[dict[str, Any], Any]] = [
    ({"Input": '{"fixed": true}'}, '{"fixed": true}'),
    ({"InputPath": "$.detail"}, '{"id":"A-1","name":"Ann","total":12.5,"tags":["a","b"]}'),
    ({"InputPath": "$.detail.tags[1]"}, '"b"'),
    (transformed('{"order": <id>, "sum": <total>}', id="$.detail.id", total="$.detail.total"),
     '{"order":"A-1","sum":12.5}'),
    (transformed('"Order <id> of <name>"', id="$.detail.id", name="$.detail.name"),
     '"Order A-1 of Ann"'),
    (transformed('{"text": "Order <id>: <tags>"}', id="$.detail.id", tags="$.detail.tags"),
     '{"text":"Order A-1: [a,b]"}'),
    (transformed('{"tags": <tags>, "all": <detail>}', tags="$.detail.tags", detail="$.detail"),
     '{"tags":["a","b"],"all":{"id":"A-1","name":"Ann","total":12.5,"tags":["a","b"]}}'),
    (transformed('"first <id>"\n"second <name>"', id="$.detail.id", name="$.detail.name"),
     '"first A-1"\n"second Ann"'),
    (transformed('{"gone": "<gone>"}', gone="$.detail.gone"), '{"gone":""}'),
    (transformed('{"type": <type>}', type="$.detail-type"), '{"type":"Order"}'),
]  # fmt: skip


@pytest.mark.parametrize(("target", "body"), INPUTS)
def test_inputs(kit: EventKit, target: dict[str, Any], body: str) -> None:
    bus, url = kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url), **target}, bus=bus)
    kit.put({"id": "A-1", "name": "Ann", "total": 12.5, "tags": ["a", "b"]}, bus=bus)
    assert [message["Body"] for message in kit.messages(url)] == [body]


def test_reserved_variables(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue()
    names = ("rule-arn", "rule-name", "event.ingestion-time", "event", "event.json")
    template = "{" + ", ".join(f'"{name}": <aws.events.{name}>' for name in names) + "}"
    target = {"Arn": kit.arn(url), "InputTransformer": {"InputTemplate": template}}
    rule = kit.rule({"source": ["shop"]}, target, bus=bus)
    put = kit.put({"total": 1}, bus=bus)
    [found] = kit.bodies(url)
    assert found["rule-name"] == rule
    assert found["rule-arn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/{rule}"
    assert datetime.fromisoformat(found["event.ingestion-time"]).tzinfo is not None
    assert found["event.json"]["detail"] == {"total": 1}
    assert found["event"]["id"] == put["EventId"]
    assert "detail" not in found["event"]


def test_a_fifo_queue_gets_the_group_of_the_target(kit: EventKit) -> None:
    bus = kit.bus()
    url = kit.open_queue(FifoQueue="true", ContentBasedDeduplication="true")
    target = {"Arn": kit.arn(url), "SqsParameters": {"MessageGroupId": "orders"}}
    kit.rule({"source": ["shop"]}, target, bus=bus)
    for number in range(3):
        kit.put({"number": number}, bus=bus)
    messages = kit.messages(url, 3)
    assert [json.loads(each["Body"])["detail"]["number"] for each in messages] == [0, 1, 2]
    assert {each["Attributes"]["MessageGroupId"] for each in messages} == {"orders"}


def test_a_queue_gets_the_trace_header(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html"""
    bus, url = kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"
    kit.put({}, bus=bus, TraceHeader=header)
    [message] = kit.messages(url)
    assert message["Attributes"]["AWSTraceHeader"] == header


def test_a_topic_gets_the_event_as_its_message(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue("sns.amazonaws.com")
    topic = kit.sns.create_topic(Name=name_of("topic"))["TopicArn"]
    policy = statement("sns:Publish", topic)
    kit.sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    kit.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=kit.arn(url),
        Attributes={"RawMessageDelivery": "true"},
    )  # fmt: skip
    kit.rule({"source": ["shop"]}, {"Arn": topic, "InputPath": "$.detail"}, bus=bus)
    kit.put({"total": 3}, bus=bus)
    assert kit.bodies(url) == [{"total": 3}]


def test_a_function_is_invoked_if_its_policy_lets_the_rule_in(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"""
    bus, function = kit.bus(), kit.function(NOTING)
    arn = kit.lambda_.get_function(FunctionName=function.name)["Configuration"]["FunctionArn"]
    rule = kit.rule({"source": ["shop"]}, {"Arn": arn}, bus=bus)
    kit.put({"number": 1}, bus=bus)
    assert kit.eventually(
        lambda: kit.metric("AWS/Events", "FailedInvocations", RuleName=rule, EventBusName=bus)
    )
    kit.lambda_.add_permission(
        FunctionName=function.name,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/{rule}",
    )
    put = kit.put({"number": 2}, bus=bus)
    [noted] = kit.eventually(function.events)
    assert noted["event"]["id"] == put["EventId"]
    assert noted["event"]["detail"] == {"number": 2}


def test_another_bus_gets_the_same_event(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html"""
    first, second, url = kit.bus(), kit.bus(), kit.open_queue()
    arn = kit.events.describe_event_bus(Name=second)["Arn"]
    role = kit.role_for("events.amazonaws.com", "events:PutEvents")
    kit.rule({"source": ["shop"]}, {"Arn": arn, "RoleArn": role}, bus=first)
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=second)
    put = kit.put({"total": 1}, bus=first)
    assert [event["id"] for event in kit.bodies(url)] == [put["EventId"]]


def test_an_event_does_not_go_round_for_ever(kit: EventKit) -> None:
    first, second, url = kit.bus(), kit.bus(), kit.open_queue()
    for one, other in ((first, second), (second, first)):
        arn = kit.events.describe_event_bus(Name=other)["Arn"]
        kit.rule({"source": ["shop"]}, {"Arn": arn}, bus=one)
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=first)
    kit.put({}, bus=first)
    assert 1 <= len(kit.messages(url, 3)) <= 6


# --- roles, retries and dead letters ----------------------------------------------------------


def test_a_role_is_used_in_place_of_the_targets_policy(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.queue()
    allowed = kit.role_for("events.amazonaws.com", "sqs:SendMessage")
    powerless = kit.role_for("events.amazonaws.com")
    others = kit.role_for("events.amazonaws.com", "sqs:SendMessage")
    targets = [
        {"Arn": kit.arn(url), "Input": f'"{name}"', "RoleArn": role}
        for name, role in (("allowed", allowed), ("powerless", powerless), ("others", others))
    ]
    kit.rule({"source": ["shop"]}, *targets, bus=bus)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    kit.iam.update_assume_role_policy(
        RoleName=others.rpartition("/")[2],
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
        ),
    )
    kit.put({}, bus=bus)
    assert kit.bodies(url) == ["allowed"]


def letters(kit: EventKit, url: str) -> list[dict[str, str]]:
    return [
        {name: value["StringValue"] for name, value in each["MessageAttributes"].items()}
        for each in kit.messages(url)
    ]


@pytest.mark.parametrize(("exists", "code"), [(False, "NO_RESOURCE"), (True, "NO_PERMISSIONS")])
def test_what_cannot_succeed_goes_to_the_dead_letter_queue_at_once(
    kit: EventKit, exists: bool, code: str
) -> None:
    bus, dead = kit.bus(), kit.open_queue()
    target = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name_of('gone')}"
    if exists:
        target = kit.arn(kit.queue())
    rule = kit.rule(
        {"source": ["shop"]}, {"Arn": target, "DeadLetterConfig": {"Arn": kit.arn(dead)}}, bus=bus
    )
    put = kit.put({"total": 1}, bus=bus)
    [message] = kit.messages(dead)
    assert json.loads(message["Body"])["id"] == put["EventId"]
    found = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert found.pop("ERROR_MESSAGE")
    assert found == {
        "RULE_ARN": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/{rule}",
        "TARGET_ARN": target,
        "ERROR_CODE": code,
        "RETRY_ATTEMPTS": "0",
    }
    dimensions = {"RuleName": rule, "EventBusName": bus}
    for name in ("MatchedEvents", "TriggeredRules", "FailedInvocations", "InvocationsSentToDlq"):
        assert kit.eventually(partial(kit.metric, "AWS/Events", name, **dimensions)) == 1


def test_a_target_that_cannot_be_reached_is_tried_again(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue()
    rule = kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    fault = {"kind": "cut", "target": url.rpartition("/")[2], "limit": 2}
    kit.cloud.page("faults", "POST", fault)
    put = kit.put({"total": 1}, bus=bus)
    assert [event["id"] for event in kit.bodies(url)] == [put["EventId"]]
    kit.cloud.page("faults", "DELETE", {"target": fault["target"]})
    dimensions = {"RuleName": rule, "EventBusName": bus}
    assert kit.metric("AWS/Events", "RetryInvocationAttempts", **dimensions) == 2
    assert kit.metric("AWS/Events", "Invocations", **dimensions) == 1
    # from its arrival to the begin and the end of the first attempt, and to the one that succeeded
    times = {
        name: kit.metric("AWS/Events", f"IngestionToInvocation{name}Latency", **dimensions)
        for name in ("Start", "Complete", "Success")
    }
    assert 0 <= times["Start"] <= times["Complete"] < times["Success"]


@pytest.mark.parametrize(
    ("policy", "condition", "attempts"),
    [
        ({"MaximumRetryAttempts": 0}, "MaximumRetryAttempts", "0"),
        ({"MaximumRetryAttempts": 2}, "MaximumRetryAttempts", "2"),
        ({"MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds", None),
    ],
)
def test_a_retry_policy_ends_in_the_dead_letter_queue(
    kit: EventKit, policy: dict[str, int], condition: str, attempts: str | None
) -> None:
    bus, url, dead = kit.bus(), kit.open_queue(), kit.open_queue()
    target = {"RetryPolicy": policy, "DeadLetterConfig": {"Arn": kit.arn(dead)}}
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url), **target}, bus=bus)
    name = url.rpartition("/")[2]
    kit.cloud.page("faults", "POST", {"kind": "cut", "target": name})
    kit.put({"total": 1}, bus=bus)
    [letter] = [
        {key: value["StringValue"] for key, value in each["MessageAttributes"].items()}
        for each in kit.messages(dead, seconds=15)
    ]
    kit.cloud.page("faults", "DELETE", {"target": name})
    assert letter["EXHAUSTED_RETRY_CONDITION"] == condition
    assert letter["ERROR_CODE"] == "CONNECTION_FAILURE"
    assert attempts in (None, letter["RETRY_ATTEMPTS"])


def test_a_fifo_queue_without_deduplication_refuses_events(kit: EventKit) -> None:
    bus, dead = kit.bus(), kit.open_queue()
    url = kit.open_queue(FifoQueue="true")
    target = {
        "Arn": kit.arn(url),
        "SqsParameters": {"MessageGroupId": "orders"},
        "DeadLetterConfig": {"Arn": kit.arn(dead)},
    }
    kit.rule({"source": ["shop"]}, target, bus=bus)
    kit.put({}, bus=bus)
    assert [letter["ERROR_CODE"] for letter in letters(kit, dead)] == ["INVALID_PARAMETER"]


def test_the_flight_recorder_shows_bus_and_rule(kit: EventKit) -> None:
    bus, url, order = kit.bus(), kit.open_queue(), name_of("order")
    rule = kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url)}, bus=bus)
    kit.put({"orderId": order}, bus=bus)
    kit.messages(url)
    hops = kit.cloud.page(f"recorder/trace?id={order}")["hops"]
    bus_arn = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}"
    rule_arn = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{bus}/{rule}"
    steps = [(hop["source"], hop["target"], hop["action"]) for hop in hops]
    assert steps[:3] == [
        ("client", bus_arn, "PutEvents"),
        (bus_arn, rule_arn, "Match"),
        (rule_arn, kit.arn(url), "SendMessage"),
    ]
