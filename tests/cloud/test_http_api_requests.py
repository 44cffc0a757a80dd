"""Requests to HTTP APIs: routes, payload formats, answers, errors.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.http_api import ECHO, HttpApi, send
from tests.cloud.rest_api import ACCOUNT, function, role

INTERNAL = {"message": "Internal Server Error"}
NOT_FOUND = {"message": "Not Found"}


@pytest.fixture(scope="module")
def echo(cloud: Any) -> str:
    return function(cloud, "http-echo", ECHO)


@pytest.fixture(scope="module")
def api(cloud: Any, echo: str) -> Iterator[HttpApi]:
    api = HttpApi(cloud, "http-requests")
    integration = api.integration(echo)
    keys = (
        "GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /any/{proxy+}",
        "POST /any/fixed", "ANY /orders/{orderId}", "GET /", "GET /{a}/{b}/end",
    )  # fmt: skip
    for key in keys:
        api.route(key, integration)
    api.route("GET /old/{id}", api.integration(echo, "1.0"))
    api.route("GET /slow", api.integration(echo, TimeoutInMillis=300))
    api.stage(StageVariables={"colour": "blue"})
    api.stage("dev")
    yield api


def test_the_event_has_payload_format_2_0(api: HttpApi) -> None:
    headers = [("X-A", "1"), ("x-a", "2"), ("Cookie", "c=1; d=2"), ("User-Agent", "pytest")]
    address = "/orders/a%20b"
    query = [("p", "1"), ("p", "2"), ("q", "x y")]
    answer = api.call("POST", address, {"n": 1}, headers=headers, query=query)
    event = answer.json
    context = event.pop("requestContext")
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /orders/{orderId}"
    assert event["rawPath"] == "/orders/a b"
    assert event["rawQueryString"] == "p=1&p=2&q=x+y"
    assert event["cookies"] == ["c=1", "d=2"]
    assert event["headers"]["x-a"] == "1,2"
    assert "cookie" not in event["headers"]
    assert event["headers"]["content-length"] == "8"
    assert event["headers"]["host"] == context["domainName"]
    assert event["headers"]["x-forwarded-proto"] == "https"
    assert event["headers"]["x-amzn-trace-id"].startswith("Root=1-")
    assert event["queryStringParameters"] == {"p": "1,2", "q": "x y"}
    assert event["pathParameters"] == {"orderId": "a b"}
    assert event["stageVariables"] == {"colour": "blue"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)
    assert context["accountId"] == ACCOUNT
    assert context["apiId"] == context["domainPrefix"] == api.id
    assert context["domainName"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert context["http"] == {
        "method": "POST",
        "path": "/orders/a b",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "pytest",
    }
    assert context["routeKey"] == event["routeKey"]
    assert context["stage"] == "$default"
    assert context["requestId"] == answer.header("apigw-requestid")
    assert isinstance(context["timeEpoch"], int)
    assert "authorizer" not in context


def test_members_of_the_event_that_are_empty_are_left_out(api: HttpApi) -> None:
    event = api.call("GET", "/dev/pets/dog/1").json
    missing = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    assert not missing & set(event)
    assert event["isBase64Encoded"] is False
    assert event["rawQueryString"] == ""


def test_a_named_stage_shows_in_the_path_of_the_event(api: HttpApi) -> None:
    event = api.call("GET", "/dev/pets/cat").json
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/dev/pets/cat", "dev")
    assert event["pathParameters"] == {"proxy": "cat"}


def test_bodies_that_are_no_text_come_in_base64(api: HttpApi) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    event = api.call("POST", "/orders/1", "a=1", headers=form).json
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"a=1"
    for kind in ("text/plain", "application/json; charset=utf-8", "application/xml"):
        text = api.call("POST", "/orders/1", "hello", headers={"content-type": kind}).json
        assert (text["body"], text["isBase64Encoded"]) == ("hello", False)
    assert api.call("POST", "/orders/1", "hello").json["isBase64Encoded"] is True


def test_the_event_of_payload_format_1_0(api: HttpApi) -> None:
    headers = [("Cookie", "c=1"), ("X-A", "1"), ("X-A", "2")]
    event = api.call("GET", "/old/7", headers=headers, query=[("p", "1"), ("p", "2")]).json
    assert event["version"] == "1.0"
    assert (event["resource"], event["path"]) == ("/old/{id}", "/old/7")
    assert event["httpMethod"] == "GET"
    assert event["queryStringParameters"] == {"p": "2"}
    assert event["multiValueQueryStringParameters"] == {"p": ["1", "2"]}
    assert event["headers"]["cookie"] == "c=1"
    assert event["multiValueHeaders"]["x-a"] == ["1", "2"]
    assert event["headers"]["Host"] == event["requestContext"]["domainName"]
    assert event["pathParameters"] == {"id": "7"}
    assert event["body"] is None
    assert event["requestContext"]["resourcePath"] == "/old/{id}"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("verb", "path", "key"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
        ("GET", "/pets/cat/end", "GET /{a}/{b}/end"),
        ("POST", "/any/fixed", "POST /any/fixed"),
        ("GET", "/any/fixed", "ANY /any/{proxy+}"),
        ("GET", "", "GET /"),
        ("GET", "/", "GET /"),
        ("GET", "/$default/pets/dog/1", "GET /pets/dog/1"),
    ],
)
def test_the_most_specific_route_answers(api: HttpApi, verb: str, path: str, key: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
    assert api.call(verb, path).json["routeKey"] == key


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/pets/dog/1"),
        ("GET", "/nothing"),
        ("GET", "/slow/"),
        ("POST", "/"),
        ("GET", "/any"),
    ],
)
def test_what_no_route_takes_is_not_found(api: HttpApi, verb: str, path: str) -> None:
    answer = api.call(verb, path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert answer.header("content-type") == "application/json"
    assert "x-amzn-errortype" not in answer.headers


def test_the_default_route_takes_what_no_other_takes(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""
    api = HttpApi(cloud, "http-default-route")
    api.route("$default", api.integration(echo))
    api.stage()
    event = api.call("PATCH", "/some/where").json
    assert (event["routeKey"], event["rawPath"]) == ("$default", "/some/where")


def test_an_api_answers_to_its_host_name(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-publish.html"""
    host = [("Host", f"{api.id}.execute-api.us-east-1.amazonaws.com")]
    event = send(api.cloud, "GET", "/pets/dog/1", None, host).json
    assert event["routeKey"] == "GET /pets/dog/1"
    event = send(api.cloud, "GET", "/dev/pets/dog/1?x=1", None, host).json
    assert (event["requestContext"]["stage"], event["rawQueryString"]) == ("dev", "x=1")


