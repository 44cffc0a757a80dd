"""What the notebook has defined above its exercises, for trying the solutions that it shows."""

from __future__ import annotations

import json
from typing import Any

from orderlab.exercises.chapter03.probes import url_of
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import TOPIC
from orderlab.orders.parts.names import arn, topic_arn
from orderlab.orders.parts.packages import handler_zip
from orderlab.orders.parts.roles import allow
from orderlab.practice.functions import deploy


def names(workspace: Workspace) -> dict[str, Any]:
    """Clients, short forms and ARNs, by their names in the notebook."""
    target = workspace.target
    return {
        "allow": allow,
        "functions": workspace.client("lambda"),
        "dynamodb": workspace.client("dynamodb"),
        "metrics": workspace.client("cloudwatch"),
        "lab": _Lab(workspace),
        "json": json,
        "sns": workspace.client("sns"),
        "sqs": workspace.client("sqs"),
        "topic": topic_arn(target, TOPIC),
        "arn": lambda service, name: arn(target, service, name),
        "queue_url": lambda name: url_of(target, name),
    }


class _Lab:
    """The words of `lab` that solutions of this chapter use."""

    def __init__(self, workspace: Workspace) -> None:
        self._target = workspace.target

    def deploy(self, name: str, code: bytes, **settings: Any) -> str:
        return deploy(self._target, name, code, **settings)

    @staticmethod
    def customer_code(name: str) -> bytes:
        return handler_zip(name)
