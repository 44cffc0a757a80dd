"""What the values of mappings stand for in one request, and in its response.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
"""

from __future__ import annotations

import json
from typing import Any

from orderlab.cloud.apigateway.budget import MAX_TEXT
from orderlab.cloud.apigateway.json_path.path import JsonPath
from orderlab.cloud.apigateway.json_text import read_json
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.data.request import HttpRequest
from orderlab.cloud.apigatewayv2.model.expressions import Expression, Reference
from orderlab.cloud.http import Response

# of a longer body, AWS reads the beginning only, which is not JSON
MAX_JSON_BYTES = 100 * 1024
_UNREAD = object()


class Values:
    """Finds values; bodies are read as JSON once, when a mapping asks for a part of them."""

    def __init__(self, request: HttpRequest, response: Response | None = None) -> None:
        self._request = request
        self._response = response
        self._documents: dict[str, Any] = {}
        self._context: dict[str, Any] | None = None
        self._room = MAX_TEXT

    def of(self, expression: Expression) -> str | None:
        """The text that an expression stands for; None if it is a reference to nothing.

        Raises HttpFailure (500) if all texts of a request become longer than any request may be.
        """
        if len(expression) == 1 and isinstance(expression[0], Reference):
            return self._counted(self._reference(expression[0]))
        return "".join(
            self._counted(part if isinstance(part, str) else self._reference(part)) or ""
            for part in expression
        )

    def _counted(self, text: str | None) -> str | None:
        self._room -= len(text or "")
        if self._room < 0:
            raise HttpFailure(500, "Mappings make more than a request may be", by_integration=True)
        return text

    def _reference(self, reference: Reference) -> str | None:
        request, name = self._request, reference.name
        if reference.root == "stageVariables":
            return request.stage_variables.get(name)
        if reference.root == "context":
            if self._context is None:
                self._context = request.context()
            return self._in(self._context, reference.path)
        if reference.place == "body":
            return self._body(reference)
        if reference.root == "response":
            return self._response_header(name)
        if reference.place == "header":
            return request.headers.get(name.lower())
        if reference.place == "querystring":
            values = request.query.get(name)
            return ",".join(values) if values else None
        return request.path_parameters.get(name) if name else request.path

    def _response_header(self, name: str) -> str | None:
        assert self._response is not None
        values = [value for each, value in self._response.headers if each.lower() == name.lower()]
        return ",".join(values) if values else None

    def _body(self, reference: Reference) -> str | None:
        if reference.path is None:
            return self._raw(reference.root).decode("utf-8", "replace")
        return self._in(self._document(reference.root), reference.path)

    def _raw(self, root: str) -> bytes:
        if root == "response":
            assert self._response is not None
            return self._response.body
        return self._request.http.body

    def _document(self, root: str) -> Any:
        found = self._documents.get(root, _UNREAD)
        if found is _UNREAD:
            raw = self._raw(root)
            try:
                found = read_json(raw[:MAX_JSON_BYTES])
            except ValueError:
                found = None
            self._documents[root] = found
        return found

    def _in(self, document: Any, path: JsonPath | None) -> str | None:
        if path is None or document is None:
            return None
        found = path.find(document)
        if found is None or isinstance(found, str):
            return found
        return json.dumps(found, separators=(",", ":"))
