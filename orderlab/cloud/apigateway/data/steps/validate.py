"""Request validation: required parameters, then the body against its model.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

from orderlab.cloud.apigateway.data.execution import Invocation, cost_of_json, read_json
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.steps.receive import content_type_of
from orderlab.cloud.apigateway.model.mappings import method_parameter


def validate(invocation: Invocation) -> None:
    """Refuse a request that its validator does not let pass, with 400."""
    method = invocation.method
    if method.required:
        _check_parameters(invocation)
    if method.models:
        _check_body(invocation)


def _check_parameters(invocation: Invocation) -> None:
    missing = []
    for requirement in invocation.method.required:
        value = method_parameter(invocation, requirement.location, requirement.name)
        if not value or (isinstance(value, str) and not value.strip()):
            missing.append(requirement.name)
    if missing:
        text = f"Missing required request parameters: [{', '.join(missing)}]"
        invocation.note(f"Request validation failed: {text}")
        raise GatewayFailure("BAD_REQUEST_PARAMETERS", text)


def _check_body(invocation: Invocation) -> None:
    """A content type without a model is not validated."""
    models = invocation.method.models
    model = models.get(content_type_of(invocation)) or models.get("$default")
    if model is None:
        return
    invocation.budget.spend(cost_of_json(invocation.body))
    try:
        body = read_json(invocation.body_text)
    except ValueError:
        raise _bad_body(invocation, ["Invalid JSON input"]) from None
    invocation.remember_json(body)
    errors = model.errors(body, invocation.budget)
    if errors:
        raise _bad_body(invocation, errors)


def _bad_body(invocation: Invocation, errors: list[str]) -> GatewayFailure:
    text = f"[{', '.join(errors)}]"
    invocation.note(
        f"Request body does not match model schema for content type "
        f"{content_type_of(invocation)}: {text}"
    )
    return GatewayFailure("BAD_REQUEST_BODY", validation_error=text)
