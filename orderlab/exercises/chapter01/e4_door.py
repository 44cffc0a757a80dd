"""1.4: a REST API in front of a function, and who may call the function through it."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.door_attempts import (
    GATEWAY,
    NAME,
    built,
    mapped,
    no_stage,
    permission,
    role_of_the_integration,
)
from orderlab.exercises.chapter01.foreign_api import foreign_api_gets_in
from orderlab.exercises.chapter01.policies import listed
from orderlab.exercises.chapter01.starting_points import (
    BEHIND,
    ensure_first_api,
    ensure_first_function,
    orders_method,
    permit_first_api,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import function_arn
from orderlab.practice.http import request
from orderlab.practice.orders import fresh
from orderlab.practice.removal import remove

_LOOKED = "an order sent to POST /orders of stage live, and to another API in front of accept-order"
_EXPECTED = "201 through order-api, and no way in through any other API"


def _prepare(workspace: Workspace) -> None:
    ensure_first_function(workspace.target)


def _undo(workspace: Workspace) -> None:
    remove(workspace.target, "order-api")
    functions = workspace.client("lambda")
    for statement in _statements(workspace):
        functions.remove_permission(FunctionName=workspace.name(NAME), StatementId=statement["Sid"])


def _statements(workspace: Workspace) -> list[dict[str, Any]]:
    try:
        text = workspace.client("lambda").get_policy(FunctionName=workspace.name(NAME))["Policy"]
    except ClientError:
        return []
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return found


def _check(workspace: Workspace) -> Outcome:
    api_id = find_api(workspace.target)
    if api_id is None:
        return untouched("There is no order-api yet.", next="create_rest_api makes one.")
    answer = request(f"{workspace.target.api_url(api_id, STAGE)}/orders", fresh(1)[0])
    if answer.status in (403, 404):
        return _no_way(workspace, api_id, f"{answer.status} {answer.text[:80]}")
    if answer.status >= 500:
        return _behind(workspace, api_id, f"{answer.status} {answer.text[:80]}")
    if answer.status != 201 or "total_cents" not in answer.text:
        return _wrong(
            "another answer",
            "The API answers, and what it says is not the receipt of accept-order.",
            f"{answer.status} {answer.text[:80]}",
            "The proxy integration, type AWS_PROXY, hands the function's answer through.",
        )
    return _how_wide(workspace, answer.status)


def _no_way(workspace: Workspace, api_id: str, got: str) -> Outcome:
    gateway = workspace.client("apigateway")
    paths = {r["path"] for r in gateway.get_resources(restApiId=api_id, limit=500)["items"]}
    stages = [stage["stageName"] for stage in gateway.get_stages(restApiId=api_id)["item"]]
    method = orders_method(workspace.target)
    if paths == {"/"}:
        return untouched(
            "order-api has nothing but its root yet.", next="create_resource adds a path."
        )
    if "/orders" not in paths:
        return _wrong(
            "another path",
            "There is no resource /orders in this API.",
            f"it has {', '.join(sorted(paths))}",
            "pathPart is one part of the path, without a slash: orders, under the root.",
        )
    if method is None:
        return _wrong(
            "no method",
            "The resource /orders has no method POST.",
            got,
            "put_method with httpMethod POST.",
        )
    if STAGE not in stages:
        return _wrong(
            "not deployed",
            "The definition has POST /orders, and the API has no stage named live.",
            f"stages: {', '.join(stages) or 'none'}",
            "create_deployment makes a snapshot and a stage that serves it.",
        )
    if _asks_for_more(method):
        return _wrong(
            "a door that asks for more",
            "POST /orders is there, and it asks the caller for a key or a signature.",
            got,
            'A shop\'s door is open to everybody: authorizationType="NONE", no API key.',
        )
    return _wrong(
        "an older deployment",
        "The definition has POST /orders. What the stage serves does not know it.",
        got,
        "Deploy again: a stage serves the snapshot that it was given last.",
    )


def _asks_for_more(method: dict[str, Any]) -> bool:
    return method.get("authorizationType") != "NONE" or bool(method.get("apiKeyRequired"))


def _behind(workspace: Workspace, api_id: str, got: str) -> Outcome:
    method = orders_method(workspace.target) or {}
    integration = method.get("methodIntegration") or {}
    if not method:
        return _wrong(
            "no method",
            "The resource /orders has no method POST.",
            got,
            "put_method with httpMethod POST.",
        )
    if not integration:
        return _wrong(
            "nothing behind the method",
            "POST /orders has no integration, so the gateway knows nothing to call.",
            got,
            "put_integration says what is behind a method.",
        )
    if integration.get("type") != "AWS_PROXY":
        return _wrong(
            "not a proxy",
            f"The integration has the type {integration.get('type')}, so the gateway wants mappings "
            "of its own for request and answer.",
            got,
            'type="AWS_PROXY" hands request and answer through.',
        )
    uri = str(integration.get("uri", ""))
    if f"function:{workspace.name(NAME)}/" not in uri:
        return _wrong(
            "another function behind it",
            "The integration does not name accept-order.",
            uri[-90:] or "no uri",
            f"uri=BEHIND.format({function_arn(workspace.target, NAME)!r})",
        )
    if integration.get("httpMethod") != "POST":
        return _wrong(
            "Lambda is called by POST",
            "integrationHttpMethod is how API Gateway calls Lambda, whatever the client sends.",
            f"integrationHttpMethod {integration.get('httpMethod')}",
            'integrationHttpMethod="POST"',
        )
    return _refused(workspace, api_id, got)


def _refused(workspace: Workspace, api_id: str, got: str) -> Outcome:
    statements = [s for s in _statements(workspace) if s["Effect"] == "Allow"]
    call = f"arn:aws:execute-api:{workspace.target.region}:{workspace.target.account_id}"
    call = f"{call}:{api_id}/{STAGE}/POST/orders"
    named = [each for each in statements if _principal(each) in (GATEWAY, "*")]
    mine = [each for each in named if _invokes(each)]
    if any(_source(each) == "any" or fnmatchcase(call, _source(each)) for each in mine):
        return _wrong(
            "an older deployment",
            "The definition leads to accept-order, and its policy lets this call in. What the stage "
            "serves answers otherwise.",
            got,
            "Deploy again: a stage serves the snapshot that it was given last.",
        )
    if named and not mine:
        return _wrong(
            "another action",
            f"API Gateway is named, and the action that it is allowed is {named[-1]['Action']}.",
            got,
            'Action="lambda:InvokeFunction"',
        )
    if mine:
        return _wrong(
            "another source",
            "API Gateway is named, and the call is refused. This source is allowed: "
            f"{_source(mine[-1])}.",
            f"the call comes from .../{api_id}/{STAGE}/POST/orders",
            "A source is API-ID/STAGE/METHOD/PATH; a star stands for any of them.",
        )
    if statements:
        return _wrong(
            "another caller",
            f"The function's policy allows {_principal(statements[-1])} to call it.",
            got,
            "The caller is the service in front of the function: apigateway.amazonaws.com.",
        )
    return _wrong(
        "nobody is allowed to call",
        "The way leads to accept-order, and its resource policy has no statement.",
        got,
        "add_permission says who may call. Was greet-http different before its permission?",
    )


def _principal(statement: dict[str, Any]) -> str:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        principal = principal.get("Service") or principal.get("AWS")
    return str(principal)


def _invokes(statement: dict[str, Any]) -> bool:
    actions = listed(statement.get("Action", ()))
    return any(fnmatchcase("lambda:invokefunction", each.lower()) for each in actions)


def _source(statement: dict[str, Any]) -> str:
    for condition in (statement.get("Condition") or {}).values():
        for key, value in condition.items():
            if key.lower() == "aws:sourcearn":
                return str(value)
    return "any"


def _how_wide(workspace: Workspace, status: int) -> Outcome:
    if foreign_api_gets_in(workspace, NAME, "POST", "orders"):
        return _wrong(
            "any API at all",
            "Orders come through. I put another API in front of accept-order, and its call came "
            "through as well.",
            f"sources allowed: {', '.join(_source(s) for s in _statements(workspace))}",
            "Name this API's id in SourceArn.",
        )
    for verb, path in (("DELETE", "anything"), ("POST", "elsewhere"), ("PUT", "orders")):
        if foreign_api_gets_in(workspace, NAME, verb, path, api="order-api"):
            return _wrong(
                "any method of this API" if path != "orders" else "any method of this path",
                f"Orders come through. I sent {verb} /{path} through this API, and it reached the "
                "function too.",
                f"sources allowed: {', '.join(_source(s) for s in _statements(workspace))}",
                "SourceArn ends with the method and the path: /POST/orders.",
            )
    how = "its resource policy" if _statements(workspace) else "a role of the integration"
    return right(
        "The stage serves the deployment, the method leads to the integration, and the function's "
        "policy lets this method of this API in and nobody else.",
        looked_at=_LOOKED,
        got=f"{status} through order-api, allowed by {how}; every other API was refused",
    )


def _wrong(name: str, message: str, got: str, next: str) -> Outcome:
    return wrong(name, message, looked_at=_LOOKED, expected=_EXPECTED, got=got, next=next)


def _solve(workspace: Workspace) -> None:
    ensure_first_api(workspace.target)
    permit_first_api(workspace.target)


def _names(workspace: Workspace) -> dict[str, Any]:
    gateway = workspace.client("apigateway")
    api = gateway.create_rest_api(name=workspace.name("order-api"))["id"]
    return {
        "gateway": gateway,
        "functions": workspace.client("lambda"),
        "ACCOUNT": workspace.target.account_id,
        "BEHIND": BEHIND,
        "api": api,
        "root": gateway.get_resources(restApiId=api)["items"][0]["id"],
        "accept_arn": function_arn(workspace.target, NAME),
    }


DOOR = Exercise(
    id="1.4",
    title="The shop's door",
    check=_check,
    prepare=_prepare,
    undo=_undo,
    solve=_solve,
    names=_names,
    needs=("1.1", "1.2"),
    solution="""orders = gateway.create_resource(restApiId=api, parentId=root, pathPart="orders")["id"]
