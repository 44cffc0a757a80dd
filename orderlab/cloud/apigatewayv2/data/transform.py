"""Mappings at work: parameters of a request, and headers and status of a response, are changed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from orderlab.cloud.apigatewayv2.data.answer import one_line
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.data.values import Values
from orderlab.cloud.apigatewayv2.model.expressions import expression
from orderlab.cloud.http import Response


def with_mapped_parameters(request: HttpRequest, mappings: Mapping[str, str]) -> HttpRequest:
    """The request as the back end gets it."""
    values = Values(request)
    changed = replace(request, headers=dict(request.headers), query=dict(request.query))
    for place, source in mappings.items():
        action, _, where = place.partition(":")
        value = None if action == "remove" else values.of(expression(source))
        kind, _, name = where.partition(".")
        if kind == "path":
            changed.whole_path = _path(value)
        elif kind == "header":
            _change_header(changed.headers, action, name.lower(), value)
        else:
            _change_query(changed.query, action, name, value)
    return changed


def _path(value: str | None) -> str:
    return value if value and value.startswith("/") else f"/{value or ''}"


def _change_header(headers: dict[str, str], action: str, name: str, value: str | None) -> None:
    if action == "remove":
        headers.pop(name, None)
    elif value is not None:
        clean, before = one_line(value), headers.get(name)
        headers[name] = f"{before},{clean}" if action == "append" and before else clean


def _change_query(query: dict[str, list[str]], action: str, name: str, value: str | None) -> None:
    if action == "remove":
        query.pop(name, None)
    elif value is not None:
        query[name] = [*(query.get(name, []) if action == "append" else []), value]


def with_mapped_answer(
    request: HttpRequest, response: Response, mappings: Mapping[str, str]
) -> Response:
    """The response as the client gets it. Raises HttpFailure (500) for a status that is none."""
    values = Values(request, response)
    status, headers = response.status, list(response.headers)
    for place, source in mappings.items():
        action, _, where = place.partition(":")
        value = None if action == "remove" else values.of(expression(source, of_response=True))
        if where == "statuscode":
            status = _status(value)
            continue
        name = where.partition(".")[2].lower()
        if action != "append" and (action == "remove" or value is not None):
            headers = [each for each in headers if each[0].lower() != name]
        if value is not None:
            headers.append((name, one_line(value)))
    return Response(status, response.body, headers)


def _status(value: str | None) -> int:
    if value is None or not value.isdecimal() or not 100 <= int(value[:4]) <= 599:
        raise HttpFailure(500, f"A mapping makes no status code: {value}", by_integration=True)
    return int(value)
