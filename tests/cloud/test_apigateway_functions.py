"""Functions behind API Gateway: proxy and custom integration, permissions, timeouts.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integrations.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.rest_api import ACCOUNT, RestApi, function, role

PROXY = """
import base64, json, time

def handler(event, context):
    what = (event.get("queryStringParameters") or {}).get("what")
    answers = {
        "numeric": {"statusCode": "201", "body": "made"},
        "multi": {"statusCode": 200, "multiValueHeaders": {"X-M": ["a", "b"]},
                  "headers": {"X-One": 1, "X-Flag": True}, "body": ""},
        "binary": {"statusCode": 200, "isBase64Encoded": True,
                   "headers": {"Content-Type": "image/png"},
                   "body": base64.b64encode(b"\\x89PNG").decode()},
        "no-form": {"message": "hello"},
        "text": "just text",
        "status": {"statusCode": "abc"},
        "body": {"statusCode": 200, "body": {"a": 1}},
        "nothing": None,
    }
    if what == "raise":
        raise ValueError("broken")
    if what == "slow":
        time.sleep(1.5)
    if what in answers:
        return answers[what]
    return {"statusCode": 200, "body": json.dumps(event)}
"""
CUSTOM = """
def handler(event, context):
    if event.get("fail"):
        raise Exception(event["fail"])
    return {"got": event, "sum": event.get("a", 0) + 1}
