"""Methods and method responses."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.control.calls import ControlCall, wrong_type
from orderlab.cloud.apigateway.control.errors import bad_request, conflict, not_found
from orderlab.cloud.apigateway.control.patch import Patchable, apply, flag, parts_of, text
from orderlab.cloud.apigateway.model.state import Document, RestApi, shown
from orderlab.cloud.aws_error import NotDoneYet

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
_AUTHORIZATION = ("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")
_REQUEST_PARAMETER = re.compile(r"^method\.request\.(querystring|path|header)\.[^\s.]+(\.[^\s]+)?$")
_RESPONSE_PARAMETER = re.compile(r"^method\.response\.header\.[^\s]+$")
_MEMBERS = (
    "authorizationType",
    "authorizerId",
    "operationName",
    "requestModels",
    "requestParameters",
    "requestValidatorId",
    "authorizationScopes",
)


def put_method(call: ControlCall) -> Document:
    """PutMethod. Raises ConflictException if the resource has a method for the verb."""
    resource = call.resource()
    verb = call.path["http_method"]
    if verb not in VERBS:
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    methods = resource.setdefault("resourceMethods", {})
    if verb in methods:
        raise conflict("Method already exists for this resource")
    for name in ("requestModels", "requestParameters"):
        call.mapping(name)
    method: Document = {"httpMethod": verb, "apiKeyRequired": bool(call.body.get("apiKeyRequired"))}
    method.update({name: call.body[name] for name in _MEMBERS if call.body.get(name) is not None})
    check_method(call.api(), method)
    methods[verb] = method
    return shown(method)


def check_method(api: RestApi, method: Document) -> None:
    """What a method refers to must be there; BadRequestException."""
    kind = method.get("authorizationType")
    if kind not in _AUTHORIZATION:
        raise bad_request(
            "Invalid authorization type specified. Setting the authorization type to one of: "
            f"[{', '.join(_AUTHORIZATION)}] is required."
        )
    if kind == "COGNITO_USER_POOLS":
        raise NotDoneYet("authorisation by Cognito user pools")
    if kind == "CUSTOM" and method.get("authorizerId") not in api.authorizers:
        raise bad_request(
            "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or "
            "COGNITO_USER_POOLS requires a valid authorizer."
        )
    if kind != "CUSTOM":
        method.pop("authorizerId", None)
    if method.get("authorizationScopes"):
        raise NotDoneYet("authorisation scopes")
    validator = method.get("requestValidatorId")
    if validator and validator not in api.validators:
        raise bad_request("Invalid Request Validator identifier specified")
    for name in (method.get("requestModels") or {}).values():
        if name not in api.models:
            raise bad_request(f"Invalid model identifier specified: {name}")
    _check_parameters(method.get("requestParameters") or {})


def _check_parameters(parameters: Document) -> None:
    names = []
    for place in parameters:
        if not _REQUEST_PARAMETER.match(place):
            raise bad_request(f"Invalid mapping expression specified: {place}")
        names.append(place.split(".", 3)[3])
    if len(set(names)) < len(names):
        raise bad_request("Parameter names must be unique across querystring, header and path")


def get_method(call: ControlCall) -> Document:
    """GetMethod: with its integration and responses."""
    return shown(call.method())


def delete_method(call: ControlCall) -> None:
    """DeleteMethod: with its integration and responses."""
    call.method()
    del call.resource()["resourceMethods"][call.path["http_method"]]


_PATCHABLE = Patchable(
    members={
        "authorizationType": text,
        "authorizerId": text,
        "apiKeyRequired": flag,
        "operationName": text,
        "requestValidatorId": text,
    },
    maps={"requestModels": text, "requestParameters": flag},
)


def update_method(call: ControlCall) -> Document:
    """UpdateMethod: the changed settings are checked like those of a new method."""
    method = call.method()
    changed = shown(method)
    for operation in call.operations():
        parts = parts_of(str(operation.get("path")))
        single = len(parts) == 1 and parts[0] in _PATCHABLE.members
        if not single and not (len(parts) == 2 and parts[0] in _PATCHABLE.maps):
            raise bad_request(f"Invalid patch path {operation.get('path')}")
        if single and operation["op"] != "replace":
            raise bad_request("Invalid patch operation specified. Must be one of: [replace]")
        apply(changed, [operation], _PATCHABLE)
    for name in ("requestModels", "requestParameters", "requestValidatorId", "operationName"):
        if name in changed and not changed[name]:
            del changed[name]
    check_method(call.api(), changed)
    method.clear()
    method.update(changed)
    return shown(method)


def put_method_response(call: ControlCall) -> Document:
    """PutMethodResponse. Raises ConflictException if the method declares the status already."""
    method, status = call.method(), call.path["status_code"]
    if not re.fullmatch(r"[1-5]\d\d", status):
        raise bad_request("Invalid status code specified")
    responses = method.get("methodResponses") or {}
    if status in responses:
        raise conflict("Response already exists for this resource")
    response: Document = {"statusCode": status}
    for name in ("responseParameters", "responseModels"):
        if (given := call.mapping(name)) is not None:
            response[name] = given
    check_method_response(call.api(), response)
    method["methodResponses"] = {**responses, status: response}
    return shown(response)


def check_method_response(api: RestApi, response: Document) -> None:
    """The headers and models of a method response must exist. Raises BadRequestException."""
    for place, needed in (response.get("responseParameters") or {}).items():
        if not _RESPONSE_PARAMETER.match(place):
            raise bad_request(f"Invalid mapping expression specified: {place}")
        if not isinstance(needed, bool):
            raise wrong_type("responseParameters")
    for name in (response.get("responseModels") or {}).values():
        if name not in api.models:
            raise bad_request(f"Invalid model identifier specified: {name}")


def _response(call: ControlCall) -> Document:
    found: Document | None = (call.method().get("methodResponses") or {}).get(
        call.path["status_code"]
    )
    if found is None:
        raise not_found("Invalid Response status code specified")
    return found


def get_method_response(call: ControlCall) -> Document:
    """GetMethodResponse: the headers and models that a method declares for a status."""
    return shown(_response(call))


def update_method_response(call: ControlCall) -> Document:
    """UpdateMethodResponse: the changed response is checked like a new one."""
    response = _response(call)
    changed = shown(response)
    for operation in call.operations():
        kind, *name = parts_of(str(operation.get("path")))
        models = changed.get("responseModels") or {}
        removed = kind == "responseModels" and operation["op"] == "remove"
        if removed and "/".join(name) not in models:
            raise not_found("Content-Type specified was not found")
    allowed = Patchable({}, maps={"responseParameters": flag, "responseModels": text})
    apply(changed, call.operations(), allowed)
    check_method_response(call.api(), changed)
    response.update(changed)
    return shown(response)


def delete_method_response(call: ControlCall) -> None:
    """DeleteMethodResponse. Raises NotFoundException if the method does not declare the status."""
    _response(call)
    del call.method()["methodResponses"][call.path["status_code"]]
