"""4.2's check: what reaches the inbox, what is answered, and what the role may do."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orderlab.exercises.chapter04.door_answer import LOOKED, answered, wrong_door
from orderlab.exercises.chapter04.door_attempts import ROLE
from orderlab.exercises.chapter04.probes import (
    arrival,
    as_sent,
    attributes_of,
    bodies,
    forget,
    probe_order,
    url_of,
)
from orderlab.exercises.chapter04.role_tried import does, only_the_gateway, sends_elsewhere, trusted
from orderlab.exercises.chapter04.starting_points import (
    answers_by_function,
    method_of,
)
from orderlab.exercises.engine import Outcome, Workspace, right, untouched
from orderlab.orders.architecture import INBOX
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.names import queue_arn, role_arn
from orderlab.practice.http import Answer, request
from orderlab.target.base import Target


def integration_of(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = method_of(target, "/orders", "POST").get("methodIntegration") or {}
    return found


def judge(workspace: Workspace) -> Outcome:
    target = workspace.target
    if url_of(target, INBOX) is None:
        return untouched(
            "There is no queue orders-inbox to send to.",
            next="Exercise 4.1 makes it; or lab.catch_up('4.1').",
        )
    if answers_by_function(target) and trusted(target, ROLE) is None:
        return untouched(
            "POST /orders still leads to accept-order, and there is no order-api-role.",
            next="A role, an integration of type AWS, two answers, and a deployment.",
        )
    order = probe_order()
    url = f"{api_address(target)}/orders"
    sent = as_sent(order)
    try:
        answer = request(url, sent)
        return (
            _arrived(target, answer, order, sent)
            or answered(answer, order["order_id"])
            or _still_checked(url)
            or _other_types(target, url)
            or _refused(target, url)
            or _role(target)
            or right(
                "The customer's answer depends on the gateway and on the queue now, and on no code of "
                "yours. The role can do one thing.",
                looked_at=LOOKED,
                got="each order as it was sent; 202 with its id and where to ask, and 503",
            )
        )
    finally:
        forget(target, order["order_id"])


def _arrived(target: Target, answer: Answer, order: dict[str, Any], sent: str) -> Outcome | None:
    got = f"{answer.status} {answer.text.strip()[:120]}"
    if answer.status == 201:
        return wrong_door(
            "not deployed",
            "The stage still answers with accept-order: 201, after the work is done.",
            got,
            "A stage serves its deployment. create_deployment(restApiId=api, stageName='live')",
        )
    if answer.status in (400, 403, 413, 415) and answer.by_the_gateway:
        return wrong_door(
            "nobody gets in",
            "The gateway refuses a valid order before it calls anything.",
            got,
            "The template's key is application/json, and the method needs no key or signature.",
        )
    there = arrival(target, order["order_id"], 3.0 if answer.status < 300 else 1.0)
    if there is None:
        return _nothing(target, answer, got)
    if there in (sent, order):
        return None
    return _changed(str(there), sent, order)


def _nothing(target: Target, answer: Answer, got: str) -> Outcome:
    """Nothing came: why, as far as it can be tried."""
    integration = integration_of(target)
    uri = str(integration.get("uri", ""))
    if ":path/" in uri and not uri.endswith(f"/{target.account_id}/{target.name(INBOX)}"):
        return wrong_door(
            "another address",
            "The integration doesn't name orders-inbox.",
            f"uri {uri}",
            'uri=QUEUE.format(ACCOUNT, "orders-inbox")',
        )
    form = str((integration.get("requestParameters") or {}).get(_CONTENT_TYPE, ""))
    template = str((integration.get("requestTemplates") or {}).get("application/json", ""))
    if "x-www-form-urlencoded" not in form and "Action=" in template:
        return wrong_door(
            "a form that doesn't say so",
            "API Gateway says application/json unless it is told otherwise, and SQS finds no Action "
            "in what it takes for JSON.",
            got,
            "requestParameters=FORM",
        )
    verb = str(integration.get("httpMethod", ""))
    if verb != "POST" and "Action=" in template:
        return wrong_door(
            "not by POST",
            f"The gateway is told to call SQS by {verb or 'no method'}. A form travels in the body of "
            "a POST.",
            got,
            'integrationHttpMethod="POST"',
        )
    who = trusted(target, ROLE)
    if who is not None and "apigateway.amazonaws.com" not in who and "*" not in who:
        return wrong_door(
            "a role that the gateway can't take on",
            f"The trust policy of order-api-role names {', '.join(who) or 'nobody'}.",
            got,
            "The one who takes it on is the service apigateway.amazonaws.com.",
        )
    role = str(integration.get("credentials", ""))
    if not role:
        return wrong_door(
            "nobody's call",
            "The integration has no credentials, so the gateway calls SQS as nobody.",
            got,
            "credentials is the ARN of the role.",
        )
    if not does(target, role, INBOX, _PROBE_SEND):
        return wrong_door(
            "a role without the right",
            f"I called SQS as this role: it may not send to orders-inbox. ({role.rpartition('/')[2]})",
            got,
            'allow("sqs:SendMessage", arn("sqs", "orders-inbox"))',
        )
    forget(target, _PROBE_WORD)
    return wrong_door(
        "nothing arrives",
        "The order was sent, and it is neither in orders-inbox nor in the table.",
        got,
        "The request template makes the form: Action=SendMessage&MessageBody=...",
    )


_CONTENT_TYPE = "integration.request.header.Content-Type"
_PROBE_WORD = "probe-of-the-role"
_PROBE_SEND = f"Action=SendMessage&MessageBody={_PROBE_WORD}"


def _changed(there: str, sent: str, order: dict[str, Any]) -> Outcome:
    got = f"in the queue: {there[:90]} ... ({len(there)} of {len(sent)} characters)"
    if sent.startswith(there):
        return wrong_door(
            "cut at the &",
            "The message ends where the order has its first &. In a form that is the end of a field.",
            got,
            "$util.urlEncode(...) makes a text safe for a form.",
        )
    if "%22" in there or "%7B" in there:
        return wrong_door(
            "encoded twice",
            "The message is still encoded: it was encoded more often than the form undoes.",
            got,
            "Encode once.",
        )
    if ("\\" in there and "\\'" in there) or there.startswith('{\\"'):
        return wrong_door(
            "escaped as for JavaScript",
            "The message has backslashes that the order hasn't. escapeJavaScript is for text within "
            "JSON; the body of a message is no JSON text.",
            got,
            "The body goes into the form as it is, encoded for a form.",
        )
    try:
        same = json.loads(there) == order
    except ValueError:
        same = False
    if same:
        return wrong_door(
            "written anew",
            "The message says the same as the order, but it was taken apart and written again. Exactly "
            "as it was sent is the promise: what the customer wrote can be checked against it.",
            got,
            "$input.body is the body as it came; $input.json('$') is a new text.",
        )
    return wrong_door(
        "another message",
        "A message came that isn't the order.",
        got,
        "MessageBody is the whole body, and nothing else.",
    )


def _still_checked(url: str) -> Outcome | None:
    order = probe_order()
    answer = request(url, {**order, "lines": []})
    if answer.status == 400:
        return None
    return wrong_door(
        "wrong orders get in",
        "An order without lines was not refused at the door any more.",
        f"{answer.status} {answer.text.strip()[:100]}",
        "The method keeps its validator and its model; ex.again() puts them back.",
    )


def _other_types(target: Target, url: str) -> Outcome | None:
    """A valid order, sent as text, that holds a form of its own."""
    order, forged = probe_order(), f"forged-{secrets.token_hex(5)}"
    order["lines"][0]["name"] = f"x&Action=SendMessage&MessageBody={forged}&x="
    try:
        answer = request(url, as_sent(order), content_type="text/plain")
        forgery = forged in bodies(target, forged)
        there = answer.status < 300 or bool(bodies(target, order["order_id"]))
    finally:
        forget(target, forged, order["order_id"])
    got = f"{answer.status}; the forged message in the queue: {'yes' if forgery else 'no'}"
    if forgery or (not there and answer.status != 415 and not answer.by_the_gateway):
        return wrong_door(
            "passed through as it is",
            "I sent an order as text/plain whose goods had a form for a name. It was handed to SQS as "
            "it came" + (", and SQS took a message that I had written." if forgery else "."),
            got,
            'passthroughBehavior="NEVER" refuses what has no template.',
        )
    if not there:
        return None
    return wrong_door(
        "another type gets in",
        "An order sent as text/plain came into the queue.",
        got,
        "One template, for application/json; what has none is refused.",
    )


def _refused(target: Target, url: str) -> Outcome | None:
    order = probe_order()
    with _closed(target):
        answer = request(url, order)
    forget(target, order["order_id"])
    got = f"while the queue refused: {answer.status} {answer.text.strip()[:100]}"
    if answer.status < 300:
        return wrong_door(
            "a promise without a message",
            "I closed the queue and sent an order. The customer was told that it is accepted, and it "
            "is nowhere.",
            got,
            "selectionPattern: 202 is for statuses like 200 alone, 503 for all the rest.",
        )
    if answer.status != 503:
        return wrong_door(
            "no answer for a refusal",
            "I closed the queue and sent an order. The customer's client can't know from this that it "
            "may try again.",
            got,
            'answer_with(POST_ORDERS, "503", "", ...)',
        )
    at_fault = _status_for(target, "500")
    if at_fault != "503":
        return wrong_door(
            "some refusals only",
            "A refusal of the queue is answered with 503. When SQS answers 500, because of its own "
            "fault, the customer gets something else.",
            f"for a 500 of SQS: {at_fault or 'no answer of yours'}",
            "An empty selectionPattern is for all that no other pattern matches.",
        )
    try:
        said = json.loads(answer.text)
    except ValueError:
        said = None
    if isinstance(said, dict) and said.get("message") and "Error" not in said:
        return None
    return wrong_door(
        "503 without a word",
        "The status is right, and there is no message for whoever reads it.",
        got,
        'A response template: {"message": "..."}',
    )


def _status_for(target: Target, status: str) -> str:
    """The status that the customer gets for one of the service's, as the definition has it."""
    answers = integration_of(target).get("integrationResponses") or {}
    default = ""
    for code, each in answers.items():
        pattern = each.get("selectionPattern") or ""
        if pattern and re.fullmatch(pattern, status):
            return str(code)
        default = default if pattern else str(code)
    return default


