"""ImportRestApi and PutRestApi: an API built from an OpenAPI document (2.0 or 3.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
Differs from AWS: documentation and security schemes other than api_key, sigv4 and Lambda
authorizers are refused; schemas are taken over as they stand, with their references.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from orderlab.cloud.apigateway.control import openapi_methods
from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.compression import refuse_compression
from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.control.models import check_references, invalid_model, schemas_of
from orderlab.cloud.apigateway.control.openapi_document import OpenApiDocument
from orderlab.cloud.apigateway.control.resources import new_resource
from orderlab.cloud.apigateway.model.response_types import RESPONSE_TYPES
from orderlab.cloud.apigateway.model.state import Document, RestApi, new_id, shown
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import read_schema
from orderlab.cloud.aws_error import AwsError

NewApi = Callable[[ControlCall, str, Document], RestApi]
_PARTS = ("document", "resources", "models", "validators", "authorizers", "gateway_responses")


async def import_rest_api(call: ControlCall, new_api: NewApi) -> Document:
    """A new API; nothing is kept of it if the document is wrong."""
    lane = call.plane.lane

    def imported() -> RestApi:
        document = _read(call.raw_body)
        api = new_api(call, document.title, document.settings())
        _fill(call, api, document)
        return api

    # reading and checking take seconds for the largest documents
    api = await lane.run("import", imported)
    call.state.rest_apis[api.id] = api
    return shown(api.document)


async def put_rest_api(call: ControlCall) -> Document:
    """The document merged into an API, or in its place (`mode=overwrite`)."""
    api = call.api()
    mode = call.query.get("mode", ["merge"])[0]
    if mode not in ("merge", "overwrite"):
        raise bad_request('Enumeration value of OpenAPI import mode must be "overwrite" or "merge"')
    before = json.loads(json.dumps([getattr(api, name) for name in _PARTS]))

    def changed() -> RestApi:
        draft = RestApi(*before)
        document = _read(call.raw_body)
        if mode == "overwrite":
            _empty(draft)
        settings = document.settings()
        refuse_compression(settings)
        draft.document.update({k: v for k, v in settings.items() if v is not None})
        draft.document["name"] = document.title
        _fill(call, draft, document)
        return draft

    draft = await call.plane.lane.run(api.id, changed)
    for name in _PARTS:
        setattr(api, name, getattr(draft, name))
    return shown(api.document)


def _read(body: bytes) -> OpenApiDocument:
    try:
        return OpenApiDocument.read(body)
    except RecursionError:
        raise bad_request("Invalid OpenAPI input.") from None


def _empty(api: RestApi) -> None:
    root_id = api.document["rootResourceId"]
    api.resources = {root_id: {"id": root_id, "path": "/"}}
    api.models = {name: api.models[name] for name in ("Empty", "Error") if name in api.models}
    api.validators, api.authorizers, api.gateway_responses = {}, {}, {}


def _fill(call: ControlCall, api: RestApi, document: OpenApiDocument) -> None:
    try:
        _add_everything(call, api, document)
    except (AttributeError, TypeError, ValueError, LookupError, RecursionError):
        # what should be a map is a list, and the like
        raise bad_request("Invalid OpenAPI input.") from None


def _add_everything(call: ControlCall, api: RestApi, document: OpenApiDocument) -> None:
    _add_models(api, document)
    validators = _add_validators(api, document)
    authorizers = _add_authorizers(api, document)
    _add_gateway_responses(api, document)
    into = openapi_methods.Import(call, api, document, validators, authorizers)
    by_path = {each["path"]: each for each in api.resources.values()}
    for path, item in document.paths.items():
        resource = _resource(api, path, by_path)
        for verb, operation in openapi_methods.operations(item):
            openapi_methods.add_method(into, resource, verb=verb, operation=operation, item=item)


def _add_models(api: RestApi, document: OpenApiDocument) -> None:
    """The document's schemas; references to each other become references to models."""
    added = {}
    for name, schema in document.schemas.items():
        plain = "".join(character for character in name if character.isalnum())
        known = api.models.get(plain, {})
        try:
            added[plain] = document.with_model_references(schema, api.id)
        except ModelError as error:
            raise _no_model(plain, error) from None
        api.models[plain] = {
            "id": known.get("id") or new_id(6),
            "name": plain,
            "description": schema.get("description") if isinstance(schema, Mapping) else None,
            "contentType": "application/json",
            "schema": json.dumps(added[plain]),
        }
    models = schemas_of(api)
    for name, schema in added.items():
        try:
            read_schema(api.models[name]["schema"])
            check_references(api.id, schema, models)
        except ModelError as error:
            raise _no_model(name, error) from None


def _no_model(name: str, error: ModelError) -> AwsError:
    return bad_request(
        f"Errors found during import:\n\tUnable to create model for '{name}': "
        f"{invalid_model(error).message}"
    )


def _add_validators(api: RestApi, document: OpenApiDocument) -> dict[str, str]:
    """Names of `x-amazon-apigateway-request-validators` -> ids."""
    ids = {}
    for name, settings in document.extension("request-validators").items():
        known = next((v["id"] for v in api.validators.values() if v["name"] == name), new_id(6))
        api.validators[known] = {
            "id": known,
            "name": name,
            "validateRequestBody": bool(settings.get("validateRequestBody")),
            "validateRequestParameters": bool(settings.get("validateRequestParameters")),
        }
        ids[name] = known
    return ids


def _add_authorizers(api: RestApi, document: OpenApiDocument) -> dict[str, str]:
    """Names of security schemes -> what they mean: an authorizer's id, `api_key` or `sigv4`."""
    meanings = {}
    for name, scheme in document.security_schemes.items():
        settings = scheme.get("x-amazon-apigateway-authorizer")
        kind = scheme.get("x-amazon-apigateway-authtype")
        if settings:
            meanings[name] = openapi_methods.add_authorizer(api, name, scheme, settings)
        elif kind == "awsSigv4":
            meanings[name] = "sigv4"
        elif scheme.get("type") == "apiKey" and str(scheme.get("name")).lower() == "x-api-key":
            meanings[name] = "api_key"
    return meanings


def _add_gateway_responses(api: RestApi, document: OpenApiDocument) -> None:
    for name, settings in document.extension("gateway-responses").items():
        if name not in RESPONSE_TYPES:
            raise bad_request(f"Invalid gateway response type {name}")
        status = settings.get("statusCode") or RESPONSE_TYPES[name].status
        api.gateway_responses[name] = {
            "responseType": name,
            "statusCode": None if status is None else str(status),
            "responseParameters": settings.get("responseParameters") or {},
            "responseTemplates": settings.get("responseTemplates")
            or {"application/json": '{"message":$context.error.messageString}'},
            "defaultResponse": False,
        }


def _resource(api: RestApi, path: str, by_path: dict[str, Document]) -> Document:
    resource, at = by_path["/"], ""
    for part in path.strip("/").split("/") if path.strip("/") else ():
        at += f"/{part}"
        if at not in by_path:
            by_path[at] = new_resource(api, resource, part)
        resource = by_path[at]
    return resource
