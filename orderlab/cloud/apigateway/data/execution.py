"""What travels through the steps: a request that does not change, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from orderlab.cloud.apigateway.budget import Budget
from orderlab.cloud.apigateway.data.body import Body
from orderlab.cloud.apigateway.data.headers import DROPPED_FROM_REQUEST
from orderlab.cloud.apigateway.model.deployed import (
    DeployedApi,
    DeployedIntegration,
    DeployedMethod,
)
from orderlab.cloud.apigateway.model.state import RegionState, RestApi
from orderlab.cloud.http import Request, Response


# made for every request, like the classes below: a frozen dataclass takes four times as long
@dataclass(slots=True)
class ApiRequest:
    """A request to a stage of a deployed API, as the gateway sees it. Nobody changes it.

    `path` is what comes after the stage, percent-encoded. `headers` (by lower-case name) and
    `query` hold every value. `started` is a moment of `time.perf_counter`. `is_test` is set for
    TestInvokeMethod.
    """

    http: Request
    id: str
    region: RegionState
    api: RestApi
    deployed: DeployedApi
    stage: dict[str, Any]
    path: str
    started: float
    headers: dict[str, list[str]]
    query: dict[str, list[str]]
    is_test: bool = False

    def header(self, name: str) -> str:
        """The last value of a header, by its lower-case name; empty if it was not sent."""
        values = self.headers.get(name)
        return values[-1] if values else ""

    @property
    def stage_name(self) -> str:
        """The name of the stage, such as `prod`."""
        return str(self.stage["stageName"])

    @property
    def stage_variables(self) -> dict[str, str]:
        """The values of the stage's variables, by their names."""
        return self.stage.get("variables") or {}

    @property
    def api_arn(self) -> str:
        """The ARN of the stage, by which the API appears in the flight recorder."""
        region = self.region
        return (
            f"arn:aws:execute-api:{region.region_name}:{region.account_id}:{self.api.id}"
            f"/{self.stage_name}"
        )

    @property
    def execute_arn(self) -> str:
        """The ARN that policies of functions and of the API name."""
        return f"{self.api_arn}/{self.http.method}{self.path}"


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
    """What the integration answered. `error_message` is set if a function failed."""

    status: int
    body: Body
    headers: list[tuple[str, str]] = field(default_factory=list)
    error_message: str | None = None

    @property
    def content_type(self) -> str:
        """The media type with its parameters; empty if the answer has none."""
        return next((v for k, v in self.headers if k.lower() == "content-type"), "")


# stands for the method until the request is matched with one
UNMATCHED = DeployedMethod("", "", "", DeployedIntegration(""))


@dataclass(slots=True)
class Execution:
    """One request on its way through the steps, and what each step finds out or makes.

    `context` is `$context` of templates. `log` holds the lines of the execution log, and is None
    if nobody reads them. `usage_key` is the API key that an authorizer gave. `integration_ms` is
    how long the integration took; it stays None for MOCK.
    """

    request: ApiRequest
    context: dict[str, Any]
    body: Body
    log: list[str] | None = None
    budget: Budget = field(default_factory=Budget.at_once)
    method: DeployedMethod = UNMATCHED
    path_parameters: dict[str, str] = field(default_factory=dict)
    usage_key: str | None = None
    outgoing: OutgoingRequest | None = None
    answer: EndpointAnswer | None = None
    integration_ms: float | None = None
    response: Response | None = None

    @property
    def integration_status(self) -> int | None:
        """The status of the integration's answer; None if there was no answer."""
        return self.answer.status if self.answer is not None else None

    @property
    def source_arn(self) -> str:
        """What the resource policy of a function sees as the source of a call."""
        method = self.method
        verb = method.http_method if method.http_method != "ANY" else "*"
        return f"{self.request.api_arn}/{verb}{method.path}"

    def note(self, line: str) -> None:
        """Add a line to the execution log, if there is one."""
        if self.log is not None:
            self.log.append(line)


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
