"""API Gateway's data plane: matching, templates, mappings, responses, deployments, by MOCK.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.rest_api import RestApi, patches, send


@pytest.fixture(scope="module")
def api(cloud: Any) -> Iterator[RestApi]:
    """One API with a resource for each rule."""
    api = RestApi(cloud, "gw-requests", binaryMediaTypes=["image/png"])
    shown = '{"resource": "$context.resourcePath", "id": "$input.params(\'id\')"}'
    for path in ("/orders", "/orders/mine", "/orders/{id}", "/orders/{id}/lines", "/{proxy+}"):
        api.mock("GET", path, response=shown)
    api.mock("ANY", "/any", response='{"method": "$context.httpMethod"}')
    api.mock(
        "POST",
        "/status",
        template='{"statusCode": $input.path("$.wanted")}',
        response="{}",
        status="200",
    )
    api.respond(
        {"restApiId": api.id, "resourceId": api.resource("/status"), "httpMethod": "POST"},
        "404",
        pattern="4..",
        response='{"message": "not here"}',
    )
    api.mock(
        "POST",
        "/echo",
        template='{"statusCode": 200} #set($context.responseOverride.header.X-Sum = '
        '$input.path("$.a") + $input.path("$.b"))',
        response='{"q": "$input.params(\'q\')", "h": "$input.params(\'X-H\')",'
        ' "stage": "$stageVariables.colour", "id": "$context.requestId",'
        ' "ip": "$context.identity.sourceIp"}',
    )
    api.mock(
        "GET",
        "/headers",
        headers={
            "X-Static": "'fixed'",
            "X-Request": "context.requestId",
            "X-Colour": "stageVariables.colour",
        },
        response="{}",
    )
    api.mock("POST", "/broken", response="$util.parseJson('{')")
    api.mock(
        "POST",
        "/never",
        passthroughBehavior="NEVER",
        response='{"ok": true}',
    )
    api.mock("OPTIONS", "/cors", response="", headers={"Access-Control-Allow-Origin": "'*'"})
    yield api.deploy(variables={"colour": "blue"})


@pytest.mark.parametrize(
    ("path", "resource", "identity"),
    [
        ("/orders", "/orders", ""),
        ("/orders/", "/orders", ""),
        ("/orders/mine", "/orders/mine", ""),
        ("/orders/7", "/orders/{id}", "7"),
        ("/orders/a%20b", "/orders/{id}", "a b"),
        ("/orders/%6Dine", "/orders/mine", ""),
        ("/orders/7/lines", "/orders/{id}/lines", "7"),
        ("/orders/7/other", "/{proxy+}", ""),
        ("/anything/at/all", "/{proxy+}", ""),
    ],
)
def test_the_most_specific_resource_answers(
    api: RestApi, path: str, resource: str, identity: str
) -> None:
    assert api.call("GET", path).json == {"resource": resource, "id": identity}


@pytest.mark.parametrize(("verb", "path"), [("POST", "/orders"), ("GET", "/"), ("PUT", "/x")])
def test_unknown_paths_and_methods_look_like_a_missing_signature(
    api: RestApi, verb: str, path: str
) -> None:
    answer = api.call(verb, path)
    assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})
    assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"


def test_unknown_stages_and_apis_are_forbidden(cloud: Any, api: RestApi) -> None:
    assert api.call("GET", "/orders", stage="nope").json == {"message": "Forbidden"}
    answer = send(cloud, "GET", "/_aws/execute-api/nosuchapi0/prod/orders", None, {})
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


def test_any_takes_every_method(api: RestApi) -> None:
    assert api.call("DELETE", "/any").json == {"method": "DELETE"}


def test_an_api_answers_to_its_host_name(cloud: Any, api: RestApi) -> None:
    host = f"{api.id}.execute-api.us-east-1.amazonaws.com"
    assert send(cloud, "GET", "/prod/orders/5", None, {"Host": host}).json["id"] == "5"


def test_every_answer_carries_the_gateways_headers(api: RestApi) -> None:
    headers = api.call("GET", "/orders").headers
    assert {"x-amzn-requestid", "x-amz-apigw-id"} <= headers.keys()
    # nothing was called that could be traced
    assert "x-amzn-trace-id" not in headers
    assert headers["content-type"] == "application/json"


def test_the_request_template_picks_the_response(api: RestApi) -> None:
    assert api.call("POST", "/status", {"wanted": 200}).status == 200
    found = api.call("POST", "/status", {"wanted": 404})
    assert (found.status, found.json) == (404, {"message": "not here"})
    # no number at all is a mistake of the API, not of the client: AWS says 500
    assert api.call("POST", "/status", {"wanted": "x"}).json == {"message": "Internal server error"}


def test_templates_see_parameters_context_and_stage_variables(api: RestApi) -> None:
    answer = api.call("POST", "/echo", {"a": 2, "b": 3}, query={"q": "ü&"}, headers={"x-h": "yes"})
    assert answer.json == {
        "q": "ü&",
        "h": "yes",
        "stage": "blue",
        "id": answer.headers["x-amzn-requestid"],
        "ip": "127.0.0.1",
    }
    assert answer.headers["x-sum"] == "5"


def test_response_headers_are_mapped(api: RestApi) -> None:
    headers = api.call("GET", "/headers").headers
    assert headers["x-static"] == "fixed"
    assert headers["x-colour"] == "blue"
    assert headers["x-request"] == headers["x-amzn-requestid"]


def test_a_template_that_fails_gives_500(api: RestApi) -> None:
    answer = api.call("POST", "/broken", {})
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


def test_cors_preflight_by_mock_answers_a_browser(api: RestApi) -> None:
    answer = api.call("OPTIONS", "/cors", headers={"Origin": "http://shop.example"})
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")


def test_passthrough_never_refuses_other_content_types(api: RestApi) -> None:
    assert api.call("POST", "/never", {}).status == 200
    refused = api.call("POST", "/never", "<a/>", headers={"Content-Type": "application/xml"})
    assert refused.status == 415


def test_a_body_above_10_mb_is_too_long(api: RestApi) -> None:
    answer = api.call("POST", "/never", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json) == (413, {"message": "Request Too Long"})


def test_headers_above_10_kb_are_too_long(api: RestApi) -> None:
    assert api.call("GET", "/orders", headers={"X-Long": "x" * 10_500}).status == 413


def test_a_stage_serves_what_was_deployed(cloud: Any) -> None:
    api = RestApi(cloud, "gw-snapshots")
    place = api.mock("GET", "/", response="one")
    api.deploy(variables={"who": "me"})
    api.gateway.update_integration_response(
        **place,
        statusCode="200",
        patchOperations=patches(
            ("replace", "/responseTemplates/application~1json", "two $stageVariables.who")
        ),
    )
    assert api.call("GET", "/").text == "one"
    api.deploy()
    assert api.call("GET", "/").text == "two me"
    api.patch_stage(("replace", "/variables/who", "you"))
    assert api.call("GET", "/").text == "two you"
    api.patch_stage(("replace", "/deploymentId", api.deployments[0]))
    assert api.call("GET", "/").text == "one"


def test_gateway_responses_are_customised_and_deployed(cloud: Any) -> None:
    api = RestApi(cloud, "gw-answers")
    api.mock("GET", "/", response="{}")
    put = api.gateway.put_gateway_response
    put(
        restApiId=api.id,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Path": "method.request.path.missing",
        },
        responseTemplates={
            "application/json": '{"error": $context.error.messageString,'
            ' "type": "$context.error.responseType", "stage": "$context.stage"}'
        },
    )
    put(restApiId=api.id, responseType="DEFAULT_4XX", statusCode="418")
    api.mock("POST", "/never", passthroughBehavior="NEVER", response="{}")
    api.deploy()
    answer = api.call("GET", "/nowhere")
    assert answer.status == 404
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json == {
        "error": "Missing Authentication Token",
        "type": "MISSING_AUTHENTICATION_TOKEN",
        "stage": "prod",
    }
    general = api.call("POST", "/never", "a", headers={"Content-Type": "text/plain"})
    assert (general.status, general.json) == (418, {"message": "Unsupported Media Type"})


def test_content_handling_turns_binary_into_base64(cloud: Any) -> None:
    api = RestApi(cloud, "gw-binary", binaryMediaTypes=["image/png"])
    api.mock(
        "POST",
        "/",
        content_type="image/png",
        contentHandling="CONVERT_TO_TEXT",
        template='{"statusCode": 200}#set($context.responseOverride.header.X-Body = $input.body)',
        response="{}",
    )
    answer = api.deploy().call("POST", "/", b"\x89PNG\xff", headers={"Content-Type": "image/png"})
    assert answer.headers["x-body"] == base64.b64encode(b"\x89PNG\xff").decode()


def test_test_invoke_method_needs_no_deployment(cloud: Any) -> None:
    api = RestApi(cloud, "gw-test-invoke")
    place = api.mock(
        "GET", "/orders/{id}", response='{"id": "$input.params(\'id\')", "v": "$stageVariables.v"}'
    )
    result = api.gateway.test_invoke_method(
        **place, pathWithQueryString="/orders/9?x=1", stageVariables={"v": "test"}
    )
    assert result["status"] == 200
    assert json.loads(result["body"]) == {"id": "9", "v": "test"}
    assert "Method completed with status: 200" in result["log"]
    assert result["headers"]["Content-Type"] == "application/json"


def test_what_a_request_template_overrides_is_seen_by_the_response_template(cloud: Any) -> None:
    api = RestApi(cloud, "gw-overrides")
    api.mock(
        "GET",
        "/",
        template="""
