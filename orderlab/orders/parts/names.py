"""ARNs, tags, and AWS errors that mean no harm."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from orderlab.aws_target.base import Target

TAGS = {"project": "orderlab"}
TAG_LIST = [{"Key": key, "Value": value} for key, value in TAGS.items()]


def arn(target: Target, service: str, resource: str) -> str:
    """The ARN of a resource of the session; `resource` holds its type where ARNs have one."""
    return f"arn:aws:{service}:{target.region}:{target.account_id}:{resource}"


def role_arn(target: Target, name: str) -> str:
    return f"arn:aws:iam::{target.account_id}:role{target.role_path}{target.name(name)}"


def function_arn(target: Target, name: str) -> str:
    return arn(target, "lambda", f"function:{target.name(name)}")


def queue_arn(target: Target, name: str) -> str:
    return arn(target, "sqs", target.name(name))


def topic_arn(target: Target, name: str) -> str:
    return arn(target, "sns", target.name(name))


def table_arn(target: Target, name: str) -> str:
    return arn(target, "dynamodb", f"table/{target.name(name)}")


def log_group(target: Target, function: str) -> str:
    return f"/aws/lambda/{target.name(function)}"


@contextlib.contextmanager
def ignoring(*codes: str) -> Iterator[None]:
    """Let AWS errors with one of these codes pass."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
