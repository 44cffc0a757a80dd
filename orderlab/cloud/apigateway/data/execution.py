"""What travels through the steps: the request as the gateway sees it, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.data.headers import DROPPED_FROM_REQUEST
from orderlab.cloud.http import Request

if TYPE_CHECKING:
    from orderlab.cloud.apigateway.model.deployed import DeployedApi, DeployedMethod
    from orderlab.cloud.apigateway.model.state import RestApi

_UNREAD = object()


def read_json(text: str | bytes) -> Any:
    """JSON, strictly; ValueError for what is none, and for nesting beyond what can be read."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except RecursionError:
        raise ValueError("The document nests too deeply.") from None


def cost_of_json(body: bytes) -> int:
    """The steps that it takes to read a document: it is the values that take time and room."""
    if len(body) < 16_384:
        return len(body) >> 4
    return (len(body) >> 6) + 2 * sum(map(body.count, (b",", b"[", b"{")))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# made once: to make one takes longer than to read a short document
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


@dataclass(slots=True)
class Invocation:
    """One request to a deployed API.

    `headers` and `query` hold every value, headers by lower-case name; `context` is `$context`.
    """

    request: Request
    region: str
    account_id: str
    api: RestApi
    deployed: DeployedApi
    stage: dict[str, Any]
    path: str
    request_id: str
    started: float
    headers: dict[str, list[str]]
    query: dict[str, list[str]]
    context: dict[str, Any]
    body: bytes = b""
    path_parameters: dict[str, str] = field(default_factory=dict)
    method: DeployedMethod = None  # type: ignore[assignment]  # set by the second step
    integration_ms: float | None = None
    integration_status: int | None = None
    # lines of the execution log; None where nobody reads them
    log: list[str] | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    test_invoke: bool = False
    budget: Budget = field(default_factory=Budget.at_once)
    _text: str | None = None
    _json: Any = _UNREAD

    @property
    def stage_name(self) -> str:
        return str(self.stage["stageName"])

    @property
    def stage_variables(self) -> dict[str, str]:
        return self.stage.get("variables") or {}

    @property
    def body_text(self) -> str:
        if self._text is None:
            self._text = self.body.decode("utf-8", "replace")
        return self._text

    def remember_json(self, document: Any) -> None:
        """Say what the body is as JSON, so that it need not be read again."""
        self._json = document

    def replace_body(self, body: bytes) -> None:
        """Another body, after content handling."""
        self.body, self._text, self._json = body, None, _UNREAD

    @property
    def body_json(self) -> Any:
        """The body as JSON; None if it is none."""
        if self._json is _UNREAD:
            self.budget.spend(cost_of_json(self.body))
            try:
                self._json = read_json(self.body_text)
            except ValueError:
                self._json = None
        return self._json

    def header(self, name: str) -> str:
        """The last value of a header; empty if it was not sent."""
        values = self.headers.get(name)
        return values[-1] if values else ""

    @property
    def execute_arn(self) -> str:
        """The ARN that policies of functions and of the API name."""
        return (
            f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api.id}/{self.stage_name}"
            f"/{self.request.method}{self.path}"
        )

    @property
    def source_arn(self) -> str:
        """What a function's resource policy sees as the source of a call."""
        return (
            f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api.id}/{self.stage_name}"
            f"/{self.method.http_method if self.method.http_method != 'ANY' else '*'}"
            f"{self.method.path}"
        )

    @property
    def api_arn(self) -> str:
        """How the API appears in the flight recorder."""
        return (
            f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api.id}/{self.stage_name}"
        )

    def note(self, line: str) -> None:
        """Add a line to the execution log."""
        if self.log is not None:
            self.log.append(line)


@dataclass(slots=True)
class OutgoingRequest:
    """What the integration is asked."""

    method: str
    uri: str
    headers: dict[str, str]
    query: dict[str, list[str]]
    body: bytes


@dataclass(slots=True)
class EndpointAnswer:
    """What the integration answered. `error_message` is set where a function failed."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    error_message: str | None = None
    _json: Any = _UNREAD

    @property
    def body_json(self) -> Any:
        if self._json is _UNREAD:
            try:
                self._json = read_json(self.body.decode("utf-8", "replace"))
            except ValueError:
                self._json = None
        return self._json

    def document(self, budget: Budget) -> Any:
        """The body as JSON, read within a budget; None if it is none."""
        if self._json is _UNREAD:
            budget.spend(cost_of_json(self.body))
        return self.body_json

    def replace_body(self, body: bytes) -> None:
        """Another body, after content handling."""
        self.body, self._json = body, _UNREAD

    def remember_json(self, document: Any) -> None:
        """Say what the body is as JSON, so that it need not be read again."""
        self._json = document

    @property
    def content_type(self) -> str:
        return next((v for k, v in self.headers if k.lower() == "content-type"), "")


def query_of(query_string: str) -> dict[str, list[str]]:
    """Every value of every query parameter, decoded."""
    found: dict[str, list[str]] = {}
    for part in query_string.split("&") if query_string else ():
        if part:
            name, _, value = part.partition("=")
            found.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return found


def headers_of(request: Request) -> dict[str, list[str]]:
    """Every value of every header that the gateway passes on, by lower-case name."""
    found: dict[str, list[str]] = {}
    for name, value in request.raw_headers or request.headers.items():
        lower = name.lower()
        if lower not in DROPPED_FROM_REQUEST:
            found.setdefault(lower, []).append(value)
    return found
