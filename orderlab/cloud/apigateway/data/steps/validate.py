"""Request validation: required parameters, then the body against its model.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

from orderlab.cloud.apigateway.data.execution import Execution
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.media_types import content_type_of
from orderlab.cloud.apigateway.data.steps.mapped_values import method_parameter
from orderlab.cloud.apigateway.json_text import cost_of_json, read_json


def validate(execution: Execution) -> None:
    """Refuse a request that its validator does not let pass, with 400."""
    method = execution.method
    if method.required:
        _check_parameters(execution)
    if method.models:
        _check_body(execution)


def _check_parameters(execution: Execution) -> None:
    missing = []
    for requirement in execution.method.required:
        value = method_parameter(execution, requirement.location, requirement.name)
        if not value or (isinstance(value, str) and not value.strip()):
            missing.append(requirement.name)
    if missing:
        text = f"Missing required request parameters: [{', '.join(missing)}]"
        execution.note(f"Request validation failed: {text}")
        raise GatewayFailure("BAD_REQUEST_PARAMETERS", text)


def _check_body(execution: Execution) -> None:
    """A content type without a model is not validated."""
    models, budget = execution.method.models, execution.budget
    model = models.get(content_type_of(execution.request)) or models.get("$default")
    if model is None:
        return
    budget.spend(cost_of_json(execution.body.raw))
    try:
        document = read_json(execution.body.text)
    except ValueError:
        raise _bad_body(execution, ["Invalid JSON input"]) from None
    execution.body.remember(document)
    errors = model.errors(document, budget)
    if errors:
        raise _bad_body(execution, errors)


def _bad_body(execution: Execution, errors: list[str]) -> GatewayFailure:
    text = f"[{', '.join(errors)}]"
    execution.note(
        f"Request body does not match model schema for content type "
        f"{content_type_of(execution.request)}: {text}"
    )
    return GatewayFailure("BAD_REQUEST_BODY", validation_error=text)
