"""What the API does with a request: hand it to a function, or put it into the inbox."""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.api import Method
from orderlab.orders.parts.names import function_arn, role_arn

# A message is written before anybody looks at the order. The id is kept aside on the way in,
# since the answer's template sees the queue's answer, not the order.
TO_INBOX = (
    "#set($context.requestOverride.path.order_id = $input.path('$.order_id'))"
    "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
)
ACCEPTED = (
    "#set($id = $context.requestOverride.path.order_id)"
    '{"order_id":"$id","status":"ACCEPTED",'
    '"status_url":"/orders/$id/status?accepted=$context.requestTimeEpoch"}'
)
NOT_TAKEN = '{"message":"The order could not be taken. Send it again: it will be stored once."}'

# An order that is not in the table yet can be told from one that nobody sent by the promise that
# the client brings along: a queue can't be searched.
ASK = (
    '{"TableName":"%s","ConsistentRead":true,'
    '"Key":{"order_id":{"S":"$util.escapeJavaScript($input.params(\'orderId\'))"}}}'
)
TOLD = (
    '#if("$!input.path(\'$.Item.order_id.S\')" != ""){"status":"STORED"}'
    '#elseif("$!input.params(\'accepted\')" != "")#set($context.responseOverride.status = 202)'
    '#set($context.responseOverride.header.Retry-After = "2"){"status":"ACCEPTED"}'
    '#else#set($context.responseOverride.status = 404){"status":"UNKNOWN"}#end'
)
NOT_TOLD = '{"message":"Nobody can tell now. Ask again."}'


def accept_by_function(target: Target, function: str) -> Method:
    """POST /orders, answered by a function while the customer waits (chapters 01 to 03)."""
    return Method("/orders", "POST", _to_function(target, function), validated=True)


def accept_into_queue(target: Target, queue: str, role: str) -> Method:
    """POST /orders, storage first: answered as soon as the order is in the queue (chapter 04)."""
    integration = {
        "type": "AWS",
        "uri": f"arn:aws:apigateway:{target.region}:sqs:path/{target.account_id}/"
        f"{target.name(queue)}",
        "credentials": role_arn(target, role),
        "requestParameters": {
            "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
        },
        "requestTemplates": {"application/json": TO_INBOX},
        # what has no template is refused (415), never passed to the queue as it is
        "passthroughBehavior": "NEVER",
    }
    answers = [
        {
            "statusCode": "202",
            "selectionPattern": "2\\d{2}",
            "responseTemplates": {"application/json": ACCEPTED},
        },
        # whatever else the queue says: the client is to try again
        {"statusCode": "503", "responseTemplates": {"application/json": NOT_TAKEN}},
    ]
    return Method("/orders", "POST", integration, answers, validated=True)


def status_from_table(target: Target, table: str, role: str) -> Method:
    """GET an accepted order's status: stored, on its way (with a promise), or unknown."""
    integration = {
        "type": "AWS",
        "uri": f"arn:aws:apigateway:{target.region}:dynamodb:action/GetItem",
        "credentials": role_arn(target, role),
        "requestTemplates": {"application/json": ASK % target.name(table)},
    }
    answers = [
        {
            "statusCode": "200",
            "selectionPattern": "2\\d{2}",
            "responseTemplates": {"application/json": TOLD},
        },
        # that the table doesn't answer says nothing about the order
        {"statusCode": "503", "responseTemplates": {"application/json": NOT_TOLD}},
    ]
    return Method("/orders/{orderId}/status", "GET", integration, answers)


def read_by_function(target: Target, function: str) -> list[Method]:
    """GET one order, GET a customer's orders."""
    return [
        Method(
            "/orders/{orderId}",
            "GET",
            _to_function(target, function),
            parameters={"method.request.path.orderId": True},
        ),
        Method(
            "/customers/{customerId}/orders",
            "GET",
            _to_function(target, function),
            parameters={
                "method.request.path.customerId": True,
                "method.request.querystring.limit": False,
                "method.request.querystring.next": False,
            },
        ),
    ]


def _to_function(target: Target, function: str) -> dict[str, Any]:
    uri = (
        f"arn:aws:apigateway:{target.region}:lambda:path/2015-03-31/functions/"
        f"{function_arn(target, function)}/invocations"
    )
    return {"type": "AWS_PROXY", "uri": uri}
