"""1.5: a path parameter, from the path to the function's event."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.foreign_api import foreign_api_gets_in
from orderlab.exercises.chapter01.starting_points import (
    BEHIND,
    ensure_first_api,
    ensure_function,
    permit_first_api,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import function_arn
from orderlab.practice.http import request

NAME = "show-order"
PATH = "/orders/{orderId}"
SOURCE = """import json

def handler(event, context):
    order_id = event["pathParameters"]["orderId"]
    return {"statusCode": 200, "body": json.dumps({"order_id": order_id, "status": "ACCEPTED"})}
"""
_LOOKED = "GET /orders/... of stage live, with two ids that nobody has used"
_EXPECTED = "200 and the id of the path, and no way in for other APIs"


def _prepare(workspace: Workspace) -> None:
    target = workspace.target
    ensure_function(target, NAME, {"show.py": SOURCE}, "show.handler")
    if find_api(target) is None:
        ensure_first_api(target)
        permit_first_api(target)


def _undo(workspace: Workspace) -> None:
    """Everything below /orders goes; POST /orders stays, deployed as it was."""
    gateway, api_id = workspace.client("apigateway"), find_api(workspace.target)
    below = [path for path in _resources(workspace) if path.startswith("/orders/")]
    for path in sorted(below, key=len):
        with contextlib.suppress(gateway.exceptions.NotFoundException):
            gateway.delete_resource(restApiId=api_id, resourceId=_resources(workspace)[path]["id"])
    functions = workspace.client("lambda")
    for statement in _statements(workspace):
        functions.remove_permission(FunctionName=workspace.name(NAME), StatementId=statement["Sid"])
    if below:
        gateway.create_deployment(restApiId=api_id, stageName=STAGE)


def _resources(workspace: Workspace) -> dict[str, dict[str, Any]]:
    api_id = find_api(workspace.target)
    if api_id is None:
        return {}
    found = workspace.client("apigateway").get_resources(restApiId=api_id, limit=500)["items"]
    return {each["path"]: each for each in found}


def _statements(workspace: Workspace) -> list[dict[str, Any]]:
    try:
        policy = workspace.client("lambda").get_policy(FunctionName=workspace.name(NAME))
    except ClientError:
        return []
    found: list[dict[str, Any]] = json.loads(policy["Policy"])["Statement"]
    return found


def _check(workspace: Workspace) -> Outcome:
    api_id = find_api(workspace.target)
    if api_id is None:
        return untouched("There is no order-api yet.", next="Run the cells of exercise 1.4 first.")
    below = {p: r for p, r in _resources(workspace).items() if p.startswith("/orders/")}
    if not below:
        return _nothing_below(workspace)
    for order_id in (f"o-{secrets.token_hex(3)}", f"x{secrets.randbelow(10**6)}"):
        url = f"{workspace.target.api_url(api_id, STAGE)}/orders/{order_id}"
        answer = request(url, method="GET")
        if answer.status != 200 or order_id not in answer.text:
            return _failed(workspace, below, f"{answer.status} {answer.text[:90]}")
    if foreign_api_gets_in(workspace, NAME, "GET", "orders"):
        return _wrong(
            "any API at all",
            "The order is shown. I put another API in front of show-order, and it got in too.",
            "a foreign API was let in",
            "SourceArn names this API: API-ID/STAGE/METHOD/PATH.",
        )
    return right(
        "What stands in braces is taken out of the path and handed over by its name. API Gateway "
        "matches a fixed part before one in braces.",
        looked_at=_LOOKED,
        got="both ids came back from show-order",
    )


def _nothing_below(workspace: Workspace) -> Outcome:
    named = [p for p in _resources(workspace) if "{" in p]
    if named:
        return _wrong(
            "beside /orders",
            "There is a path parameter, and it is not below /orders.",
            ", ".join(named),
            'parentId is the resource /orders: paths["/orders"].',
        )
    return untouched("Below /orders there is no path yet.", next="create_resource adds one.")


def _failed(workspace: Workspace, below: dict[str, dict[str, Any]], got: str) -> Outcome:
    # the path that comes nearest to what was asked for
    path, resource = max(below.items(), key=lambda each: (each[0] == PATH, "{" in each[0]))
    if "{" not in path:
        return _wrong(
            "a fixed word",
            f"The path is {path}: the word itself, not any id.",
            got,
            "A path parameter stands in braces, as {name} does in hello.",
        )
    if path != PATH:
        return _wrong(
            "another name in the braces",
            f"The path is {path}, so the event has no parameter orderId.",
            got,
            "The name in the braces is the key in event['pathParameters'].",
        )
    if "GET" not in resource.get("resourceMethods", {}):
        return _wrong(
            "no GET",
            f"{path} has no method GET.",
            ", ".join(resource.get("resourceMethods", {})) or "no method",
            "put_method with httpMethod GET.",
        )
    return _way(workspace, resource["id"], got)


def _way(workspace: Workspace, resource: str, got: str) -> Outcome:
    gateway, api_id = workspace.client("apigateway"), find_api(workspace.target)
    method = gateway.get_method(restApiId=api_id, resourceId=resource, httpMethod="GET")
    integration = method.get("methodIntegration") or {}
    if f"function:{workspace.name(NAME)}/" not in str(integration.get("uri", "")):
        return _wrong(
            "another function behind it",
            "GET /orders/{orderId} does not lead to show-order.",
            str(integration.get("uri", "no integration"))[-90:],
            "uri=BEHIND.format(show_arn)",
        )
    if method.get("authorizationType") != "NONE" or method.get("apiKeyRequired"):
        return _wrong(
            "a door that asks for more",
            f"GET {PATH} is there, and it asks the caller for a key or a signature.",
            got,
            'authorizationType="NONE", no API key.',
        )
    if integration.get("type") != "AWS_PROXY":
        return _wrong(
            "not a proxy",
            f"The integration has the type {integration.get('type')}, so the gateway wants mappings "
            "of its own for request and answer.",
            got,
            'type="AWS_PROXY" hands request and answer through.',
        )
    if integration.get("httpMethod") != "POST":
        return _wrong(
            "Lambda is called by POST",
            "integrationHttpMethod is how API Gateway calls Lambda, not what the client sends.",
            f"integrationHttpMethod {integration.get('httpMethod')}",
            'integrationHttpMethod="POST", though the method is GET',
        )
    statements = _statements(workspace)
    if not statements:
        return _wrong(
            "nobody is allowed to call",
            "The way leads to show-order, and show-order lets nobody call it.",
            got,
            "Each function has a resource policy of its own: add_permission once more.",
        )
    if got.startswith("403"):
        return _wrong(
            "not deployed",
            "The definition has GET /orders/{orderId}. The stage does not serve it.",
            got,
            "create_deployment",
        )
    return _wrong(
        "another source",
        "show-order has a resource policy, and this call is refused or answered otherwise.",
        f"{got}; allowed: {json.dumps(statements[-1].get('Condition', {}))[:110]}",
        "The source of this call is API-ID/live/GET/orders/and the id; a star stands for the id.",
    )


def _wrong(name: str, message: str, got: str, next: str) -> Outcome:
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=next)


def _built(
    *,
    part: str = "{orderId}",
    under: str = "/orders",
    verb: str = "POST",
    function: str = NAME,
    source: str | None = "{api}/*/GET/orders/*",
    permit: bool = True,
    deploy: bool = True,
    method: str = "GET",
    kind: str = "AWS_PROXY",
    auth: str = "NONE",
) -> Callable[[Workspace], None]:
    def attempt(workspace: Workspace) -> None:
        target, gateway = workspace.target, workspace.client("apigateway")
        _prepare(workspace)
        _undo(workspace)
        api_id = find_api(target)
        made = gateway.create_resource(
            restApiId=api_id, parentId=_resources(workspace)[under]["id"], pathPart=part
        )
        where = {"restApiId": api_id, "resourceId": made["id"], "httpMethod": method}
        gateway.put_method(**where, authorizationType=auth)
        gateway.put_integration(
            **where,
            type=kind,
            integrationHttpMethod=verb,
            uri=BEHIND.format(function_arn(target, function)),
        )
        if permit:
            _permit(workspace, source)
        if deploy:
            gateway.create_deployment(restApiId=api_id, stageName=STAGE)

    return attempt


def _permit(workspace: Workspace, source: str | None) -> None:
    target, more = workspace.target, {}
    if source is not None:
        text = source.format(api=find_api(target))
        more = {"SourceArn": f"arn:aws:execute-api:{target.region}:{target.account_id}:{text}"}
    workspace.client("lambda").add_permission(
        FunctionName=workspace.name(NAME),
        StatementId="order-api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        **more,
    )


def _names(workspace: Workspace) -> dict[str, Any]:
    return {
        "gateway": workspace.client("apigateway"),
        "functions": workspace.client("lambda"),
        "ACCOUNT": workspace.target.account_id,
        "BEHIND": BEHIND,
        "api": find_api(workspace.target),
        "paths": {path: each["id"] for path, each in _resources(workspace).items()},
        "show_arn": function_arn(workspace.target, NAME),
    }


ONE_ORDER = Exercise(
    id="1.5",
    title="One order by its id",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    solve=_built(),
    names=_names,
    needs=("1.1", "1.2", "1.4"),
    solution="""one = gateway.create_resource(
    restApiId=api, parentId=paths["/orders"], pathPart="{orderId}")["id"]
