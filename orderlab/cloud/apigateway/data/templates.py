"""Mapping templates: what `$input`, `$context`, `$stageVariables` and `$util` are in them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_plus

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.execution import ApiRequest, Execution
from orderlab.cloud.apigateway.data.failures import internal_error
from orderlab.cloud.apigateway.data.headers import DROPPED_FROM_REQUEST
from orderlab.cloud.apigateway.data.url_encoding import encode
from orderlab.cloud.apigateway.json_path.errors import JsonPathError
from orderlab.cloud.apigateway.json_path.path import compile_path
from orderlab.cloud.apigateway.json_text import read_json
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import string_of, to_json
from orderlab.cloud.apigateway.vtl.template import Template

# backslashes come first, so that no escape is escaped again
_ESCAPES = (
    ("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"),
    ("\b", "\\b"), ("\f", "\\f"), ("/", "\\/"),
)  # fmt: skip
_UNPRINTABLE = re.compile(r"[^ -~]")


def escape_java_script(text: str) -> str:
    """What `$util.escapeJavaScript` gives: Apache Commons' escapes, those of `'` and `/` too."""
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(_code_of, text)


def _code_of(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:
        return f"\\u{code:04X}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}"


def _parse_json(budget: Budget, value: Any) -> Any:
    text = string_of(value)
    # what JSON is read into takes several times its room
    budget.spend(len(text) >> 2)
    budget.make(len(text) << 4)
    try:
        return read_json(text)
    except ValueError as error:
        raise TemplateError(f"$util.parseJson: {error}") from None


def _of_text(convert: Callable[[str], str]) -> Callable[[Budget, Any], str | None]:
    return lambda budget, value: None if value is None else convert(string_of(value))


class _Util:
    """`$util`. Methods take the budget of the request first."""

    vtl_methods: dict[str, Callable[..., Any]] = {  # noqa: RUF012
        "escapeJavaScript": _of_text(escape_java_script),
        "parseJson": _parse_json,
        "urlEncode": _of_text(encode),
        "urlDecode": _of_text(unquote_plus),
        "base64Encode": _of_text(
            lambda text: base64.b64encode(text.encode("utf-8", "replace")).decode()
        ),
        "base64Decode": _of_text(lambda text: base64.b64decode(text).decode("utf-8", "replace")),
    }


_UTIL = _Util()


class _Input:
    """`$input`: a body, the request's or the answer's, and the parameters.

    A path that leads nowhere gives null to `path`, and `""` to `json`.
    """

    def __init__(self, execution: Execution, answer: Body | None) -> None:
        self._execution = execution
        self._shown = answer or execution.body
        self._is_request = answer is None
        self.vtl_methods = {"path": self._path, "json": self._json, "params": self._params}

    def vtl_members(self) -> dict[str, Any]:
        """`$input.body`. A request without a body shows `{}`."""
        return {"body": self._body()}

    def _body(self) -> str:
        text = self._shown.text
        return text or "{}" if self._is_request else text

    def _document(self) -> Any:
        found = self._shown.document(self._execution.budget)
        if found is None and not (self._body().strip() or "{}").strip(" {}"):
            return {}
        return found

    def _path(self, budget: Budget, path: Any) -> Any:
        try:
            return compile_path(string_of(path)).find(self._document(), budget)
        except JsonPathError as error:
            raise TemplateError(str(error)) from None

    def _json(self, budget: Budget, path: Any) -> str:
        found = self._path(budget, path)
        return '""' if found is None else to_json(found, budget)

    def _params(self, budget: Budget, name: Any = None) -> Any:
        execution = self._execution
        if name is not None:
            return parameter(execution, string_of(name))
        budget.spend(50)
        return {
            "path": {k: unquote(v) for k, v in execution.path_parameters.items()},
            "querystring": {k: v[-1] for k, v in execution.request.query.items()},
            "header": sent_headers(execution.request),
        }


def sent_headers(request: ApiRequest) -> dict[str, str]:
    """Headers by the name that the client wrote, the last value of each."""
    raw = request.http.raw_headers or request.http.headers.items()
    return {name: value for name, value in raw if name.lower() not in DROPPED_FROM_REQUEST}


def parameter(execution: Execution, name: str) -> str:
    """A path parameter, else a query parameter, else a header; empty if there is none."""
    if name in execution.path_parameters:
        return unquote(execution.path_parameters[name])
    request = execution.request
    values = request.query.get(name) or request.headers.get(name.lower())
    return values[-1] if values else ""


def render(template: Template, execution: Execution, answer: Body | None = None) -> str:
    """Apply a mapping template to the request, or to the integration's answer.

    What the template sets under `$context.requestOverride` and `$context.responseOverride` stays
    in the execution's context.

    Raises:
        GatewayFailure: 500 if the template fails.
        BudgetSpent: if it is more work than the budget allows.
    """
    context = _context_of(execution) if template.changes else execution.context
    namespace = {
        "input": _Input(execution, answer),
        "context": context,
        "stageVariables": dict(execution.request.stage_variables),
        "util": _UTIL,
    }
    try:
        text = template.render(namespace, execution.budget).strip()
    except TemplateError as error:
        raise internal_error(f"Unable to transform: {error}") from None
    if template.changes:
        for name in _OVERRIDES:
            execution.context[name] = context.get(name)
    return text


_OVERRIDES: dict[str, dict[str, Any]] = {
    "requestOverride": {"header": {}, "querystring": {}, "path": {}},
    "responseOverride": {"header": {}},
}


def _context_of(execution: Execution) -> dict[str, Any]:
    """`$context`, in copies: a template that is begun again finds it as it was."""
    context = dict(execution.context)
    for name in ("identity", "authorizer", "error"):
        if name in context:
            context[name] = dict(context[name])
    for name, places in _OVERRIDES.items():
        given = context.get(name) or places
        context[name] = {
            place: dict(each) if isinstance(each, dict) else each for place, each in given.items()
        }
    return context
