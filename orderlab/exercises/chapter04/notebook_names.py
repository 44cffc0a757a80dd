"""What the notebook has defined above its exercises, for trying the solutions that it shows."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.engine import Workspace
from orderlab.orders.architecture import ORDERS
from orderlab.orders.parts import functions
from orderlab.orders.parts.api import find_api
from orderlab.orders.parts.names import arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.practice.functions import deploy

DAY = 24 * 3600
QUEUE = "arn:aws:apigateway:us-east-1:sqs:path/{}/{}"
GET_ITEM = "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem"
FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
CONSUME = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
GATEWAY = "apigateway.amazonaws.com"


def names(workspace: Workspace) -> dict[str, Any]:
    """Clients, short forms and ARNs, by their names in the notebook."""
    target = workspace.target
    return {
        "DAY": DAY,
        "QUEUE": QUEUE,
        "FORM": FORM,
        "GET_ITEM": GET_ITEM,
        "CONSUME": CONSUME,
        "ACCOUNT": target.account_id,
        "json": json,
        "allow": allow,
        "document": document,
        "arn": lambda service, name: arn(target, service, name),
        "sqs": workspace.client("sqs"),
        "iam": workspace.client("iam"),
        "gateway": workspace.client("apigateway"),
        "functions": workspace.client("lambda"),
        "gateway_role": lambda name, statement: ensure_role(target, name, GATEWAY, [statement]),
        "answer_with": lambda method, *how: answer_with(target, method, *how),
        "lab": _Lab(target),
    }


def door_names(workspace: Workspace) -> dict[str, Any]:
    """With order-api as it stands: its id, its paths, and the method that takes orders."""
    api, paths = api_paths(workspace.target)
    return {
        **names(workspace),
        "api": api,
        "paths": paths,
        "POST_ORDERS": {"restApiId": api, "resourceId": paths["/orders"], "httpMethod": "POST"},
    }


def worker_names(workspace: Workspace) -> dict[str, Any]:
    """With the settings of the function that works the inbox off."""
    return {**names(workspace), "settings": worker_settings(workspace.target)}


def worker_settings(target: Target) -> dict[str, Any]:
    """What the notebook gives: time, memory, the customer's layer and the table's name."""
    return {
        "Timeout": 10,
        "MemorySize": 512,
        "Layers": [functions.ensure_layer(target)],
        "Environment": {"Variables": {"ORDERS_TABLE": target.name(ORDERS)}},
    }


def api_paths(target: Target) -> tuple[str, dict[str, str]]:
    """The id of order-api, and the ids of its resources by path; empty where there is none."""
    api = find_api(target)
    if api is None:
        return "", {}
    found = target.client("apigateway").get_resources(restApiId=api, limit=500)["items"]
    return api, {each["path"]: each["id"] for each in found}


def document(*statements: Any) -> str:
    """A policy document of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def answer_with(
    target: Target, method: dict[str, str], status: str, pattern: str, template: str
) -> None:
    """One answer of a method, for the statuses that match the pattern."""
    gateway = target.client("apigateway")
    with contextlib.suppress(gateway.exceptions.ConflictException):
        gateway.put_method_response(**method, statusCode=status)
    gateway.put_integration_response(
        **method,
        statusCode=status,
        selectionPattern=pattern,
        responseTemplates={"application/json": template},
    )


class _Lab:
    """The word of `lab` that solutions of this chapter use."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def deploy(self, name: str, code: str, **settings: Any) -> str:
        return deploy(self._target, name, code, **settings)
