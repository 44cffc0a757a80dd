"""The response that a function's result stands for, in both payload formats.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any

from orderlab.cloud.apigateway.vtl.java import string_of
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.http import Response

MAX_ANSWER_BYTES = 10 * 1024 * 1024
_JSON = ("content-type", "application/json")
_DROPPED = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive", "date"})
_RENAMED = frozenset({"server", "x-amzn-requestid", "apigw-requestid"})


def answer_of(payload: bytes, version: str) -> Response:
    """The response. In format 2.0, a result without a status code is the body itself.

    Raises HttpFailure (500) if the result is none that the gateway can read.
    """
    try:
        result: Any = json.loads(payload)
    except (ValueError, RecursionError):
        raise _wrong("is not JSON") from None
    if version == "2.0" and (not isinstance(result, dict) or "statusCode" not in result):
        body = result.encode("utf-8", "replace") if isinstance(result, str) else payload
        return Response(200, body, [_JSON])
    if not isinstance(result, dict):
        raise _wrong("is not an object")
    # each format has a way of its own to send a header twice
    result.pop("multiValueHeaders" if version == "2.0" else "cookies", None)
    response = Response(_status(result.get("statusCode")), _body(result), list(_headers(result)))
    if not any(name == "content-type" for name, _ in response.headers):
        response.headers.append(("content-type", "text/plain;charset=UTF-8"))
    return response


def _wrong(what: str) -> HttpFailure:
    return HttpFailure(
        500,
        "The response from the Lambda function doesn't match the format that API Gateway "
        f"expects. Lambda body {what}",
        by_integration=True,
    )


def _wrong_type(field: str) -> HttpFailure:
    return _wrong(f'contains the wrong type for field "{field}"')


def _status(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:4])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 599:
        raise _wrong_type("statusCode")
    return value


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise _wrong_type("body")
    content = body.encode("utf-8", "replace")
    if result.get("isBase64Encoded") is True:
        try:
            content = base64.b64decode(content, validate=True)
        except (ValueError, binascii.Error):
            raise _wrong_type("isBase64Encoded") from None
    if len(content) > MAX_ANSWER_BYTES:
        raise HttpFailure(500, "The answer is too long", by_integration=True)
    return content


def _headers(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    single, multiple = result.get("headers") or {}, result.get("multiValueHeaders") or {}
    cookies = result.get("cookies") or []
    for field, value, kind in (
        ("headers", single, dict), ("multiValueHeaders", multiple, dict), ("cookies", cookies, list)
    ):  # fmt: skip
        if not isinstance(value, kind):
            raise _wrong_type(field)
    several = {str(name).lower() for name in multiple}
    for name, value in single.items():
        if name.lower() not in several:
            yield from _header("headers", name, value)
    for name, values in multiple.items():
        if not isinstance(values, list):
            raise _wrong_type("multiValueHeaders")
        for value in values:
            yield from _header("multiValueHeaders", name, value)
    for cookie in cookies:
        yield from _header("cookies", "set-cookie", cookie)


def _header(field: str, name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        raise _wrong_type(field)
    lower = name.lower()
    if value is None or lower in _DROPPED:
        return
    if lower in _RENAMED:
        lower = f"x-amzn-remapped-{lower}"
    yield lower, one_line(string_of(value))


def one_line(text: str) -> str:
    """A value without line ends, which would begin another header."""
    return text.replace("\r", " ").replace("\n", " ").replace("\0", " ")
