"""What the exercises of this chapter find when they are opened; what stands is left alone."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import Any

from botocore.exceptions import ClientError

from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import function_arn
from orderlab.orders.parts.roles import allow, ensure_role
from orderlab.target.base import Target

RUNTIME = "python3.13"
PATH = "/orders"

# The learner's first handler, as section 1.3 of the notebook has it.
FIRST_HANDLER = """import json

def handler(event, context):
    order = json.loads(event["body"])
    goods = sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"])
    print("accepted", order["order_id"])
    receipt = {"order_id": order["order_id"], "total_cents": goods - order["coupon_cents"]}
    return {"statusCode": 201, "body": json.dumps(receipt)}
"""


def zipped(files: dict[str, str]) -> bytes:
    """A zip file with these texts: what Lambda takes as a function's code, or as a layer's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def ensure_function(
    target: Target, name: str, files: dict[str, str], handler: str, timeout: int = 10
) -> None:
    """A function with a role of its own that may write logs, unless a function has that name."""
    functions = target.client("lambda")
    try:
        functions.get_function_configuration(FunctionName=target.name(name))
        return
    except functions.exceptions.ResourceNotFoundException:
        pass
    may_log = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")
    role = ensure_role(target, f"{name}-role", "lambda.amazonaws.com", [may_log])
    functions.create_function(
        FunctionName=target.name(name),
        Runtime=RUNTIME,
        Role=role,
        Handler=handler,
        Code={"ZipFile": zipped(files)},
        Timeout=timeout,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=target.name(name))


def ensure_first_function(target: Target) -> None:
    """accept-order as section 1.3 deploys it."""
    files = {"accept_order.py": FIRST_HANDLER}
    ensure_function(target, "accept-order", files, "accept_order.handler")


def integration_uri(target: Target, function: str) -> str:
    """How API Gateway writes `invoke this function`."""
    return (
        f"arn:aws:apigateway:{target.region}:lambda:path/2015-03-31/functions/"
        f"{function_arn(target, function)}/invocations"
    )


def ensure_first_api(target: Target) -> str:
    """order-api with POST /orders to accept-order, on stage live; nobody permitted the call yet."""
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
    uri = integration_uri(target, "accept-order")
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