@pytest.mark.parametrize(
    ("what", "status", "content_type", "body"),
    [
        ("inferred", 200, "application/json", b'{"message": "hello"}'),
        ("text", 200, "application/json", b"just text"),
        ("nothing", 200, "application/json", b"null"),
        ("numeric", 404, "text/plain;charset=UTF-8", b"none"),
        ("binary", 200, "image/png", b"\x89PNG"),
        ("cookies", 201, "text/plain;charset=UTF-8", b"made"),
    ],
)
def test_a_result_becomes_an_answer(
    api: HttpApi, what: str, status: int, content_type: str, body: bytes
) -> None:
    answer = api.call("GET", "/orders/1", query={"what": what})
    shown = answer.body
    if what == "inferred":
        shown, body = json.loads(shown), json.loads(body)
    assert (answer.status, answer.header("content-type"), shown) == (status, content_type, body)


def test_each_cookie_becomes_a_header(api: HttpApi) -> None:
    answer = api.call("GET", "/orders/1", query={"what": "cookies"})
    assert answer.headers["set-cookie"] == ["a=1; Path=/", "b=2"]
    assert (answer.header("x-one"), answer.header("x-flag")) == ("1", "true")


@pytest.mark.parametrize("what", ["raise", "bad-status", "bad-body", "bad-headers"])
def test_a_function_that_fails_gives_500(api: HttpApi, what: str) -> None:
    answer = api.call("GET", "/orders/1", query={"what": what})
    assert (answer.status, answer.json) == (500, INTERNAL)


