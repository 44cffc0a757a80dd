"""Integrations and integration responses."""

from __future__ import annotations

from urllib.parse import urlsplit

from orderlab.cloud.apigateway.control.calls import ControlCall
from orderlab.cloud.apigateway.control.errors import bad_request, not_found, validation_error
from orderlab.cloud.apigateway.control.methods import VERBS
from orderlab.cloud.apigateway.control.patch import Patchable, apply, text, whole
from orderlab.cloud.apigateway.control.preparation import problem_of
from orderlab.cloud.apigateway.model.integration_uris import (
    CALLER,
    SERVICES,
    function_of,
    parse_uri,
)
from orderlab.cloud.apigateway.model.mappings import (
    MappingError,
    request_mappings,
    response_mappings,
)
from orderlab.cloud.apigateway.model.state import Document, shown
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.regular_expressions import java_pattern
from orderlab.cloud.aws_error import AwsError, NotDoneYet

_KINDS = ("HTTP", "MOCK", "AWS_PROXY", "HTTP_PROXY", "AWS")
_PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
_HANDLING = ("CONVERT_TO_BINARY", "CONVERT_TO_TEXT")
_MEMBERS = (
    "type",
    "uri",
    "connectionType",
    "credentials",
    "requestParameters",
    "requestTemplates",
    "passthroughBehavior",
    "contentHandling",
    "timeoutInMillis",
    "cacheNamespace",
)


def put_integration(call: ControlCall) -> Document:
    """PutIntegration; what was there, responses included, is replaced."""
    method = call.method()
    for name in ("requestParameters", "requestTemplates"):
        call.mapping(name)
    integration: Document = {
        name: call.body[name] for name in _MEMBERS if call.body.get(name) is not None
    }
    # the method goes by this name on the wire, the verb of the path by `http_method`
    if call.body.get("httpMethod") is not None:
        integration["httpMethod"] = call.body["httpMethod"]
    if call.body.get("responseTransferMode") == "STREAM":
        raise NotDoneYet("streamed responses")
    integration.setdefault("passthroughBehavior", "WHEN_NO_MATCH")
    integration.setdefault("timeoutInMillis", 29_000)
    integration.setdefault("cacheNamespace", call.path["resource_id"])
    integration["cacheKeyParameters"] = list(call.body.get("cacheKeyParameters") or [])
    check_integration(call, integration)
    method["methodIntegration"] = integration
    return shown(integration)


def check_integration(call: ControlCall, integration: Document) -> None:
    """AWS's rules for integrations; BadRequestException."""
    kind = integration.get("type")
    if kind not in _KINDS:
        raise validation_error(str(kind), "putIntegrationInput.type", f"[{', '.join(_KINDS)}]")
    if integration.get("connectionType") == "VPC_LINK":
        raise NotDoneYet("integrations through a VPC link")
    if kind == "MOCK":
        for name in ("uri", "httpMethod", "credentials"):
            integration.pop(name, None)
    else:
        _check_target(call, kind, integration)
    _check_settings(integration)
    _check_templates(integration.get("requestTemplates") or {})
    try:
        request_mappings(integration.get("requestParameters"))
    except MappingError as error:
        raise _bad_mapping(error) from None


def _check_target(call: ControlCall, kind: str, integration: Document) -> None:
    verb = integration.get("httpMethod")
    if not verb:
        raise bad_request("Enumeration value for HttpMethod must be non-empty")
    if verb not in VERBS:
        raise bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(VERBS)}")
    uri = str(integration.get("uri") or "")
    if kind in ("HTTP", "HTTP_PROXY"):
        integration.setdefault("connectionType", "INTERNET")
        parts = urlsplit(uri)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise bad_request("Invalid HTTP endpoint specified for URI")
        return
    _check_arn(kind, uri, integration)
    credentials = str(integration.get("credentials") or "")
    if credentials == CALLER:
        raise NotDoneYet("integrations with the caller's own credentials")
    own = f"arn:aws:iam::{call.account_id}:"
    if credentials and not credentials.startswith((own, "${")):
        raise AwsError(
            "Cross-account pass role is not allowed.", code="AccessDeniedException", status=403
        )


def _check_arn(kind: str, uri: str, integration: Document) -> None:
    if not uri.startswith("arn:"):
        raise bad_request("Invalid ARN specified in the request")
    parsed = parse_uri(uri)
    if parsed is None:
        raise bad_request("AWS ARN for integration must contain path or action")
    if parsed.service == "lambda":
        if function_of(uri) is None:
            raise bad_request("Invalid ARN specified in the request")
        return
    if kind == "AWS_PROXY":
        raise bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
            "Firehose stream invocations."
        )
    if parsed.service not in SERVICES:
        raise NotDoneYet(f"integrations of API Gateway with {parsed.service}")
    if not integration.get("credentials"):
        raise bad_request("Role ARN must be specified for AWS integrations")


