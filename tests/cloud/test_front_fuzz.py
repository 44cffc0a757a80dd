"""Hostile and broken requests: AWS's errors, never a 5xx, and the cloud works on."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TARGETS = {
    "dynamodb": "DynamoDB_20120810",
    "sqs": "AmazonSQS",
    "logs": "Logs_20140328",
    "monitoring": "GraniteServiceVersion20100801",
}


class Caller:
    """Sends requests as they are, or signed."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud
        self._connection = http.client.HTTPConnection(
            cloud.endpoint.removeprefix("http://"), timeout=30
        )

    def close(self) -> None:
        self._connection.close()

    def raw(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, Any] | None = None
    ) -> tuple[int, bytes]:
        self._connection.request(method, path, body=body, headers=headers or {})
        response = self._connection.getresponse()
        return response.status, response.read()

    def signed(
        self, service: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        request = AWSRequest(method, self._cloud.endpoint + path, data=body, headers=headers)
        keys = Credentials(self._cloud.access_key_id, self._cloud.secret_access_key)
        SigV4Auth(keys, service, self._cloud.region).add_auth(request)
        return self.raw(method, path, body, dict(request.headers))

    def json(self, service: str, operation: str, body: bytes) -> tuple[int, bytes]:
        headers = {
            "X-Amz-Target": f"{TARGETS[service]}.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
        }
        return self.signed(service, "POST", "/", body, headers)


@pytest.fixture(scope="module")
def caller(cloud: Any) -> Iterator[Caller]:
    caller = Caller(cloud)
    yield caller
    caller.close()
    assert cloud.page("health")["status"] == "ok"
    assert cloud.client("sts").get_caller_identity()["Account"] == "123456789012"


NOW = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
SCOPE = f"test/{NOW[:8]}/us-east-1/dynamodb/aws4_request"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("", "MissingAuthenticationTokenException"),
        ("Basic dGVzdDp0ZXN0", "MissingAuthenticationTokenException"),
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a", "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host",
         "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x",
         "IncompleteSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential=none{SCOPE}, SignedHeaders=host, Signature=x",
         "UnrecognizedClientException"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=x",
         "InvalidSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=x, Signature=x",
         "InvalidSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=\xe4\xff",
         "InvalidSignatureException"),
        (f"AWS4-HMAC-SHA256 Credential={SCOPE.replace('us-east-1', 'moon-1')}, "
         "SignedHeaders=host, Signature=x", "InvalidSignatureException"),
    ],
)  # fmt: skip
def test_a_signature_that_is_not_in_order_is_refused(
    caller: Caller, authorization: str | None, code: str
) -> None:
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "X-Amz-Date": NOW}
    if authorization is not None:
        headers["Authorization"] = authorization
    status, body = caller.raw("POST", "/", b"{}", headers)
    assert (status, json.loads(body)["__type"]) == (403, code)


@pytest.mark.parametrize("date", [None, "", "yesterday", "20200101T000000Z", "99999999T999999Z"])
def test_a_date_that_is_missing_or_wrong_is_refused(caller: Caller, date: str | None) -> None:
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=x",
    }
    if date is not None:
        headers["X-Amz-Date"] = date
    status, body = caller.raw("POST", "/", b"{}", headers)
    assert status == 403
    assert json.loads(body)["__type"].startswith(("InvalidSignature", "MissingAuthentication"))


def test_a_date_header_will_do(cloud: Any, caller: Caller) -> None:
    """As AWS has it: x-amz-date, or else Date."""
    import hashlib
    import hmac

    now = datetime.now(UTC).replace(microsecond=0)
    stamp, host = now.strftime("%Y%m%dT%H%M%SZ"), cloud.endpoint.removeprefix("http://")
    date = format_datetime(now, usegmt=True)
    canonical = "\n".join(
        ("GET", "/2015-03-31/functions", "", f"date:{date}", f"host:{host}", "", "date;host",
         hashlib.sha256(b"").hexdigest())
    )  # fmt: skip
    scope = f"{stamp[:8]}/us-east-1/lambda/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4test"
    for part in (stamp[:8], "us-east-1", "lambda", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential=test/{scope}, SignedHeaders=date;host, Signature={signature}"
    )
    headers = {"Date": date, "Host": host, "Authorization": authorization}
    status, _ = caller.raw("GET", "/2015-03-31/functions", headers=headers)
    assert status == 200


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"x"', b"5", b"\xff\xfe", b'{"a": NaN}', b'{"a": "\\ud800"}',
     b'{"TableName": ' + b"[" * 50_000, b"{}{}", b'{"n": ' + b"9" * 6000 + b"}"],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    for service, operation in (("dynamodb", "PutItem"), ("sqs", "SendMessage")):
        status, answer = caller.json(service, operation, body)
        assert (status, json.loads(answer)["__type"]) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target",
    ["DynamoDB_20120810.Nothing", "DynamoDB_19990101.ListTables", "Nothing", ".", "AmazonSQS.X\xe4",
     "DynamoDBStreams_20120810.Nothing", "AmazonSQS.ListQueues"],
)  # fmt: skip
def test_an_unknown_target_is_refused(caller: Caller, target: str) -> None:
    status, body = caller.signed(
        "dynamodb", "POST", "/", b"{}", {"X-Amz-Target": target.encode("latin-1").decode("latin-1")}
    )
    assert (status, json.loads(body)["__type"]) == (400, "UnknownOperationException")


