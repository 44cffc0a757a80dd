"""Whatever is sent to the Lambda API, it answers with an error of the caller's and goes on.

https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
"""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cloud.functions_support import Lambda

FUNCTIONS = "/2015-03-31/functions"
MEMBER_NAMES = [
    "FunctionName", "Runtime", "Role", "Handler", "Code", "ZipFile", "Timeout", "MemorySize",
    "Environment", "Layers", "Name", "FunctionVersion", "RoutingConfig", "StatementId",
    "Action", "Principal", "ReservedConcurrentExecutions", "DestinationConfig", "AuthType",
    "Cors", "Content", "LoggingConfig", "EphemeralStorage", "DeadLetterConfig",
    "MaximumRetryAttempts", "Tags", "VpcConfig", "SnapStart", "TracingConfig", "Architectures",
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MEMBERS = st.sampled_from(MEMBER_NAMES)
ROUTES = st.sampled_from(
    [
        ("POST", FUNCTIONS),
        ("POST", f"{FUNCTIONS}/bad-input/invocations"),
        ("PUT", f"{FUNCTIONS}/bad-input/code"),
        ("PUT", f"{FUNCTIONS}/bad-input/configuration"),
        ("POST", f"{FUNCTIONS}/bad-input/versions"),
        ("POST", f"{FUNCTIONS}/bad-input/aliases"),
        ("POST", f"{FUNCTIONS}/bad-input/policy"),
        ("GET", f"{FUNCTIONS}/bad%20input"),
        ("GET", f"{FUNCTIONS}?MaxItems=x&Marker=!"),
        ("PUT", "/2017-10-31/functions/bad-input/concurrency"),
        ("PUT", "/2019-09-25/functions/bad-input/event-invoke-config"),
        ("POST", "/2021-10-31/functions/bad-input/url"),
        ("POST", "/2018-10-31/layers/bad-input/versions"),
        ("POST", "/2017-03-31/tags/bad-input"),
        ("GET", "/2018-10-31/layers/bad-input/versions/x"),
        ("DELETE", f"{FUNCTIONS}/bad-input%2F..%2F"),
    ]
)


def send(cloud: Any, method: str, path: str, body: bytes, headers: dict[str, str]) -> Any:
    request = AWSRequest(method, f"{cloud.endpoint}{path}", data=body, headers=headers)
    credentials = Credentials(cloud.access_key_id, cloud.secret_access_key)
    SigV4Auth(credentials, "lambda", "us-east-1").add_auth(request)
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    connection.request(method, path, body=body, headers=dict(request.headers))
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


@pytest.fixture(scope="module")
def functions(cloud: Any) -> Lambda:
    made = Lambda(cloud)
    made.make("def handler(event, context): return 'still here'", FunctionName="bad-input")
    return made


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    route=ROUTES,
    body=st.dictionaries(MEMBERS, VALUES, max_size=6).map(lambda d: json.dumps(d).encode())
    | st.binary(max_size=40),
    kind=st.sampled_from(["RequestResponse", "Event", "DryRun", "", "Never"]),
)
def test_no_input_is_our_fault(
    functions: Lambda, route: tuple[str, str], body: bytes, kind: str
) -> None:
    headers = {"x-amz-invocation-type": kind, "x-amz-client-context": "!"}
    status, content = send(functions.cloud, *route, body, headers if "invoc" in route[1] else {})
    assert status < 500 or (status == 501 and b"does not do" in content), content
    if status >= 400:
        assert "message" in json.loads(content)


def test_after_all_that_the_function_still_works(functions: Lambda) -> None:
    name = functions.make("def handler(event, context): return 'still here'")
    assert functions.invoke(name).value == "still here"
