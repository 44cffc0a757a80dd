"""The form of a request: types, required members, enumerations and ranges of AWS's own model.

Each operation's model (botocore's) is made into one function, once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderlab.cloud.aws_error import ValidationException
from orderlab.cloud.dynamodb.errors import detected
from orderlab.cloud.dynamodb.shape_checks import Check, check_of

# operations whose missing table is named in other words
_TABLE_REQUIRED = ("CreateTable", "DeleteTable", "DescribeTable", "UpdateTable")


def check_input(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Raise what AWS raises for a request that does not fit the model; drop null members."""
    faults: list[str] = []
    _input_check(service, operation)(parameters, "", faults)
    if faults:
        raise _refusal(operation, faults)


def _refusal(operation: str, faults: list[str]) -> ValidationException:
    if operation in _TABLE_REQUIRED and faults[0].startswith("Value null at 'tableName' "):
        return ValidationException(
            "The parameter 'TableName' is required but was not present in the request"
        )
    # where the table's name is wrong, nothing else is looked at
    of_name = [
        fault
        for fault in faults
        if " at 'tableName' failed" in fault and not fault.startswith("Value null")
    ]
    return detected(*(of_name or [_reworded(operation, fault) for fault in faults]))


def _reworded(operation: str, fault: str) -> str:
    """Some operations write members as the request does, and leave their values out."""
    _, at, rest = fault.partition(" at '")
    path, quote, rule = rest.partition("' failed")
    if operation == "Query" and path == "limit":
        return f"Value at 'Limit{quote}{rule}"
    if operation == "BatchGetItem" and path.endswith(".member.keys"):
        return f"Value{at}R{path[1:-4]}Keys{quote}{rule}"
    return fault


@lru_cache(maxsize=2)
def _model(service: str) -> dict[str, Any]:
    import botocore.loaders

    model: dict[str, Any] = botocore.loaders.create_loader().load_service_model(
        service, "service-2"
    )
    return model


@lru_cache(maxsize=200)
def _input_check(service: str, operation: str) -> Check:
    model = _model(service)
    shape = model["operations"][operation].get("input")
    if shape is None:
        return lambda value, path, faults: None
    return check_of(shape["shape"], model["shapes"], {})
