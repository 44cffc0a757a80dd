"""4.2's check: what reaches the inbox, what is answered, and what the role may do."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter01.policies import statements_of
from orderlab.exercises.chapter04.door_answer import LOOKED, answered, wrong_door
from orderlab.exercises.chapter04.door_attempts import ROLE
from orderlab.exercises.chapter04.door_silence import changed, integration_of, not_by_post, nothing
from orderlab.exercises.chapter04.probes import (
    arrival,
    as_sent,
    attributes_of,
    bodies,
    forget,
    probe_order,
    url_of,
)
from orderlab.exercises.chapter04.rights_beyond import beyond
from orderlab.exercises.chapter04.role_tried import only_the_gateway, sends_elsewhere, trusted
from orderlab.exercises.chapter04.starting_points import answers_by_function
from orderlab.exercises.engine import Outcome, Workspace, right, untouched
from orderlab.orders.architecture import INBOX, ORDERS
from orderlab.orders.parts.api import api_address
from orderlab.orders.parts.names import queue_arn, role_arn, table_arn
from orderlab.practice.http import Answer, request


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
    sent, before = as_sent(order), bodies(target, "")
    try:
        answer = request(url, sent)
        return (
            _arrived(target, answer, order, sent, before)
            or answered(answer, order["order_id"], _status_for(target, "200"))
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


def _arrived(
    target: Target, answer: Answer, order: dict[str, Any], sent: str, before: list[str]
) -> Outcome | None:
    got = f"{answer.status} {answer.text.strip()[:120]}"
    if answer.status == 201 and answers_by_function(target):
        return wrong_door(
            "still the function",
            "POST /orders still leads to accept-order: there is no other integration yet.",
            got,
            "put_integration. If it raised an error, the error says what is missing.",
        )
    if answer.status == 201:
        return wrong_door(
            "not deployed",
            "The stage still answers with accept-order: 201, after the work is done.",
            got,
            "A stage serves its deployment. create_deployment(restApiId=api, stageName='live')",
        )
    if answer.status == 415 and answer.by_the_gateway:
        return wrong_door(
            "a template for another type",
            "The gateway has no template for application/json, and refuses the order.",
            got,
            "The key in requestTemplates is the content type that the template is for.",
        )
    if answer.status in (400, 403, 413) and answer.by_the_gateway:
        return wrong_door(
            "nobody gets in",
            "The gateway refuses a valid order before it calls anything.",
            got,
            "The method needs no key and no signature; ex.again() puts it back as it was.",
        )
    there = arrival(target, order["order_id"], 3.0 if answer.status < 300 else 1.0)
    if there is None:
        strange = [each for each in bodies(target, "") if each not in before]
        return changed(strange[0], sent, order) if strange else nothing(target, answer, sent)
    if there in (sent, order):
        return None
    return changed(str(there), sent, order)


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
    if "assumed-role" in answer.text or (isinstance(said, dict) and "Error" in said):
        return wrong_door(
            "SQS's refusal handed on",
            "The status is right, and the customer reads what SQS said to the gateway, with names of "
            "your account in it.",
            got,
            "The message is one of yours, whatever the reason was.",
        )
    if isinstance(said, dict) and said.get("message"):
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
    verb = str(integration_of(target).get("httpMethod", ""))
    if verb not in ("POST", "GET"):
        return not_by_post(verb, "the integration's method")
    # exercise 4.4 gives the role one right more
    wanted = [
        ("sqs:SendMessage", queue_arn(target, INBOX)),
        ("dynamodb:GetItem", table_arn(target, ORDERS)),
    ]
    more = beyond(statements_of(Workspace(target), target.name(ROLE)), wanted)
    if more:
        return wrong_door(
            "a role that may do more",
            "Sending to orders-inbox is all that a door needs. The policies of order-api-role allow "
            "more.",
            "; ".join(more[:3]),
            "Action is sqs:SendMessage alone, and Resource the ARN of orders-inbox alone.",
        )
    return None
