"""Gateway responses: what the API says where API Gateway answers itself."""

from __future__ import annotations

import re

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found, validation_error
from orderlab.cloud.apigateway.control.patch import Patchable, apply, text, value_of
from orderlab.cloud.apigateway.model.response_types import RESPONSE_TYPES
from orderlab.cloud.apigateway.model.state import Document, shown
from orderlab.cloud.apigateway.vtl.template import MAX_SOURCE

_HEADER = re.compile(r"^gatewayresponse\.header\.[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
_SOURCE = re.compile(
    r"^('[^']*'|context\..+|stageVariables\..+|method\.request\.(header|path|querystring|"
    r"multivalueheader|multivaluequerystring)\..+|method\.request\.body.*)$",
    re.S,
)
_BODY = {"application/json": '{"message":$context.error.messageString}'}


def _type(call: ControlCall) -> str:
    name = call.path["response_type"]
    if name not in RESPONSE_TYPES:
        raise validation_error(name, "responseType", f"[{', '.join(RESPONSE_TYPES)}]")
    return name


def _default(name: str) -> Document:
    status = RESPONSE_TYPES[name].status
    return {
        "responseType": name,
        "statusCode": None if status is None else str(status),
        "responseParameters": {},
        "responseTemplates": _BODY,
        "defaultResponse": True,
    }


def _shown(call: ControlCall, name: str) -> Document:
    """The response as it is in force: its own, the general one's, or AWS's."""
    own = call.api().gateway_responses
    if name in own:
        return shown(own[name])
    default = _default(name)
    status = RESPONSE_TYPES[name].status
    general = own.get("DEFAULT_5XX" if status and status >= 500 else "DEFAULT_4XX")
    if general and status:
        default["responseParameters"] = general.get("responseParameters") or {}
        default["responseTemplates"] = general.get("responseTemplates") or _BODY
        default["statusCode"] = general.get("statusCode") or default["statusCode"]
    return shown(default)


def put_gateway_response(call: ControlCall) -> Document:
    """PutGatewayResponse: customise a type; what the call leaves out gets its default."""
    api, name = call.api(), _type(call)
    default = RESPONSE_TYPES[name].status
    response: Document = {
        "responseType": name,
        "statusCode": call.text("statusCode") or (str(default) if default else None),
        "responseParameters": call.mapping("responseParameters") or {},
        "responseTemplates": call.mapping("responseTemplates") or _BODY,
        "defaultResponse": False,
    }
    _check(response)
    api.gateway_responses[name] = response
    return shown(response)


def _check(response: Document) -> None:
    status = response.get("statusCode")
    if status and not re.fullmatch(r"[1-5]\d\d", status):
        raise bad_request("Invalid status code specified for the gateway response")
    for source in (response["responseTemplates"] or {}).values():
        if len(source or "") > MAX_SOURCE:
            raise bad_request(f"The response template is longer than {MAX_SOURCE} characters")
    for place, source in response["responseParameters"].items():
        if not _HEADER.match(place) or not _SOURCE.match(str(source)):
            raise bad_request(
                "Invalid gateway response parameter specified: "
                f"{place}. Must be 'gatewayresponse.header.NAME' mapped to an expression or a "
                "static value in single quotes"
            )


def get_gateway_response(call: ControlCall) -> Document:
    """GetGatewayResponse: the response as it is in force, customised or not."""
    return _shown(call, _type(call))


def get_gateway_responses(call: ControlCall) -> Document:
    """All 21 types, customised or not."""
    call.api()
    return {"item": [_shown(call, name) for name in sorted(RESPONSE_TYPES)]}


def update_gateway_response(call: ControlCall) -> Document:
    """UpdateGatewayResponse: from then on the type counts as customised."""
    name = _type(call)
    changed = _shown(call, name)
    allowed = Patchable(
        {"statusCode": text},
        maps={"responseParameters": text, "responseTemplates": text},
        removable=frozenset({"statusCode"}),
    )
    for operation in call.operations():
        for kind in ("responseParameters", "responseTemplates"):
            unset = operation["op"] != "remove" and not value_of(operation)
            if str(operation.get("path")).startswith(f"/{kind}/") and unset:
                raise bad_request(f"Invalid null or empty value in {kind}")
    apply(changed, call.operations(), allowed)
    default = RESPONSE_TYPES[name].status
    if default and not changed.get("statusCode"):
        changed["statusCode"] = str(default)
    changed["defaultResponse"] = False
    _check(changed)
    call.api().gateway_responses[name] = changed
    return shown(changed)


def delete_gateway_response(call: ControlCall) -> None:
    """DeleteGatewayResponse. Raises NotFoundException if the type was not customised."""
    api, name = call.api(), _type(call)
    if name not in api.gateway_responses:
        raise not_found("Gateway response type not defined on api")
    del api.gateway_responses[name]
