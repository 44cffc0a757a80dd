"""The REST API: its paths, its model and validator, its methods, and the stage that serves them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from orderlab.aws_target.base import Target
from orderlab.orders.contract import schema_text
from orderlab.orders.parts.names import TAGS, ignoring

API_NAME = "order-api"
STAGE = "live"
MODEL = "Order"
VALIDATOR = "body"


@dataclass(frozen=True)
class Method:
    """One method of the API. `integration` and `answers` have the form of boto3's parameters;
    `answers` are PutIntegrationResponse's, one for each status that the method can give."""

    path: str
    verb: str
    integration: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]] = ()
    validated: bool = False
    parameters: Mapping[str, bool] = field(default_factory=dict)


def find_api(target: Target) -> str | None:
    """The id of the order API, None where there is none."""
    pages = target.client("apigateway").get_paginator("get_rest_apis").paginate()
    wanted = target.name(API_NAME)
    for page in pages:
        for api in page["items"]:
            if api["name"] == wanted:
                return str(api["id"])
    return None


def ensure_api(target: Target) -> str:
    """The API with its model. Returns its id."""
    gateway = target.client("apigateway")
    api_id = find_api(target)
    if api_id is None:
        api_id = gateway.create_rest_api(
            name=target.name(API_NAME),
            description="Takes the shop's orders.",
            endpointConfiguration={"types": ["REGIONAL"]},
            tags=TAGS,
        )["id"]
    _ensure_model(target, api_id)
    return str(api_id)


def ensure_methods(target: Target, api_id: str, methods: Sequence[Method]) -> None:
    """Exactly these methods, deployed to the stage.

    Methods are written anew each time: nobody sees that before the stage is deployed, and only a
    stage that does not serve this definition is.
    """
    resources = _ensure_resources(target, api_id, {method.path for method in methods})
    validator = _ensure_validator(target, api_id)
    _remove_methods(target, api_id, resources, {(m.path, m.verb) for m in methods})
    for method in methods:
        _put_method(target, api_id, resources[method.path], method, validator)
    _ensure_stage(target, api_id, _digest(methods))


def api_address(target: Target) -> str:
    """Where clients reach the deployed API. Raises LookupError before it is built."""
    api_id = find_api(target)
    if api_id is None:
        raise LookupError("There is no order API yet; build a chapter first.")
    return target.api_url(api_id, STAGE)


def remove_api(target: Target) -> None:
    api_id = find_api(target)
    if api_id is not None:
        target.client("apigateway").delete_rest_api(restApiId=api_id)


def _ensure_model(target: Target, api_id: str) -> None:
    gateway = target.client("apigateway")
    try:
        found = gateway.get_model(restApiId=api_id, modelName=MODEL)
    except gateway.exceptions.NotFoundException:
        gateway.create_model(
            restApiId=api_id, name=MODEL, contentType="application/json", schema=schema_text()
        )
        return
    if found["schema"] != schema_text():
        change = {"op": "replace", "path": "/schema", "value": schema_text()}
        gateway.update_model(restApiId=api_id, modelName=MODEL, patchOperations=[change])


def _ensure_validator(target: Target, api_id: str) -> str:
    gateway = target.client("apigateway")
    for found in gateway.get_request_validators(restApiId=api_id)["items"]:
        if found["name"] == VALIDATOR:
            return str(found["id"])
    return str(
        gateway.create_request_validator(
            restApiId=api_id,
            name=VALIDATOR,
            validateRequestBody=True,
            validateRequestParameters=True,
        )["id"]
    )


def _resources(target: Target, api_id: str) -> dict[str, dict[str, Any]]:
    pages = target.client("apigateway").get_paginator("get_resources").paginate(restApiId=api_id)
    return {resource["path"]: resource for page in pages for resource in page["items"]}


def _ensure_resources(target: Target, api_id: str, paths: set[str]) -> dict[str, str]:
    """Ids by path, parents made before their children."""
    gateway = target.client("apigateway")
    ids = {path: resource["id"] for path, resource in _resources(target, api_id).items()}
    for path in sorted(paths):
        parent = "/"
        for part in path.strip("/").split("/"):
            child = f"{parent.rstrip('/')}/{part}"
            if child not in ids:
                ids[child] = gateway.create_resource(
                    restApiId=api_id, parentId=ids[parent], pathPart=part
                )["id"]
            parent = child
    return ids


def _remove_methods(
    target: Target, api_id: str, ids: Mapping[str, str], kept: set[tuple[str, str]]
) -> None:
    """Remove what is there: what is kept is written anew, the rest has gone."""
    gateway = target.client("apigateway")
    for path, resource in _resources(target, api_id).items():
        for verb in resource.get("resourceMethods", {}):
            with ignoring("NotFoundException"):
                gateway.delete_method(restApiId=api_id, resourceId=ids[path], httpMethod=verb)
    used = {path for path, _ in kept}
    # the deepest first, so that no parent takes a child with it
    for path in sorted(ids, key=lambda path: path.count("/"), reverse=True):
        if path != "/" and not any(f"{other}/".startswith(f"{path}/") for other in used):
            with ignoring("NotFoundException"):
                gateway.delete_resource(restApiId=api_id, resourceId=ids[path])


def _put_method(
    target: Target, api_id: str, resource_id: str, method: Method, validator: str
) -> None:
    gateway = target.client("apigateway")
    where = {"restApiId": api_id, "resourceId": resource_id, "httpMethod": method.verb}
    checks: dict[str, Any] = {}
    if method.validated:
        # $default: a body of any other content type would pass the door unchecked
        models = {"application/json": MODEL, "$default": MODEL}
        checks = {"requestValidatorId": validator, "requestModels": models}
    if method.parameters:
        checks["requestParameters"] = dict(method.parameters)
    gateway.put_method(**where, authorizationType="NONE", **checks)
    gateway.put_integration(**where, integrationHttpMethod="POST", **method.integration)
    for answer in method.answers:
        gateway.put_method_response(**where, statusCode=answer["statusCode"])
        gateway.put_integration_response(**where, **answer)


def _digest(methods: Sequence[Method]) -> str:
    definition = json.dumps(
        [schema_text(), *[asdict(method) for method in methods]],
        sort_keys=True,
        default=dict,
    )
    return f"definition {hashlib.sha256(definition.encode()).hexdigest()[:16]}"


def _ensure_stage(target: Target, api_id: str, description: str) -> None:
    gateway = target.client("apigateway")
    try:
        stage = gateway.get_stage(restApiId=api_id, stageName=STAGE)
    except gateway.exceptions.NotFoundException:
        deployed = gateway.create_deployment(restApiId=api_id, description=description)
        gateway.create_stage(
            restApiId=api_id, stageName=STAGE, deploymentId=deployed["id"], tags=TAGS
        )
        return
    serving = gateway.get_deployment(restApiId=api_id, deploymentId=stage["deploymentId"])
    if serving.get("description") != description:
        gateway.create_deployment(restApiId=api_id, stageName=STAGE, description=description)
