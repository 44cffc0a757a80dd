"""The input of a Lambda API call, read and checked by the shapes of AWS's own API model.

Lambda is a REST service: an operation's input comes from its path, its query string, its headers
and its JSON body. What the model says about types, lengths, ranges, patterns and choices is
checked here, with AWS's wording, so that handlers see only well-formed values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Parameters

Shape = dict[str, Any]
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "blob": (str,),
}


@cache
def model() -> dict[str, Any]:
    """botocore's model of the Lambda API."""
    import botocore.loaders

    loaded: dict[str, Any] = botocore.loaders.create_loader().load_service_model(
        "lambda", "service-2"
    )
    return loaded


def read_input(operation: str, call: Call, path_parameters: Parameters) -> dict[str, Any]:
    """The checked input of a call; AwsError if it is not what the operation takes."""
    shapes = model()["shapes"]
    description = model()["operations"][operation].get("input")
    if description is None:
        return {}
    shape = shapes[description["shape"]]
    values = _body(call) if not shape.get("payload") else {}
    known = {
        name: values[name]
        for name, member in shape["members"].items()
        if "location" not in member and values.get(name) is not None
    }
    known.update(_outside_body(shape, call, path_parameters))
    problems: list[str] = []
    # which runtimes there are, Lambda checks by itself, with an error of its own
    own = operation in ("CreateFunction", "UpdateFunctionConfiguration")
    checked = {name: value for name, value in known.items() if not (own and name == "Runtime")}
    _check_structure(shape, checked, "", problems)
    if problems:
        count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise ValidationException(count + "; ".join(problems))
    return known


def _body(call: Call) -> dict[str, Any]:
    if not call.request.body:
        return {}
    try:
        body = json.loads(call.request.body)
    except ValueError as error:
        raise AwsError(
            f"Could not parse request body into json: {error}",
            code="InvalidRequestContentException",
        ) from None
    if not isinstance(body, dict):
        raise AwsError(
            "Could not parse request body into json: an object is expected",
            code="InvalidRequestContentException",
        )
    return body


def _outside_body(shape: Shape, call: Call, path_parameters: Parameters) -> dict[str, Any]:
    found: dict[str, Any] = {}
    query = parse_qs(call.request.query_string, keep_blank_values=True)
    for name, member in shape["members"].items():
        where, wire_name = member.get("location"), member.get("locationName", name)
        if where == "uri":
            value = path_parameters.get(wire_name)
        elif where == "querystring":
            value = query.get(wire_name)
        elif where == "header":
            value = call.request.headers.get(wire_name.lower())
        else:
            continue
        if value is not None:
            found[name] = _from_text(member["shape"], name, value)
    return found


def _from_text(shape_name: str, name: str, value: Any) -> Any:
    """A value that came as text, in its own type."""
    shape = model()["shapes"][shape_name]
    if shape["type"] == "list":
        return list(value) if isinstance(value, list) else [value]
    text = value[0] if isinstance(value, list) else value
    if shape["type"] in ("integer", "long"):
        try:
            return int(text)
        except ValueError:
            raise ValidationException(
                f"1 validation error detected: Value '{text}' at '{_wire(name)}' failed to "
                "satisfy constraint: Member must be a number"
            ) from None
    if shape["type"] == "boolean":
        return str(text).lower() == "true"
    return text


def _wire(name: str) -> str:
    """A member's name as AWS's validation messages spell it."""
    return name[:1].lower() + name[1:]


def _check_structure(shape: Shape, value: dict[str, Any], path: str, problems: list[str]) -> None:
    for name in shape.get("required", ()):
        if name not in value:
            problems.append(
                f"Value null at '{path}{_wire(name)}' failed to satisfy constraint: "
                "Member must not be null"
            )
    for name, member in shape["members"].items():
        if value.get(name) is not None:
            _check(member["shape"], value[name], path + _wire(name), problems)


