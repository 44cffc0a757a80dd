"""Models and request validators."""

from __future__ import annotations

import json
import re
from typing import Any

from orderlab.cloud.apigateway.body_models import ModelError, read_schema, references
from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, conflict, not_found
from orderlab.cloud.apigateway.control.patch import Patchable, apply, flag, text
from orderlab.cloud.apigateway.state import Document, RestApi, new_id, shown

_NAME = re.compile(r"^[A-Za-z0-9]+$")


def create_model(call: ControlCall) -> Document:
    api = call.api()
    name = call.text("name")
    if not name:
        raise bad_request("Model name must be non-empty")
    if not _NAME.match(name):
        raise bad_request(f"Model name must be alphanumeric: {name}")
    if name in api.models:
        raise conflict("Model name already exists for this REST API")
    schema = call.text("schema")
    content_type = call.text("contentType")
    if not content_type:
        raise bad_request("Content type must be non-empty")
    model: Document = {
        "id": new_id(6),
        "name": name,
        "description": call.text("description"),
        "schema": schema,
        "contentType": content_type,
    }
    check_schema(api, schema)
    api.models[name] = model
    return shown(model)


def check_schema(api: RestApi, schema: str | None) -> Any:
    """The schema must be one, and the models that it refers to must be there."""
    if not schema:
        raise bad_request("Model schema must have at least 1 property or array items defined")
    try:
        found = read_schema(schema)
    except ModelError as error:
        raise bad_request(
            f"Invalid model specified: Validation Result: warnings : [], errors : [{error}]"
        ) from None
    for name in references(found):
        if name not in api.models:
            raise bad_request(
                "Invalid model specified: Validation Result: warnings : [], errors : [Model "
                f"reference must be in canonical form or exist: {name}]"
            )
    return found


def _model(call: ControlCall) -> Document:
    name = call.path["model_name"]
    api = call.backend.rest_apis.get(call.path["restapi_id"])
    found = api.models.get(name) if api else None
    if found is None:
        raise not_found(f"Invalid model name specified: {name}")
    return found


def get_model(call: ControlCall) -> Document:
    """The model; with `flatten=true` the models it refers to are written into it."""
    found = shown(_model(call))
    if call.flag("flatten"):
        found["schema"] = json.dumps(_flattened(call.api(), json.loads(found["schema"]), 0))
    return found


def _flattened(api: RestApi, schema: Any, depth: int) -> Any:
    if isinstance(schema, list):
        return [_flattened(api, each, depth) for each in schema]
    if not isinstance(schema, dict) or depth > 20:
        return schema
    names = references({"$ref": schema.get("$ref")})
    if names and names[0] in api.models:
        return _flattened(api, json.loads(api.models[names[0]]["schema"]), depth + 1)
    return {key: _flattened(api, value, depth) for key, value in schema.items()}


def get_models(call: ControlCall) -> Document:
    return call.page(call.api().models.values())


def update_model(call: ControlCall) -> Document:
    model = _model(call)
    changed = shown(model)
    apply(changed, call.operations(), Patchable({"description": text, "schema": text}))
    check_schema(call.api(), changed["schema"])
    model.update(changed)
    return shown(model)


def delete_model(call: ControlCall) -> None:
    model, api = _model(call), call.api()
    name = model["name"]
    for resource in api.resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            if name in (method.get("requestModels") or {}).values():
                raise conflict(
                    f"Cannot delete model '{name}', is referenced in method request: "
                    f"{resource['path']}/{verb}"
                )
            for response in (method.get("methodResponses") or {}).values():
                if name in (response.get("responseModels") or {}).values():
                    raise conflict(
                        f"Cannot delete model '{name}', is referenced in method response: "
                        f"{resource['path']}/{verb}/{response['statusCode']}"
                    )
    for other in api.models.values():
        if other["name"] != name and name in references(json.loads(other["schema"])):
            raise conflict(f"Cannot delete model '{name}', is referenced in model: {other['name']}")
    del api.models[name]


def create_request_validator(call: ControlCall) -> Document:
    api = call.backend.rest_apis.get(call.path["restapi_id"])
    if api is None:
        raise bad_request("Invalid REST API identifier specified")
    validator: Document = {
        "id": new_id(6),
        "name": call.text("name"),
        "validateRequestBody": bool(call.body.get("validateRequestBody")),
        "validateRequestParameters": bool(call.body.get("validateRequestParameters")),
    }
    api.validators[validator["id"]] = validator
    return shown(validator)


def _validator(call: ControlCall) -> Document:
    api = call.backend.rest_apis.get(call.path["restapi_id"])
    found = api.validators.get(call.path["requestvalidator_id"]) if api else None
    if found is None:
        raise not_found("Invalid Request Validator identifier specified")
    return found


def get_request_validator(call: ControlCall) -> Document:
    return shown(_validator(call))


def get_request_validators(call: ControlCall) -> Document:
    return call.page(call.api().validators.values())


def update_request_validator(call: ControlCall) -> Document:
    validator = _validator(call)
    allowed = Patchable(
        {"name": text, "validateRequestBody": flag, "validateRequestParameters": flag}
    )
    validator.update(apply(shown(validator), call.operations(), allowed))
    return shown(validator)


def delete_request_validator(call: ControlCall) -> None:
    validator, api = _validator(call), call.api()
    for resource in api.resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            if method.get("requestValidatorId") == validator["id"]:
                raise conflict(
                    f"Cannot delete request validator '{validator['id']}', is referenced in "
                    f"method request: {resource['path']}/{verb}"
                )
    del api.validators[validator["id"]]
