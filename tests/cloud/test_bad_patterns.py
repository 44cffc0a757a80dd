"""A pattern that would backtrack for hours, in every place that a caller reaches.

Whatever becomes of the call itself, everybody else is served meanwhile.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi, function

# more pairs of branches than there are nanoseconds in a century
VICTIM = "a" * 80 + "!"
REGULAR = "(?:a+)+$"
# the lookahead keeps it away from RE2, whatever else it is
BACKTRACKING = "^(?=a)(?:a+)+$"
STARS = "*a" * 14 + "*b"
MANY_A = "a" * 200


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


@pytest.fixture
def group(cloud: Any, request: pytest.FixtureRequest) -> str:
    """A log group with events that patterns choke on."""
    name = f"bad-{abs(hash(request.node.nodeid))}"
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    now = int(time.time() * 1000)
    texts = [VICTIM, MANY_A, "a," * 150, json.dumps({"x": VICTIM, "y": MANY_A}), "word " * 300]
    logs.put_log_events(
        logGroupName=name,
        logStreamName="s",
        logEvents=[{"timestamp": now, "message": text} for text in texts],
    )
    return name


def insights(cloud: Any, group: str, query: str) -> dict[str, Any]:
    logs = cloud.client("logs")
    now = int(time.time())
    identifier = logs.start_query(
        logGroupName=group, startTime=0, endTime=now + 9, queryString=query
    )["queryId"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = logs.get_query_results(queryId=identifier)
        if found["status"] not in ("Scheduled", "Running"):
            return found
        time.sleep(0.05)
    raise AssertionError("the query does not end")


# --- CloudWatch Logs ---


@pytest.mark.parametrize("pattern", ["%(a+)+$%", "{ $.x = %(a+)+$% }", "[a=%(a+)+$%]"])
def test_a_filter_pattern_has_no_groups(cloud: Any, group: str, pattern: str) -> None:
    logs = cloud.client("logs")
    with bystander(cloud):
        code = refused(lambda: logs.filter_log_events(logGroupName=group, filterPattern=pattern))
    assert code == "InvalidParameterException"


@pytest.mark.parametrize(
    "pattern",
    ["%a+a+a+a+a+a+a+a+a+a+a+$%", f"{{ $.y = {STARS} }}", f"[a={STARS}]", "%a{1,900}b%"],
)
def test_a_filter_pattern_is_matched_in_linear_time(cloud: Any, group: str, pattern: str) -> None:
    logs = cloud.client("logs")
    with bystander(cloud):
        found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
    assert len(found) <= 2


def test_a_long_event_and_a_large_pattern_are_matched_off_the_event_loop(cloud: Any) -> None:
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="bad-long")
    logs.create_log_stream(logGroupName="bad-long", logStreamName="s")
    for _ in range(3):
        logs.put_log_events(
            logGroupName="bad-long",
            logStreamName="s",
            logEvents=[{"timestamp": int(time.time() * 1000), "message": "ab" * 120_000}],
        )
    with bystander(cloud):
        try:
            found = logs.filter_log_events(
                logGroupName="bad-long", filterPattern="%[ab]*a[ab]{900}c%"
            )
            assert found["events"] == []
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidParameterException"


@pytest.mark.parametrize(
    "command", [f"filter @message like /{REGULAR}/", f"parse @message /(?<x>{REGULAR})/"]
)
def test_regular_expressions_of_insights_take_linear_time(
    cloud: Any, group: str, command: str
) -> None:
    with bystander(cloud):
        found = insights(cloud, group, f"fields @message | {command}")
    assert found["status"] == "Complete"


@pytest.mark.parametrize(
    "command", [f"filter @message like /{BACKTRACKING}/", f"parse @message /(?<x>{BACKTRACKING})/"]
)
def test_a_query_that_backtracks_ends_in_a_timeout(cloud: Any, group: str, command: str) -> None:
    with bystander(cloud):
        found = insights(cloud, group, f"fields @message | {command}")
    assert found["status"] == "Timeout"


def test_many_globs_are_parsed_in_linear_time(cloud: Any, group: str) -> None:
    names = ", ".join(f"f{number}" for number in range(10))
    with bystander(cloud):
        found = insights(cloud, group, f'parse @message "{",".join("*" * 10)}#" as {names}')
    assert found["status"] == "Complete"


def test_an_honest_parse_with_five_globs_finds_its_words(cloud: Any, group: str) -> None:
    query = 'parse @message "* * * * *" as a, b, c, d, e | filter a = "word" | display a, d'
    with bystander(cloud):
        found = insights(cloud, group, query)
    assert {each["field"]: each["value"] for each in found["results"][0][:2]} == {
        "a": "word",
        "d": "word",
    }


def test_a_cloud_that_is_killed_takes_its_busy_processes_along(own_cloud: Any) -> None:
    with own_cloud() as cloud:
        logs = cloud.client("logs")
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        now = int(time.time())
        event = {"timestamp": now * 1000, "message": VICTIM}
        logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
        query = f"filter @message like /{BACKTRACKING}/"
        logs.start_query(logGroupName="g", startTime=0, endTime=now + 9, queryString=query)
        engines: list[psutil.Process] = []
        while not engines:
            children = psutil.Process(cloud.pid).children(recursive=True)
            engines = [each for each in children if "engines.py" in each.cmdline()[-1]]
        psutil.Process(cloud.pid).kill()
        assert psutil.wait_procs(engines, 30)[1] == []


# --- SNS, IAM ---


def test_wildcards_of_a_filter_policy_take_linear_time(cloud: Any) -> None:
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    topic = sns.create_topic(Name="bad-wildcard")["TopicArn"]
    url = sqs.create_queue(QueueName="bad-wildcard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn["QueueArn"],
        Attributes={"FilterPolicy": json.dumps({"x": [{"wildcard": STARS}]})},
    )
    attributes = {"x": {"DataType": "String", "StringValue": MANY_A}}
    with bystander(cloud):
        assert sns.publish(TopicArn=topic, Message="m", MessageAttributes=attributes)["MessageId"]


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "sqs:*", "Resource": f"arn:aws:sqs:*:*:{STARS}"},
        {"Action": f"sqs:{STARS}", "Resource": "*"},
        {"Action": "*", "Resource": f"arn:aws:sqs:*:*:{'*a?' * 14}*b"},
        {
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringLike": {"aws:UserAgent": STARS}},
        },
    ],
)
def test_wildcards_of_a_policy_take_linear_time(cloud: Any, statement: dict[str, Any]) -> None:
    name = f"bad-{abs(hash(json.dumps(statement)))}"
    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    keys = iam.create_access_key(UserName=name)["AccessKey"]
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    limited = boto3.client(
        "sqs",
        endpoint_url=cloud.endpoint,
        region_name=cloud.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
    )
    with bystander(cloud):
        assert refused(lambda: limited.create_queue(QueueName="a" * 80)) == "AccessDenied"


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_a_long_number_that_is_none_is_refused_at_once(cloud: Any, service: str) -> None:
    attribute = {"n": {"DataType": "Number", "StringValue": "1" * 200_000 + "x"}}
    if service == "sqs":
        url = cloud.client("sqs").create_queue(QueueName="bad-number")["QueueUrl"]
        call = partial(cloud.client("sqs").send_message, QueueUrl=url, MessageBody="m")
    else:
        topic = cloud.client("sns").create_topic(Name="bad-number")["TopicArn"]
        call = partial(cloud.client("sns").publish, TopicArn=topic, Message="m")
    with bystander(cloud):
        assert "Invalid" in refused(lambda: call(MessageAttributes=attribute))


def test_an_event_full_of_openings_is_split_in_linear_time(cloud: Any, group: str) -> None:
    logs = cloud.client("logs")
    event = {"timestamp": int(time.time() * 1000), "message": "[ " * 100_000}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    with bystander(cloud):
        found = logs.filter_log_events(logGroupName=group, filterPattern="[a=x, ...]")
    assert found["events"] == []


def test_a_principal_without_end_is_refused_at_once(cloud: Any) -> None:
    client = cloud.client("lambda", parameter_validation=False)
    function(cloud, "bad-principal", "def handler(event, context): pass")
    permission = {"FunctionName": "bad-principal", "StatementId": "s"}
    with bystander(cloud):
        code = refused(
            lambda: client.add_permission(
                **permission, Action="lambda:InvokeFunction", Principal="a.amazon" * 100_000 + "!"
            )
        )
    assert code in ("InvalidParameterValueException", "ValidationException")


def test_many_bad_calls_at_once_keep_nobody_waiting(cloud: Any, group: str) -> None:
    api = RestApi(cloud, "bad-many")
    call = f"#set($b = $input.path('$.x'))$b.matches(\"{BACKTRACKING}\")"
    api.mock("POST", "/", template=call + '{"statusCode": 200}')
    api.deploy()
    query = f"filter @message like /{BACKTRACKING}/"
    with ThreadPoolExecutor(6) as callers, bystander(cloud):
        answers = [callers.submit(api.call, "POST", "/", {"x": VICTIM}) for _ in range(3)]
        queries = [callers.submit(insights, cloud, group, query) for _ in range(3)]
        assert {each.result().status for each in answers} <= {500, 504}
        assert {each.result()["status"] for each in queries} == {"Timeout"}
