"""The types of a call's parameters, read from botocore's own service model.

What has the wrong type is refused before anything looks at it, as AWS does it: a number where a
template should be would otherwise be stored, and fail every request later.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from orderlab.cloud.aws_error import AwsError

_NUMBERS = {"integer": "Integer", "long": "Long", "double": "Double", "float": "Float"}


def check_types(operation: str, body: dict[str, Any]) -> None:
    """SerializationException for a parameter of the wrong type."""
    shape = _model()["operations"].get(operation, {}).get("input", {}).get("shape")
    if shape:
        _check_structure(_model()["shapes"][shape], body)


@lru_cache(maxsize=1)
def _model() -> dict[str, Any]:
    import botocore.loaders

    found: dict[str, Any] = botocore.loaders.create_loader().load_service_model(
        "apigateway", "service-2"
    )
    return found


def _check_structure(shape: dict[str, Any], value: dict[str, Any]) -> None:
    for name, member in shape.get("members", {}).items():
        if "location" not in member:
            given = value.get(member.get("locationName", name))
            if given is not None:
                _check(member["shape"], given)


def _check(name: str, value: Any) -> None:
    shape = _model()["shapes"][name]
    kind = shape["type"]
    if kind in ("structure", "map"):
        if not isinstance(value, dict):
            raise _wrong(value, "Map")
        if kind == "structure":
            _check_structure(shape, value)
            return
        for each in value.values():
            if each is not None:
                _check(shape["value"]["shape"], each)
    elif kind == "list":
        if not isinstance(value, list):
            raise _wrong(value, "List")
        for each in value:
            if each is not None:
                _check(shape["member"]["shape"], each)
    else:
        _check_scalar(kind, value)


def _check_scalar(kind: str, value: Any) -> None:
    if kind == "string" and not isinstance(value, str):
        raise _wrong(value, "String")
    if kind == "boolean" and not isinstance(value, bool):
        raise _wrong(value, "Boolean")
    if kind in _NUMBERS:
        whole = kind in ("integer", "long")
        fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not fits or (isinstance(value, int) and not -(1 << 63) <= value < 1 << 63):
            raise _wrong(value, _NUMBERS[kind])


def _wrong(value: Any, wanted: str) -> AwsError:
    if isinstance(value, dict):
        text = "Start of structure or map found where not expected."
    elif isinstance(value, list):
        text = "Start of list found where not expected"
    else:
        given = "com.amazon.coral.value.json.numbers.TruncatingBigNumber"
        if isinstance(value, bool | str):
            given = "java.lang.Boolean" if isinstance(value, bool) else "java.lang.String"
        text = f"class {given} can not be converted to an {wanted}"
    return AwsError(text, code="SerializationException")