def test_an_unknown_action_is_refused(caller: Caller) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for service in ("sns", "iam", "sts"):
        status, body = caller.signed(service, "POST", "/", b"Action=Nothing&Version=1", form)
        assert status == 400
        assert b"<Code>InvalidAction</Code>" in body


def test_an_unknown_path_is_refused(caller: Caller) -> None:
    for service in ("lambda", "apigateway"):
        status, body = caller.signed(service, "GET", "/no/such/path", b"", {})
        assert status == 404
        assert b"message" in body


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "PutItem"), ("sqs", "SendMessage"),
                               ("logs", "PutLogEvents"), ("monitoring", "PutMetricData")]
)  # fmt: skip
def test_eleven_megabytes_are_refused(caller: Caller, service: str, operation: str) -> None:
    body = json.dumps(
        {
            "TableName": "fuzz",
            "Item": {"pk": {"S": "x" * 11_000_000}},
            "QueueUrl": "http://127.0.0.1/123456789012/fuzz",
            "MessageBody": "x",
        }
    ).encode()
    status, _ = caller.json(service, operation, body)
    assert 400 <= status < 500


@QUICK
@given(
    name=st.sampled_from(["authorization", "x-amz-date", "x-amz-security-token", "content-type",
                          "x-amz-target", "x-amz-content-sha256", "host", "smithy-protocol"]),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"),
                  max_size=40),
)  # fmt: skip
def test_any_header_is_answered(caller: Caller, name: str, value: str) -> None:
    status, _ = caller.raw("POST", "/", b"{}", {name: value.strip().encode("latin-1")})
    assert 400 <= status < 500


@QUICK
@given(path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_any_path_is_answered(caller: Caller, path: str) -> None:
    for prefix in ("/", "/2015-03-31/functions/", "/_aws/execute-api/", "/_orderlab/"):
        status, _ = caller.raw("GET", prefix + path)
        assert 400 <= status < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
OPERATIONS = {
    "logs": {
        "PutLogEvents": ["logGroupName", "logStreamName", "logEvents"],
        "FilterLogEvents": ["logGroupName", "filterPattern", "startTime", "limit", "nextToken"],
        "GetLogEvents": ["logGroupName", "logStreamName", "limit", "nextToken"],
        "StartQuery": ["logGroupName", "startTime", "endTime", "queryString"],
        "DescribeLogGroups": ["logGroupNamePrefix", "limit", "nextToken", "logGroupNamePattern"],
        "CreateLogGroup": ["logGroupName", "tags"],
    },
    "monitoring": {
        "PutMetricData": ["Namespace", "MetricData"],
        "GetMetricStatistics": ["Namespace", "MetricName", "StartTime", "EndTime", "Period",
                                "Statistics", "Dimensions"],
        "GetMetricData": ["StartTime", "EndTime", "MetricDataQueries"],
        "PutMetricAlarm": ["AlarmName", "Namespace", "MetricName", "Period", "EvaluationPeriods",
                           "Threshold", "ComparisonOperator", "Metrics", "AlarmActions"],
        "ListMetrics": ["Namespace", "Dimensions", "NextToken"],
    },
}  # fmt: skip


@QUICK
@given(data=st.data())
def test_any_parameters_are_answered(caller: Caller, data: st.DataObject) -> None:
    for service, operations in OPERATIONS.items():
        operation = data.draw(st.sampled_from(sorted(operations)))
        names = operations[operation]
        parameters = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON)))
        body = json.dumps(parameters).encode()
        status, answer = caller.json(service, operation, body)
        assert status < 500, (operation, parameters, answer)


@QUICK
@given(form=st.dictionaries(
    st.sampled_from(["RoleName", "AssumeRolePolicyDocument", "PolicyDocument", "PolicyName",
                     "PolicyArn", "UserName", "MaxItems", "Marker", "RoleArn", "RoleSessionName",
                     "DurationSeconds", "Tags.member.1.Key", "Tags.member.x", "Path"]),
    st.text(max_size=12)), action=st.sampled_from(
        ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "ListRoles", "CreateUser", "GetPolicy",
         "CreatePolicy", "AssumeRole", "CreateAccessKey", "ListPolicies", "TagRole"]))  # fmt: skip
def test_any_form_is_answered(caller: Caller, form: dict[str, str], action: str) -> None:
    from urllib.parse import urlencode

    service = "sts" if action == "AssumeRole" else "iam"
    body = urlencode({"Action": action, "Version": "2010-05-08", **form}, errors="replace").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, answer = caller.signed(service, "POST", "/", body, headers)
    assert status < 500, (action, form, answer)


def test_cbor_that_is_none_is_refused(caller: Caller) -> None:
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    for body in (b"\xff", b"\x9f\x9f", b"\x05", b"{}"):
        status, _ = caller.signed("monitoring", "POST", path, body, headers)
        assert status == 400


def test_a_compressed_body_is_unpacked_but_not_without_end(caller: Caller) -> None:
    import gzip

    def send(body: bytes) -> tuple[int, bytes]:
        headers = {
            "X-Amz-Target": "Logs_20140328.DescribeLogGroups",
            "Content-Encoding": "gzip",
        }
        return caller.signed("logs", "POST", "/", body, headers)

    assert send(gzip.compress(b'{"limit": 1}'))[0] == 200
    assert send(b"not gzip")[0] == 400
    assert send(gzip.compress(b" " * 30_000_000))[0] == 413
