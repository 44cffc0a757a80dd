"""One behaviour of AWS's, and what its trials share."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.orders.parts.names import queue_arn

WAIT_SECONDS = 20.0


class Otherwise(Exception):
    """What was seen in the place of what AWS does."""


@dataclass(frozen=True)
class Behaviour:
    """What AWS does, in a sentence; `tried` raises Otherwise, or an AWS error, where it differs.

    The sentences stand in the page, under the name of the service.
    """

    service: str
    says: str
    tried: Callable[[Target], None]

    @property
    def name(self) -> str:
        return self.tried.__name__

    def seen(self, target: Target) -> str:
        """What was seen that AWS doesn't do; empty where the server does as AWS."""
        try:
            self.tried(target)
        except ClientError as error:
            said = error.response.get("Error", {})
            return f"{error.operation_name}: {said.get('Code')}: {said.get('Message')}"[:200]
        except Exception as error:
            kind = "" if isinstance(error, Otherwise) else f"{type(error).__name__}: "
            return f"{kind}{error}"[:200]
        return ""


def expect(holds: object, seen: object) -> None:
    """Raise Otherwise, with what was seen, unless it holds."""
    if not holds:
        raise Otherwise(str(seen))


def until(look: Callable[[], Any], seen: str, seconds: float = WAIT_SECONDS) -> Any:
    """The first true value of `look`; Otherwise with `seen` if none comes in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        expect(time.monotonic() < deadline, seen)
        time.sleep(0.1)
    return found


def refused(call: Callable[..., Any], code: str, **parameters: Any) -> str:
    """The message of the error with this code that a call must bring."""
    try:
        call(**parameters)
    except ClientError as error:
        said = error.response["Error"]
        expect(said["Code"] == code, f"{said['Code']}: {said['Message']}")
        return str(said["Message"])
    raise Otherwise("it was accepted")


def queue(target: Target, name: str, **attributes: str) -> str:
    """A new queue's address."""
    made = target.client("sqs").create_queue(QueueName=target.name(name), Attributes=attributes)
    return str(made["QueueUrl"])


def open_queue(target: Target, name: str, service: str) -> str:
    """A queue that a service may send to; its address."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(target, name),
    }
    return queue(
        target, name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )


def received(target: Target, url: str, seconds: int = 1, **how: Any) -> list[dict[str, Any]]:
    """The messages that one long poll gives."""
    given = {"MessageSystemAttributeNames": ["All"], "MaxNumberOfMessages": 10, **how}
    found = target.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=seconds, **given)
    messages: list[dict[str, Any]] = found.get("Messages", [])
    return messages


def comes(target: Target, url: str, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
    """The first message that comes; Otherwise if none does."""
    found: dict[str, Any] = until(lambda: received(target, url, 1), "no message came", seconds)[0]
    return found
