"""Rules of HTTP APIs that need no server: routes, mapping expressions, addresses of functions."""

from __future__ import annotations

import random

import pytest

from orderlab.cloud.apigatewayv2.model.expressions import ExpressionError, expression
from orderlab.cloud.apigatewayv2.model.functions import function_of
from orderlab.cloud.apigatewayv2.model.route_table import RouteTable

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


def table(*keys: str) -> RouteTable[str]:
    made: RouteTable[str] = RouteTable()
    for key in keys:
        verb, _, path = key.partition(" ")
        made.add(verb, path or key, key)
    return made


@pytest.mark.parametrize(
    ("verb", "path", "expected", "parameters"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("GET", "/pets/dog/1/x", "GET /pets/{proxy+}", {"proxy": "dog/1/x"}),
        ("POST", "/pets/dog/1", "ANY /{proxy+}", {"proxy": "pets/dog/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/", "$default", {}),
        # a full match is preferred to a greedy one, wherever it branches off
        ("GET", "/pets/5/end", "GET /{a}/{b}/end", {"a": "pets", "b": "5"}),
        ("GET", "/pets//x", "GET /pets/{proxy+}", {"proxy": "/x"}),
        ("GET", "/pets/", "GET /pets/{proxy+}", {"proxy": ""}),
        ("GET", "/pets", "ANY /{proxy+}", {"proxy": "pets"}),
    ],
)
def test_a_full_match_comes_before_a_greedy_one_before_the_default(
    verb: str, path: str, expected: str, parameters: dict[str, str]
) -> None:
    found = table(
        "GET /pets/dog/1",
        "GET /pets/dog/{id}",
        "GET /pets/{proxy+}",
        "GET /{a}/{b}/end",
        "ANY /{proxy+}",
        "$default",
    ).find(verb, path)
    assert found is not None
    assert (found.target, found.path_parameters) == (expected, parameters)


def test_a_verb_of_its_own_comes_before_any() -> None:
    routes = table("ANY /a", "POST /a")
    assert [routes.find(verb, "/a").target for verb in ("GET", "POST")] == ["ANY /a", "POST /a"]  # type: ignore[union-attr]
    assert routes.find("GET", "/a/") is None


def test_variables_have_the_names_of_the_route_that_answers() -> None:
    routes = table("GET /{one}/a", "GET /{two}/b")
    found = routes.find("GET", "/x/b")
    assert found is not None
    assert found.path_parameters == {"two": "x"}


def test_a_look_up_finds_what_a_plain_comparison_finds() -> None:
    chance = random.Random(7)
    parts = ["a", "b", "{x}", "{y}"]
    for _ in range(300):
        keys = {"/" + "/".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(5)}
        routes = table(*(f"GET {key}" for key in keys))
        path = "/" + "/".join(chance.choices(["a", "b", "c"], k=chance.randint(1, 4)))
        fits = any(_fits(key, path) for key in keys)
        assert (routes.find("GET", path) is not None) == fits


def _fits(key: str, path: str) -> bool:
    wanted, given = key.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        w.startswith("{") or w == g for w, g in zip(wanted, given, strict=True)
    )


@pytest.mark.parametrize(
    "text",
    ["plain", "", "$request.header.x", "$request.body", "$request.body.a[0].b", "$request.path",
     "$request.path.id", "$request.querystring.q", "$context.authorizer.x", "$stageVariables.v",
     "a ${request.header.x} b ${context.stage}", "${request.body.a}"],
)  # fmt: skip
def test_an_expression_is_read(text: str) -> None:
    assert expression(text)


@pytest.mark.parametrize(
    "text",
    ["$nothing", "$request", "$request.cookie.x", "$request.header", "$request.body..deep",
     "$request.body[?(@.a)]", "$response.header.x", "$context", "${nothing}", "$request.body."],
)  # fmt: skip
def test_an_expression_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        expression(text)


def test_a_response_is_seen_by_mappings_of_responses_only() -> None:
    assert expression("$response.header.x", of_response=True)
    assert expression("$response.body.a", of_response=True)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (FUNCTION, FUNCTION),
        (f"{FUNCTION}:live", f"{FUNCTION}:live"),
        (
            f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations",
            FUNCTION,
        ),
        ("https://example.com", None),
        ("arn:aws:sqs:us-east-1:123456789012:q", None),
        ("", None),
    ],
)
def test_a_function_is_meant_by_its_arn_or_its_invocation_path(
    uri: str, expected: str | None
) -> None:
    assert function_of(uri) == expected
