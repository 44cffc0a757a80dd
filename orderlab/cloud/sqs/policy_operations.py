"""AddPermission and RemovePermission: statements of the queue's policy, by label.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.contracts import Call, Handler, Parameters, Result
from orderlab.cloud.sqs.errors import InvalidParameterValue, MissingParameter, OverLimit
from orderlab.cloud.sqs.parameters import needed_text, texts
from orderlab.cloud.sqs.queue import LiveQueue
from orderlab.cloud.sqs.registry import QueueRegistry

MAX_ACTIONS = 7
SHAREABLE = (
    "*",
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
)
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,80}")
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)


class PolicyOperations:
    """Permissions given to other accounts."""

    def __init__(self, registry: QueueRegistry) -> None:
        self._registry = registry
        self.handlers: Mapping[str, Handler] = {
            "AddPermission": self.add_permission,
            "RemovePermission": self.remove_permission,
        }

    def add_permission(self, call: Call, parameters: Parameters) -> Result:
        """Add a statement under a new label."""
        queue = self._registry.addressed(call, parameters)
        label = needed_text(parameters, "Label")
        if not _LABEL.fullmatch(label):
            raise InvalidParameterValue(f"Value {label} for parameter Label is invalid.")
        document, statements = _policy(queue)
        if any(statement.get("Sid") == label for statement in statements):
            raise InvalidParameterValue(
                f"Value {label} for parameter Label is invalid. Reason: Already exists."
            )
        principals = [f"arn:aws:iam::{account}:root" for account in _accounts(parameters)]
        actions = [f"SQS:{action}" for action in _actions(parameters)]
        statements.append(
            {
                "Sid": label,
                "Effect": "Allow",
                "Principal": {"AWS": principals[0] if len(principals) == 1 else principals},
                "Action": actions[0] if len(actions) == 1 else actions,
                "Resource": queue.arn,
            }
        )
        self._keep(queue, document, statements)
        return {}

    def remove_permission(self, call: Call, parameters: Parameters) -> Result:
        """Remove the statement with a label."""
        queue = self._registry.addressed(call, parameters)
        label = needed_text(parameters, "Label")
        document, statements = _policy(queue)
        left = [statement for statement in statements if statement.get("Sid") != label]
        if len(left) == len(statements):
            raise InvalidParameterValue(
                f"Value {label} for parameter Label is invalid. Reason: can't find label."
            )
        self._keep(queue, document, left)
        return {}

    def _keep(
        self, queue: LiveQueue, document: dict[str, Any], statements: list[dict[str, Any]]
    ) -> None:
        text = json.dumps({**document, "Statement": statements}) if statements else ""
        self._registry.change(queue, {"Policy": text})


def _policy(queue: LiveQueue) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The queue's policy and its statements, ready for a change."""
    if not queue.policy:
        return {"Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy"}, []
    document = json.loads(queue.policy)
    statements = document["Statement"]
    return document, list(statements) if isinstance(statements, list) else [statements]


def _accounts(parameters: Parameters) -> list[str]:
    accounts = texts(parameters, "AWSAccountIds")
    if not accounts or not all(_ACCOUNT_ID.fullmatch(account) for account in accounts):
        raise InvalidParameterValue(
            f"Value {accounts} for parameter PrincipalId is invalid. Reason: Unable to verify."
        )
    return accounts


def _actions(parameters: Parameters) -> list[str]:
    actions = texts(parameters, "Actions")
    if not actions:
        raise MissingParameter("Actions")
    if len(actions) > MAX_ACTIONS:
        raise OverLimit(f"{len(actions)} Actions were found, maximum allowed is {MAX_ACTIONS}.")
    for action in actions:
        if action not in SHAREABLE:
            raise InvalidParameterValue(
                f"Value SQS:{action} for parameter ActionName is invalid. "
                "Reason: Only the queue owner is allowed to invoke this action."
            )
    return actions
