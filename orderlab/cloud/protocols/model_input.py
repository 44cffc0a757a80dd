"""The input of a call, read and checked by the shapes of AWS's own model of the service.

What the model says about types, lengths, ranges, patterns and choices is checked here, in AWS's
words, so that handlers see only well-formed values. REST services get their input from the path,
the query string and the JSON body.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.contracts import Call, Parameters

Shape = dict[str, Any]
# problems after which the rest of a request is not looked at
MOST_PROBLEMS = 50
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "blob": (str,),
}


@cache
def service_description(service: str) -> dict[str, Any]:
    """AWS's model of a service, as botocore ships it."""
    import botocore.loaders

    model: dict[str, Any] = botocore.loaders.create_loader().load_service_model(
        service, "service-2"
    )
    return model


def read_input(call: Call, parameters: Parameters) -> dict[str, Any]:
    """The checked input of a JSON call, without nulls.

    Raises ValidationException, or SerializationException for a value of a wrong type.
    """
    return _checked(call, parameters)


def read_rest_input(call: Call, path_parameters: Parameters) -> dict[str, Any]:
    """The checked input of a REST call by the names of the model; raises as `read_input`."""
    model = service_description(call.service)
    shape = _input_shape(model, call.operation)
    body = _body(call)
    query = parse_qs(call.request.query_string, keep_blank_values=True)
    found: dict[str, Any] = {}
    for name, member in shape.get("members", {}).items():
        where, wire_name = member.get("location"), member.get("locationName", name)
        value: Any
        if where == "uri":
            value = path_parameters.get(wire_name)
        elif where == "querystring":
            value = _from_text(model, member["shape"], query.get(wire_name))
        else:
            value = _by_the_models_names(model, member["shape"], body.get(wire_name))
        if value is not None:
            found[name] = value
    return _checked(call, found)


def _by_the_models_names(model: dict[str, Any], name: str, value: Any) -> Any:
    """A value of the body; some services call members otherwise on the wire, also further in."""
    shape = model["shapes"][name]
    kind = shape["type"]
    if kind == "structure" and isinstance(value, dict):
        return {
            known: _by_the_models_names(model, member["shape"], value[wire_name])
            for known, member in shape["members"].items()
            if (wire_name := member.get("locationName", known)) in value
        }
    if kind == "list" and isinstance(value, list):
        return [_by_the_models_names(model, shape["member"]["shape"], each) for each in value]
    if kind == "map" and isinstance(value, dict):
        inner = shape["value"]["shape"]
        return {key: _by_the_models_names(model, inner, each) for key, each in value.items()}
    return value


def _body(call: Call) -> dict[str, Any]:
    try:
        body = json.loads(call.request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _unreadable("Could not parse request body into json")
    return body


def _from_text(model: dict[str, Any], name: str, values: list[str] | None) -> Any:
    """A value of the query string in its own type."""
    if not values:
        return None
    kind = model["shapes"][name]["type"]
    if kind == "list":
        return values
    if kind in ("integer", "long"):
        if not re.fullmatch(r"-?[0-9]{1,15}", values[0]):
            raise _unreadable(f"NUMBER_VALUE cannot be converted from {values[0][:20]!r}")
        return int(values[0])
    return values[0] == "true" if kind == "boolean" else values[0]


def _input_shape(model: dict[str, Any], operation: str) -> Shape:
    description = model["operations"][operation].get("input")
    shape: Shape = model["shapes"][description["shape"]] if description else {}
    return shape


def _checked(call: Call, parameters: Parameters) -> dict[str, Any]:
    model = service_description(call.service)
    known = {name: value for name, value in parameters.items() if value is not None}
    problems: list[str] = []
    _Check(model["shapes"], problems).structure(_input_shape(model, call.operation), known, "")
    if problems:
        many = "s" if len(problems) > 1 else ""
        raise ValidationException(
            f"{len(problems)} validation error{many} detected: " + "; ".join(problems)
        )
    return known


def _unreadable(reason: str) -> AwsError:
    return AwsError(reason, code="SerializationException")


class _Check:
    """Walks through a value with its shape, and notes down what is wrong."""

    def __init__(self, shapes: dict[str, Shape], problems: list[str]) -> None:
        self._shapes = shapes
        self._problems = problems

    def structure(self, shape: Shape, value: dict[str, Any], path: str) -> None:
        members = shape.get("members", {})
        for name in shape.get("required", ()):
            if value.get(name) is None:
                self._add(None, path + _lower(name), "Member must not be null")
        for name, member in members.items():
            if value.get(name) is not None:
                self._any(member["shape"], value[name], path + _lower(name))

    def _add(self, value: Any, path: str, rule: str) -> None:
        shown = "null" if value is None else f"'{_shown(value)}'"
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(f"Value {shown} at '{path}' failed to satisfy constraint: {rule}")

    def _any(self, shape_name: str, value: Any, path: str) -> None:
        shape = self._shapes[shape_name]
        _require_type(shape["type"], value, path)
        kind = shape["type"]
        if kind == "structure":
            self.structure(shape, value, f"{path}.")
        elif kind == "list":
            self._list(shape, value, path)
        elif kind == "map":
            self._sizes(shape, len(value), value, path, "length")
            for name, content in value.items():
                self._any(shape["key"]["shape"], name, path)
                if content is not None:
                    self._any(shape["value"]["shape"], content, f"{path}.{name}.member")
        elif kind == "string":
            self._text(shape, value, path)
        elif kind in ("integer", "long", "float", "double"):
            self._sizes(shape, value, value, path, "value")

    def _list(self, shape: Shape, value: list[Any], path: str) -> None:
        before = len(self._problems)
        self._sizes(shape, len(value), value, path, "length")
        if len(self._problems) > before:
            return
        for number, entry in enumerate(value, 1):
            if entry is None:
                self._add(None, f"{path}.{number}.member", "Member must not be null")
            elif len(self._problems) < MOST_PROBLEMS:
                self._any(shape["member"]["shape"], entry, f"{path}.{number}.member")

    def _sizes(self, shape: Shape, size: float, value: Any, path: str, unit: str) -> bool:
        least, most = shape.get("min"), shape.get("max")
        if least is not None and size < least:
            rule = f"Member must have {unit} greater than or equal to {least}"
        elif most is not None and size > most:
            rule = f"Member must have {unit} less than or equal to {most}"
        else:
            return True
        self._add(value, path, rule)
        return False

    def _text(self, shape: Shape, value: str, path: str) -> None:
        if "enum" in shape and value not in shape["enum"]:
            choices = ", ".join(shape["enum"])
            self._add(value, path, f"Member must satisfy enum value set: [{choices}]")
        elif self._sizes(shape, len(value), value, path, "length") and "pattern" in shape:
            # patterns are only asked about texts whose length is limited
            if "max" not in shape and len(value) > 2048:
                return
            if not _pattern(shape["pattern"]).fullmatch(value):
                rule = f"Member must satisfy regular expression pattern: {shape['pattern']}"
                self._add(value, path, rule)


def _require_type(kind: str, value: object, path: str) -> None:
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        raise _unreadable(f"Unexpected value type in payload: {path} must be of type {kind}")


def _lower(name: str) -> str:
    """A member's name as AWS's validation messages spell it."""
    return name[:1].lower() + name[1:]


def _shown(value: Any) -> str:
    """A value as AWS writes it: [a, b], {key=value}."""
    if isinstance(value, list):
        return f"[{', '.join(_shown(entry) for entry in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_shown(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:1024]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.ASCII)
    except re.error:
        return re.compile(".*", re.DOTALL)
