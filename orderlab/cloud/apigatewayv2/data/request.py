"""A request to an HTTP API: what it says, and what becomes of it on its way."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from orderlab.cloud.apigateway.data.context import extended_request_id, request_time
from orderlab.cloud.apigatewayv2.data.failures import HttpFailure
from orderlab.cloud.apigatewayv2.model.deployed import Deployed, DeployedRoute
from orderlab.cloud.apigatewayv2.model.state import Document, HttpApi
from orderlab.cloud.http import Request

# headers between two machines, which no back end sees
_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
)


# made for every request: a frozen dataclass takes four times as long
@dataclass(slots=True)
class HttpRequest:
    """A request to a stage of an HTTP API.

    `path` is decoded and comes after the stage, `whole_path` begins with it (unless it is
    `$default`). `headers` are by lower-case name, several values joined by commas; cookies stand
    apart. `query` holds every value. `context` is what access logs and mappings see of it.
    `started` is a moment of `time.perf_counter`. `integration_ms` is None before the integration
    has answered. `integration_status` is what a function's code says, `endpoint_status` what Lambda
    says of calling it. `authorizer` is the context that a Lambda authorizer gave, `identity` who
    has signed the request.
    """

    http: Request
    id: str
    api: HttpApi
    deployed: Deployed
    stage: Document
    path: str
    whole_path: str
    headers: dict[str, str]
    cookies: list[str]
    query: dict[str, list[str]]
    trace_id: str
    epoch: float
    started: float = field(default_factory=time.perf_counter)
    matched: DeployedRoute | None = None
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: Document | None = None
    principal_id: str | None = None
    identity: Document | None = None
    integration_ms: float | None = None
    integration_status: int | None = None
    endpoint_status: int | None = None
    endpoint_request_id: str | None = None
    failure: HttpFailure | None = None

    @property
    def route(self) -> DeployedRoute:
        """The route that the request was matched with."""
        assert self.matched is not None
        return self.matched

    @property
    def stage_name(self) -> str:
        """The name of the stage, such as `$default`."""
        return str(self.stage["StageName"])

    @property
    def stage_variables(self) -> dict[str, str]:
        """The values of the stage's variables, by their names."""
        found: dict[str, str] = self.stage["StageVariables"]
        return found

    @property
    def api_arn(self) -> str:
        """The ARN of the stage, by which the API appears in the flight recorder."""
        return f"{self.api.execute_arn}/{self.stage_name}"

    @property
    def execute_arn(self) -> str:
        """The ARN that policies of callers name."""
        return f"{self.api_arn}/{self.http.method}{self.path}"

    @property
    def source_arn(self) -> str:
        """What the resource policy of a function sees as the source of a call."""
        route = self.route
        if route.path == route.key:
            return f"{self.api_arn}/{route.key}"
        verb = "*" if route.verb == "ANY" else route.verb
        return f"{self.api_arn}/{verb}{route.path}"

    @property
    def domain(self) -> str:
        """The host name of the API."""
        return f"{self.api.id}.execute-api.{self.api.region_name}.amazonaws.com"

    @property
    def user_agent(self) -> str:
        """The User-Agent header; empty if there is none."""
        return self.headers.get("user-agent", "")

    def context(self) -> dict[str, Any]:
        """`$context`, for access logs and mappings."""
        found: dict[str, Any] = {
            "accountId": self.api.account_id,
            "apiId": self.api.id,
            "domainName": self.domain,
            "domainPrefix": self.api.id,
            "extendedRequestId": self.id,
            "httpMethod": self.http.method,
            "identity": {
                "sourceIp": self.http.source_ip,
                "userAgent": self.user_agent,
                **(self.identity or {}),
            },
            "path": self.whole_path,
            "protocol": "HTTP/1.1",
            "requestId": self.id,
            "requestTime": request_time(self.epoch),
            "requestTimeEpoch": int(self.epoch),
            "stage": self.stage_name,
        }
        if self.matched is not None:
            found["routeKey"] = self.matched.key
        if self.authorizer is not None:
            principal = {"principalId": self.principal_id} if self.principal_id else {}
            found["authorizer"] = {**self.authorizer, **principal}
        return found


def receive(
    http: Request,
    api: HttpApi,
    stage: Document,
    path: str,
    whole_path: str,
    query: dict[str, list[str]],
    now: float,
) -> HttpRequest:
    """What a request begins with. `now` is in seconds since 1970."""
    headers, cookies = _headers(http)
    trace_id = headers.get("x-amzn-trace-id") or _new_trace_id(now)
    request = HttpRequest(
        http=http,
        id=extended_request_id(),
        api=api,
        deployed=api.deployed[stage["DeploymentId"]],
        stage=stage,
        path=path,
        whole_path=whole_path,
        headers=headers,
        cookies=cookies,
        query=query,
        trace_id=trace_id,
        epoch=now,
    )
    before = headers.get("x-forwarded-for")
    headers["host"] = request.domain
    headers["x-amzn-trace-id"] = trace_id
    headers["x-forwarded-for"] = f"{before}, {http.source_ip}" if before else http.source_ip
    headers["x-forwarded-port"] = "443"
    headers["x-forwarded-proto"] = "https"
    return request


def _headers(http: Request) -> tuple[dict[str, str], list[str]]:
    found: dict[str, list[str]] = {}
    cookies: list[str] = []
    for name, value in http.raw_headers or http.headers.items():
        lower = name.lower()
        if lower == "cookie":
            cookies += [part.strip() for part in value.split(";") if part.strip()]
        elif lower not in _OF_THE_CONNECTION:
            found.setdefault(lower, []).append(value)
    found.setdefault("content-length", [str(len(http.body))])
    return {name: ",".join(values) for name, values in found.items()}, cookies


def _new_trace_id(now: float) -> str:
    return f"Root=1-{int(now):08x}-{secrets.token_hex(12)}"
