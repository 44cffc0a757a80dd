"""API Gateway: HTTP APIs, and what each route hands a request on to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from orderlab.aws_target.lacking import lacks
from orderlab.drawing.discovery.inventory import CLIENT, Inventory

_MAY_NOT = ("AccessDenied", "AccessDeniedException")
_FUNCTION = re.compile(r"arn:aws:lambda:[a-z0-9-]+:\d+:function:[A-Za-z0-9_-]+(?::[A-Za-z0-9_-]+)?")


def read_http_apis(found: Inventory) -> None:
    """Note the APIs, and connect them with functions, queues and whoever sends requests."""
    gateway = found.target.client("apigatewayv2")
    try:
        apis = list(_items(gateway, "get_apis"))
    except ClientError as error:
        # whoever may not look at them is shown the rest, as is whoever has none
        if error.response["Error"]["Code"] in _MAY_NOT or lacks(error):
            return
        raise
    for api in apis:
        if found.is_ours(api["Name"]) and api["ProtocolType"] == "HTTP":
            _read(found, gateway, api)


def _items(gateway: Any, operation: str, **of: Any) -> Any:
    for page in gateway.get_paginator(operation).paginate(**of):
        yield from page["Items"]


def _read(found: Inventory, gateway: Any, api: Mapping[str, Any]) -> None:
    api_id = api["ApiId"]
    arn = f"arn:aws:apigateway:{gateway.meta.region_name}::/apis/{api_id}"
    stages = [each["StageName"] for each in _items(gateway, "get_stages", ApiId=api_id)]
    detail = [f"stage {name}" for name in stages] or ["not deployed"]
    found.add("api", api["Name"], arn, detail)
    integrations = {
        each["IntegrationId"]: each for each in _items(gateway, "get_integrations", ApiId=api_id)
    }
    keys = []
    for route in sorted(_items(gateway, "get_routes", ApiId=api_id), key=lambda it: it["RouteKey"]):
        key = route["RouteKey"]
        keys.append(key)
        called = integrations.get(str(route.get("Target", "")).removeprefix("integrations/"), {})
        if target := _target(found, called):
            found.connect(arn, target, "integration", key.partition(" ")[0], key)
    if stages:
        if CLIENT not in found.nodes:
            found.add("client", "client", CLIENT)
        found.connect(CLIENT, arn, "request", "", ", ".join(keys))


def _target(found: Inventory, integration: Mapping[str, Any]) -> str | None:
    """The ARN of the function or queue that an integration calls; None for anything else."""
    if function := _FUNCTION.search(integration.get("IntegrationUri") or ""):
        return function[0]
    address = (integration.get("RequestParameters") or {}).get("QueueUrl", "")
    name = address.rpartition("/")[2]
    queues = (*found.of_kind("queue"), *found.of_kind("dead-letters"))
    return next((node.arn for node in queues if found.prefix + node.name == name), None)