POST_ORDERS = {"restApiId": api, "resourceId": orders, "httpMethod": "POST"}
gateway.put_method(**POST_ORDERS, authorizationType="NONE")
gateway.put_integration(**POST_ORDERS, type="AWS_PROXY", integrationHttpMethod="POST",
                        uri=BEHIND.format(accept_arn))
functions.add_permission(
    FunctionName="accept-order", StatementId="order-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/POST/orders")
gateway.create_deployment(restApiId=api, stageName="live")
# Principal says who calls; SourceArn says on whose behalf, as API/STAGE/METHOD/PATH.
""",
    hints=(
        "Five things, as for hello: a resource, a method, an integration, a permission, a deployment.",
        "create_resource (pathPart orders), put_method, put_integration (AWS_PROXY), add_permission "
        "(with a SourceArn), create_deployment (stage live).",
        "SourceArn is arn:aws:execute-api:us-east-1:ACCOUNT:API-ID/*/POST/orders, and the uri is "
        "BEHIND.format(accept_arn)",
    ),
    proofs=(
        Proof("not deployed", built(no_stage), says="no stage named live"),
        Proof("nobody is allowed to call", built(permission=False), says="no statement"),
        Proof(
            "another caller",
            built(permission("events.amazonaws.com", None), permission=False),
            says="events.amazonaws.com",
        ),
        Proof(
            "another source",
            built(permission(GATEWAY, "{api}/POST/orders"), permission=False),
            says="API-ID/STAGE",
        ),
        Proof(
            "any API at all",
            built(permission(GATEWAY, None), permission=False),
            says="another API",
        ),
        Proof(
            "any method of this API",
            built(permission(GATEWAY, "{api}/*"), permission=False),
            says="DELETE /anything",
        ),
        Proof(
            "any method of this path",
            built(permission(GATEWAY, "{api}/*/*/orders"), permission=False),
            says="PUT /orders",
        ),
        Proof(
            "another action",
            built(
                permission(GATEWAY, "{api}/*/POST/orders", "lambda:GetFunction"), permission=False
            ),
            says="lambda:GetFunction",
        ),
        Proof("not a proxy", built(mapped("POST", kind="AWS")), says="mappings of its own"),
        Proof(
            "an older deployment",
            built(mapped("POST", "greet"), mapped("POST", deployed=False)),
            says="Deploy again",
        ),
        Proof("Lambda is called by POST", built(mapped("GET")), says="whatever the client sends"),
        Proof("another function behind it", built(mapped("POST", "greet")), says="does not name"),
        Proof(
            "a role of the integration", built(role_of_the_integration, permission=False), "right"
        ),
        Proof(
            "this stage only",
            built(permission(GATEWAY, "{api}/live/POST/orders"), permission=False),
            "right",
        ),
    ),
)
