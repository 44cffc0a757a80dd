"""Parameter mappings: `integration.request.header.X = method.request.querystring.y` and its kin.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.data.execution import EndpointAnswer, Invocation
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.vtl.java import string_of, to_json

Value = str | list[str] | None
# the answer is None while the request is mapped
Source = Callable[[Invocation, EndpointAnswer | None], Value]

_INTEGRATION_PLACE = re.compile(r"^integration\.request\.(header|querystring|path)\.(.+)$")
_METHOD_PLACE = re.compile(r"^method\.response\.header\.(.+)$")
_METHOD_SOURCE = re.compile(
    r"^method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.(.+)$"
)
_METHOD_BODY = re.compile(r"^method\.request\.body(?:\.(.+))?$")
_ANSWER_HEADER = re.compile(r"^integration\.response\.(header|multivalueheader)\.(.+)$")
_ANSWER_BODY = re.compile(r"^integration\.response\.body(?:\.(.+))?$")


class MappingError(ValueError):
    """The mapping expression cannot be read."""


@dataclass(frozen=True, slots=True)
class ParameterMapping:
    """One mapping: where the value goes, and where it comes from."""

    location: str
    name: str
    source: Source


def request_mappings(parameters: Mapping[str, str] | None) -> tuple[ParameterMapping, ...]:
    """The mappings of an integration request; MappingError names the one that is wrong."""
    return tuple(_request_mapping(to, source) for to, source in (parameters or {}).items())


def response_mappings(parameters: Mapping[str, str] | None) -> tuple[ParameterMapping, ...]:
    """The mappings of an integration response; MappingError names the one that is wrong."""
    return tuple(_response_mapping(to, source) for to, source in (parameters or {}).items())


def _request_mapping(to: str, source: str) -> ParameterMapping:
    place = _INTEGRATION_PLACE.match(to)
    if place is None:
        raise MappingError(f"Invalid mapping expression parameter specified: {to}")
    return ParameterMapping(place[1], place[2], request_source(source))


def _response_mapping(to: str, source: str) -> ParameterMapping:
    place = _METHOD_PLACE.match(to)
    if place is None:
        raise MappingError(f"Invalid mapping expression parameter specified: {to}")
    return ParameterMapping("header", place[1], _response_source(source))


def request_source(expression: str) -> Source:
    """Where a value of the request comes from."""
    if found := _METHOD_SOURCE.match(expression):
        location, name = found[1], found[2]
        return lambda invocation, _: method_parameter(invocation, location, name)
    if found := _METHOD_BODY.match(expression):
        path = found[1]
        return lambda invocation, _: _body_value(invocation, path)
    return _common_source(expression)


def _response_source(expression: str) -> Source:
    if found := _ANSWER_HEADER.match(expression):
        multiple, name = found[1] == "multivalueheader", found[2].lower()
        return lambda _, answer: _answer_header(answer, name, multiple)
    if found := _ANSWER_BODY.match(expression):
        path = found[1]
        return lambda invocation, answer: _answer_value(answer, path, invocation.budget)
    return _common_source(expression)


def _common_source(expression: str) -> Source:
    if len(expression) >= 2 and expression[0] == expression[-1] == "'":
        static = expression[1:-1]
        return lambda *_: static
    if expression.startswith("context."):
        path = _path(expression.removeprefix("context."), expression)
        return lambda invocation, _: _as_text(
            path.find(invocation.context, invocation.budget), invocation.budget
        )
    if expression.startswith("stageVariables."):
        name = expression.removeprefix("stageVariables.")
        return lambda invocation, _: invocation.stage_variables.get(name)
    raise MappingError(f"Invalid mapping expression specified: {expression}")


def _path(path: str, expression: str) -> Any:
    try:
        return compile_path(path if path.startswith("$") else f"$.{path}")
    except JsonPathError:
        raise MappingError(f"Invalid mapping expression specified: {expression}") from None


def method_parameter(invocation: Invocation, location: str, name: str) -> Value:
    """A parameter of the request; None if it was not sent. The last of several values counts."""
    if location == "path":
        value = invocation.path_parameters.get(name)
        return None if value is None else unquote(value)
    multiple = location.startswith("multivalue")
    if location.endswith("header"):
        values = invocation.headers.get(name.lower())
    else:
        values = invocation.query.get(name)
    if not values:
        return None
    return values if multiple else values[-1]


def _body_value(invocation: Invocation, path: str | None) -> Value:
    if path is None:
        return invocation.body_text
    document, budget = invocation.body_json, invocation.budget
    return None if document is None else _as_text(_path(path, path).find(document, budget), budget)


def _answer_header(answer: EndpointAnswer | None, name: str, multiple: bool) -> Value:
    values = [] if answer is None else [v for k, v in answer.headers if k.lower() == name]
    if not values:
        return None
    return values if multiple else values[-1]


def _answer_value(answer: EndpointAnswer | None, path: str | None, budget: Budget) -> Value:
    if answer is None:
        return None
    if path is None:
        return answer.body.decode("utf-8", "replace")
    return _as_text(_path(path, path).find(answer.document(budget), budget), budget)


def _as_text(value: Any, budget: Budget) -> Value:
    if value is None or isinstance(value, str):
        return value
    return to_json(value, budget) if isinstance(value, dict | list) else string_of(value)
