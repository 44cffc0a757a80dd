"""Queues for tests: made with a name of their own, read until they are empty."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Client = Callable[..., Any]
ACCOUNT = "123456789012"


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def make_queue(client: Client, name: str, **attributes: Any) -> str:
    """The URL of a new queue; attributes may be numbers or objects."""
    texts = {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in attributes.items()
    }
    if name.endswith(".fifo"):
        texts.setdefault("FifoQueue", "true")
    url: str = client("sqs").create_queue(QueueName=name, Attributes=texts)["QueueUrl"]
    return url


def receive(client: Client, url: str, count: int = 10, wait: int = 1, **options: Any) -> list[Any]:
    """What one long poll gets."""
    answer = client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=count, WaitTimeSeconds=wait, **options
    )
    found: list[Any] = answer.get("Messages", [])
    return found


def bodies(messages: list[Any]) -> list[str]:
    return [message["Body"] for message in messages]


def counts(client: Client, url: str) -> tuple[int, int, int]:
    """Visible, in flight, delayed."""
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = ("", "NotVisible", "Delayed")
    visible, in_flight, delayed = (int(found[f"ApproximateNumberOfMessages{n}"]) for n in names)
    return visible, in_flight, delayed


def error_of(call: Callable[[], Any]) -> str:
    """The code of the error that a call ends with; empty if it ends well."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def until(true: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Wait for something to become true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
