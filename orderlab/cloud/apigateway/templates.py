"""Mapping templates: what `$input`, `$context`, `$stageVariables` and `$util` are in them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_plus

from orderlab.cloud.apigateway.failures import internal_error
from orderlab.cloud.apigateway.invocation import EndpointAnswer, Invocation, read_json
from orderlab.cloud.apigateway.json_path import JsonPathError, compile_path
from orderlab.cloud.apigateway.url_encoding import encode
from orderlab.cloud.apigateway.vtl.errors import TemplateError
from orderlab.cloud.apigateway.vtl.java import string_of, to_json
from orderlab.cloud.apigateway.vtl.template import Template

_ESCAPES = {
    "\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "\b": "\\b", "\f": "\\f", "/": "\\/",
}  # fmt: skip


def escape_java_script(value: Any) -> Any:
    """As Apache Commons does it, single quotes and slashes included."""
    if value is None:
        return None
    out = []
    for character in string_of(value):
        code = ord(character)
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif 32 <= code < 127:
            out.append(character)
        elif code > 0xFFFF:
            high, low = divmod(code - 0x10000, 0x400)
            out.append(f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}")
        else:
            out.append(f"\\u{code:04X}")
    return "".join(out)


def _parse_json(text: Any) -> Any:
    try:
        return read_json(string_of(text))
    except ValueError as error:
        raise TemplateError(f"$util.parseJson: {error}") from None


def _url_encode(text: Any) -> str | None:
    return None if text is None else encode(string_of(text))


def _base64_encode(text: Any) -> str | None:
    return None if text is None else base64.b64encode(_bytes(string_of(text))).decode()


def _base64_decode(text: Any) -> str | None:
    return None if text is None else base64.b64decode(string_of(text)).decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


class _Util:
    """`$util`."""

    vtl_methods: dict[str, Callable[..., Any]] = {  # noqa: RUF012
        "escapeJavaScript": escape_java_script,
        "parseJson": _parse_json,
        "urlEncode": _url_encode,
        "urlDecode": lambda text: None if text is None else unquote_plus(string_of(text)),
        "base64Encode": _base64_encode,
        "base64Decode": _base64_decode,
    }


_UTIL = _Util()


class _Input:
    """`$input`: the body and the parameters.

    A path that leads nowhere gives null to `path`, and `""` to `json`.
    """

    def __init__(self, invocation: Invocation, answer: EndpointAnswer | None) -> None:
        self._invocation = invocation
        self._answer = answer
        self.vtl_methods = {"path": self._path, "json": self._json, "params": self._params}

    def vtl_members(self) -> dict[str, Any]:
        return {"body": self._body()}

    def _body(self) -> str:
        if self._answer is not None:
            return self._answer.body.decode("utf-8", "replace")
        return self._invocation.body_text or "{}"

    def _document(self) -> Any:
        source = self._answer if self._answer is not None else self._invocation
        if source.body_json is None and not (self._body().strip() or "{}").strip(" {}"):
            return {}
        return source.body_json

    def _find(self, path: Any) -> Any:
        try:
            return compile_path(string_of(path)).find(self._document())
        except JsonPathError as error:
            raise TemplateError(str(error)) from None

    def _path(self, path: Any) -> Any:
        return self._find(path)

    def _json(self, path: Any) -> str:
        found = self._find(path)
        return '""' if found is None else to_json(found)

    def _params(self, name: Any = None) -> Any:
        invocation = self._invocation
        if name is not None:
            return parameter(invocation, string_of(name))
        return {
            "path": {k: unquote(v) for k, v in invocation.path_parameters.items()},
            "querystring": {k: v[-1] for k, v in invocation.query.items()},
            "header": sent_headers(invocation),
        }


def sent_headers(invocation: Invocation) -> dict[str, str]:
    """Headers by the name that the client wrote, the last value of each."""
    raw = invocation.request.raw_headers
    return dict(raw) if raw else dict(invocation.request.headers)


def parameter(invocation: Invocation, name: str) -> str:
    """A path parameter, else a query parameter, else a header; empty if there is none."""
    if name in invocation.path_parameters:
        return unquote(invocation.path_parameters[name])
    values = invocation.query.get(name) or invocation.headers.get(name.lower())
    return values[-1] if values else ""


def render(template: Template, invocation: Invocation, answer: EndpointAnswer | None) -> str:
    """Apply a mapping template to the request, or to the integration's answer.

    What the template sets under `$context.requestOverride` and `$context.responseOverride` stays
    in the invocation. A template that fails ends the request with 500.
    """
    context = invocation.context
    if "requestOverride" not in context:
        context["requestOverride"] = {"header": {}, "querystring": {}, "path": {}}
        context["responseOverride"] = {"header": {}}
    namespace = {
        "input": _Input(invocation, answer),
        "context": context,
        "stageVariables": invocation.stage_variables,
        "util": _UTIL,
    }
    try:
        return template.render(namespace).strip()
    except TemplateError as error:
        raise internal_error(f"Unable to transform: {error}") from None