def _check(shape_name: str, value: Any, path: str, problems: list[str]) -> None:
    shape = model()["shapes"][shape_name]
    kind = shape["type"]
    allowed = _JSON_TYPES.get(kind)
    is_bool_as_number = isinstance(value, bool) and kind != "boolean"
    if allowed and (not isinstance(value, allowed) or is_bool_as_number):
        raise AwsError(
            f"Could not parse request body into json: {path} must be of type {kind}",
            code="InvalidRequestContentException",
        )
    if kind == "structure":
        _check_structure(shape, value, path + ".", problems)
    elif kind == "list":
        _check_list(shape, value, path, problems)
    elif kind == "map":
        for part, entries in (("key", value.keys()), ("value", value.values())):
            what = "Map keys" if part == "key" else "Map value"
            _check_entries(shape[part]["shape"], what, value, entries, path, problems)
    elif kind != "blob":
        problem = _scalar_problem(shape, value)
        if problem:
            shown = "***" if shape.get("sensitive") else value
            problems.append(f"Value '{shown}' at '{path}' failed to satisfy constraint: {problem}")


def _check_list(shape: Shape, value: list[Any], path: str, problems: list[str]) -> None:
    _check_size(shape, value, path, problems)
    member = shape["member"]["shape"]
    if model()["shapes"][member]["type"] in ("structure", "list", "map"):
        for number, entry in enumerate(value, 1):
            _check(member, entry, f"{path}.{number}.member", problems)
        return
    _check_entries(member, "Member", value, value, path, problems)


def _check_entries(
    shape_name: str,
    what: str,
    whole: Any,
    entries: Iterable[Any],
    path: str,
    problems: list[str],
) -> None:
    """AWS shows a list or map of plain values as a whole, with all that is asked of each."""
    found: list[str] = []
    for entry in entries:
        _check(shape_name, entry, path, found)
    if not found:
        return
    shape = model()["shapes"][shape_name]
    if shape["type"] in ("structure", "list", "map"):
        problems += found
        return
    asked = ", ".join(_asked(shape))
    shown = _as_text(whole, as_double=shape["type"] in ("double", "float"))
    problems.append(
        f"Value '{shown}' at '{path}' failed to satisfy constraint: {what} must satisfy "
        f"constraint: [{asked}]"
    )


def _asked(shape: Shape) -> Iterator[str]:
    """All that a shape asks of a plain value, in AWS's words and order."""
    text = shape["type"] == "string"
    unit = "length" if text else "value"
    if "max" in shape:
        yield f"Member must have {unit} less than or equal to {shape['max']}"
    if "min" in shape:
        yield f"Member must have {unit} greater than or equal to {shape['min']}"
    if "pattern" in shape:
        yield f"Member must satisfy regular expression pattern: {shape['pattern']}"
    if "enum" in shape:
        yield f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    if "enum" in shape or not text:
        yield "Member must not be null"


def _as_text(value: Any, *, as_double: bool = False) -> str:
    """A value as AWS writes it: [a, b], {key=value}."""
    if isinstance(value, list):
        return f"[{', '.join(_as_text(entry) for entry in value)}]"
    if isinstance(value, dict):
        pairs = (
            f"{key}={float(entry) if as_double else _as_text(entry)}"
            for key, entry in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    return str(value)


def _check_size(shape: Shape, value: list[Any], path: str, problems: list[str]) -> None:
    shown = _as_text(value)
    wrong = f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must have length "
    if "max" in shape and len(value) > shape["max"]:
        problems.append(f"{wrong}less than or equal to {shape['max']}")
    if "min" in shape and len(value) < shape["min"]:
        problems.append(f"{wrong}greater than or equal to {shape['min']}")


def _scalar_problem(shape: Shape, value: Any) -> str | None:
    if shape["type"] == "string":
        return _text_problem(shape, value)
    if "min" in shape and value < shape["min"]:
        return f"Member must have value greater than or equal to {shape['min']}"
    if "max" in shape and value > shape["max"]:
        return f"Member must have value less than or equal to {shape['max']}"
    return None


def _text_problem(shape: Shape, value: str) -> str | None:
    if "enum" in shape and value not in shape["enum"]:
        return f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    if "min" in shape and len(value) < shape["min"]:
        return f"Member must have length greater than or equal to {shape['min']}"
    if "max" in shape and len(value) > shape["max"]:
        return f"Member must have length less than or equal to {shape['max']}"
    if "pattern" in shape and not _pattern(shape["pattern"]).fullmatch(value):
        return f"Member must satisfy regular expression pattern: {shape['pattern']}"
    return None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        return re.compile(".*", re.DOTALL)
