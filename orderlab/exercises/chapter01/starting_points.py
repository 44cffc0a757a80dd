"""What the exercises of this chapter find when they are opened; what stands is left alone."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.base import Target
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import TAGS, function_arn
from orderlab.practice.functions import deploy, zipped

RUNTIME = "python3.13"
PATH = "/orders"
# How API Gateway writes `invoke this function`, as the notebook has it.
BEHIND = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"

# The learner's first handler, as exercise 1.1 asks for it.
FIRST_HANDLER = """import json

def handler(event, context):
    order = json.loads(event["body"])
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    print("accepted", order["order_id"])
    receipt = {"order_id": order["order_id"], "total_cents": goods - order["coupon_cents"]}
    return {"statusCode": 201, "body": json.dumps(receipt)}
"""


def ensure_function(
    target: Target, name: str, files: dict[str, str], handler: str, timeout: int = 10
) -> None:
    """A function with a role of its own that may write logs, unless a function has that name."""
    functions = target.client("lambda")
    try:
        functions.get_function_configuration(FunctionName=target.name(name))
    except functions.exceptions.ResourceNotFoundException:
        deploy(target, name, files, handler=handler, Timeout=timeout)


def ensure_role_without_rights(target: Target, name: str) -> str:
    """The ARN of a role for a function that may do nothing, as `new_role` of the notebook makes."""
    iam = target.client("iam")
    try:
        return str(iam.get_role(RoleName=target.name(name))["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        may = {"Effect": "Allow", "Action": "sts:AssumeRole"}
        trust = {**may, "Principal": {"Service": "lambda.amazonaws.com"}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        made = iam.create_role(RoleName=target.name(name), AssumeRolePolicyDocument=document)
        return str(made["Role"]["Arn"])


def ensure_first_function(target: Target, *, may_log: bool = True) -> None:
    """accept-order as exercise 1.1 asks for it, unless there is one; with or without its log."""
    functions, name = target.client("lambda"), target.name("accept-order")
    try:
        functions.get_function_configuration(FunctionName=name)
        return
    except functions.exceptions.ResourceNotFoundException:
        pass
    files = {"accept_order.py": FIRST_HANDLER}
    if may_log:
        deploy(target, "accept-order", files, handler="accept_order.handler")
        return
    functions.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=ensure_role_without_rights(target, "accept-order-role"),
        Handler="accept_order.handler",
        Code={"ZipFile": zipped(files)},
        Tags=TAGS,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def ensure_first_api(target: Target) -> str:
    """order-api with POST /orders to accept-order, on stage live; who may call is not said here."""
    api_id = find_api(target)
    if api_id is not None and orders_method(target) is not None:
        return api_id
    ensure_first_function(target)
    gateway = target.client("apigateway")
    if api_id is None:
        api_id = gateway.create_rest_api(
            name=target.name("order-api"), endpointConfiguration={"types": ["REGIONAL"]}
        )["id"]
    where = {"restApiId": api_id, "resourceId": _resource(gateway, api_id), "httpMethod": "POST"}
    gateway.put_method(**where, authorizationType="NONE")
    uri = BEHIND.format(function_arn(target, "accept-order"))
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)
    return str(api_id)


def _resource(gateway: Any, api_id: str) -> str:
    ids = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api_id)["items"]}
    if PATH not in ids:
        ids[PATH] = gateway.create_resource(
            restApiId=api_id, parentId=ids["/"], pathPart=PATH.strip("/")
        )["id"]
    return str(ids[PATH])


def orders_method(target: Target) -> dict[str, Any] | None:
    """POST /orders of order-api as it is defined now, deployed or not; None if there is none."""
    api_id = find_api(target)
    if api_id is None:
        return None
    gateway = target.client("apigateway")
    for resource in gateway.get_resources(restApiId=api_id, limit=500)["items"]:
        if resource["path"] == PATH:
            where = {"restApiId": api_id, "resourceId": resource["id"], "httpMethod": "POST"}
            try:
                return {**gateway.get_method(**where), "where": where}
            except ClientError:
                return None
    return None


def permit_first_api(target: Target) -> None:
    """Let order-api, and no other, call accept-order for POST /orders."""
    functions = target.client("lambda")
    source = f"arn:aws:execute-api:{target.region}:{target.account_id}:{find_api(target)}"
    with contextlib.suppress(functions.exceptions.ResourceConflictException):
        functions.add_permission(
            FunctionName=target.name("accept-order"),
            StatementId="order-api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"{source}/*/POST/orders",
        )
