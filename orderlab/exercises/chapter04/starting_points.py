"""What the exercises of this chapter find when they are opened, and how their tries are undone."""

from __future__ import annotations

import contextlib
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.exercises.chapter04.probes import url_of
from orderlab.orders import architecture
from orderlab.orders.architecture import INBOX, INBOX_SECONDS, VISIBILITY_SECONDS
from orderlab.orders.parts import doors, functions, messaging
from orderlab.orders.parts.api import MODEL, STAGE, VALIDATOR, find_api
from orderlab.orders.parts.names import arn


def ensure_inbox(target: Target) -> None:
    """The inbox as exercise 4.1 asks for it, unless there is one."""
    if url_of(target, INBOX) is None:
        messaging.ensure_queue(
            target, INBOX, visibility_timeout=VISIBILITY_SECONDS, retention=INBOX_SECONDS
        )


def place_of(target: Target, path: str, verb: str) -> dict[str, str] | None:
    """Where a method of order-api stands; None if there is no such resource."""
    api_id = find_api(target)
    if api_id is None:
        return None
    for each in target.client("apigateway").get_resources(restApiId=api_id, limit=500)["items"]:
        if each["path"] == path:
            return {"restApiId": api_id, "resourceId": each["id"], "httpMethod": verb}
    return None


def paths_of(target: Target) -> dict[str, list[str]]:
    """The paths of order-api, each with the verbs of its methods."""
    api_id = find_api(target)
    if api_id is None:
        return {}
    found = target.client("apigateway").get_resources(
        restApiId=api_id, limit=500, embed=["methods"]
    )
    return {each["path"]: list(each.get("resourceMethods", {})) for each in found["items"]}


def method_of(target: Target, path: str, verb: str) -> dict[str, Any]:
    """A method of order-api as it is defined, deployed or not; empty if there is none."""
    where = place_of(target, path, verb)
    if where is None:
        return {}
    gateway = target.client("apigateway")
    try:
        found: dict[str, Any] = gateway.get_method(**where)
    except gateway.exceptions.NotFoundException:
        return {}
    return found


def deploy_api(target: Target) -> None:
    """Let the stage serve the definition as it is now."""
    target.client("apigateway").create_deployment(restApiId=find_api(target), stageName=STAGE)


def lead_to_accept_order(target: Target) -> None:
    """POST /orders as chapter 03 left it: checked by the model, answered by accept-order."""
    where = place_of(target, "/orders", "POST")
    if where is None:
        architecture.build(target, 3)
        return
    wanted = next(f for f in architecture.wanted_functions(target, 3) if f.name == "accept-order")
    functions.ensure_function(target, wanted, functions.ensure_layer(target))
    source = arn(target, "execute-api", f"{where['restApiId']}/*/POST/orders")
    sid = f"api-{where['restApiId']}"
    functions.permit(target, "accept-order", sid, "apigateway.amazonaws.com", source)
    _put_anew(target, where, dict(doors.accept_by_function(target, "accept-order").integration))
    deploy_api(target)


def _put_anew(target: Target, where: dict[str, str], integration: dict[str, Any]) -> None:
    gateway = target.client("apigateway")
    validators = gateway.get_request_validators(restApiId=where["restApiId"], limit=500)["items"]
    validator = next(each["id"] for each in validators if each["name"] == VALIDATOR)
    with contextlib.suppress(gateway.exceptions.NotFoundException):
        gateway.delete_method(**where)
    gateway.put_method(
        **where,
        authorizationType="NONE",
        requestValidatorId=validator,
        requestModels={"application/json": MODEL, "$default": MODEL},
    )
    gateway.put_integration(**where, integrationHttpMethod="POST", **integration)


def answers_by_function(target: Target) -> bool:
    """Whether POST /orders leads to a function, as before this chapter."""
    found = method_of(target, "/orders", "POST").get("methodIntegration") or {}
    return str(found.get("type", "")) == "AWS_PROXY"
