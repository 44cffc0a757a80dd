"""PutEvents: limits, failures of single entries, permissions.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.events_kit import ACCOUNT, EventKit, error_of

GOOD = {"Source": "shop", "DetailType": "Order", "Detail": "{}"}


@pytest.fixture
def kit(cloud: Any) -> Iterator[EventKit]:
    made = EventKit(cloud)
    yield made
    made.close()


def test_each_entry_fails_by_itself(kit: EventKit) -> None:
    bus, url = kit.bus(), kit.open_queue()
    kit.rule({"source": ["shop"]}, {"Arn": kit.arn(url), "InputPath": "$.id"}, bus=bus)
    entries = [
        GOOD,
        {key: value for key, value in GOOD.items() if key != "Source"},
        {key: value for key, value in GOOD.items() if key != "DetailType"},
        {key: value for key, value in GOOD.items() if key != "Detail"},
        {**GOOD, "Detail": "not JSON"},
        {**GOOD, "Detail": "[1]"},
        {**GOOD, "Source": "aws.shop"},
        GOOD,
    ]
    answer = kit.events.put_events(Entries=[{**each, "EventBusName": bus} for each in entries])
    found = [(each.get("ErrorCode"), each.get("ErrorMessage")) for each in answer["Entries"]]
    missing = "Parameter {0} is not valid. Reason: {0} is a required argument."
    assert found == [
        (None, None),
        *[("InvalidArgument", missing.format(name)) for name in ("Source", "DetailType", "Detail")],
        ("MalformedDetail", "Detail is malformed."),
        ("MalformedDetail", "Detail is malformed."),
        ("NotAuthorizedForSourceException", "Not authorized for the source."),
        (None, None),
    ]
    assert answer["FailedEntryCount"] == 6
    wanted = [each["EventId"] for each in answer["Entries"] if "EventId" in each]
    assert sorted(kit.bodies(url, 2)) == sorted(wanted)


def test_ten_entries_are_the_most(kit: EventKit) -> None:
    assert kit.events.put_events(Entries=[GOOD] * 10)["FailedEntryCount"] == 0
    code, message = error_of(lambda: kit.events.put_events(Entries=[GOOD] * 11))
    assert code == "ValidationException"
    assert message.endswith("Member must have length less than or equal to 10")


@pytest.mark.parametrize(("size", "fits"), [(1_048_576, True), (1_048_577, False)])
def test_the_entries_of_a_call_have_one_megabyte(kit: EventKit, size: int, fits: bool) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html"""
    empty = len('{"x":""}') + len("shop") + len("Order")
    entry = {**GOOD, "Detail": json.dumps({"x": "y" * (size - empty)}, separators=(",", ":"))}
    if fits:
        assert kit.events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    else:
        found = error_of(lambda: kit.events.put_events(Entries=[entry]))
        message = "Total size of the entries in the request is over the limit."
        assert found == ("ValidationException", message)


def test_a_bus_that_does_not_exist_swallows_events(kit: EventKit) -> None:
    answer = kit.events.put_events(Entries=[{**GOOD, "EventBusName": "no-such-bus"}])
    assert answer["FailedEntryCount"] == 0
    assert answer["Entries"][0]["EventId"]


def test_a_role_needs_permission_on_each_bus(kit: EventKit) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    allowed, other = kit.bus(), kit.bus()
    here = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/"
    kit.role_for("events.amazonaws.com")
    role = kit.iam.create_role(
        RoleName=f"put-{allowed}",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )["Role"]
    may = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": here + allowed}
    kit.iam.put_role_policy(
        RoleName=role["RoleName"],
        PolicyName="may",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [may]}),
    )
    keys = kit.cloud.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="someone")
    import boto3

    events = boto3.client(
        "events",
        endpoint_url=kit.cloud.endpoint,
        region_name="us-east-1",
        aws_access_key_id=keys["Credentials"]["AccessKeyId"],
        aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
        aws_session_token=keys["Credentials"]["SessionToken"],
    )
    assert events.put_events(Entries=[{**GOOD, "EventBusName": allowed}])["FailedEntryCount"] == 0
    both = [{**GOOD, "EventBusName": name} for name in (allowed, other)]
    code, message = error_of(lambda: events.put_events(Entries=both))
    assert code == "AccessDeniedException"
    assert f"events:PutEvents on resource: {here}{other}" in message


def test_large_events_and_many_patterns_keep_nobody_waiting(kit: EventKit) -> None:
    bus = kit.bus()
    hard = {"detail": {"x": [{"wildcard": "*a" * 900 + "b"}]}}
    for _ in range(20):
        kit.rule(hard, bus=bus)
    entry = {**GOOD, "EventBusName": bus, "Detail": json.dumps({"x": ["a" * 999] * 1000})}
    worst = [0.0]
    over = threading.Event()

    def watch() -> None:
        sqs = kit.cloud.client("sqs")
        url = kit.queue()
        while not over.is_set():
            began = time.monotonic()
            sqs.get_queue_url(QueueName=url.rpartition("/")[2])
            worst[0] = max(worst[0], time.monotonic() - began)

    bystander = threading.Thread(target=watch)
    bystander.start()
    for _ in range(3):
        kit.events.put_events(Entries=[entry])
    time.sleep(2)
    over.set()
    bystander.join()
    assert worst[0] < 2
