"""API Gateway: REST APIs, and what each method hands a request on to."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from orderlab.drawing.discovery.inventory import CLIENT, Inventory


def read_apis(found: Inventory) -> None:
    apigateway = found.target.client("apigateway")
    for page in apigateway.get_paginator("get_rest_apis").paginate():
        for api in filter(lambda api: found.is_ours(api["name"]), page["items"]):
            _read(found, apigateway, api)


def _read(found: Inventory, apigateway: Any, api: dict[str, Any]) -> None:
    arn = f"arn:aws:apigateway:{apigateway.meta.region_name}::/restapis/{api['id']}"
    stages = apigateway.get_stages(restApiId=api["id"])["item"]
    detail = [f"stage {stage['stageName']}" for stage in stages] or ["not deployed"]
    found.add("api", api["name"], arn, detail)
    routes = []
    paginator = apigateway.get_paginator("get_resources")
    for page in paginator.paginate(restApiId=api["id"], embed=["methods"]):
        for resource in page["items"]:
            for verb, method in sorted(resource.get("resourceMethods", {}).items()):
                route = f"{verb} {resource['path']}"
                routes.append(route)
                integration = method.get("methodIntegration") or {}
                _connect(found, arn, verb, route, integration)
    if stages:
        if CLIENT not in found.nodes:
            found.add("client", "client", CLIENT)
        found.connect(CLIENT, arn, "request", "", ", ".join(sorted(routes)))


def _connect(
    found: Inventory, arn: str, verb: str, route: str, integration: dict[str, Any]
) -> None:
    if integration.get("type") in ("HTTP", "HTTP_PROXY"):
        address = integration.get("uri", "")
        if address not in found.nodes:
            found.add("endpoint", urlsplit(address).netloc or address, address)
    target = _target(found, integration)
    if target:
        found.connect(arn, target, "integration", verb, route)


def _target(found: Inventory, integration: dict[str, Any]) -> str | None:
    """The ARN, or address, that an integration calls; None for MOCK and what is not here.

    https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html#apigw-Type-Integration-uri
    """
    uri = integration.get("uri") or ""
    if integration.get("type") in ("HTTP", "HTTP_PROXY"):
        return str(uri)
    function = re.search(r"/functions/(arn:[^/]+)/invocations", uri)
    if function:
        return function[1]
    queue = re.search(r":sqs:path/(\d+)/([^/]+)", uri)
    if queue:
        region = uri.split(":")[3]
        return f"arn:aws:sqs:{region}:{queue[1]}:{queue[2]}"
    service = uri.split(":")[4].rpartition(".")[2] if uri.count(":") >= 5 else ""
    return _named_in_templates(found, service, integration)


# what a template names a resource by, and which kinds of node it can be
SERVICES = {
    "sqs": ("queue", "dead-letters"),
    "sns": ("topic",),
    "dynamodb": ("table",),
    "lambda": ("function",),
}


def _named_in_templates(found: Inventory, service: str, integration: dict[str, Any]) -> str | None:
    """The resource that the request template or parameters name; the longest name wins."""
    given = [*(integration.get("requestTemplates") or {}).values()]
    given += [*(integration.get("requestParameters") or {}).values()]
    text = unquote_plus(" ".join(str(each) for each in given))
    candidates = [
        node
        for kind in SERVICES.get(service, ())
        for node in found.of_kind(kind)
        if re.search(rf"(?<![\w-]){re.escape(found.prefix + node.name)}(?![\w-])", text)
    ]
    candidates.sort(key=lambda node: len(node.name))
    return candidates[-1].arn if candidates else None
