"""1.3: the API may not call the function: a resource policy, and how narrow it is."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from orderlab.exercises.chapter01.clients import post, probe_order
from orderlab.exercises.chapter01.starting_points import (
    ensure_first_api,
    orders_method,
    permit_first_api,
)
from orderlab.exercises.engine import Exercise, Outcome, Proof, Workspace, right, untouched, wrong
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import function_arn
from orderlab.orders.parts.roles import allow, ensure_role

NAME = "accept-order"
GATEWAY = "apigateway.amazonaws.com"
_LOOKED = "an order sent to POST /orders of stage live, and the policy of accept-order"
_EXPECTED = "201 for this API, and no right for any other"


def _prepare(workspace: Workspace) -> None:
    ensure_first_api(workspace.target)


def _check(workspace: Workspace) -> Outcome:
    target = workspace.target
    api_id = find_api(target)
    if api_id is None or orders_method(target) is None:
        return untouched("There is no POST /orders yet.", next="Run the cells above first.")
    answer = post(f"{target.api_url(api_id, STAGE)}{'/orders'}", probe_order())
    statements = _statements(workspace)
    got = f"{answer.status} {answer.text[:60]}"
    if answer.status == 403:
        return wrong(
            "not deployed",
            "The stage live does not know POST /orders.",
            looked_at=_LOOKED,
            expected=_EXPECTED,
            got=got,
            next="create_deployment(restApiId=api, stageName='live')",
        )
    if answer.status >= 500:
        return _refused(workspace, statements, got)
    return _how_wide(workspace, statements, api_id, answer.status)


def _statements(workspace: Workspace) -> list[dict[str, Any]]:
    functions = workspace.client("lambda")
    try:
        text = functions.get_policy(FunctionName=workspace.name(NAME))["Policy"]
    except ClientError:
        return []
    found: list[dict[str, Any]] = json.loads(text)["Statement"]
    return [each for each in found if each["Effect"] == "Allow"]


def _principal(statement: dict[str, Any]) -> str:
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        principal = principal.get("Service") or principal.get("AWS")
    return str(principal)


def _source(statement: dict[str, Any]) -> str | None:
    for condition in (statement.get("Condition") or {}).values():
        for key, value in condition.items():
            if key.lower() == "aws:sourcearn":
                return str(value)
    return None


def _refused(workspace: Workspace, statements: list[dict[str, Any]], got: str) -> Outcome:
    found = {"looked_at": _LOOKED, "expected": _EXPECTED, "got": got}
    mine = [each for each in statements if _principal(each) == GATEWAY]
    if mine:
        return wrong(
            "another source",
            "API Gateway is named, but the address in the permission is not the one it calls from.",
            **found,
            next=f"You allow {_source(mine[-1])}. An address is API-ID/STAGE/METHOD/PATH.",
        )
    if statements:
        return wrong(
            "another caller",
            f"You allow {_principal(statements[-1])}. That is not who calls.",
            **found,
            next="The caller is the service that stands in front of the function.",
        )
    if _role_may_invoke(workspace):
        return wrong(
            "the function's own role",
            "The function's role says what the function may do. Nobody asks whether it may call "
            "itself.",
            **found,
            next="Who may call a function is written at the function: its resource policy.",
        )
    method = orders_method(workspace.target) or {}
    if method.get("methodIntegration", {}).get("credentials"):
        return wrong(
            "a role that is not deployed, or may not",
            "The integration has a role, and the call is still refused.",
            **found,
            next="Was it deployed? May API Gateway assume the role, and the role call the function?",
        )
    return untouched(
        "accept-order allows nobody to call it.", next="Which call gives a function a permission?"
    )


def _role_may_invoke(workspace: Workspace) -> bool:
    iam = workspace.client("iam")
    try:
        config = workspace.client("lambda").get_function_configuration(
            FunctionName=workspace.name(NAME)
        )
        role = config["Role"].rpartition("/")[2]
        documents = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        ]
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    except ClientError:
        return False
    text = json.dumps(documents) + " ".join(each["PolicyName"] for each in attached)
    return "lambda:*" in text or "lambda:Invoke" in text or "AWSLambdaRole" in text


def _how_wide(
    workspace: Workspace, statements: list[dict[str, Any]], api_id: str, status: int
) -> Outcome:
    found = {"looked_at": _LOOKED, "expected": _EXPECTED}
    target = workspace.target
    other = f"arn:aws:execute-api:{target.region}:{target.account_id}:another1id/live/POST/orders"
    for each in statements:
        source = _source(each)
        if _principal(each) == "*" and source is None:
            return wrong(
                "everybody",
                "Orders come through, and so does anybody else: * is every AWS account.",
                **found,
                got="Principal *",
                next="Remove that statement, and name the service instead.",
            )
        if source is None and "sourceaccount" in json.dumps(each).lower():
            return wrong(
                "any API of the account",
                "Orders come through. So would those of every other API of this account, a trial "
                "one for instance.",
                **found,
                got="SourceAccount, and no SourceArn",
                next="SourceArn names one API: API-ID/STAGE/METHOD/PATH.",
            )
        if _principal(each) in (GATEWAY, "*") and (source is None or fnmatchcase(other, source)):
            return wrong(
                "any API at all",
                "Orders come through. So would those of an API that is not yours: the service "
                "API Gateway calls on behalf of every customer of AWS.",
                **found,
                got=f"SourceArn {source or 'not given'}",
                next="Say on whose behalf: SourceArn with this API's id.",
            )
    how = "the resource policy" if statements else "a role of the integration"
    return right(
        "A function has two sides: its role says what it may do, its resource policy who may call "
        "it. A role that API Gateway assumes for the call would do as well.",
        looked_at=_LOOKED,
        got=f"{status}, allowed by {how}",
    )


def _permission(principal: str, source: str | None) -> Any:
    def attempt(workspace: Workspace) -> None:
        target = workspace.target
        more = {}
        if source is not None:
            text = source.format(api=find_api(target))
            more = {"SourceArn": f"arn:aws:execute-api:{target.region}:{target.account_id}:{text}"}
        workspace.client("lambda").add_permission(
            FunctionName=workspace.name(NAME),
            StatementId="tried",
            Action="lambda:InvokeFunction",
            Principal=principal,
            **more,
        )

    return attempt


def _own_account(workspace: Workspace) -> None:
    workspace.client("lambda").add_permission(
        FunctionName=workspace.name(NAME),
        StatementId="tried",
        Action="lambda:InvokeFunction",
        Principal=GATEWAY,
        SourceAccount=workspace.target.account_id,
    )


def _own_role(workspace: Workspace) -> None:
    workspace.client("iam").put_role_policy(
        RoleName=workspace.name(f"{NAME}-role"),
        PolicyName="call",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [allow("lambda:InvokeFunction", "*")]}
        ),
    )


def _role_of_the_integration(workspace: Workspace) -> None:
    target = workspace.target
    role = ensure_role(
        target,
        "order-api-calls",
        GATEWAY,
        [allow("lambda:InvokeFunction", function_arn(target, NAME))],
    )
    method = orders_method(target)
    assert method is not None
    gateway = workspace.client("apigateway")
    change = {"op": "replace", "path": "/credentials", "value": role}
    gateway.update_integration(**method["where"], patchOperations=[change])
    gateway.create_deployment(restApiId=method["where"]["restApiId"], stageName=STAGE)


PERMISSION = Exercise(
    id="1.3",
    title="Who may call the function",
    check=_check,
    prepare=_prepare,
    solve=lambda workspace: permit_first_api(workspace.target),
    solution="""functions.add_permission(
    FunctionName="accept-order", StatementId="order-api", Action="lambda:InvokeFunction",
    Principal="apigateway.amazonaws.com",
    SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/*/POST/orders")
# Principal: who calls. SourceArn: on whose behalf, API/STAGE/METHOD/PATH. Without it, API Gateway
# could be sent here by anybody's API.""",
    hints=(
        "Two policies could be meant: what the function may do, or who may call it. Which is missing?",
        "add_permission writes the function's resource policy: Principal and SourceArn.",
        'Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:'
        '{ACCOUNT}:{api}/*/POST/orders"',
    ),
    proofs=(
        Proof("the function's own role", _own_role, says="what the function may do"),
        Proof(
            "another caller",
            _permission("events.amazonaws.com", None),
            says="not who calls",
        ),
        Proof("another source", _permission(GATEWAY, "{api}/POST/orders"), says="API-ID/STAGE"),
        Proof("any API at all", _permission(GATEWAY, None), says="not yours"),
        Proof("everybody", _permission("*", None), says="every AWS account"),
        Proof("any API of the account", _own_account, says="every other API"),
        Proof("a role of the integration", _role_of_the_integration, "right"),
        Proof("this stage only", _permission(GATEWAY, "{api}/live/POST/orders"), "right"),
    ),
)
