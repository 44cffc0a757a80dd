"""4.4's check: what the endpoint says of orders that are stored, promised, unknown."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any
from urllib.parse import quote

from orderlab.exercises.chapter01.policies import allows, statements_of
from orderlab.exercises.chapter04.probes import discard, forget, probe_order
from orderlab.exercises.chapter04.role_tried import does
from orderlab.exercises.chapter04.starting_points import method_of
from orderlab.exercises.chapter04.status_attempts import (
    PATH,
)
from orderlab.exercises.engine import Outcome, Workspace, right, untouched, wrong
from orderlab.faults import Faults
from orderlab.orders.architecture import INBOX, INBOX_ROLE, ORDERS
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.names import role_arn, table_arn
from orderlab.practice.http import Answer, request
from orderlab.practice.items import item_of
from orderlab.target.base import Target

_LOOKED = (
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


def judge(workspace: Workspace) -> Outcome:
    target = workspace.target
    if not method_of(target, PATH, "GET"):
        return untouched(
            "order-api has no GET /orders/{orderId}/status yet.",
            next="A resource under /orders/{orderId}, a method, an integration, two answers.",
        )
    order = probe_order()
    target.client("dynamodb").put_item(TableName=target.name(ORDERS), Item=item_of(order))
    try:
        return (
            _way(target)
            or _unknown(target)
            or _stored(target, order["order_id"])
            or _promised(target)
            or _inside(target, order["order_id"])
            or _silent(target)
            or _at_once(target)
            or _role(workspace)
            or right(
                "Three answers, each true. The queue can't be asked, so the one who knows brings it "
                "along; and when the table is silent, so is the endpoint.",
                looked_at=_LOOKED,
                got="200, 202, 404 and 503, each where it belongs",
            )
        )
    finally:
        forget(target, order["order_id"])


def _wrong(name: str, message: str, got: str, next: str, **more: str) -> Outcome:
    shown = {"looked_at": _LOOKED, "expected": _EXPECTED, **more}
    return wrong(name, message, got=got[:200], next=next, **shown)


def _said(answer: Answer) -> str:
    return f"{answer.status} {answer.text.strip()[:120]}"


def _word(answer: Answer) -> str:
    try:
        said = json.loads(answer.text)
    except ValueError:
        return ""
    return str(said.get("status", "")) if isinstance(said, dict) else ""


def _way(target: Target) -> Outcome | None:
    """Whether the request comes through to the table at all."""
    integration = integration_of(target)
    if integration.get("type") in ("AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"):
        return _wrong(
            "something else between",
            "The method doesn't ask the table itself.",
            f"integration type {integration['type']}",
            "type AWS, with the uri that ends with dynamodb:action/GetItem",
        )
    if not integration:
        return _wrong(
            "nothing behind the method",
            "GET /orders/{orderId}/status is there, and has no integration.",
            "no integration",
            "put_integration says what is behind a method.",
        )
    answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if "MissingAuthenticationToken" in answer.headers.get("x-amzn-errortype", ""):
        return _wrong(
            "not deployed",
            "The definition has the path, and the stage doesn't serve it.",
            _said(answer),
            "create_deployment(restApiId=api, stageName='live')",
        )
    if answer.by_the_gateway:
        return _wrong(
            "a door that asks for more",
            "The gateway refuses the question before it asks the table.",
            _said(answer),
            'authorizationType="NONE", no validator, no API key',
        )
    if answer.status < 500:
        return None
    return _no_table(target, integration, answer)


def _no_table(target: Target, integration: dict[str, Any], answer: Answer) -> Outcome:
    may = statements_of(_as_workspace(target), target.name(INBOX_ROLE))
    if not allows(may, "dynamodb:GetItem", table_arn(target, ORDERS)):
        return _wrong(
            "no right to the table",
            "order-api-role may not read the table orders.",
            _said(answer),
            'allow("dynamodb:GetItem", arn("dynamodb", "table/orders")), in a policy of the role',
        )
    if not integration.get("credentials"):
        return _wrong(
            "nobody's question",
            "The integration has no credentials, so the gateway asks as nobody.",
            _said(answer),
            "credentials is the ARN of order-api-role.",
        )
    asked = str((integration.get("requestTemplates") or {}).get("application/json", ""))
    return _wrong(
        "the table refuses the question",
        "DynamoDB or the gateway can't do anything with the request.",
        f"{_said(answer)}; template: {asked}",
        "The template is the JSON that boto3 sends: TableName, and Key with a typed value.",
    )


def _as_workspace(target: Target) -> Workspace:
    return Workspace(target)


def _stored(target: Target, order_id: str) -> Outcome | None:
    for query in ("", WITH_PROMISE):
        answer = ask(target, order_id, query)
        if answer.status == 200 and _word(answer) == "STORED":
            continue
        if answer.status == 202:
            return _wrong(
                "a promise before the fact",
                "The order is in the table, and whoever asks with `accepted` reads that it isn't yet.",
                _said(answer),
                "First the table, then the promise.",
            )
        return _wrong(
            "a stored order isn't found",
            "An order that is in the table is not answered with 200 and STORED.",
            _said(answer),
            "$input.path('$.Item.order_id.S') is the id in DynamoDB's answer, if there is an item.",
        )
    return None


def _promised(target: Target) -> Outcome | None:
    answer = ask(target, f"nobody-{secrets.token_hex(4)}", WITH_PROMISE)
    if answer.status == 404:
        return _wrong(
            "a broken promise",
            "The request brought the promise along, and reads 404. This customer orders again.",
            _said(answer),
            "$input.params('accepted') is the parameter of the query.",
        )
    if answer.status != 202 or _word(answer) != "ACCEPTED":
        return _wrong(
            "not on its way",
            "An order with a promise that isn't stored yet is not answered with 202 and ACCEPTED.",
            _said(answer),
            "#set($context.responseOverride.status = 202)",
        )
    after = answer.headers.get("retry-after", "")
    if re.fullmatch(r"[1-9]\d{0,4}", after) is None:
        return _wrong(
            "when to ask again",
            "The answer doesn't say in how many seconds to ask again.",
            f"Retry-After: {after or 'none'}",
            '#set($context.responseOverride.header.Retry-After = "2")',
        )
    return None


def _unknown(target: Target) -> Outcome | None:
    answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if answer.status == 404 and _word(answer) == "UNKNOWN":
        return None
    if answer.status == 404:
        return _wrong(
            "another word",
            "The status is right, and the text doesn't say UNKNOWN.",
            _said(answer),
            '{"status": "UNKNOWN"}',
        )
    if _word(answer) == "STORED":
        return _wrong(
            "everything is stored",
            "I asked for an order that nobody sent. It is said to be stored.",
            _said(answer),
            "When there is no item, DynamoDB's answer is {}. What is $.Item then?",
        )
    return _wrong(
        "everybody has a promise",
        "I asked for an order that nobody sent, and brought no promise. The answer is not 404.",
        _said(answer),
        "Without `accepted` there was no 202, as far as anybody knows.",
    )


def _inside(target: Target, order_id: str) -> Outcome | None:
    """A path that holds JSON of its own, which would ask for another order."""
    forged = f'nobody"}}}},"Key":{{"order_id":{{"S":"{order_id}'
    answer = ask(target, forged)
    if answer.status == 404:
        return None
    return _wrong(
        "a path that speaks JSON",
        "I asked for an id with quotation marks and braces in it, and the template took them for its "
        "own. The table was asked for something else than the id.",
        _said(answer),
        "$util.escapeJavaScript(...) around what comes from outside",
    )


def _silent(target: Target) -> Outcome | None:
    with Faults(target).fail(f"{ORDERS} (table)"):
        answer = ask(target, f"nobody-{secrets.token_hex(4)}")
    if answer.status == 503:
        return None
    return _wrong(
        "silence taken for an answer",
        "I let the table fail and asked. The answer says more than anybody knew.",
        _said(answer),
        'answer_with(GET_STATUS, "200", r"2\\d{2}", ...) and answer_with(GET_STATUS, "503", "", ...)',
    )


def _at_once(target: Target) -> Outcome | None:
    templates = integration_of(target).get("requestTemplates") or {}
    asked = " ".join(map(str, templates.values()))
    if re.search(r'"ConsistentRead"\s*:\s*true', asked):
        return None
    return _wrong(
        "a moment late",
        "The read is eventually consistent. A customer whose order was stored a moment ago may read "
        "that it wasn't.",
        "no ConsistentRead in the request template",
        '"ConsistentRead": true',
        looked_at="the request template",
        expected="a strongly consistent read",
    )


def _role(workspace: Workspace) -> Outcome | None:
    target = workspace.target
    used = str(integration_of(target).get("credentials", ""))
    if used != role_arn(target, INBOX_ROLE):
        return None
    word = f"probe-{secrets.token_hex(4)}"
    may_send = does(target, used, INBOX, f"Action=SendMessage&MessageBody={word}")
    discard(target, word)
    if not may_send:
        return _wrong(
            "the door lost its right",
            "order-api-role may not send to orders-inbox any more: no order gets in.",
            "AccessDenied for SendMessage",
            "put_role_policy replaces the policy of that name. Give yours a name of its own; exercise "
            "4.2 puts the other one back.",
        )
    statements = statements_of(workspace, target.name(INBOX_ROLE))
    too_much = {
        "read other tables": ("dynamodb:GetItem", table_arn(target, "invoicing")),
        "change orders": ("dynamodb:PutItem", table_arn(target, ORDERS)),
        "scan the table": ("dynamodb:Scan", table_arn(target, ORDERS)),
    }
    found = [what for what, (action, on) in too_much.items() if allows(statements, action, on)]
    if not found:
        return None
    return _wrong(
        "more rights than it needs",
        f"The endpoint works. Its role may also {', '.join(found)}.",
        f"{len(found)} rights that it does not use",
        "dynamodb:GetItem on the table orders",
        looked_at="the policies of order-api-role",
        expected="GetItem on orders beside SendMessage on orders-inbox",
    )
