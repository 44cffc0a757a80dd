"""Event buses, rules and targets: their API.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of, name_of

PATTERN = json.dumps({"source": ["shop"]})
HERE = f"arn:aws:events:us-east-1:{ACCOUNT}"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:some-queue"


@pytest.fixture
def kit(cloud: Any) -> Iterator[EventKit]:
    made = EventKit(cloud)
    yield made
    made.close()


def test_a_bus_is_made_described_and_deleted(kit: EventKit) -> None:
    name = name_of("bus")
    made = kit.events.create_event_bus(Name=name, Description="Orders")
    assert made["EventBusArn"] == f"{HERE}:event-bus/{name}"
    assert made["Description"] == "Orders"
    described = kit.events.describe_event_bus(Name=name)
    assert (described["Name"], described["Arn"]) == (name, made["EventBusArn"])
    again = error_of(lambda: kit.events.create_event_bus(Name=name))
    assert again == ("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    kit.events.delete_event_bus(Name=name)
    gone = error_of(lambda: kit.events.describe_event_bus(Name=name))
    assert gone == ("ResourceNotFoundException", f"Event bus {name} does not exist.")
    kit.events.delete_event_bus(Name=name)


def test_the_default_bus_is_there_and_stays(kit: EventKit) -> None:
    assert kit.events.describe_event_bus()["Arn"] == f"{HERE}:event-bus/default"
    refused = error_of(lambda: kit.events.delete_event_bus(Name="default"))
    assert refused == ("ValidationException", "Cannot delete event bus default.")


def test_buses_are_listed_by_prefix_in_pages(kit: EventKit) -> None:
    prefix = name_of("listed")
    names = [f"{prefix}-{n}" for n in range(3)]
    for name in names:
        kit.events.create_event_bus(Name=name)
    first = kit.events.list_event_buses(NamePrefix=prefix, Limit=2)
    second = kit.events.list_event_buses(NamePrefix=prefix, NextToken=first["NextToken"])
    assert [bus["Name"] for bus in first["EventBuses"] + second["EventBuses"]] == names
    assert "NextToken" not in second


def test_a_rule_of_a_custom_bus_names_it_in_its_arn(kit: EventKit) -> None:
    bus, name = kit.bus(), name_of("rule")
    on_default = kit.events.put_rule(Name=name, EventPattern=PATTERN)["RuleArn"]
    on_bus = kit.events.put_rule(Name=name, EventBusName=bus, EventPattern=PATTERN)["RuleArn"]
    assert on_default == f"{HERE}:rule/{name}"
    assert on_bus == f"{HERE}:rule/{bus}/{name}"
    by_arn = kit.events.describe_rule(Name=name, EventBusName=f"{HERE}:event-bus/{bus}")
    assert by_arn["EventBusName"] == bus
    assert (by_arn["State"], by_arn["CreatedBy"], by_arn["EventPattern"]) == (
        "ENABLED", ACCOUNT, PATTERN,
    )  # fmt: skip


def test_putting_a_rule_again_replaces_it_but_for_its_targets(kit: EventKit) -> None:
    name = name_of("rule")
    kit.events.put_rule(Name=name, EventPattern=PATTERN, Description="first")
    kit.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": QUEUE}])
    kit.events.put_rule(Name=name, ScheduleExpression="rate(1 day)", State="DISABLED")
    rule = kit.events.describe_rule(Name=name)
    assert (rule["State"], rule["ScheduleExpression"]) == ("DISABLED", "rate(1 day)")
    assert "Description" not in rule
    assert "EventPattern" not in rule
    assert len(kit.events.list_targets_by_rule(Rule=name)["Targets"]) == 1


def test_rules_are_switched_and_deleted(kit: EventKit) -> None:
    name = kit.rule({"source": ["x"]}, {"Arn": QUEUE})
    kit.events.disable_rule(Name=name)
    assert kit.events.describe_rule(Name=name)["State"] == "DISABLED"
    kit.events.enable_rule(Name=name)
    assert kit.events.describe_rule(Name=name)["State"] == "ENABLED"
    held = error_of(lambda: kit.events.delete_rule(Name=name))
    assert held == ("ValidationException", "Rule can't be deleted since it has targets.")
    assert kit.events.remove_targets(Rule=name, Ids=["t0", "gone"])["FailedEntryCount"] == 0
    kit.events.delete_rule(Name=name)
    gone = error_of(lambda: kit.events.describe_rule(Name=name))
    message = f"Rule {name} does not exist on EventBus default."
    assert gone == ("ResourceNotFoundException", message)
    kit.events.delete_rule(Name=name)


def test_a_bus_with_rules_is_not_deleted(kit: EventKit) -> None:
    bus = kit.bus()
    kit.rule({"source": ["x"]}, bus=bus)
    refused = error_of(lambda: kit.events.delete_event_bus(Name=bus))
    assert refused == ("ValidationException", "Event bus can't be deleted since it has rules.")


def test_rules_are_found_by_their_target(kit: EventKit) -> None:
    bus = kit.bus()
    arn = QUEUE + name_of("found")
    names = sorted(kit.rule({"source": ["x"]}, {"Arn": arn}, bus=bus) for _ in range(2))
    kit.rule({"source": ["x"]}, {"Arn": QUEUE}, bus=bus)
    found = kit.events.list_rule_names_by_target(TargetArn=arn, EventBusName=bus)
    assert found["RuleNames"] == names


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ('{"source": "shop"}', '"source" must be an object or an array\n at [Source: (String)"'
         '{"source": "shop"}"; line: 1, column: 13]'),
        ('{"source": []}', "Empty arrays are not allowed\n at [Source: (String)"
         '"{"source": []}"; line: 1, column: 14]'),
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_valid_is_refused(kit: EventKit, pattern: str, reason: str) -> None:
    wanted = ("InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}")
    assert error_of(lambda: kit.events.put_rule(Name="r", EventPattern=pattern)) == wanted
    event = json.dumps(dict.fromkeys(EVENT_MEMBERS, "x"))
    test = error_of(lambda: kit.events.test_event_pattern(EventPattern=pattern, Event=event))
    assert test == wanted


EVENT_MEMBERS = ("id", "account", "source", "time", "region", "resources", "detail-type")


def test_patterns_can_be_tried_without_a_rule(kit: EventKit) -> None:
    event = {**dict.fromkeys(EVENT_MEMBERS, "x"), "detail": {"total": 12}}

    def matches(pattern: Any) -> bool:
        answer = kit.events.test_event_pattern(
            EventPattern=json.dumps(pattern), Event=json.dumps(event)
        )
        return bool(answer["Result"])

    assert matches({"detail": {"total": [{"numeric": [">", 10]}]}})
    assert not matches({"detail": {"total": [{"numeric": [">", 20]}]}})
    del event["region"]
    code, _ = error_of(lambda: matches({"source": ["x"]}))
    assert code == "ValidationException"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "Parameter(s) EventPattern or ScheduleExpression must be specified."),
        ({"ScheduleExpression": "rate(1 minutes)"}, "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "rate(5 minute)"}, "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "cron(0 12 * * * *)"},
         "Parameter ScheduleExpression is not valid."),
        ({"ScheduleExpression": "at(2030-01-01T00:00:00)"},
         "Parameter ScheduleExpression is not valid."),
        ({"EventPattern": PATTERN, "State": "ON"},
         "1 validation error detected: Value 'ON' at 'state' failed to satisfy constraint: Member "
         "must satisfy enum value set: [ENABLED, DISABLED, "
         "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]"),
        ({"EventPattern": PATTERN, "Name": "not a name"},
         "1 validation error detected: Value 'not a name' at 'name' failed to satisfy constraint: "
         r"Member must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+"),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_in_order_is_refused(
    kit: EventKit, rule: dict[str, str], message: str
) -> None:
    given = {"Name": "wrong", **rule}
    found = error_of(lambda: kit.events.put_rule(**given))
    assert found == ("ValidationException", message)


def test_schedules_are_for_the_default_bus(kit: EventKit) -> None:
    bus = kit.bus()
    found = error_of(
        lambda: kit.events.put_rule(Name="r", EventBusName=bus, ScheduleExpression="rate(1 day)")
    )
    message = "ScheduleExpression is supported only on the default event bus."
    assert found == ("ValidationException", message)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": "some-queue"},
         "Parameter some-queue is not valid. Reason: Provided Arn is not in correct format."),
        ({"Arn": f"{QUEUE}.fifo"}, "Parameter(s) SqsParameters must be specified for target: 1."),
        ({"Arn": QUEUE, "Input": "{}", "InputPath": "$.detail"},
         "Only one of Input, InputPath, or InputTransformer must be provided for target 1."),
        ({"Arn": QUEUE, "RetryPolicy": {"MaximumRetryAttempts": 186}},
         "1 validation error detected: Value '186' at 'targets.1.member.retryPolicy."
         "maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or "
         "equal to 185"),
    ],
)  # fmt: skip
def test_a_target_that_is_not_in_order_is_refused(
    kit: EventKit, target: dict[str, Any], message: str
) -> None:
    name = kit.rule({"source": ["x"]})
    found = error_of(lambda: kit.events.put_targets(Rule=name, Targets=[{"Id": "1", **target}]))
    assert found == ("ValidationException", message)


@pytest.mark.parametrize("text", ["not JSON", "Order <order> came", '{"a": order}', "{<order>}"])
def test_a_template_must_become_json(kit: EventKit, text: str) -> None:
    name = kit.rule({"source": ["x"]})
    transformer = {"InputPathsMap": {"order": "$.detail.id"}, "InputTemplate": text}
    target = {"Id": "1", "Arn": QUEUE, "InputTransformer": transformer}
    code, message = error_of(lambda: kit.events.put_targets(Rule=name, Targets=[target]))
    assert code == "ValidationException"
    assert message.startswith("Invalid InputTemplate for target 1 : [")


def test_a_rule_has_five_targets_at_most(kit: EventKit) -> None:
    name = kit.rule({"source": ["x"]}, *[{"Arn": QUEUE}] * 5)
    kit.events.put_targets(Rule=name, Targets=[{"Id": "t0", "Arn": QUEUE, "Input": "1"}])
    found = error_of(
        lambda: kit.events.put_targets(Rule=name, Targets=[{"Id": "more", "Arn": QUEUE}])
    )
    message = "The requested resource exceeds the maximum number allowed."
    assert found == ("LimitExceededException", message)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/shop/1",
        f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:orders",
        f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/orders",
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/orders",
        "arn:aws:sqs:us-east-1:111122223333:theirs",
    ],
)
def test_other_targets_are_refused_by_name(kit: EventKit, arn: str) -> None:
    name = kit.rule({"source": ["x"]})
    code, _ = error_of(lambda: kit.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}]))
    assert code == "NotImplementedByOrderlab"


def test_policies_of_buses(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html"""
    bus = kit.bus()
    assert "Policy" not in kit.events.describe_event_bus(Name=bus)
    kit.events.put_permission(
        EventBusName=bus, StatementId="partner", Principal="111122223333", Action="events:PutEvents"
    )
    policy = json.loads(kit.events.describe_event_bus(Name=bus)["Policy"])
    assert policy["Statement"] == [
        {
            "Sid": "partner",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "events:PutEvents",
            "Resource": f"{HERE}:event-bus/{bus}",
        }
    ]
    gone = error_of(lambda: kit.events.remove_permission(EventBusName=bus, StatementId="other"))
    assert gone[0] == "ResourceNotFoundException"
    kit.events.remove_permission(EventBusName=bus, StatementId="partner")
    assert "Policy" not in kit.events.describe_event_bus(Name=bus)


