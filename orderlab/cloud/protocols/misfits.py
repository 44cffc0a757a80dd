"""Whether the parameters of a call fit the service's model: asked when a handler has failed.

Handlers check only what matters to them. If one fails on a parameter of the wrong type, this tells
whose fault that is: the caller's, which gives a 400, or ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.http import Request
from orderlab.cloud.service_models import service_model


def misfit(
    service: str, operation: str, parameters: Mapping[str, Any], request: Request, protocol: str
) -> AwsError | None:
    """The error for parameters that do not fit the model; None if they fit."""
    from botocore.validate import ParamValidator

    model = service_model(service)
    if model is None or operation not in model.operation_names:
        return None
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return None
    if protocol == "rest":
        parameters, wrong = _with_body(parameters, request)
        if wrong is not None:
            return wrong
    try:
        report = ParamValidator().validate(dict(parameters), shape)
    except (TypeError, ValueError, AttributeError, KeyError):
        return ValidationException("The parameters cannot be read.")
    found = report.generate_report() if report.has_errors() else ""
    return ValidationException(f"Invalid parameters: {found}") if found else None


def _with_body(
    parameters: Mapping[str, Any], request: Request
) -> tuple[dict[str, Any], AwsError | None]:
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}, AwsError("Could not parse request body into json", code="SerializationException")
    if not isinstance(body, dict):
        return {}, AwsError("The body is no JSON object.", code="SerializationException")
    return {**body, **parameters}, None
