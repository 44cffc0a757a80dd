"""Who may call an HTTP API: Lambda authorizers and IAM.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from tests.cloud.http_api import ECHO, Answer, HttpApi
from tests.cloud.rest_api import ACCOUNT, function, role

FORBIDDEN = {"message": "Forbidden"}
UNAUTHORIZED = {"message": "Unauthorized"}
INTERNAL = {"message": "Internal Server Error"}
SIMPLE = """
calls = 0

def handler(event, context):
    global calls
    calls += 1
    token = event["identitySource"][0]
    if token == "raise":
        raise ValueError("broken")
    if token == "nobody":
        raise Exception("Unauthorized")
    answers = {"text": "yes", "wrong": {"isAuthorized": "yes"}, "empty": {}}
    if token in answers:
        return answers[token]
    return {"isAuthorized": token != "deny",
            "context": {"calls": calls, "event": event, "list": [1]}}
"""
POLICY = """
def handler(event, context):
    arn = event.get("routeArn") or event["methodArn"]
    token = event.get("authorizationToken") or event["identitySource"][0]
    if token == "none":
        return {"principalId": "p"}
    effect = "Deny" if token == "deny" else "Allow"
    resource = arn.replace("/GET/", "/PUT/") if token == "else" else arn
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"principalId": "p", "context": {"arn": arn, "version": event["version"],
                                            "body": "body" in event},
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
TOKEN = "$request.header.Authorization"


def authorizer(api: HttpApi, name: str, arn: str, **settings: Any) -> str:
    """The id of a new authorizer."""
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    made: str = api.gateway.create_authorizer(
        ApiId=api.id,
        Name=name,
        AuthorizerType="REQUEST",
        AuthorizerUri=uri,
        **{
            "AuthorizerPayloadFormatVersion": "2.0",
            "IdentitySource": [TOKEN],
            "EnableSimpleResponses": True,
            **settings,
        },
    )["AuthorizerId"]
    return made


@pytest.fixture(scope="module")
def api(cloud: Any) -> Iterator[HttpApi]:
    api = HttpApi(cloud, "http-authorizers")
    integration = api.integration(function(cloud, "http-behind", ECHO))
    old = api.integration(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:http-behind", "1.0")
    simple = function(cloud, "http-simple", SIMPLE)
    policy = function(cloud, "http-policy", POLICY)
    closed = function(cloud, "http-closed-authorizer", SIMPLE, permit=False)
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "simple": (simple, {}),
        "cached": (simple, {"AuthorizerResultTtlInSeconds": 3600}),
        "two": (simple, {"IdentitySource": [TOKEN, "$request.querystring.user"]}),
        "policy": (policy, {"EnableSimpleResponses": False}),
        "old": (
            policy,
            {"EnableSimpleResponses": False, "AuthorizerPayloadFormatVersion": "1.0"},
        ),
        "closed": (closed, {}),
        "by-role": (closed, {"AuthorizerCredentialsArn": role(cloud, "http-ask", "lambda:*")}),
    }
    for name, (arn, settings) in kinds.items():
        authorizer_id = authorizer(api, name, arn, **settings)
        kind = {"AuthorizationType": "CUSTOM", "AuthorizerId": authorizer_id}
        api.route(f"GET /{name}", old if name == "old" else integration, **kind)
    api.route("GET /iam", integration, AuthorizationType="AWS_IAM")
    yield api.stage(StageVariables={"a": "b"})


def ask(api: HttpApi, path: str, token: str, **query: str) -> Answer:
    return api.call("GET", path, headers={"Authorization": token}, query=query)


def test_a_simple_answer_lets_callers_in_or_keeps_them_out(api: HttpApi) -> None:
    answer = ask(api, "/simple", "allow")
    assert answer.status == 200
    context = answer.json["requestContext"]["authorizer"]["lambda"]
    assert context["list"] == [1]
    denied = ask(api, "/simple", "deny")
    assert (denied.status, denied.json) == (403, FORBIDDEN)


def test_the_authorizers_event_has_payload_format_2_0(api: HttpApi) -> None:
    answer = ask(api, "/simple", "who", q="1")
    event = answer.json["requestContext"]["authorizer"]["lambda"]["event"]
    assert (event["version"], event["type"]) == ("2.0", "REQUEST")
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/$default/GET/simple"
    assert event["routeArn"] == arn
    assert event["identitySource"] == ["who"]
    assert (event["routeKey"], event["rawPath"]) == ("GET /simple", "/simple")
    assert event["queryStringParameters"] == {"q": "1"}
    assert event["stageVariables"] == {"a": "b"}
    assert event["requestContext"]["http"]["method"] == "GET"
    assert "body" not in event


def test_a_caller_without_an_identity_is_not_asked_about(api: HttpApi) -> None:
    answer = api.call("GET", "/simple")
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)
    assert ask(api, "/two", "x").json == UNAUTHORIZED
    assert ask(api, "/two", "x", user="u").status == 200
    assert ask(api, "/simple", "nobody").json == UNAUTHORIZED