GET_ORDER = {"restApiId": api, "resourceId": one, "httpMethod": "GET"}
gateway.put_method(**GET_ORDER, authorizationType="NONE")
gateway.put_integration(**GET_ORDER, type="AWS_PROXY", integrationHttpMethod="POST",
                        uri=BEHIND.format(show_arn))
functions.add_permission(
    FunctionName="show-order", StatementId="order-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/GET/orders/*")
gateway.create_deployment(restApiId=api, stageName="live")
# The client sends GET; Lambda is called by POST all the same.
""",
    hints=(
        "It is the way of hello once more: which path part takes any id?",
        "A resource {orderId} below /orders, a GET with a proxy integration to show-order, a "
        "permission at show-order, a deployment.",
        'create_resource(restApiId=api, parentId=paths["/orders"], pathPart="{orderId}"), and '
        "SourceArn ends with /*/GET/orders/*",
    ),
    proofs=(
        Proof("a fixed word", _built(part="orderId"), says="not any id"),
        Proof("another name in the braces", _built(part="{id}"), says="{id}"),
        Proof("beside /orders", _built(under="/"), says="not below /orders"),
        Proof("Lambda is called by POST", _built(verb="GET"), says="not what the client sends"),
        Proof("another function behind it", _built(function="accept-order"), says="show-order"),
        Proof("nobody is allowed to call", _built(permit=False), says="lets nobody call it"),
        Proof("another source", _built(source="{api}/*/POST/orders"), says="/orders/and the id"),
        Proof("any API at all", _built(source=None), says="another API"),
        Proof("not deployed", _built(deploy=False), says="does not serve it"),
        Proof("not a proxy", _built(kind="AWS"), says="mappings of its own"),
        Proof("a door that asks for more", _built(auth="AWS_IAM"), says="a signature"),
        Proof("no GET", _built(method="POST"), says="no method GET"),
        Proof("this stage only", _built(source="{api}/live/GET/orders/*"), "right"),
        Proof("any path of GET", _built(source="{api}/*/GET/*"), "right"),
    ),
)
