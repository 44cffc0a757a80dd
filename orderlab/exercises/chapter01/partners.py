"""partner-api: a second API for partners who send orders with a key of their own.

Its one method answers from a MOCK integration, without a function behind: the door alone.
"""

from __future__ import annotations

from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.parts.api import STAGE

PARTNER_API = "partner-api"
BULK, CALM = "bulk-partner", "calm-partner"


def key_of(partner: str) -> str:
    """The API key of a partner; real ones would be random, and secret."""
    return f"{partner}-key-of-the-exercise"


def find_partner_api(target: Target) -> str | None:
    """The id of partner-api, None where there is none."""
    for api in target.client("apigateway").get_rest_apis(limit=500)["items"]:
        if api["name"] == target.name(PARTNER_API):
            return str(api["id"])
    return None


def partner_url(target: Target) -> str:
    """The address to which partners send their orders."""
    return f"{target.api_url(str(find_partner_api(target)), STAGE)}/orders"


def partner_api(target: Target) -> str:
    """partner-api, made unless it is there: POST /orders, which asks for an API key. Its id."""
    found = find_partner_api(target)
    if found is not None:
        return found
    gateway = target.client("apigateway")
    api_id = gateway.create_rest_api(
        name=target.name(PARTNER_API), endpointConfiguration={"types": ["REGIONAL"]}
    )["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="orders")["id"]
    where = {"restApiId": api_id, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**where, authorizationType="NONE", apiKeyRequired=True)
    answer_without_a_function(gateway, where)
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)
    return str(api_id)


def answer_without_a_function(gateway: Any, where: dict[str, Any]) -> None:
    """Let a method answer 202 by itself."""
    template = {"application/json": '{"statusCode": 202}'}
    gateway.put_integration(**where, type="MOCK", requestTemplates=template)
    gateway.put_method_response(**where, statusCode="202")
    answer = {"application/json": '{"status": "ACCEPTED"}'}
    gateway.put_integration_response(**where, statusCode="202", responseTemplates=answer)


def ensure_partners(target: Target) -> str:
    """Two partners' keys in one usage plan without limits. Gives the plan's id."""
    gateway = target.client("apigateway")
    stages = [{"apiId": partner_api(target), "stage": STAGE}]
    for plan in gateway.get_usage_plans(limit=500)["items"]:
        if plan["name"] == target.name("partners"):
            return str(plan["id"])
    plan_id = gateway.create_usage_plan(name=target.name("partners"), apiStages=stages)["id"]
    for partner in (BULK, CALM):
        made = gateway.create_api_key(
            name=target.name(partner), value=key_of(partner), enabled=True
        )
        gateway.create_usage_plan_key(usagePlanId=plan_id, keyId=made["id"], keyType="API_KEY")
    return str(plan_id)


def remove_partners(target: Target) -> None:
    """Remove partner-api, the two partners' keys, and every usage plan that held one of them."""
    gateway = target.client("apigateway")
    names = {target.name(partner) for partner in (BULK, CALM)}
    keys = {k["id"] for k in gateway.get_api_keys(limit=500)["items"] if k["name"] in names}
    for plan in gateway.get_usage_plans(limit=500)["items"]:
        members = {k["id"] for k in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]}
        if members & keys or plan["name"] == target.name("partners"):
            _remove_plan(gateway, plan)
    for key in keys:
        gateway.delete_api_key(apiKey=key)
    api_id = find_partner_api(target)
    if api_id is not None:
        gateway.delete_rest_api(restApiId=api_id)


def _remove_plan(gateway: Any, plan: dict[str, Any]) -> None:
    for each in plan.get("apiStages", ()):
        change = {"op": "remove", "path": "/apiStages", "value": f"{each['apiId']}:{each['stage']}"}
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[change])
    gateway.delete_usage_plan(usagePlanId=plan["id"])