def _check_settings(integration: Document) -> None:
    timeout = integration["timeoutInMillis"]
    if not isinstance(timeout, int) or not 50 <= timeout <= 29_000:
        raise bad_request("Timeout should be between 50 ms and 29000 ms")
    if integration["passthroughBehavior"] not in _PASSTHROUGH:
        raise bad_request("Invalid passthrough behavior specified")
    handling = integration.get("contentHandling")
    if handling and handling not in _HANDLING:
        raise validation_error(
            str(handling), "putIntegrationInput.contentHandling", f"[{', '.join(_HANDLING)}]"
        )
    if integration["cacheKeyParameters"]:
        raise NotDoneYet("caching of REST APIs")


def _check_templates(templates: Document) -> None:
    for content_type, source in templates.items():
        if "/" not in content_type and content_type != "$default":
            raise bad_request(
                "Validation Result: warnings : [], errors : [Invalid content type specified: "
                f"{content_type}]"
            )
        problem = problem_of(str(source or ""))
        if problem:
            raise bad_request(f"Invalid mapping template for {content_type}: {problem}")


def _bad_mapping(error: MappingError) -> AwsError:
    text_of_error = str(error)
    return bad_request(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
        f"[{text_of_error}]"
    )


def get_integration(call: ControlCall) -> Document:
    """GetIntegration: where the requests of a method go."""
    return shown(call.integration())


def delete_integration(call: ControlCall) -> None:
    """DeleteIntegration: with its integration responses."""
    call.integration()
    del call.method()["methodIntegration"]


_PATCHABLE = Patchable(
    members={
        "type": text,
        "uri": text,
        "httpMethod": text,
        "credentials": text,
        "passthroughBehavior": text,
        "contentHandling": text,
        "timeoutInMillis": whole,
        "cacheNamespace": text,
        "connectionType": text,
    },
    maps={"requestParameters": text, "requestTemplates": text},
    lists=frozenset({"cacheKeyParameters"}),
    removable=frozenset({"credentials", "contentHandling", "uri", "connectionType"}),
    defaults={"passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29_000},
)


def update_integration(call: ControlCall) -> Document:
    """UpdateIntegration: the changed settings are checked like those of a new integration."""
    integration = call.integration()
    changed = apply(shown(integration), call.operations(), _PATCHABLE)
    check_integration(call, changed)
    integration.clear()
    integration.update(changed)
    return shown(integration)


def put_integration_response(call: ControlCall) -> Document:
    """PutIntegrationResponse. Raises NotFoundException for a status that the method lacks."""
    integration, status = call.integration(), call.path["status_code"]
    if status not in (call.method().get("methodResponses") or {}):
        raise not_found("Invalid Response status code specified")
    response: Document = {"statusCode": status}
    for name in ("selectionPattern", "contentHandling"):
        if (given := call.text(name)) is not None:
            response[name] = given
    for name in ("responseParameters", "responseTemplates"):
        if (values := call.mapping(name)) is not None:
            response[name] = values
    check_integration_response(call.method(), response)
    responses = integration.get("integrationResponses") or {}
    integration["integrationResponses"] = {**responses, status: response}
    return shown(response)


def check_integration_response(method: Document, response: Document) -> None:
    """Patterns, templates and mappings must be readable, headers declared by the method."""
    try:
        java_pattern(response.get("selectionPattern") or "")
    except TemplateError:
        raise bad_request("Invalid selection pattern specified") from None
    try:
        response_mappings(response.get("responseParameters"))
    except MappingError as error:
        raise _bad_mapping(error) from None
    declared = (method.get("methodResponses") or {}).get(response["statusCode"], {})
    for place in response.get("responseParameters") or {}:
        if place not in (declared.get("responseParameters") or {}):
            raise bad_request(
                "Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                f"[Invalid mapping expression parameter specified: {place}]"
            )
    _check_templates(response.get("responseTemplates") or {})
    handling = response.get("contentHandling")
    if handling and handling not in _HANDLING:
        raise validation_error(
            str(handling),
            "putIntegrationResponseInput.contentHandling",
            f"[{', '.join(_HANDLING)}]",
        )


def _response(call: ControlCall) -> Document:
    found: Document | None = (call.integration().get("integrationResponses") or {}).get(
        call.path["status_code"]
    )
    if found is None:
        raise not_found("Invalid Response status code specified")
    return found


def get_integration_response(call: ControlCall) -> Document:
    """GetIntegrationResponse: what a method makes of one kind of answer."""
    return shown(_response(call))


def update_integration_response(call: ControlCall) -> Document:
    """UpdateIntegrationResponse: the changed response is checked like a new one."""
    response = _response(call)
    allowed = Patchable(
        {"selectionPattern": text, "contentHandling": text},
        maps={"responseParameters": text, "responseTemplates": text},
        removable=frozenset({"selectionPattern", "contentHandling"}),
    )
    changed = apply(shown(response), call.operations(), allowed)
    check_integration_response(call.method(), changed)
    response.clear()
    response.update(changed)
    return shown(response)


def delete_integration_response(call: ControlCall) -> None:
    """DeleteIntegrationResponse. Raises NotFoundException if there is none for the status."""
    _response(call)
    del call.integration()["integrationResponses"][call.path["status_code"]]
