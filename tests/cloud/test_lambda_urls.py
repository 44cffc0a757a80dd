"""Function URLs: payload format 2.0 in, HTTP out.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.cloud.functions_support import Lambda

ECHO = "def handler(event, context): return event"


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    return Lambda(cloud)


def open_to_all(functions: Lambda, name: str, **settings: Any) -> str:
    """Give a function a URL that anyone may call; returns the URL's id."""
    created = functions.client.create_function_url_config(
        FunctionName=name, AuthType="NONE", **settings
    )
    functions.client.add_permission(
        FunctionName=name, StatementId="public", Action="lambda:InvokeFunctionUrl",
        Principal="*", FunctionUrlAuthType="NONE",
    )  # fmt: skip
    return host_of(created).partition(".")[0]


def host_of(config: dict[str, Any]) -> str:
    url: str = config["FunctionUrl"]
    return url.removeprefix("https://").rstrip("/")


def call(
    functions: Lambda, url_id: str, path: str = "/", method: str = "GET", **request: Any
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(
        functions.cloud.endpoint.removeprefix("http://"), timeout=30
    )
    connection.request(method, f"/_aws/lambda-url/{url_id}{path}", **request)
    response = connection.getresponse()
    found = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return found


def test_the_event_has_payload_format_2_0(functions: Lambda) -> None:
    url_id = open_to_all(functions, functions.make(ECHO))
    status, headers, body = call(
        functions, url_id, "/orders/7?a=1&a=2&b=x%20y", "POST", body='{"k": 1}',
        headers={"Content-Type": "application/json", "Cookie": "c=1; d=2", "X-Shop": "42"},
    )  # fmt: skip
    event = json.loads(body)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert (event["version"], event["routeKey"]) == ("2.0", "$default")
    assert event["rawPath"] == "/orders/7"
    assert event["rawQueryString"] == "a=1&a=2&b=x%20y"
    assert event["queryStringParameters"] == {"a": "1,2", "b": "x y"}
    assert event["cookies"] == ["c=1", "d=2"]
    assert event["headers"]["x-shop"] == "42"
    assert (event["body"], event["isBase64Encoded"]) == ('{"k": 1}', False)
    context = event["requestContext"]
    assert context["http"]["method"] == "POST"
    assert context["apiId"] == url_id
    assert context["accountId"] == "anonymous"


def test_bytes_travel_in_base64_both_ways(functions: Lambda) -> None:
    url_id = open_to_all(
        functions,
        functions.make(
            "def handler(event, context):\n"
            "    return {'statusCode': 201, 'body': event['body'], 'isBase64Encoded': True,\n"
            "            'headers': {'Content-Type': 'image/png'}, 'cookies': ['a=1', 'b=2']}"
        ),
    )
    sent = bytes(range(256))
    status, headers, body = call(
        functions, url_id, method="PUT", body=sent, headers={"Content-Type": "image/png"}
    )
    assert (status, headers["content-type"], body) == (201, "image/png", sent)


def test_a_failing_function_is_a_bad_gateway(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""
    url_id = open_to_all(functions, functions.make("def handler(event, context): 1 / 0"))
    status, headers, body = call(functions, url_id)
    assert (status, body) == (502, b"Internal Server Error")
    assert "x-amzn-requestid" in headers


@pytest.mark.parametrize(
    ("returned", "seen"),
    [
        ("'hello'", b"hello"),
        ("3.5", b"3.5"),
        ("True", b"true"),
        ("['a', 1]", b'["a", 1]'),
        ("{'hello': 'world'}", b'{"hello": "world"}'),
        ("{'statusCode': 200, 'body': 'body123'}", b"body123"),
    ],
)
def test_what_a_function_returns_becomes_a_response(
    functions: Lambda, returned: str, seen: bytes
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""
    url_id = open_to_all(functions, functions.make(f"def handler(e, c): return {returned}"))
    status, headers, body = call(functions, url_id)
    assert (status, headers["content-type"], body) == (200, "application/json", seen)


def test_requests_are_counted_with_their_errors_and_latency(functions: Lambda) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html"""
    code = "def handler(e, c): return {'statusCode': int(e['rawPath'][1:])}"
    name = functions.make(code)
    url_id = open_to_all(functions, name)
    for path in ("/200", "/404", "/404", "/503", "/none"):
        call(functions, url_id, path)
    functions.client.remove_permission(FunctionName=name, StatementId="public")
    call(functions, url_id, "/200")
    cloudwatch = functions.cloud.client("cloudwatch")

    def total(metric: str, statistic: str = "Sum") -> float:
        now = datetime.now(UTC)
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[
                {"Name": "FunctionName", "Value": name},
                {"Name": "Resource", "Value": f"{name}:$LATEST"},
            ],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=[statistic],
        )["Datapoints"]
        return float(sum(point[statistic] for point in points))

    found = [total(f"Url{kind}") for kind in ("RequestCount", "4xxCount", "5xxCount")]
    assert found == [6, 3, 2]
    assert total("UrlRequestLatency", "SampleCount") == 6


def test_a_url_that_does_not_exist(functions: Lambda) -> None:
    status, headers, body = call(functions, "nosuchurl")
    assert (status, json.loads(body)) == (403, {"Message": None})
    assert headers["x-amzn-errortype"] == "AccessDeniedException"


def test_without_a_policy_for_the_public_it_is_forbidden(functions: Lambda) -> None:
    created = functions.client.create_function_url_config(
        FunctionName=functions.make(ECHO), AuthType="NONE"
    )
    status, headers, body = call(functions, host_of(created).partition(".")[0])
    assert status == 403
    assert json.loads(body)["Message"] == (
        "Forbidden. For troubleshooting Function URL authorization issues, see: "
        "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
    )
    assert headers["x-amzn-errortype"] == "AccessDeniedException"


def test_with_iam_only_signed_requests_are_let_in(functions: Lambda) -> None:
    created = functions.client.create_function_url_config(
        FunctionName=functions.make(ECHO), AuthType="AWS_IAM"
    )
    host = host_of(created)
    assert call(functions, host.partition(".")[0])[0] == 403
    request = AWSRequest("GET", f"https://{host}/orders")
    cloud = functions.cloud
    credentials = Credentials(cloud.access_key_id, cloud.secret_access_key)
    SigV4Auth(credentials, "lambda", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    connection.request("GET", "/orders", headers={**dict(request.headers), "Host": host})
    response = connection.getresponse()
    event = json.loads(response.read())
    connection.close()
    assert response.status == 200
    identity = event["requestContext"]["authorizer"]["iam"]
    assert identity["accountId"] == "123456789012"


def test_cors_is_answered_as_configured(functions: Lambda) -> None:
    url_id = open_to_all(
        functions,
        functions.make(ECHO),
        Cors={"AllowOrigins": ["https://shop.example"], "AllowMethods": ["GET"], "MaxAge": 60},
    )
    origin = {"Origin": "https://shop.example"}
    preflight = call(
        functions, url_id, method="OPTIONS",
        headers={**origin, "Access-Control-Request-Method": "GET"},
    )  # fmt: skip
    assert preflight[1]["access-control-allow-methods"] == "GET"
    assert preflight[1]["access-control-max-age"] == "60"
    assert call(functions, url_id, headers=origin)[1]["access-control-allow-origin"] == (
        "https://shop.example"
    )
    other = call(functions, url_id, headers={"Origin": "https://other.example"})
    assert "access-control-allow-origin" not in other[1]


def test_urls_are_read_changed_and_deleted(functions: Lambda) -> None:
    name = functions.make(ECHO)
    client = functions.client
    url_id = open_to_all(functions, name)
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.create_function_url_config(FunctionName=name, AuthType="NONE")
    client.update_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert client.get_function_url_config(FunctionName=name)["AuthType"] == "AWS_IAM"
    assert call(functions, url_id)[0] == 403
    client.delete_function_url_config(FunctionName=name)
    assert call(functions, url_id)[0] == 403
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_url_config(FunctionName=name)
