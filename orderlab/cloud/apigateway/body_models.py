"""Models: the JSON Schema (draft 4) that a request's body has to fit.

https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from orderlab.cloud.apigateway.model_patterns import as_formats, draft4_validator, patterns_in
from orderlab.cloud.patterns.expressions import expression
from orderlab.cloud.patterns.syntax import ExpressionError

_MODEL_URL = re.compile(r"^https://apigateway\.amazonaws\.com/restapis/[^/]+/models/([^/#]+)")
# an error text is shown in logs; a body full of faults must not fill them
_MAX_ERRORS = 20


@cache
def load_jsonschema() -> Any:
    """The library, loaded when the first model is.

    It loads the grammar of internationalised addresses if it finds one, which takes more than a
    second; formats are not checked here, so that the grammar is kept away from it.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    import jsonschema

    # another thread may have been here meanwhile: the monolith's workers load it too
    if sys.modules.get("rfc3987_syntax", ...) is None:
        sys.modules.pop("rfc3987_syntax", None)
    return jsonschema


class ModelError(ValueError):
    """The schema is none."""


class BodyModel:
    """A compiled model. References to other models of the API are followed."""

    def __init__(self, schema: Any, others: Mapping[str, Any]) -> None:
        self._accepts = _fast_check(schema, others)
        load_jsonschema()
        self._validator = draft4_validator()(schema, registry=_registry(others))

    def errors(self, body: Any) -> list[str]:
        """What is wrong with a body, in words; empty if nothing is."""
        if self._accepts(body):
            return []
        found = []
        try:
            for error in self._validator.iter_errors(body):
                found.append(_describe(error))
                if len(found) == _MAX_ERRORS:
                    break
        except RecursionError as error:
            return [f"The body cannot be compared with the model: {error}"]
        return found


def _fast_check(schema: Any, others: Mapping[str, Any]) -> Callable[[Any], bool]:
    """A compiled check that is sure when it says yes, some twenty times as fast as the full one.

    What it turns down is looked at again: it does not say what is wrong in AWS's words.
    """
    import fastjsonschema

    formats: dict[str, Callable[[str], bool]] = {}

    def other(uri: str) -> Any:
        found = _MODEL_URL.match(uri)
        return as_formats(others[found[1] if found else uri.rpartition("/")[2]], formats)

    try:
        draft = as_formats(schema, formats)
        draft["$schema"] = "http://json-schema.org/draft-04/schema#"
        check = fastjsonschema.compile(
            draft, handlers={"https": other}, formats=formats, use_default=False
        )
    except Exception:  # whatever it cannot compile, the full check can judge
        return lambda body: False

    def accepts(body: Any) -> bool:
        try:
            check(body)
        except (fastjsonschema.JsonSchemaValueException, RecursionError, TypeError, ValueError):
            return False
        return True

    return accepts


def _describe(error: Any) -> str:
    """A fault in the words of AWS's validator where they are known."""
    validator, value = error.validator, error.validator_value
    if validator == "required":
        missing = [name for name in value if name not in error.instance]
        return f"object has missing required properties ({_names(missing)})"
    if validator == "type":
        allowed = value if isinstance(value, list) else [value]
        return (
            f"instance type ({_type_of(error.instance)}) does not match any allowed primitive "
            f"type (allowed: {_names(allowed)})"
        )
    if validator == "additionalProperties":
        known = error.schema.get("properties", {})
        extra = [name for name in error.instance if name not in known]
        return (
            f"object instance has properties which are not allowed by the schema: {_names(extra)}"
        )
    if validator == "enum":
        return (
            f"instance value ({json.dumps(error.instance)}) not found in enum "
            f"(possible values: {json.dumps(value)})"
        )
    return str(error.message)[:500]


def _names(names: list[str]) -> str:
    return "[" + ",".join(json.dumps(name) for name in sorted(names)) + "]"


def _type_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", dict: "object"}
    return "null" if value is None else names.get(type(value), "array")


def _registry(others: Mapping[str, Any]) -> Any:
    """Where references to other models of the API lead."""
    from referencing import Registry, Resource
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT4

    def retrieve(uri: str) -> Resource[Any]:
        found = _MODEL_URL.match(uri)
        name = found[1] if found else uri.rpartition("/")[2]
        if name not in others:
            raise NoSuchResource(uri)
        return Resource.from_contents(others[name], default_specification=DRAFT4)

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]


def read_schema(text: str) -> Any:
    """The schema of a model as it was sent; ModelError if it is no JSON or no schema."""
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelError(
            "Invalid model schema specified. Unable to parse the schema as JSON"
        ) from None
    if not isinstance(schema, dict):
        raise ModelError("Invalid model schema specified. The schema must be a JSON object")
    library = load_jsonschema()
    try:
        # its formats are left out: to see whether a text is an expression, it would compile it
        library.Draft4Validator.check_schema(schema, format_checker=None)
        for pattern in patterns_in(schema):
            expression(pattern)
    except library.exceptions.SchemaError as error:
        raise ModelError(f"Invalid model schema specified. {error.message}") from None
    except ExpressionError:
        raise ModelError(f"Invalid model schema specified. {pattern!r} is not a 'regex'") from None
    except RecursionError:
        raise ModelError("Invalid model schema specified. The schema is nested too deep") from None
    return schema


def references(schema: Any) -> list[str]:
    """The names of the models that a schema refers to."""
    found: list[str] = []
    waiting = [schema]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            match = _MODEL_URL.match(str(current.get("$ref", "")))
            if match:
                found.append(match[1])
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return found
