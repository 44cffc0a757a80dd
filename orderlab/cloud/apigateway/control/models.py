"""Models and request validators."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, conflict, not_found
from orderlab.cloud.apigateway.control.patch import Patchable, apply, flag, text
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id, shown
from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import (
    MAX_BYTES,
    MODEL_URL,
    read_schema,
    references,
    refuse_other_references,
    refuse_unknown_keywords,
)
from orderlab.cloud.aws_error import AwsError

_NAME = re.compile(r"^[A-Za-z0-9]+$")
_MAX_REFERENCES = 20
_PATCHABLE = Patchable({"description": text, "schema": text}, removable=frozenset({"description"}))


def create_model(call: ControlCall) -> Document:
    """CreateModel: a JSON Schema, draft 4.

    Raises ConflictException if the name is taken, BadRequestException if the schema is invalid.
    """
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
        "description": call.text("description") or None,
        "schema": schema,
        "contentType": content_type,
    }
    check_schema(api, schema)
    api.models[name] = model
    return shown(model)


def check_schema(api: RestApi, schema: str | None) -> None:
    """The schema must be one, and lead to nothing but itself and the API's models."""
    if not schema:
        raise bad_request("Model schema must have at least 1 property or array items defined")
    try:
        found = read_schema(schema)
        refuse_unknown_keywords(found)
        check_references(api.id, found, schemas_of(api))
    except ModelError as error:
        raise invalid_model(error) from None


def check_references(api_id: str, schema: Any, models: Mapping[str, Any]) -> None:
    """ModelError for references that lead out of the API, or to a model that is not there."""
    refuse_other_references(schema, api_id)
    for name in references(schema):
        if name not in models:
            raise ModelError(f"Model reference must be in canonical form or exist: {name}")
    BodyModel(schema, models)


def schemas_of(api: RestApi) -> dict[str, Any]:
    """The schemas of an API's models by name."""
    return {name: json.loads(each["schema"]) for name, each in api.models.items()}


def invalid_model(error: ModelError) -> AwsError:
    """BadRequestException for a schema that is invalid, in the words of the validation."""
    return bad_request(
        f"Invalid model specified: Validation Result: warnings : [], errors : [{error}]"
    )


def _model(call: ControlCall) -> Document:
    name = call.path["model_name"]
    api = call.state.rest_apis.get(call.path["restapi_id"])
    found = api.models.get(name) if api else None
    if found is None:
        raise not_found(f"Invalid model name specified: {name}")
    return found


def get_model(call: ControlCall) -> Document:
    """The model; with `flatten=true` the models it refers to are written into it."""
    found = shown(_model(call))
    if call.flag("flatten"):
        found["schema"] = _flattened(call.api(), json.loads(found["schema"]))
    return found


def _flattened(api: RestApi, schema: Any) -> str:
    """The schema as JSON, with models in place of the references that lead to them.

    BadRequestException if that makes it larger than a schema may be: models that refer to others
    twice each grow without end.
    """
    left = [MAX_BYTES]

    def flat(part: Any, depth: int) -> Any:
        left[0] -= len(part) + 5 if isinstance(part, str) else 5
        if left[0] < 0:
            raise bad_request("The flattened model schema is too large")
        if isinstance(part, list):
            return [flat(each, depth) for each in part]
        if not isinstance(part, dict) or depth > _MAX_REFERENCES:
            return part
        url = MODEL_URL.fullmatch(str(part.get("$ref", "")))
        if url and url[2] in api.models:
            return flat(json.loads(api.models[url[2]]["schema"]), depth + 1)
        return {key: flat(value, depth) for key, value in part.items()}

    return json.dumps(flat(schema, 0))


def get_models(call: ControlCall) -> Document:
    """GetModels: a page of the API's models."""
    return call.page(call.api().models.values())


def update_model(call: ControlCall) -> Document:
    """UpdateModel: the changed schema is checked like a new one."""
    model = _model(call)
    changed = shown(model)
    apply(changed, call.operations(), _PATCHABLE)
    check_schema(call.api(), changed["schema"])
    model.clear()
    model.update(changed)
    return shown(model)


def delete_model(call: ControlCall) -> None:
    """DeleteModel. Raises ConflictException if a method or another model refers to it."""
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
    """CreateRequestValidator: whether methods check bodies, parameters, or both."""
    api = call.state.rest_apis.get(call.path["restapi_id"])
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
    api = call.state.rest_apis.get(call.path["restapi_id"])
    found = api.validators.get(call.path["requestvalidator_id"]) if api else None
    if found is None:
        raise not_found("Invalid Request Validator identifier specified")
    return found


def get_request_validator(call: ControlCall) -> Document:
    """GetRequestValidator: what one validator checks."""
    return shown(_validator(call))


def get_request_validators(call: ControlCall) -> Document:
    """GetRequestValidators: a page of the API's validators."""
    return call.page(call.api().validators.values())


def update_request_validator(call: ControlCall) -> Document:
    """UpdateRequestValidator: its name, and what it checks."""
    validator = _validator(call)
    allowed = Patchable(
        {"name": text, "validateRequestBody": flag, "validateRequestParameters": flag}
    )
    changed = apply(shown(validator), call.operations(), allowed)
    if "name" in changed and not changed["name"].strip():
        raise bad_request("Request Validator name cannot be blank")
    validator.update(changed)
    return shown(validator)


def delete_request_validator(call: ControlCall) -> None:
    """DeleteRequestValidator. Raises ConflictException if a method still uses it."""
    validator, api = _validator(call), call.api()
    for resource in api.resources.values():
        for verb, method in (resource.get("resourceMethods") or {}).items():
            if method.get("requestValidatorId") == validator["id"]:
                raise conflict(
                    f"Cannot delete request validator '{validator['id']}', is referenced in "
                    f"method request: {resource['path']}/{verb}"
                )
    del api.validators[validator["id"]]
