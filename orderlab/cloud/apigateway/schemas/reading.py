"""Reading the schema of a model: what CreateModel takes, and what it refuses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
https://json-schema.org/draft-04/draft-fge-json-schema-validation-00
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.patterns.expressions import expression
from orderlab.cloud.patterns.syntax import ExpressionError

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MAX_BYTES = 400 * 1024
# a reader that follows the nesting must not run out of stack
_MAX_DEPTH = 100
_INVALID = "Invalid model schema specified"

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
MODEL_URL = re.compile(r"https://apigateway\.amazonaws\.com/restapis/([^/#]+)/models/([^/#]+)")

Check = Callable[[Any], bool]


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_type(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, str) and each in TYPES for each in value)
    return isinstance(value, str) and value in TYPES


def _are_names(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) for each in value)
        and len(set(value)) == len(value)
    )


def _are_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _is_pattern(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        expression(value)
    except ExpressionError:
        return False
    return True


def _by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_schema, value.values()))


_KEYWORDS: dict[str, Check] = {
    "$schema": _is_text,
    "$ref": _is_text,
    "id": _is_text,
    "title": _is_text,
    "description": _is_text,
    "default": lambda value: True,
    "format": _is_text,
    "type": _is_type,
    "enum": lambda value: isinstance(value, list) and bool(value),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "maximum": _is_number,
    "minimum": _is_number,
    "exclusiveMaximum": _is_flag,
    "exclusiveMinimum": _is_flag,
    "maxLength": _is_whole,
    "minLength": _is_whole,
    "pattern": _is_pattern,
    "items": lambda value: _is_schema(value) or _are_schemas(value),
    "additionalItems": lambda value: _is_flag(value) or _is_schema(value),
    "maxItems": _is_whole,
    "minItems": _is_whole,
    "uniqueItems": _is_flag,
    "maxProperties": _is_whole,
    "minProperties": _is_whole,
    "required": _are_names,
    "properties": _by_name,
    "patternProperties": lambda value: _by_name(value) and all(map(_is_pattern, value)),
    "additionalProperties": lambda value: _is_flag(value) or _is_schema(value),
    "dependencies": lambda value: (
        isinstance(value, dict)
        and all(_is_schema(each) or _are_names(each) for each in value.values())
    ),
    "definitions": _by_name,
    "allOf": _are_schemas,
    "anyOf": _are_schemas,
    "oneOf": _are_schemas,
    "not": _is_schema,
}
_NAMED = ("properties", "patternProperties", "definitions", "dependencies")
_LISTED = ("allOf", "anyOf", "oneOf", "items")
_SINGLE = ("not", "items", "additionalItems", "additionalProperties")


def read_schema(text: str) -> Any:
    """The schema of a model as it was sent; ModelError if it is not JSON or not a schema."""
    if len(text) > MAX_BYTES:
        raise ModelError(f"{_INVALID}. The schema is larger than {MAX_BYTES // 1024} KB")
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelError(f"{_INVALID}. Unable to parse the schema as JSON") from None
    check_schema(schema)
    return schema


def check_schema(schema: Any) -> None:
    """Raise ModelError unless it is a schema. Keywords that draft 4 does not have are ignored."""
    if not isinstance(schema, dict):
        raise ModelError(f"{_INVALID}. The schema must be a JSON object")
    if depth_of(schema, _MAX_DEPTH) > _MAX_DEPTH:
        raise ModelError(f"{_INVALID}. The schema is nested too deep")
    for part in parts_of(schema):
        for keyword, value in part.items():
            check = _KEYWORDS.get(keyword)
            if check is not None and not check(value):
                shown = json.dumps(value)
                shown = shown if len(shown) <= 100 else f"{shown[:100]}..."
                raise ModelError(f"{_INVALID}. {shown} is not valid for the keyword {keyword}")


def refuse_unknown_keywords(schema: Any) -> None:
    """ModelError for keywords that draft 4 does not have."""
    unknown = sorted({name for part in parts_of(schema) for name in part} - _KEYWORDS.keys())
    if unknown:
        names = ",".join(json.dumps(name) for name in unknown[:20])
        raise ModelError(f"{_INVALID}. Unsupported keyword(s): [{names}]")


def refuse_other_references(schema: Any, api_id: str) -> None:
    """ModelError for references that lead out of the schema and out of the API's models."""
    for part in parts_of(schema):
        reference = part.get("$ref")
        if reference is None:
            continue
        url = MODEL_URL.fullmatch(reference)
        inside = reference == "#" or (reference.startswith("#/") and resolves(schema, reference))
        if not inside and (url is None or url[1] != api_id):
            raise ModelError("Model reference must be in canonical form")


def depth_of(value: Any, most: int) -> int:
    """How deep lists and maps are nested; looked at level by level, down to one beyond `most`."""
    depth, level = 0, [value]
    while level and depth <= most:
        depth += 1
        level = [
            below
            for each in level
            for below in (each.values() if isinstance(each, dict) else each)
            if isinstance(below, dict | list)
        ]
    return depth


def parts_of(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and all schemas inside it."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            continue
        yield part
        for keyword in _NAMED:
            if isinstance(part.get(keyword), dict):
                waiting.extend(part[keyword].values())
        for keyword in _LISTED:
            if isinstance(part.get(keyword), list):
                waiting.extend(part[keyword])
        waiting.extend(part[keyword] for keyword in _SINGLE if keyword in part)


def references(schema: Any) -> list[str]:
    """The names of the models that a schema refers to."""
    found = (MODEL_URL.fullmatch(str(part.get("$ref", ""))) for part in parts_of(schema))
    return [url[2] for url in found if url]


def resolves(schema: Any, pointer: str) -> bool:
    """Whether `#/definitions/name` leads to a schema."""
    return isinstance(resolve(schema, pointer), dict)


def resolve(schema: Any, pointer: str) -> Any:
    """What a pointer such as `#/definitions/name` leads to; None if it leads nowhere."""
    found = schema
    for part in pointer.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found