"""


@pytest.fixture(scope="module")
def api(cloud: Any) -> Iterator[RestApi]:
    proxy = function(cloud, "gw-proxy", PROXY)
    custom = function(cloud, "gw-custom", CUSTOM)
    closed = function(cloud, "gw-closed", PROXY, permit=False)
    cloud.client("lambda").add_permission(
        FunctionName="gw-closed",
        StatementId="other-method",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:*/*/GET/elsewhere",
    )
    api = RestApi(cloud, "gw-functions", binaryMediaTypes=["image/png"])
    api.function("ANY", "/items/{id}", proxy)
    api.function("GET", "/slow", proxy, timeoutInMillis=300)
    api.function("GET", "/closed", closed)
    api.function("GET", "/elsewhere", closed)
    api.function("GET", "/missing", proxy.replace("gw-proxy", "gw-nowhere"))
    api.function("GET", "/by-role", closed, credentials=role(cloud, "gw-call", "lambda:*"))
    api.function("GET", "/wrong-role", closed, credentials=role(cloud, "gw-nothing"))
    api.function("GET", "/variable", proxy.replace("gw-proxy", "${stageVariables.fn}"))
    place = api.function(
        "POST",
        "/custom",
        custom,
        kind="AWS",
        requestTemplates={
            "application/json": '{"a": $input.json("$.a"), "fail": $input.json("$.fail")}'
        },
    )
    api.respond(place, "200", response='{"sum": $input.json("$.sum")}')
    api.respond(
        place,
        "404",
        pattern="Not found.*",
        response='{"why": "$input.path(\'$.errorMessage\')"}',
    )
    api.respond(place, "500", pattern="(.|\\n)+", response='{"why": "unexpected"}')
    event = api.function(
        "POST",
        "/event",
        custom,
        kind="AWS",
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
    )
    api.respond(event, "202", response='{"queued": true}')
    yield api.deploy(variables={"fn": "gw-proxy"})


def test_the_event_has_the_form_of_a_rest_api(api: RestApi) -> None:
    answer = api.call(
        "POST",
        "/items/7",
        '{"a": 1}',
        query=[("q", "1"), ("q", "2"), ("e", "")],
        headers={"X-CuStom": "yes", "User-Agent": "tests/1"},
    )
    event = answer.json
    context = event.pop("requestContext")
    assert event["resource"] == "/items/{id}"
    assert event["path"] == "/items/7"
    assert event["httpMethod"] == "POST"
    assert event["headers"]["X-CuStom"] == "yes"
    assert event["headers"]["Host"] == f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert event["multiValueHeaders"]["X-Forwarded-Proto"] == ["https"]
    assert event["queryStringParameters"] == {"q": "2", "e": ""}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"], "e": [""]}
    assert event["pathParameters"] == {"id": "7"}
    assert event["stageVariables"] == {"fn": "gw-proxy"}
    assert (event["body"], event["isBase64Encoded"]) == ('{"a": 1}', False)
    assert context["resourcePath"] == "/items/{id}" and context["path"] == "/prod/items/7"
    assert context["identity"]["userAgent"] == "tests/1"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["requestId"] == answer.headers["x-amzn-requestid"]
    assert {"accountId", "apiId", "stage", "requestTime", "requestTimeEpoch", "protocol"} <= set(
        context
    )


def test_what_was_not_sent_is_null(api: RestApi) -> None:
    event = api.call("GET", "/items/7").json
    assert event["body"] is None
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


def test_binary_bodies_travel_as_base64(api: RestApi) -> None:
    event = api.call("POST", "/items/7", b"\x89\xff", headers={"Content-Type": "image/png"}).json
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x89\xff"
    answer = api.call("GET", "/items/7", query={"what": "binary"}, headers={"Accept": "image/png"})
    assert answer.body == b"\x89PNG"


def test_the_answers_status_and_headers_are_passed_on(api: RestApi) -> None:
    made = api.call("GET", "/items/7", query={"what": "numeric"})
    assert (made.status, made.text) == (201, "made")
    headers = api.call("GET", "/items/7", query={"what": "multi"}).headers
    assert (headers["x-one"], headers["x-flag"]) == ("1", "true")


@pytest.mark.parametrize("what", ["no-form", "text", "status", "body", "nothing", "raise"])
def test_errors_and_answers_of_the_wrong_form_give_502(api: RestApi, what: str) -> None:
    answer = api.call("GET", "/items/7", query={"what": what})
    assert (answer.status, answer.json) == (502, {"message": "Internal server error"})
    assert answer.headers["x-amzn-errortype"] == "InternalServerErrorException"


@pytest.mark.parametrize("path", ["/closed", "/missing", "/wrong-role"])
def test_a_function_that_may_not_be_called_gives_500(api: RestApi, path: str) -> None:
    answer = api.call("GET", path)
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


@pytest.mark.parametrize("path", ["/elsewhere", "/by-role", "/variable"])
def test_a_resource_policy_a_role_or_a_stage_variable_opens_it(api: RestApi, path: str) -> None:
    assert api.call("GET", path).status == 200


def test_an_integration_that_is_too_slow_gives_504(api: RestApi) -> None:
    answer = api.call("GET", "/slow", query={"what": "slow"})
    assert (answer.status, answer.json) == (504, {"message": "Endpoint request timed out"})


def test_a_custom_integration_maps_event_and_result(api: RestApi) -> None:
    assert api.call("POST", "/custom", {"a": 4}).json == {"sum": 5}


def test_errors_are_chosen_by_their_message(api: RestApi) -> None:
    missing = api.call("POST", "/custom", {"fail": "Not found: o-1"})
    assert (missing.status, missing.json) == (404, {"why": "Not found: o-1"})
    assert api.call("POST", "/custom", {"fail": "other"}).json == {"why": "unexpected"}


def test_invocation_type_event_does_not_wait(api: RestApi) -> None:
    answer = api.call("POST", "/event", {"fail": "later"})
    assert (answer.status, answer.json) == (202, {"queued": True})


AUTHORIZER = """
def handler(event, context):
    token = event.get("authorizationToken") or event["headers"].get("X-Token")
    if token == "nobody":
        raise Exception("Unauthorized")
    if token == "crash":
        raise Exception("boom")
    if token == "odd":
        return {"principalId": "x"}
    effect = "Deny" if token == "deny" else "Allow"
    resource = event["methodArn"] if token != "elsewhere" else "arn:aws:execute-api:*:*:*/x/GET/y"
    return {
        "principalId": token,
        "policyDocument": {"Version": "2012-10-17", "Statement": [
            {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]},
        "context": {"tenant": "t-" + token, "number": 7, "flag": True,
                    "call": context.aws_request_id},
    }
"""


@pytest.fixture(scope="module")
def guarded(cloud: Any, api: RestApi) -> Iterator[RestApi]:
    arn = function(cloud, "gw-authorizer", AUTHORIZER)
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    guarded = RestApi(cloud, "gw-guarded")
    create = guarded.gateway.create_authorizer
    token = create(
        restApiId=guarded.id,
        name="token",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.X-Token",
        identityValidationExpression="[a-z]+",
        authorizerResultTtlInSeconds=300,
    )["id"]
    request = create(
        restApiId=guarded.id,
        name="request",
        type="REQUEST",
        authorizerUri=uri,
        identitySource="method.request.header.X-Token, method.request.querystring.shop",
        authorizerResultTtlInSeconds=0,
    )["id"]
    who = '{"who": "$context.authorizer.principalId", "call": "$context.authorizer.call"}'
    for path, authorizer in (("/token", token), ("/request", request)):
        guarded.mock(
            "GET",
            path,
            response=who,
            method={"authorizationType": "CUSTOM", "authorizerId": authorizer},
        )
    guarded.function(
        "GET",
        "/proxy",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:gw-proxy",
        method={"authorizationType": "CUSTOM", "authorizerId": token},
    )
    guarded.mock("GET", "/iam", response="{}", method={"authorizationType": "AWS_IAM"})
    yield guarded.deploy()


@pytest.mark.parametrize(
    ("token", "status", "body"),
    [
        (
            "deny",
            403,
            {"Message": "User is not authorized to access this resource with an explicit deny"},
        ),
        ("elsewhere", 403, {"Message": "User is not authorized to access this resource"}),
        ("nobody", 401, {"message": "Unauthorized"}),
        ("crash", 500, {"message": None}),
        ("odd", 500, {"message": None}),
        ("UPPER", 401, {"message": "Unauthorized"}),
        (None, 401, {"message": "Unauthorized"}),
    ],
)
def test_a_token_authorizer_keeps_callers_out(
    guarded: RestApi, token: str | None, status: int, body: Any
) -> None:
    answer = guarded.call("GET", "/token", headers={"X-Token": token} if token else {})
    assert (answer.status, answer.json) == (status, body)


def test_an_authorizer_is_asked_once_within_its_ttl(guarded: RestApi) -> None:
    first, second = (guarded.call("GET", "/token", headers={"X-Token": "anna"}) for _ in "12")
    assert first.json["who"] == "anna"
    assert first.json == second.json
    guarded.gateway.flush_stage_authorizers_cache(restApiId=guarded.id, stageName="prod")
    assert guarded.call("GET", "/token", headers={"X-Token": "anna"}).json != first.json


def test_a_request_authorizer_wants_all_its_identity_sources(guarded: RestApi) -> None:
    headers = {"X-Token": "bert"}
    assert guarded.call("GET", "/request", headers=headers).status == 401
    calls = [guarded.call("GET", "/request", headers=headers, query={"shop": "1"}) for _ in "12"]
    assert calls[0].json["who"] == "bert"
    assert calls[0].json["call"] != calls[1].json["call"]


def test_a_function_sees_the_authorizers_context_as_texts(guarded: RestApi) -> None:
    event = guarded.call("GET", "/proxy", headers={"X-Token": "cleo"}).json
    seen = event["requestContext"]["authorizer"]
    assert (seen["principalId"], seen["tenant"]) == ("cleo", "t-cleo")
    assert (seen["number"], seen["flag"]) == ("7", "true")


def test_iam_authorisation_wants_a_signature(cloud: Any, guarded: RestApi) -> None:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    assert guarded.call("GET", "/iam").json == {"message": "Missing Authentication Token"}
    url = f"{cloud.endpoint}/_aws/execute-api/{guarded.id}/prod/iam"

    def signed(secret: str) -> int:
        request = AWSRequest("GET", url)
        credentials = Credentials(cloud.access_key_id, secret)
        SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
        return guarded.call("GET", "/iam", headers=dict(request.headers)).status

    assert signed(cloud.secret_access_key) == 200
    assert signed("wrong") == 403


def test_a_resource_policy_keeps_callers_out(cloud: Any) -> None:
    def statement(effect: str, resource: str) -> dict[str, Any]:
        return {
            "Effect": effect,
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": resource,
        }

    policy = {
        "Version": "2012-10-17",
        "Statement": [
            statement("Allow", "execute-api:/*"),
            statement("Deny", "execute-api:/*/GET/secret"),
        ],
    }
    api = RestApi(cloud, "gw-policy", policy=json.dumps(policy))
    api.mock("GET", "/open", response="{}")
    api.mock("GET", "/secret", response="{}")
    api.deploy()
    assert api.call("GET", "/open").status == 200
    refused = api.call("GET", "/secret")
    assert refused.status == 403 and "is not authorized to perform" in refused.json["Message"]