@contextmanager
def _closed(target: Target) -> Iterator[None]:
    """The inbox refuses messages for a moment; its policy is put back."""
    sqs, url = target.client("sqs"), url_of(target, INBOX)
    before = attributes_of(target, INBOX).get("Policy", "")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": queue_arn(target, INBOX),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": before})


def _role(target: Target) -> Outcome | None:
    used = str(integration_of(target).get("credentials", ""))
    if used != role_arn(target, ROLE):
        return wrong_door(
            "another role",
            "The integration acts as another role than order-api-role.",
            f"credentials {used}",
            "credentials is the ARN that gateway_role returns.",
        )
    who = trusted(target, ROLE) or []
    if not only_the_gateway(who):
        return wrong_door(
            "a role for others too",
            "Others than API Gateway may take on order-api-role.",
            f"the trust policy names {', '.join(who)}",
            "One principal: the service apigateway.amazonaws.com.",
        )
    if sends_elsewhere(target, used):
        return wrong_door(
            "a role for every queue",
            "I made a queue and sent to it as order-api-role. It was allowed.",
            "a message in a queue that is none of its business",
            "Resource is the ARN of orders-inbox.",
        )
    if does(target, used, INBOX, "Action=GetQueueAttributes&AttributeName.1=QueueArn"):
        return wrong_door(
            "a role that may do more",
            "As order-api-role I could also look into orders-inbox. Sending is all that a door needs.",
            "GetQueueAttributes was allowed",
            "Action is sqs:SendMessage alone.",
        )
    return None
