"""Reading the parameters of a call: the right type, or AWS's error for a wrong one."""

from __future__ import annotations

from typing import Any

from orderlab.cloud.contracts import Parameters
from orderlab.cloud.sqs.errors import (
    InvalidParameterValue,
    MissingParameter,
    SerializationError,
)


def text(parameters: Parameters, name: str) -> str | None:
    """A text, None if it is missing."""
    value = parameters.get(name)
    if value is None or isinstance(value, str):
        return value
    raise _wrong_type(value, "String")


def needed_text(parameters: Parameters, name: str) -> str:
    """A text that must be there and must not be empty."""
    value = text(parameters, name)
    if not value:
        raise MissingParameter(name)
    return value


def number(parameters: Parameters, name: str) -> int | None:
    """A whole number, None if it is missing."""
    value = parameters.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(value, "Integer")
    return value


def whole(
    parameters: Parameters, name: str, low: int, high: int, rule: str = "Must be between {} and {}"
) -> int | None:
    """A whole number within its limits, None if it is missing; `rule` words what AWS says of it."""
    value = number(parameters, name)
    if value is None or low <= value <= high:
        return value
    raise InvalidParameterValue(
        f"Value {value} for parameter {name} is invalid. "
        f"Reason: {rule.format(low, high)}, if provided."
    )


def table(parameters: Parameters, name: str) -> dict[str, Any]:
    """A JSON object, empty if it is missing."""
    value = parameters.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong_type(value, "Map")
    return value


def texts_by_name(parameters: Parameters, name: str) -> dict[str, str]:
    """A JSON object whose values are texts; null stands for one that is missing."""
    found = {key: value for key, value in table(parameters, name).items() if value is not None}
    for value in found.values():
        if not isinstance(value, str):
            raise _wrong_type(value, "String")
    return found


def texts(parameters: Parameters, name: str) -> list[str]:
    """A list of texts, empty if it is missing."""
    found = _list(parameters, name)
    for value in found:
        if not isinstance(value, str):
            raise _wrong_type(value, "String")
    return found


def tables(parameters: Parameters, name: str) -> list[dict[str, Any]]:
    """A list of JSON objects, empty if it is missing."""
    found = _list(parameters, name)
    for value in found:
        if not isinstance(value, dict):
            raise _wrong_type(value, "Structure")
    return found


def _list(parameters: Parameters, name: str) -> list[Any]:
    value = parameters.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong_type(value, "List")
    return value


def _wrong_type(value: object, wanted: str) -> SerializationError:
    names = {str: "STRING", bool: "BOOLEAN", int: "NUMBER", float: "NUMBER", dict: "MAP"}
    found = names.get(type(value), "LIST" if isinstance(value, list) else "VALUE")
    return SerializationError(f"{found}_VALUE cannot be converted to {wanted}")
