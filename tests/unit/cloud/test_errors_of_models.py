"""Errors of a service have the codes and HTTP statuses of botocore's models."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

from orderlab.cloud.aws_error import AwsError
from orderlab.cloud.cloudwatch import errors as of_cloudwatch
from orderlab.cloud.dynamodb import errors as of_dynamodb
from orderlab.cloud.events import errors as of_events
from orderlab.cloud.lambda_ import errors as of_lambda
from orderlab.cloud.logs import errors as of_logs
from orderlab.cloud.pipes import errors as of_pipes
from orderlab.cloud.scheduler import errors as of_scheduler
from orderlab.cloud.schemas import errors as of_schemas
from orderlab.cloud.service_models import service_model

MODULES = {
    "cloudwatch": of_cloudwatch,
    "dynamodb": of_dynamodb,
    "events": of_events,
    "lambda": of_lambda,
    "logs": of_logs,
    "pipes": of_pipes,
    "scheduler": of_scheduler,
    "schemas": of_schemas,
}
# AWS sends these, and no model names them
NOT_IN_MODELS = {
    "RequestEntityTooLargeException",
    "SerializationException",
    "Throttling",
    "ValidationException",
}


def classes_of(module: ModuleType) -> list[type[AwsError]]:
    return [
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, AwsError)
        and each.__module__ == module.__name__
        and each.code != AwsError.code
    ]


@pytest.mark.parametrize(("service", "module"), MODULES.items())
def test_codes_and_statuses_are_those_of_the_model(service: str, module: ModuleType) -> None:
    shapes = {
        shape.error_code: shape.metadata.get("error", {}).get("httpStatusCode", 400)
        for shape in service_model(service).error_shapes
    }
    found = {each.code: each.status for each in classes_of(module)}
    assert found
    for code, status in found.items():
        if code in NOT_IN_MODELS:
            assert code not in shapes
        else:
            assert shapes[code] == status, code
