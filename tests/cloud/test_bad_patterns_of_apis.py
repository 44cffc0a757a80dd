"""A pattern that would backtrack for hours, in every place of an API: no keys are needed there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloud.bystander import bystander
from tests.cloud.rest_api import RestApi, function
from tests.cloud.test_bad_patterns import BACKTRACKING, MANY_A, REGULAR, VICTIM


@pytest.mark.parametrize("pattern", [REGULAR, BACKTRACKING])
@pytest.mark.parametrize("keyword", ["pattern", "patternProperties"])
def test_patterns_of_a_model(cloud: Any, pattern: str, keyword: str) -> None:
    of_values = {"properties": {"x": {"type": "string", "pattern": pattern}}}
    of_names = {"patternProperties": {pattern: {"type": "string"}}, "additionalProperties": False}
    schema = {"type": "object", **(of_values if keyword == "pattern" else of_names)}
    api = RestApi(cloud, "bad-model")
    api.gateway.create_model(
        restApiId=api.id, name="M", contentType="application/json", schema=json.dumps(schema)
    )
    validator = api.gateway.create_request_validator(
        restApiId=api.id, name="v", validateRequestBody=True
    )["id"]
    models = {"requestValidatorId": validator, "requestModels": {"application/json": "M"}}
    api.mock("POST", "/", method=models)
    api.deploy()
    body = {"x": VICTIM} if keyword == "pattern" else {VICTIM: "x"}
    with bystander(cloud):
        answer = api.call("POST", "/", body)
    # linear: the body does not fit; otherwise the gateway gives up
    assert answer.status == (400 if pattern == REGULAR else 500)


@pytest.mark.parametrize("pattern", [REGULAR, BACKTRACKING])
@pytest.mark.parametrize(
    "call",
    ['matches("{}")', 'replaceAll("{}", "x")', 'replaceFirst("{}", "x")', 'split("{}")'],
)
def test_expressions_of_a_template(cloud: Any, pattern: str, call: str) -> None:
    template = "#set($b = $input.path('$.x'))$b." + call.format(pattern) + '{"statusCode": 200}'
    api = RestApi(cloud, "bad-template")
    api.mock("POST", "/", template=template)
    api.deploy()
    with bystander(cloud):
        answer = api.call("POST", "/", {"x": VICTIM})
    assert answer.status in ((200, 500) if pattern == REGULAR else (500,))


def test_an_expression_of_a_path(cloud: Any) -> None:
    path = f"$.a[?(@.x =~ /{BACKTRACKING}/)]"
    api = RestApi(cloud, "bad-path")
    api.mock("POST", "/", template=f"#set($x = $input.path('{path}')){{\"statusCode\": 200}}")
    api.deploy()
    with bystander(cloud):
        assert api.call("POST", "/", {"a": [{"x": VICTIM}]}).status == 500


@pytest.mark.parametrize("pattern", [REGULAR, BACKTRACKING])
def test_a_selection_pattern(cloud: Any, pattern: str) -> None:
    name = f"bad-selection-{pattern == REGULAR}"
    code = f"def handler(event, context):\n    raise ValueError({VICTIM!r})"
    arn = function(cloud, name, code)
    api = RestApi(cloud, name)
    place = api.function("POST", "/", arn, kind="AWS")
    api.respond(place)
    api.respond(place, "400", pattern=pattern)
    api.deploy()
    api.call("POST", "/", {})  # the environment stands
    with bystander(cloud):
        answer = api.call("POST", "/", {})
    assert answer.status == (200 if pattern == REGULAR else 500)


@pytest.mark.parametrize("pattern", [REGULAR, BACKTRACKING])
def test_the_form_of_a_token(cloud: Any, pattern: str) -> None:
    name = f"bad-token-{pattern == REGULAR}"
    arn = function(cloud, name, "def handler(event, context): return {}")
    api = RestApi(cloud, name)
    authorizer = authorizer_of(api, arn, identityValidationExpression=pattern)
    api.mock("GET", "/", method={"authorizationType": "CUSTOM", "authorizerId": authorizer})
    api.deploy()
    with bystander(cloud):
        answer = api.call("GET", "/", headers={"Authorization": VICTIM})
    assert answer.status == (401 if pattern == REGULAR else 500)


def test_wildcards_of_an_authorizers_policy(cloud: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:*:*:*/{'*a' * 30}b",
    }
    answer = {"principalId": "p", "policyDocument": {"Statement": [statement]}}
    code = f"def handler(event, context): return {answer!r}"
    arn = function(cloud, "bad-authorizer", code)
    api = RestApi(cloud, "bad-authorizer")
    authorizer = authorizer_of(api, arn)
    api.mock("GET", "/{x+}", method={"authorizationType": "CUSTOM", "authorizerId": authorizer})
    api.deploy()
    with bystander(cloud):
        found = api.call("GET", f"/{MANY_A}", headers={"Authorization": "x"})
    assert found.status == 403


def test_wildcards_of_an_apis_policy(cloud: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": f"execute-api:/{'*a' * 30}b",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    api = RestApi(cloud, "bad-policy", policy=policy)
    api.mock("GET", "/{x+}")
    api.deploy()
    with bystander(cloud):
        assert api.call("GET", f"/{MANY_A}").status == 403


def authorizer_of(api: RestApi, function_arn: str, **more: Any) -> str:
    uri = (
        f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    )
    made = api.gateway.create_authorizer(
        restApiId=api.id,
        name="a",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=0,
        **more,
    )
    return str(made["id"])
