"""Lambda and its event source mappings."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.endpoints.behaviours.behaviour import (
    Behaviour,
    Otherwise,
    comes,
    expect,
    queue,
    received,
    refused,
    until,
)
from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import log_group, queue_arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.practice.functions import at_once, deploy, invoke, zipped

_CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def a_role_is_asked(target: Target) -> None:
    url = queue(target, "guarded")
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        boto3.client('sqs').send_message(QueueUrl=event, MessageBody='order')\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
        "    return 'it was allowed'\n"
    )
    deploy(target, "unallowed", code, Timeout=20)
    said = invoke(target, "unallowed", url)
    expect("AccessDenied" in str(said), f"without the right, sending gave: {said}")


def no_right_no_log(target: Target) -> None:
    functions, logs = target.client("lambda"), target.client("logs")
    role = ensure_role(target, "mute-role", "lambda.amazonaws.com", [allow("sqs:ListQueues", "*")])
    functions.create_function(
        FunctionName=target.name("mute"),
        Role=role,
        Handler="app.handler",
        Runtime="python3.13",
        Code={"ZipFile": zipped({"app.py": "def handler(event, context):\n    print('here')\n"})},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=target.name("mute"))
    invoke(target, "mute", {})
    group = log_group(target, "mute")
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    expect(not found, "the log group was made although the role may write no logs")


def it_times_out(target: Target) -> None:
    code = "import time\ndef handler(event, context):\n    time.sleep(5)\n"
    deploy(target, "late", code, Timeout=1)
    said = invoke(target, "late", {})
    expect(isinstance(said, dict) and "Task timed out after 1.00 seconds" in str(said), f"{said}")


def an_environment_is_kept(target: Target) -> None:
    code = (
        "count = 0\n"
        "def handler(event, context):\n"
        "    global count\n"
        "    count += 1\n"
        "    return count\n"
    )
    deploy(target, "counter", code)
    first, second = invoke(target, "counter", {}), invoke(target, "counter", {})
    expect((first, second) == (1, 2), f"two calls counted {first} and {second}")


def at_once_means_environments(target: Target) -> None:
    code = (
        "import os, time\n"
        "def handler(event, context):\n"
        "    time.sleep(1)\n"
        "    return os.environ['AWS_LAMBDA_LOG_STREAM_NAME']\n"
    )
    deploy(target, "twice", code, Timeout=10)
    streams = at_once(target, "twice", [{}, {}])
    expect(len(set(map(str, streams))) == 2, f"two calls at once had the log streams {streams}")


def reserved_is_a_limit(target: Target) -> None:
    functions = target.client("lambda")
    deploy(target, "stopped", "def handler(event, context):\n    return 1\n")
    name = target.name("stopped")
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    client = target.new_client("lambda", retries={"mode": "standard", "total_max_attempts": 1})
    refused(client.invoke, "TooManyRequestsException", FunctionName=name)


def a_failed_event_goes_on(target: Target) -> None:
    functions, url = target.client("lambda"), queue(target, "failed-events")
    arn = queue_arn(target, "failed-events")
    deploy(target, "failing", "def handler(event, context):\n    raise ValueError('no')\n",
           allowed=[allow("sqs:SendMessage", arn)])  # fmt: skip
    functions.put_function_event_invoke_config(
        FunctionName=target.name("failing"),
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    functions.invoke(
        FunctionName=target.name("failing"), InvocationType="Event", Payload=b'{"order": 1}'
    )
    body = json.loads(comes(target, url)["Body"])
    expect(body.get("requestPayload") == {"order": 1}, f"what came was {body}")
    expect(body.get("responseContext", {}).get("functionError"), f"what came was {body}")


def only_the_failed_come_again(target: Target) -> None:
    functions, sqs = target.client("lambda"), target.client("sqs")
    dead, arn = queue(target, "batch-dead"), queue_arn(target, "batch-dead")
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "1"})
    url = queue(target, "batch", VisibilityTimeout="2", RedrivePolicy=redrive)
    code = (
        "def handler(event, context):\n"
        "    bad = [r['messageId'] for r in event['Records'] if r['body'] == 'bad']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': each} for each in bad]}\n"
    )
    deploy(target, "batch", code, allowed=[allow(_CONSUME, queue_arn(target, "batch"))], Timeout=2)
    entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(("good", "bad"))]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    functions.create_event_source_mapping(
        FunctionName=target.name("batch"),
        EventSourceArn=queue_arn(target, "batch"),
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    bodies = [comes(target, dead, 40)["Body"], *[m["Body"] for m in received(target, dead, 1)]]
    expect(bodies == ["bad"], f"the dead letters are {bodies}")


def a_filter_takes_messages_away(target: Target) -> None:
    functions, sqs = target.client("lambda"), target.client("sqs")
    url, seen = queue(target, "sorted", VisibilityTimeout="5"), queue(target, "sorted-seen")
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    for record in event['Records']:\n"
        f"        boto3.client('sqs').send_message(QueueUrl='{seen}', MessageBody=record['body'])\n"
    )
    may = [allow(_CONSUME, queue_arn(target, "sorted")),
           allow("sqs:SendMessage", queue_arn(target, "sorted-seen"))]  # fmt: skip
    deploy(target, "sorted", code, allowed=may, Timeout=5)
    pattern = json.dumps({"body": {"kind": ["new"]}})
    functions.create_event_source_mapping(
        FunctionName=target.name("sorted"),
        EventSourceArn=queue_arn(target, "sorted"),
        FilterCriteria={"Filters": [{"Pattern": pattern}]},
    )
    for kind in ("old", "new"):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": kind}))
    bodies = [comes(target, seen, 40)["Body"], *[m["Body"] for m in received(target, seen, 1)]]
    expect(bodies == ['{"kind": "new"}'], f"the function got {bodies}")


def a_mapping_asks_for_rights(target: Target) -> None:
    queue(target, "unreadable")
    deploy(target, "reader", "def handler(event, context):\n    pass\n")
    message = refused(
        target.client("lambda").create_event_source_mapping,
        "InvalidParameterValueException",
        FunctionName=target.name("reader"),
        EventSourceArn=queue_arn(target, "unreadable"),
    )
    expect("ReceiveMessage" in message, message)


def environments_are_kept_ready(target: Target) -> None:
    functions = target.client("lambda")
    deploy(target, "ready", "def handler(event, context):\n    return 1\n")
    name = target.name("ready")
    version = functions.publish_version(FunctionName=name)["Version"]
    where: dict[str, Any] = {"FunctionName": name, "Qualifier": version}
    functions.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)
    until(
        lambda: functions.get_provisioned_concurrency_config(**where)["Status"] == "READY",
        "no environment got ready",
    )


def an_answer_has_6_mb(target: Target) -> None:
    deploy(
        target, "wordy", "def handler(event, context):\n    return 'x' * 6_400_000\n", Timeout=10
    )
    said = invoke(target, "wordy", {})
    if not isinstance(said, dict):
        raise Otherwise("an answer of 6.4 MB was given")
    expect("ResponseSizeTooLarge" in str(said), str(said)[:200])


BEHAVIOURS = (
    Behaviour("Lambda", "A function may do what its role allows, and nothing else",
              a_role_is_asked),
    Behaviour("Lambda", "A function whose role may write no logs has none", no_right_no_log),
    Behaviour("Lambda", "A function is stopped at its timeout", it_times_out),
    Behaviour("Lambda", "An environment is used again, with what the code left in memory",
              an_environment_is_kept),
    Behaviour("Lambda", "Two calls at once need two environments", at_once_means_environments),
    Behaviour("Lambda", "Calls beyond the reserved concurrency are throttled",
              reserved_is_a_limit),
    Behaviour("Lambda", "An asynchronous event that failed goes to the destination for failures",
              a_failed_event_goes_on),
    Behaviour("Lambda", "Of a batch only the messages come again that the function reports",
              only_the_failed_come_again),
    Behaviour("Lambda", "A mapping's filter takes messages away before the function is called",
              a_filter_takes_messages_away),
    Behaviour("Lambda", "A mapping is refused if the function's role may not read the queue",
              a_mapping_asks_for_rights),
    Behaviour("Lambda", "Provisioned concurrency keeps environments ready",
              environments_are_kept_ready),
    Behaviour("Lambda", "An answer above 6 MB is an error", an_answer_has_6_mb),
)  # fmt: skip
