"""Attempts at exercise 1.4: order-api built, and changed in one way or another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlab.exercises.chapter01.starting_points import (
    BEHIND,
    ensure_first_api,
    orders_method,
    permit_first_api,
)
from orderlab.exercises.engine import Workspace
from orderlab.orders.parts.api import STAGE, find_api
from orderlab.orders.parts.names import function_arn
from orderlab.orders.parts.roles import allow, ensure_role

NAME = "accept-order"
GATEWAY = "apigateway.amazonaws.com"


def built(*changes: Callable[[Workspace], None], permission: bool = True) -> Any:
    def attempt(workspace: Workspace) -> None:
        ensure_first_api(workspace.target)
        if permission:
            permit_first_api(workspace.target)
        for change in changes:
            change(workspace)

    return attempt


def permission(
    principal: str, source: str | None, action: str = "lambda:InvokeFunction"
) -> Callable[[Workspace], None]:
    def change(workspace: Workspace) -> None:
        target, more = workspace.target, {}
        if source is not None:
            text = source.format(api=find_api(target))
            more = {"SourceArn": f"arn:aws:execute-api:{target.region}:{target.account_id}:{text}"}
        workspace.client("lambda").add_permission(
            FunctionName=workspace.name(NAME),
            StatementId="tried",
            Action=action,
            Principal=principal,
            **more,
        )

    return change


def deploy(workspace: Workspace) -> None:
    workspace.client("apigateway").create_deployment(
        restApiId=find_api(workspace.target), stageName=STAGE
    )


def where(workspace: Workspace) -> dict[str, Any]:
    where: dict[str, Any] = (orders_method(workspace.target) or {})["where"]
    return where


def mapped(
    verb: str, function: str = NAME, *, kind: str = "AWS_PROXY", deployed: bool = True
) -> Callable[[Workspace], None]:
    def change(workspace: Workspace) -> None:
        workspace.client("apigateway").put_integration(
            **where(workspace),
            type=kind,
            integrationHttpMethod=verb,
            uri=BEHIND.format(function_arn(workspace.target, function)),
        )
        if deployed:
            deploy(workspace)

    return change


def no_stage(workspace: Workspace) -> None:
    workspace.client("apigateway").delete_stage(
        restApiId=find_api(workspace.target), stageName=STAGE
    )


def role_of_the_integration(workspace: Workspace) -> None:
    target = workspace.target
    may_call = allow("lambda:InvokeFunction", function_arn(target, NAME))
    role = ensure_role(target, "order-api-calls", GATEWAY, [may_call])
    change = {"op": "replace", "path": "/credentials", "value": role}
    workspace.client("apigateway").update_integration(**where(workspace), patchOperations=[change])
    deploy(workspace)
