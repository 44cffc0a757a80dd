"""4.4's check: whether a question comes through to the table, and why not."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any
from urllib.parse import quote

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import allows, statements_of
from orderlab.exercises.chapter04.role_tried import said_by
from orderlab.exercises.chapter04.starting_points import method_of, paths_of
from orderlab.exercises.chapter04.status_attempts import PARENT, PATH
from orderlab.exercises.engine import Outcome, Workspace, untouched, wrong
from orderlab.orders.architecture import INBOX_ROLE, ORDERS
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.names import table_arn
from orderlab.practice.http import Answer, request

LOOKED = (
    "asked for a stored order and for one that nobody sent, each with and without `accepted`, and "
    "while the table did not answer"
)
_EXPECTED = "200 STORED, 202 ACCEPTED with Retry-After, 404 UNKNOWN, 503"
WITH_PROMISE = "?accepted=1700000000000"


def integration_of(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = method_of(target, PATH, "GET").get("methodIntegration") or {}
    return found


def ask(target: Target, order_id: str, query: str = "") -> Answer:
    where = f"{api_address(target)}/orders/{quote(order_id, safe='')}/status{query}"
    return request(where, method="GET")


def wrong_status(name: str, message: str, got: str, next: str, **more: str) -> Outcome:
    shown = {"looked_at": LOOKED, "expected": _EXPECTED, **more}
    return wrong(name, message, got=got[:200], next=next, **shown)


def said(answer: Answer) -> str:
    return f"{answer.status} {answer.text.strip()[:120]}"


def word(answer: Answer) -> str:
    try:
        found = json.loads(answer.text)
    except ValueError:
        return ""
    return str(found.get("status", "")) if isinstance(found, dict) else ""


def way(target: Target) -> Outcome | None:
    """Whether the request comes through to the table at all."""
    integration = integration_of(target)
    if integration.get("type") in ("AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"):
        return wrong_status(
            "something else between",
            "The method doesn't ask the table itself.",
            f"integration type {integration['type']}",
            "type AWS, with the uri that ends with dynamodb:action/GetItem",
        )
    if not integration:
        return wrong_status(
            "nothing behind the method",
            "GET /orders/{orderId}/status is there, and has no integration.",
            "no integration",
            "put_integration says what is behind a method.",
        )
    kind = method_of(target, PATH, "GET").get("authorizationType", "NONE")
    if kind != "NONE":
        return wrong_status(
            "a door for some",
            "The method asks who is there, and a buyer has no key and no signature.",
            f"authorizationType {kind}",
            'authorizationType="NONE"',
        )
    answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if "MissingAuthenticationToken" in answer.headers.get("x-amzn-errortype", ""):
        return wrong_status(
            "not deployed",
            "The definition has the path, and the stage doesn't serve it.",
            said(answer),
            "create_deployment(restApiId=api, stageName='live')",
        )
    if answer.by_the_gateway:
        return wrong_status(
            "a door that asks for more",
            "The gateway refuses the question before it asks the table.",
            said(answer),
            'authorizationType="NONE", no validator, no API key',
        )
    if answer.status < 500:
        return None
    return _no_table(target, integration, answer)


def _no_table(target: Target, integration: dict[str, Any], answer: Answer) -> Outcome:
    may = statements_of(_as_workspace(target), target.name(INBOX_ROLE))
    if not allows(may, "dynamodb:GetItem", table_arn(target, ORDERS)):
        return wrong_status(
            "no right to the table",
            "order-api-role may not read the table orders.",
            said(answer),
            'allow("dynamodb:GetItem", arn("dynamodb", "table/orders")), in a policy of the role',
        )
    if not integration.get("credentials"):
        return wrong_status(
            "nobody's question",
            "The integration has no credentials, so the gateway asks as nobody.",
            said(answer),
            "credentials is the ARN of order-api-role.",
        )
    used = integration["credentials"].rpartition("/")[2]
    verb = str(integration.get("httpMethod", ""))
    if verb != "POST":
        return wrong_status(
            "not by POST",
            f"The gateway is told to call DynamoDB by {verb or 'no method'}. The request travels in "
            "the body of a POST.",
            said(answer),
            'integrationHttpMethod="POST"',
        )
    heard = said_by(target, integration, "{}", "orderId", "nobody")
    if heard.status < 300:
        return _no_answer(target, answer, integration)
    if "__type" not in heard.text:  # each error of DynamoDB has one
        return wrong_status(
            "a role that can't be taken on",
            f"I let the gateway ask the table as {used}, and nothing came back from DynamoDB.",
            said(answer),
            "credentials is the ARN of order-api-role.",
        )
    return wrong_status(
        "the table refuses the question",
        "I sent a question through your template once more, and read what DynamoDB says to it.",
        heard.text.strip(),
        "The template is the JSON that boto3 sends: TableName, and Key with a typed value.",
    )


def _no_answer(target: Target, answer: Answer, integration: dict[str, Any]) -> Outcome:
    """The table answers, and the customer gets a fault of the gateway."""
    if "200" in status_for(integration, "200"):
        return wrong_status(
            "an older deployment",
            "The definition has an answer for the customer, and the stage serves an older definition.",
            said(answer),
            "create_deployment(restApiId=api, stageName='live'), after the answers.",
        )
    return wrong_status(
        "no answer for what the table says",
        "DynamoDB answers the question, and the method has no answer for the customer.",
        said(answer),
        'answer_with(GET_STATUS, "200", r"2\\d{2}", ...)',
    )


def status_for(integration: dict[str, Any], status: str) -> str:
    """The status that the customer gets for one of the service's, as the definition has it."""
    default = ""
    for code, each in (integration.get("integrationResponses") or {}).items():
        pattern = each.get("selectionPattern") or ""
        if pattern and re.fullmatch(pattern, status):
            return str(code)
        default = default if pattern else str(code)
    return default


def elsewhere(target: Target) -> Outcome:
    """There is no GET at the path: whether something was built beside it."""
    found = {
        path: verbs
        for path, verbs in paths_of(target).items()
        if path.startswith(f"{PARENT}/") or path.rpartition("/")[2] == "status"
    }
    if not any(found.values()):
        return untouched(
            "order-api has no GET /orders/{orderId}/status yet.",
            next="A resource under /orders/{orderId}, a method, an integration, two answers.",
        )
    return wrong_status(
        "another place",
        "order-api has no GET /orders/{orderId}/status. What was built stands somewhere else.",
        "; ".join(f"{' '.join(verbs) or 'no method'} {path}" for path, verbs in found.items()),
        'The parent is paths["/orders/{orderId}"], pathPart "status", the method GET.',
        stands="`ex.again()` takes away what is under /orders/{orderId}.",
    )


def _as_workspace(target: Target) -> Workspace:
    return Workspace(target)
