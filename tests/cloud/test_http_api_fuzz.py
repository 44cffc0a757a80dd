"""Malformed calls and requests of HTTP APIs get AWS's errors, never a 5xx.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from orderlab.cloud.apigatewayv2.control.table import OPERATIONS
from tests.cloud.http_api import ECHO, HttpApi, send
from tests.cloud.rest_api import function
from tests.cloud.test_front_fuzz import Caller

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "x", "\ud83d\ude00", "\ud83d", "a" * 3000, "GET /x", "$default",
    "${", "$request.", "arn:aws:lambda:us-east-1:123456789012:function:f", [], ["x"], [None], [[1]],
    {}, {"a": None}, {"a": {"b": "c"}}, {"200": {"overwrite:statuscode": "x"}},
    {"append:header.x": 1}, {"append:header.x": "\ud83d"}, {"allowOrigins": [None]},
    {"allowOrigins": ["\ud83d://"], "maxAge": "x"}, {"allowOrigins": ["*"], "maxAge": 1e9},
    {"GET /a": {"throttlingRateLimit": -1}}, {"GET /a": {"throttlingBurstLimit": 1e308}},
    {"throttlingRateLimit": 1e308, "throttlingBurstLimit": 2**70}, {"destinationArn": 1},
    {"destinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:g", "format": "\ud83d"},
    {"audience": [1]}, "AWS_PROXY", "HTTP", "CUSTOM", "2.0", "SQS-SendMessage", 300, "REQUEST",
)  # fmt: skip


FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
GOOD: dict[str, dict[str, Any]] = {
    "CreateApi": {"name": "n", "protocolType": "HTTP"},
    "CreateRoute": {"routeKey": "GET /fuzzed"},
    "CreateIntegration": {
        "integrationType": "AWS_PROXY", "integrationUri": FUNCTION, "payloadFormatVersion": "2.0",
    },
    "CreateStage": {"stageName": "fuzzed"},
    "CreateAuthorizer": {
        "name": "fuzzed", "authorizerType": "REQUEST", "authorizerUri": FUNCTION,
        "authorizerPayloadFormatVersion": "2.0", "identitySource": ["$request.header.a"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def caller(cloud: Any) -> Iterator[Caller]:
    caller = Caller(cloud)
    yield caller
    caller.close()


def test_calls_with_odd_parameters_are_refused(cloud: Any, caller: Caller) -> None:
    api = HttpApi(cloud, "http-fuzz")
    integration = api.integration(FUNCTION)
    route = api.route("GET /a", integration)
    api.stage("dev")
    known = {
        "apiId": api.id,
        "integrationId": integration,
        "routeId": route,
        "stageName": "dev",
        "resource-arn": f"arn:aws:apigateway:us-east-1::/apis/{api.id}",
    }
    model: Any = botocore.session.get_session().get_service_model("apigatewayv2")
    chance = random.Random(11)
    served = [name for name in OPERATIONS if not name.startswith(("Delete", "Get"))]
    for _ in range(1500):
        operation = model.operation_model(chance.choice(served))
        members = operation.input_shape.members
        path, body = operation.http["requestUri"], {}
        if chance.random() < 0.8:
            body = dict(GOOD.get(operation.name, {}))
        for shape in members.values():
            place, name = shape.serialization.get("location"), shape.serialization.get("name")
            if place == "uri":
                value = known.get(name, "none") if chance.random() < 0.8 else "no%2Fne"
                path = path.replace(f"{{{name}}}", value.replace("/", "%2F"))
            elif place is None and chance.random() < 0.15:
                body[name] = chance.choice(ODD)
        if chance.random() < 0.1:
            body["tags"] = chance.choice(ODD)
        text = (
            chance.choice((b"", b"[]", b"{", b"null"))
            if chance.random() < 0.1
            else (json.dumps(body).encode())
        )
        status, answer = caller.signed(
            "apigateway", operation.http["method"], path.partition("?")[0], text, {}
        )
        assert status < 500 or b"local cloud does not do" in answer, (operation.name, text, answer)
    gateway = api.gateway
    for listing in ("get_routes", "get_integrations", "get_stages", "get_deployments"):
        assert isinstance(getattr(gateway, listing)(ApiId=api.id)["Items"], list)
    assert api.call("GET", "/dev/a").status in (200, 404, 429, 500)


def test_odd_requests_get_an_answer_below_500(cloud: Any) -> None:
    api = HttpApi(cloud, "http-odd", Target=function(cloud, "http-odd", ECHO))
    chance = random.Random(3)
    letters = "/%?#&=+$.é\\\"'<>{}~ab0 "
    for _ in range(120):
        path = "".join(chance.choices(letters, k=chance.randint(0, 12)))
        path = path.replace(" ", "%20").replace("é", "%c3%a9").replace("#", "%23")
        headers = [("X-" + "".join(chance.choices("abAB-", k=3)), chance.choice(["", "x", "é"]))]
        if chance.random() < 0.3:
            headers.append(("Cookie", chance.choice(["", ";", "a=b;;c", "=", "é"])))
        kind = chance.choice(["", "text/plain", "application/json", "x/y", ";"])
        body = bytes(chance.choices(range(256), k=chance.randint(0, 9)))
        answer = send(
            cloud,
            chance.choice(["GET", "POST", "OPTIONS", "PUT", "HEAD", "TRACE", "FOO"]),
            f"/_aws/execute-api/{api.id}/{path}",
            body,
            [
                *((n, v.encode("latin-1").decode("latin-1")) for n, v in headers),
                ("content-type", kind),
            ],
        )
        assert answer.status < 500, (path, answer)