def test_tags(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html"""
    name = name_of("rule")
    arn = kit.events.put_rule(
        Name=name, EventPattern=PATTERN, Tags=[{"Key": "team", "Value": "orders"}]
    )["RuleArn"]
    kit.events.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    kit.events.untag_resource(ResourceARN=arn, TagKeys=["team"])
    tags = kit.events.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "stage", "Value": "dev"}]
    gone = error_of(lambda: kit.events.list_tags_for_resource(ResourceARN=f"{arn}-gone"))
    assert gone[0] == "ResourceNotFoundException"


def test_what_is_not_done_is_refused_by_name(kit: EventKit) -> None:
    events = kit.events
    calls = [
        lambda: events.create_connection(Name="c", AuthorizationType="API_KEY", AuthParameters={}),
        lambda: events.create_event_bus(Name="aws.partner/x/y", EventSourceName="aws.partner/x/y"),
        lambda: events.describe_event_bus(
            Name="arn:aws:events:us-east-1:111122223333:event-bus/theirs"
        ),
    ]
    assert {error_of(call)[0] for call in calls} == {"NotImplementedByOrderlab"}


@pytest.mark.parametrize("exists", [True, False])
def test_the_role_of_a_target_has_to_trust_eventbridge(kit: EventKit, exists: bool) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    rule, url = kit.rule({"source": ["shop"]}), kit.queue()
    role = kit.role("sqs:SendMessage") if exists else f"arn:aws:iam::{ACCOUNT}:role/none"
    target = {"Id": "t", "Arn": kit.arn(url), "RoleArn": role}
    assert error_of(lambda: kit.events.put_targets(Rule=rule, Targets=[target])) == (
        "ValidationException",
        f"Provided role '{role}' cannot be assumed by principal 'events.amazonaws.com'.",
    )
    assert kit.events.list_targets_by_rule(Rule=rule)["Targets"] == []


@pytest.mark.parametrize("operation", ["list_archives", "list_replays"])
def test_archives_and_replays_are_listed_by_one_filter(kit: EventKit, operation: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html"""
    call = getattr(kit.events, operation)
    code, text = error_of(
        lambda: call(
            NamePrefix="a", EventSourceArn=f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/x"
        )
    )
    assert code == "ValidationException" and text.startswith("At most one filter is allowed")


def test_a_template_names_only_what_has_a_path_or_is_reserved(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"""
    rule = kit.rule({"source": ["shop"]})

    def put(template: str) -> Any:
        transformer = {"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": template}
        target = {"Id": "t-1", "Arn": QUEUE, "InputTransformer": transformer}
        return kit.events.put_targets(Rule=rule, Targets=[target])

    assert put('{"id": <id>, "rule": "<aws.events.rule-name>"}')["FailedEntryCount"] == 0
    for template in ('{"id": <order>}', '"order <order> has come"'):
        assert error_of(partial(put, template)) == (
            "ValidationException",
            "InputTemplate for target t-1 contains invalid placeholder order.",
        )