@pytest.mark.parametrize("token", ["raise", "text", "wrong", "empty"])
def test_an_authorizer_that_does_not_work_gives_500(api: HttpApi, token: str) -> None:
    answer = ask(api, "/simple", token)
    assert (answer.status, answer.json) == (500, INTERNAL)


def test_an_authorizer_is_asked_once_within_its_ttl(api: HttpApi) -> None:
    def calls(path: str, token: str) -> int:
        found = ask(api, path, token).json["requestContext"]["authorizer"]["lambda"]["calls"]
        return int(found)

    first = calls("/cached", "one")
    assert calls("/cached", "one") == first
    assert calls("/cached", "two") > first
    assert calls("/simple", "one") < calls("/simple", "one")
    api.gateway.reset_authorizers_cache(ApiId=api.id, StageName="$default")
    assert calls("/cached", "one") > first


@pytest.mark.parametrize(("path", "version"), [("/policy", "2.0"), ("/old", "1.0")])
def test_a_policy_decides_about_the_route(api: HttpApi, path: str, version: str) -> None:
    answer = ask(api, path, "allow")
    context = answer.json["requestContext"]["authorizer"]
    found = context["lambda"] if version == "2.0" else context
    assert found["version"] == version
    assert found["body"] is False
    assert found["arn"].endswith(f"/$default/GET{path}")
    if version == "1.0":
        assert context["principalId"] == "p"
    for token in ("deny", "else"):
        assert ask(api, path, token).json == FORBIDDEN
    assert ask(api, path, "none").json == INTERNAL


def test_an_authorizer_must_be_one_that_the_api_may_call(cloud: Any, api: HttpApi) -> None:
    assert ask(api, "/closed", "allow").json == INTERNAL
    assert ask(api, "/by-role", "allow").status == 200
    [found] = [
        a for a in api.gateway.get_authorizers(ApiId=api.id)["Items"] if a["Name"] == "closed"
    ]
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/authorizers/{found['AuthorizerId']}"
    cloud.client("lambda").add_permission(
        FunctionName="http-closed-authorizer",
        StatementId="one",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=arn,
    )
    assert ask(api, "/closed", "allow").status == 200


def signed(cloud: Any, api: HttpApi, session: Any, service: str = "execute-api") -> Answer:
    """A call of `/iam` with the signature of a session."""
    host = f"{api.id}.execute-api.us-east-1.amazonaws.com"
    request = AWSRequest("GET", f"http://{host}/iam", headers={"Host": host})
    SigV4Auth(session.get_credentials(), service, "us-east-1").add_auth(request)
    from tests.cloud.http_api import send

    return send(cloud, "GET", "/iam", None, list(request.headers.items()))


def test_iam_authorization_wants_a_signature(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html"""
    answer = api.call("GET", "/iam")
    assert (answer.status, answer.json) == (403, FORBIDDEN)
    iam = cloud.client("iam")
    iam.create_user(UserName="http-caller")
    key = iam.create_access_key(UserName="http-caller")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    assert signed(cloud, api, session).json == FORBIDDEN
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api.id}/$default/GET/iam"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName="http-caller", PolicyName="p", PolicyDocument=json.dumps(policy))
    answer = signed(cloud, api, session)
    assert answer.status == 200
    who = answer.json["requestContext"]["authorizer"]["iam"]
    assert who["accessKey"] == key["AccessKeyId"]
    assert who["accountId"] == ACCOUNT
    assert who["userArn"] == f"arn:aws:iam::{ACCOUNT}:user/http-caller"
    assert signed(cloud, api, session, "lambda").json == FORBIDDEN


def test_authorizers_that_cannot_be_are_refused(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html"""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:http-simple"
    for wrong in (
        {"AuthorizerPayloadFormatVersion": "3.0"},
        {"AuthorizerPayloadFormatVersion": "1.0"},
        {"IdentitySource": ["method.request.header.A"]},
        {"IdentitySource": [], "AuthorizerResultTtlInSeconds": 5},
        {"AuthorizerUri": "https://example.com"},
    ):
        settings = {"AuthorizerUri": arn, **wrong}
        with pytest.raises(ClientError) as caught:
            api.gateway.create_authorizer(
                ApiId=api.id,
                Name="wrong",
                AuthorizerType="REQUEST",
                **{
                    "AuthorizerPayloadFormatVersion": "2.0",
                    "IdentitySource": [TOKEN],
                    "EnableSimpleResponses": True,
                    **settings,
                },
            )
        assert caught.value.response["Error"]["Code"] == "BadRequestException", wrong
    [used] = [a for a in api.gateway.get_authorizers(ApiId=api.id)["Items"] if a["Name"] == "old"]
    where = {"ApiId": api.id, "AuthorizerId": used["AuthorizerId"]}
    with pytest.raises(ClientError) as caught:
        api.gateway.delete_authorizer(**where)
    assert caught.value.response["Error"] == {
        "Code": "ConflictException",
        "Message": "Cannot delete authorizer 'old', is referenced in route: GET /old",
    }
    changed = api.gateway.update_authorizer(**where, AuthorizerResultTtlInSeconds=7)
    assert (changed["AuthorizerResultTtlInSeconds"], changed["Name"]) == (7, "old")
