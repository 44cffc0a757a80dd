"""Rules of API Gateway that need no server: routes, buckets, quotas, policies, models."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from orderlab.cloud.apigateway.data.access_policy import PolicyUnreadable, decide
from orderlab.cloud.apigateway.data.failures import GatewayFailure
from orderlab.cloud.apigateway.data.media_types import is_binary, request_body, response_body
from orderlab.cloud.apigateway.data.quota import period_start, remaining, spend
from orderlab.cloud.apigateway.data.throttling import TokenBucket
from orderlab.cloud.apigateway.model.integration_uris import function_of, parse_uri
from orderlab.cloud.apigateway.model.routes import Routes
from orderlab.cloud.apigateway.schemas.body_model import BodyModel
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import read_schema


def _routes(*paths: str) -> Routes[str]:
    routes: Routes[str] = Routes()
    for path in paths:
        routes.add(path, "GET", path)
    return routes


@pytest.mark.parametrize(
    ("path", "expected", "parameters"),
    [
        ("/", "/", {}),
        ("", "/", {}),
        ("/a/b", "/a/b", {}),
        ("/a/x", "/a/{id}", {"id": "x"}),
        ("/a/b/c", "/{all+}", {"all": "a/b/c"}),
        ("/a/x/deep", "/a/{id}/deep", {"id": "x"}),
        ("/a/b/deep", "/a/{id}/deep", {"id": "b"}),
        ("/a%2Fb", "/{all+}", {"all": "a%2Fb"}),
    ],
)
def test_fixed_parts_come_before_variable_before_greedy_ones(
    path: str, expected: str, parameters: dict[str, str]
) -> None:
    found = _routes("/", "/a/b", "/a/{id}", "/a/{id}/deep", "/{all+}").find(path, "GET")
    assert found is not None
    assert (found.target, found.path_parameters) == (expected, parameters)


def test_nothing_matches_without_a_method() -> None:
    routes = _routes("/a")
    assert routes.find("/a", "POST") is None
    routes.add("/a", "ANY", "any")
    match = routes.find("/a", "POST")
    assert match is not None and match.target == "any"


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket.full(rate=2, burst=3, now=0)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(1) for _ in range(3)] == [True, True, False]
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]


def test_a_quota_is_spent_and_comes_back_with_its_period() -> None:
    used: dict[str, int] = {}
    monday, next_day = (time.strptime(day, "%Y-%m-%d") for day in ("2026-11-23", "2026-11-24"))
    quota = {"limit": 5, "period": "DAY", "offset": 2}
    assert remaining(quota, used, monday) == 3
    spend(used, monday)
    assert remaining(quota, used, monday) == 2
    assert remaining(quota, used, next_day) == 5
    assert remaining({"limit": 5, "period": "WEEK"}, used, next_day) == 4


def test_weeks_begin_on_sunday_and_months_on_the_first() -> None:
    from datetime import date

    wednesday = date(2026, 11, 25)
    assert period_start("WEEK", wednesday) == date(2026, 11, 22)
    assert period_start("MONTH", wednesday) == date(2026, 11, 1)


def _policy(*statements: tuple[str, str]) -> dict[str, Any]:
    return {
        "Statement": [
            {"Effect": effect, "Action": "execute-api:*", "Resource": resource}
            for effect, resource in statements
        ]
    }


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (_policy(("Allow", "arn:x/prod/GET/*")), "allow"),
        (_policy(("Allow", "*"), ("Deny", "arn:x/prod/*")), "deny"),
        (_policy(("Allow", "arn:x/prod/POST/*")), "nothing"),
    ],
)
def test_an_authorizers_policy_is_weighed(policy: dict[str, Any], expected: str) -> None:
    assert decide(policy, "arn:x/prod/GET/orders") == expected


@pytest.mark.parametrize("policy", [None, {}, {"Statement": [{"Effect": "Maybe"}]}, "text"])
def test_what_is_no_policy_is_refused(policy: Any) -> None:
    with pytest.raises(PolicyUnreadable):
        decide(policy, "arn:x")


def test_a_model_follows_references_to_others() -> None:
    reference = {"$ref": "https://apigateway.amazonaws.com/restapis/abc/models/Line"}
    line = {"type": "object", "required": ["sku"]}
    model = BodyModel({"type": "array", "items": reference}, {"Line": line})
    assert model.errors([{"sku": 1}]) == []
    assert model.errors([{}]) == ['object has missing required properties (["sku"])']


def test_a_recursive_model_ends() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["v"]}
    deep: dict[str, Any] = {"v": 1}
    for _ in range(5000):
        deep = {"v": 1, "next": deep}
    assert BodyModel(tree, {}).errors(deep) != [None]


@pytest.mark.parametrize("schema", ["{", "[]", '{"type": "banana"}', "[" * 100_000])
def test_what_is_no_schema_is_refused(schema: str) -> None:
    with pytest.raises(ModelError):
        read_schema(schema)
    assert read_schema(json.dumps({"type": "object"})) == {"type": "object"}


def test_binary_types_have_wildcards() -> None:
    assert is_binary("image/png; x=1", frozenset({"image/*"}))
    assert is_binary("anything/else", frozenset({"*/*"}))
    assert not is_binary("application/json", frozenset({"image/png"}))


def test_content_handling_converts_both_ways() -> None:
    assert request_body(b"aGk=", "CONVERT_TO_BINARY", binary=False) == b"hi"
    assert request_body(b"hi", "CONVERT_TO_TEXT", binary=True) == b"aGk="
    with pytest.raises(GatewayFailure) as failure:
        request_body(b"?", "CONVERT_TO_BINARY", binary=False)
    assert failure.value.status == 500
    assert response_body(b"hi", None, binary=True, binary_wanted=False) == b"aGk="
    assert response_body(b"hi", "CONVERT_TO_TEXT", binary=True, binary_wanted=True) == b"aGk="
    assert response_body(b"aGk=", None, binary=False, binary_wanted=True) == b"hi"
    assert response_body(b"aGk=", None, binary=True, binary_wanted=True) == b"aGk="
    assert response_body(b"aGk=", "CONVERT_TO_BINARY", binary=False, binary_wanted=False) == b"hi"
    assert response_body(b"\xffx", None, binary=False, binary_wanted=False) == "\ufffdx".encode()
    with pytest.raises(GatewayFailure) as failure:
        response_body(b"not base64", None, binary=False, binary_wanted=True)
    assert failure.value.status == 500


def test_integration_uris_are_read() -> None:
    found = parse_uri("arn:aws:apigateway:eu-west-1:sqs:path/123456789012/inbox")
    assert found is not None
    assert (found.region, found.service, found.rest) == ("eu-west-1", "sqs", "123456789012/inbox")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f:live"
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    assert function_of(uri) == arn
    assert function_of("arn:aws:apigateway:us-east-1:lambda:path/other") is None