#set($name = "foo")
#set($context.requestOverride.querystring[$name] = "bar")
#set($other = "putfoo")
$context.requestOverride.querystring.put($other, "putBar")
#set($context["requestOverride"].querystring["nestedfoo"] = "nestedFoo")
{"statusCode": 200}
""",
        response="""#set($all = $context.requestOverride.querystring)
$all.get("foo") $all["putfoo"] $context.requestOverride.querystring.nestedfoo""",
    )
    assert api.deploy().call("GET", "/").text == "bar putBar nestedFoo"


# the shape of what deployment tools send: one block, written with another map each time
BLOCK = """#define($loop){#foreach($key in $map.keySet())#set($k = $util.escapeJavaScript($key))
#set($v = $util.escapeJavaScript($map.get($key)).replaceAll("\\\\'", "'"))"$k": "$v"
#if($foreach.hasNext),#end#end}#end
{"method": "$context.httpMethod",
#set($map = $context.identity)"identity": $loop,
#set($map = $input.params().querystring)"query": $loop,
#set($map = $input.params().path)"path": $loop,
#set($map = $stageVariables)"stage": $loop,
#set($map = $context.authorizer)"authorizer": $loop}"""


def test_a_block_is_written_with_the_values_of_its_place(cloud: Any) -> None:
    api = RestApi(cloud, "gw-blocks")
    api.mock("GET", "/{id}", response=BLOCK)
    answer = api.deploy(variables={"v": "1"}).call("GET", "/7", query={"q": "it's"}).json
    assert (answer["query"], answer["path"], answer["stage"]) == (
        {"q": "it's"},
        {"id": "7"},
        {"v": "1"},
    )
    assert answer["identity"]["sourceIp"] == "127.0.0.1"