def test_format_1_0_wants_a_status_code_and_knows_headers_with_several_values(
    api: HttpApi,
) -> None:
    assert api.call("GET", "/old/1", query={"what": "inferred"}).json == INTERNAL
    answer = api.call("GET", "/old/1", query={"what": "multi"})
    assert (answer.status, answer.headers["x-m"]) == (200, ["a", "b"])


def test_an_integration_that_is_too_slow_gives_503(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
    answer = api.call("GET", "/slow", query={"what": "slow"})
    assert (answer.status, answer.json) == (503, {"message": "Service Unavailable"})


def test_too_long_bodies_and_headers_are_refused(api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"""
    answer = api.call("POST", "/orders/1", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})
    assert api.call("GET", "/orders/1", headers={"x-long": "x" * 10_300}).status == 431


def test_a_function_that_may_not_be_called_gives_500(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html"""
    arn = function(cloud, "http-closed", ECHO, permit=False)
    api = HttpApi(cloud, "http-permissions")
    integration = api.integration(arn)
    for key in ("GET /here", "ANY /any", "$default", "GET /things/{id}"):
        api.route(key, integration)
    api.route("GET /missing", api.integration(arn.replace("http-closed", "http-nowhere")))
    api.stage().stage("dev")
    assert api.call("GET", "/here").json == INTERNAL
    assert api.call("GET", "/missing").json == INTERNAL
    ends = {
        "/here": "$default/GET/here",
        "/any": "*/*/any",
        "/else": "*/$default",
        "/things/9": "$default/*/things/{id}",
    }
    for number, (path, end) in enumerate(ends.items()):
        assert api.call("GET", path).json == INTERNAL
        cloud.client("lambda").add_permission(
            FunctionName="http-closed",
            StatementId=f"s{number}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/{end}",
        )
        assert api.call("GET", path).status == 200
    assert api.call("GET", "/dev/here").json == INTERNAL


def test_an_integration_can_call_as_a_role(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""
    arn = function(cloud, "http-by-role", ECHO, permit=False)
    api = HttpApi(cloud, "http-roles")
    may, may_not = role(cloud, "http-call", "lambda:*"), role(cloud, "http-nothing")
    api.route("GET /may", api.integration(arn, CredentialsArn=may))
    api.route("GET /may-not", api.integration(arn, CredentialsArn=may_not))
    api.stage()
    assert api.call("GET", "/may").status == 200
    assert api.call("GET", "/may-not").json == INTERNAL


def test_stage_variables_name_a_function(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html"""
    api = HttpApi(cloud, "http-variables")
    api.route("GET /", api.integration(echo.replace("http-echo", "${stageVariables.fn}")))
    api.stage("one", StageVariables={"fn": "http-echo"}).stage("other")
    assert api.call("GET", "/one").json["stageVariables"] == {"fn": "http-echo"}
    assert api.call("GET", "/one/").status == 200
    assert api.call("GET", "/other/").json == INTERNAL


def test_requests_beyond_a_routes_limit_are_refused(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html"""
    api = HttpApi(cloud, "http-throttled")
    integration = api.integration(echo)
    for key in ("GET /free", "GET /limited", "GET /closed"):
        api.route(key, integration)
    limits = {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 2}
    closed = {"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}
    api.stage(RouteSettings={"GET /limited": limits, "GET /closed": closed})
    assert [api.call("GET", "/limited").status for _ in range(3)] == [200, 200, 429]
    assert api.call("GET", "/closed").json == {"message": "Too Many Requests"}
    assert api.call("GET", "/free").status == 200
    api.gateway.update_stage(
        ApiId=api.id,
        StageName="$default",
        DefaultRouteSettings={**limits, "ThrottlingBurstLimit": 1},
    )
    assert [api.call("GET", "/free").status for _ in range(2)] == [200, 429]
    # a stage that is made again begins anew
    api.gateway.delete_stage(ApiId=api.id, StageName="$default")
    api.stage(RouteSettings={"GET /limited": limits})
    assert [api.call("GET", "/limited").status for _ in range(3)] == [200, 200, 429]


def test_a_stage_serves_what_was_deployed(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html"""
    api = HttpApi(cloud, "http-deployed")
    integration = api.integration(echo)
    api.route("GET /first", integration)
    api.stage("by-hand", AutoDeploy=False).stage("at-once")
    assert api.call("GET", "/by-hand/first").json == NOT_FOUND
    made = api.gateway.create_deployment(ApiId=api.id, StageName="by-hand")
    assert made["DeploymentStatus"] == "DEPLOYED"
    api.route("GET /second", integration)
    statuses = [
        api.call("GET", path).status
        for path in ("/by-hand/first", "/by-hand/second", "/at-once/first", "/at-once/second")
    ]
    assert statuses == [200, 404, 200, 200]
    stage = api.gateway.get_stage(ApiId=api.id, StageName="at-once")
    assert stage["LastDeploymentStatusMessage"] == (
        f"Successfully deployed stage with deployment ID '{stage['DeploymentId']}'"
    )
    found = api.gateway.get_deployment(ApiId=api.id, DeploymentId=stage["DeploymentId"])
    assert found["AutoDeployed"] is True


def test_a_disabled_endpoint_and_a_deleted_api_answer_no_longer(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html"""
    api = HttpApi(cloud, "http-disabled", Target=echo)
    assert api.call("GET", "/").status == 200
    api.gateway.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert api.call("GET", "/").json == NOT_FOUND
    api.gateway.delete_api(ApiId=api.id)
    assert api.call("GET", "/").json == {"message": "Forbidden"}


def test_preflight_requests_are_answered_by_the_gateway(cloud: Any, echo: str) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"""
    cors = {
        "AllowOrigins": ["https://shop.example"],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["X-Order"],
        "ExposeHeaders": ["X-Total"],
        "AllowCredentials": True,
        "MaxAge": 60,
    }
    api = HttpApi(cloud, "http-cors", Target=echo, CorsConfiguration=cors)
    page = {"Origin": "https://shop.example"}
    ask = {"Access-Control-Request-Method": "POST"}
    answer = api.call("OPTIONS", "/orders", headers={**page, **ask})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("access-control-allow-origin") == "https://shop.example"
    assert answer.header("access-control-allow-methods") == "GET,POST"
    assert answer.header("access-control-allow-headers") == "x-order"
    assert answer.header("access-control-allow-credentials") == "true"
    assert answer.header("access-control-max-age") == "60"
    other = api.call("OPTIONS", "/orders", headers={"Origin": "https://else.example", **ask})
    assert (other.status, other.header("access-control-allow-origin")) == (204, "")
    # the back end's own headers are replaced
    answer = api.call("GET", "/orders", headers=page, query={"what": "cors"})
    assert answer.headers["access-control-allow-origin"] == ["https://shop.example"]
    assert answer.header("access-control-expose-headers") == "X-Total"
    answer = api.call("GET", "/orders", query={"what": "cors"})
    assert "access-control-allow-origin" not in answer.headers
    api.gateway.delete_cors_configuration(ApiId=api.id)
    answer = api.call("GET", "/orders", headers=page, query={"what": "cors"})
    assert answer.headers["access-control-allow-origin"] == ["https://own"]
    assert api.call("OPTIONS", "/orders", headers={**page, **ask}).json["routeKey"] == "$default"


def test_a_function_that_is_throttled_gives_503(cloud: Any) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html"""
    arn = function(cloud, "http-none-left", ECHO)
    api = HttpApi(cloud, "http-none-left", Target=arn)
    cloud.client("lambda").put_function_concurrency(
        FunctionName="http-none-left", ReservedConcurrentExecutions=0
    )
    answer = api.call("GET", "/")
    assert (answer.status, answer.json) == (503, {"message": "Service Unavailable"})
    cloud.client("lambda").delete_function_concurrency(FunctionName="http-none-left")
    # what a function may be given is less than what an API takes
    answer = api.call("POST", "/", b"x" * 7_000_000, headers={"content-type": "text/plain"})
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})
