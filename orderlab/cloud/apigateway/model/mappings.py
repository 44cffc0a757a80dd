"""Parameter mappings: `integration.request.header.X = method.request.querystring.y` and the like.

Here they are data: where a value goes, and where it comes from. `data/steps/mapped_values.py` finds
the values of a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path import JsonPath, compile_path

_INTEGRATION_PLACE = re.compile(r"^integration\.request\.(header|querystring|path)\.(.+)$")
_METHOD_PLACE = re.compile(r"^method\.response\.header\.(.+)$")
_METHOD_SOURCE = re.compile(
    r"^method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.(.+)$"
)
_METHOD_BODY = re.compile(r"^method\.request\.body(?:\.(.+))?$")
_ANSWER_HEADER = re.compile(r"^integration\.response\.(header|multivalueheader)\.(.+)$")
_ANSWER_BODY = re.compile(r"^integration\.response\.body(?:\.(.+))?$")


class MappingError(ValueError):
    """A mapping expression that cannot be read."""


@dataclass(frozen=True, slots=True)
class Static:
    """`'TEXT'`: the same for every request."""

    value: str


@dataclass(frozen=True, slots=True)
class MethodParameter:
    """`method.request.LOCATION.NAME`: a header, a query parameter, or a part of the path.

    `location` is `header`, `querystring`, `path`, `multivalueheader` or `multivaluequerystring`.
    """

    location: str
    name: str


@dataclass(frozen=True, slots=True)
class MethodBody:
    """`method.request.body`, or what a JSONPath finds in it."""

    path: str | None


@dataclass(frozen=True, slots=True)
class AnswerHeader:
    """`integration.response.header.NAME`, in lower case; every value of it, or the last."""

    name: str
    multiple: bool


@dataclass(frozen=True, slots=True)
class AnswerBody:
    """`integration.response.body`, or what a JSONPath finds in it."""

    path: str | None


@dataclass(frozen=True, slots=True)
class ContextVariable:
    """`context.NAME`: a variable of `$context`."""

    path: JsonPath


@dataclass(frozen=True, slots=True)
class StageVariable:
    """`stageVariables.NAME`: a variable of the stage."""

    name: str


Source = (
    Static | MethodParameter | MethodBody | AnswerHeader | AnswerBody | ContextVariable
    | StageVariable
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParameterMapping:
    """One mapping. `location` is `header`, `querystring` or `path`."""

    location: str
    name: str
    source: Source


def request_mappings(parameters: Mapping[str, str] | None) -> tuple[ParameterMapping, ...]:
    """The mappings of an integration request.

    Raises:
        MappingError: for one that cannot be read; the message names it.
    """
    return tuple(_request_mapping(to, source) for to, source in (parameters or {}).items())


def response_mappings(parameters: Mapping[str, str] | None) -> tuple[ParameterMapping, ...]:
    """The mappings of an integration response.

    Raises:
        MappingError: for one that cannot be read; the message names it.
    """
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


@lru_cache(maxsize=1024)
def request_source(expression: str) -> Source:
    """Where a value of the request comes from.

    Raises:
        MappingError: if the expression cannot be read.
    """
    if found := _METHOD_SOURCE.match(expression):
        return MethodParameter(found[1], found[2])
    if found := _METHOD_BODY.match(expression):
        return MethodBody(found[1])
    return _common_source(expression)


def _response_source(expression: str) -> Source:
    if found := _ANSWER_HEADER.match(expression):
        return AnswerHeader(found[2].lower(), found[1] == "multivalueheader")
    if found := _ANSWER_BODY.match(expression):
        return AnswerBody(found[1])
    return _common_source(expression)


def _common_source(expression: str) -> Source:
    if len(expression) >= 2 and expression[0] == expression[-1] == "'":
        return Static(expression[1:-1])
    if expression.startswith("context."):
        return ContextVariable(path_of(expression.removeprefix("context."), expression))
    if expression.startswith("stageVariables."):
        return StageVariable(expression.removeprefix("stageVariables."))
    raise MappingError(f"Invalid mapping expression specified: {expression}")


def path_of(path: str, expression: str) -> JsonPath:
    """The JSONPath of a mapping expression, with or without its `$`.

    Raises:
        MappingError: if it cannot be read.
    """
    try:
        return compile_path(path if path.startswith("$") else f"$.{path}")
    except JsonPathError:
        raise MappingError(f"Invalid mapping expression specified: {expression}") from None
