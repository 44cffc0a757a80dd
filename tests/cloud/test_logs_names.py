"""Log groups by name and by ARN: each call takes the forms that AWS takes, and no other.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

HERE = "arn:aws:logs:us-east-1:123456789012:log-group"


@pytest.fixture(scope="module")
def logs(cloud: Any) -> Any:
    return cloud.client("logs", parameter_validation=False)


def now() -> int:
    return int(time.time() * 1000)


def error(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    found = caught.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.fixture(scope="module")
def named(logs: Any) -> str:
    name = "/names/a_b-c.d"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    return name


def reading_calls(logs: Any) -> list[Callable[..., Any]]:
    return [
        lambda **group: logs.describe_log_streams(**group),
        lambda **group: logs.filter_log_events(**group),
        lambda **group: logs.get_log_events(logStreamName="s", **group),
    ]


def test_an_identifier_is_a_name_or_an_arn_without_a_star(logs: Any, named: str) -> None:
    (group,) = logs.describe_log_groups(logGroupNamePrefix=named)["logGroups"]
    assert (group["arn"], group["logGroupArn"]) == (f"{HERE}:{named}:*", f"{HERE}:{named}")
    for call in reading_calls(logs):
        call(logGroupName=named)
        call(logGroupIdentifier=named)
        call(logGroupIdentifier=group["logGroupArn"])
        code, text = error(partial(call, logGroupIdentifier=group["arn"]))
        assert code == "InvalidParameterException"
        assert text == (
            "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy "
            r"constraint: Member must satisfy regular expression pattern: [\w#+=/:,.@-]*"
        )
        both = {"logGroupName": named, "logGroupIdentifier": named}
        assert error(partial(call, **both)) == (
            "InvalidParameterException",
            "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
        )
        assert error(call)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "identifier",
    [
        "/names/missing",
        f"{HERE}:/names/missing",
        f"arn:aws:logs:eu-west-1:123456789012:log-group:{'/names/a_b-c.d'}",
        f"arn:aws:logs:us-east-1:999999999999:log-group:{'/names/a_b-c.d'}",
        f"arn:aws:sqs:us-east-1:123456789012:log-group:{'/names/a_b-c.d'}",
        "arn:aws:logs",
    ],
)
def test_an_identifier_of_something_else_is_not_found(
    logs: Any, named: str, identifier: str
) -> None:
    for call in reading_calls(logs):
        assert error(partial(call, logGroupIdentifier=identifier)) == (
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        )


def test_a_name_is_never_an_arn(logs: Any, named: str) -> None:
    event = [{"timestamp": now(), "message": "x"}]
    calls = [
        *reading_calls(logs),
        lambda **group: logs.create_log_group(**group),
        lambda **group: logs.delete_log_group(**group),
        lambda **group: logs.create_log_stream(logStreamName="t", **group),
        lambda **group: logs.delete_log_stream(logStreamName="s", **group),
        lambda **group: logs.put_log_events(logStreamName="s", logEvents=event, **group),
        lambda **group: logs.put_retention_policy(retentionInDays=1, **group),
        lambda **group: logs.delete_retention_policy(**group),
        lambda **group: logs.start_query(startTime=0, endTime=1, queryString="limit 1", **group),
    ]
    for name in (f"{HERE}:{named}", f"{HERE}:{named}:*", "a b", "x" * 513):
        for call in calls:
            code, text = error(partial(call, logGroupName=name))
            assert code == "InvalidParameterException"
            assert text.startswith(f"1 validation error detected: Value '{name}' at 'logGroupName'")


def test_a_streams_name_has_no_colon_and_no_star(logs: Any, named: str) -> None:
    for name in ("a:b", "a*", "x" * 513):
        for call in (logs.create_log_stream, logs.delete_log_stream, logs.get_log_events):
            given = {"logGroupName": named, "logStreamName": name}
            assert error(partial(call, **given))[0] == ("InvalidParameterException")


def test_queries_take_names_or_identifiers(logs: Any, named: str) -> None:
    given = {"startTime": 0, "endTime": 1, "queryString": "limit 1"}
    taken: tuple[dict[str, Any], ...] = (
        {"logGroupName": named},
        {"logGroupNames": [named]},
        {"logGroupIdentifiers": [named]},
        {"logGroupIdentifiers": [f"{HERE}:{named}"]},
    )
    for groups in taken:
        assert logs.start_query(**given, **groups)["queryId"]
    refused: tuple[dict[str, Any], ...] = (
        {},
        {"logGroupIdentifiers": [f"{HERE}:{named}:*"]},
        {"logGroupNames": [f"{HERE}:{named}"]},
        {"logGroupName": named, "logGroupIdentifiers": [named]},
    )
    for groups in refused:
        assert error(partial(logs.start_query, **given, **groups))[0] == (
            "InvalidParameterException"
        )
    missing = {"logGroupIdentifiers": [f"{HERE}:/names/missing"]}
    assert error(lambda: logs.start_query(**given, **missing))[0] == "ResourceNotFoundException"


def test_tags_are_those_of_a_group_that_is_there(logs: Any, named: str) -> None:
    arn = f"{HERE}:{named}"
    logs.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    assert logs.list_tags_log_group(logGroupName=named)["tags"] == {"b": "2"}
    for wrong, code in (
        (f"{arn}:*", "InvalidParameterException"),
        (named, "InvalidParameterException"),
        (f"{HERE}:/names/missing", "ResourceNotFoundException"),
    ):
        calls = (
            lambda wrong=wrong: logs.list_tags_for_resource(resourceArn=wrong),
            lambda wrong=wrong: logs.tag_resource(resourceArn=wrong, tags={"a": "1"}),
            lambda wrong=wrong: logs.untag_resource(resourceArn=wrong, tagKeys=["a"]),
        )
        for call in calls:
            assert error(call)[0] == code


def test_groups_are_described_by_identifiers(logs: Any, named: str) -> None:
    for identifier in (named, f"{HERE}:{named}"):
        found = logs.describe_log_groups(logGroupIdentifiers=[identifier])["logGroups"]
        assert [group["logGroupName"] for group in found] == [named]
    assert error(lambda: logs.describe_log_groups(logGroupIdentifiers=[f"{HERE}:{named}:*"]))[
        0
    ] == ("InvalidParameterException")
