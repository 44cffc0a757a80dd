"""Keys, plans, throttling; access logs, execution logs, metrics; HTTP back ends.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.rest_api import ACCOUNT, RestApi, patches, role


@pytest.fixture(scope="module")
def api(cloud: Any) -> Iterator[RestApi]:
    api = RestApi(cloud, "gw-limits")
    api.mock("GET", "/open", response="{}")
    api.mock("GET", "/slow", response="{}")
    api.mock(
        "GET",
        "/keyed",
        response='{"key": "$context.identity.apiKeyId"}',
        method={"apiKeyRequired": True},
    )
    yield api.deploy()


def _key(api: RestApi, name: str, **plan: Any) -> tuple[str, str, str]:
    """The ids of a key and its plan, and the key's value."""
    key = api.gateway.create_api_key(name=name, enabled=True)
    made = api.gateway.create_usage_plan(
        name=name, apiStages=[{"apiId": api.id, "stage": "prod"}], **plan
    )
    api.gateway.create_usage_plan_key(usagePlanId=made["id"], keyId=key["id"], keyType="API_KEY")
    return key["id"], made["id"], key["value"]


def test_a_method_with_a_key_wants_one_that_opens_the_stage(api: RestApi) -> None:
    key_id, _, value = _key(api, "gw-key")
    stranger = api.gateway.create_api_key(name="gw-stranger", enabled=True)
    assert api.call("GET", "/keyed", headers={"x-api-key": value}).json == {"key": key_id}
    for headers in ({}, {"x-api-key": "wrong"}, {"x-api-key": stranger["value"]}):
        answer = api.call("GET", "/keyed", headers=headers)
        assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
        assert answer.headers["x-amzn-errortype"] == "ForbiddenException"
    api.gateway.update_api_key(
        apiKey=key_id, patchOperations=patches(("replace", "/enabled", "false"))
    )
    assert api.call("GET", "/keyed", headers={"x-api-key": value}).status == 403


def test_a_quota_ends_with_limit_exceeded(api: RestApi) -> None:
    key_id, plan_id, value = _key(api, "gw-quota", quota={"limit": 3, "period": "DAY"})
    answers = [api.call("GET", "/keyed", headers={"x-api-key": value}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json == {"message": "Limit Exceeded"}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    usage = api.gateway.get_usage(usagePlanId=plan_id, startDate=today, endDate=today)
    assert usage["items"][key_id] == [[3, 0]]


def test_a_plans_throttle_counts_for_each_key(api: RestApi) -> None:
    throttle = {"rateLimit": 0.01, "burstLimit": 2}
    _, _, first = _key(api, "gw-throttle-1", throttle=throttle)
    _, _, second = _key(api, "gw-throttle-2", throttle=throttle)
    for value in (first, second):
        answers = [api.call("GET", "/keyed", headers={"x-api-key": value}) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[2].json == {"message": "Too Many Requests"}


def test_a_stages_throttle_can_be_set_for_one_method(api: RestApi) -> None:
    api.patch_stage(
        ("replace", "/~1slow/GET/throttling/rateLimit", "0.01"),
        ("replace", "/~1slow/GET/throttling/burstLimit", "2"),
    )
    counts = Counter(api.call("GET", "/slow").status for _ in range(5))
    assert counts == {200: 2, 429: 3}
    assert api.call("GET", "/open").status == 200


def test_keys_and_plans_have_awss_rules(api: RestApi) -> None:
    gateway = api.gateway
    key_id, plan_id, value = _key(api, "gw-rules")
    with pytest.raises(ClientError, match="at least 20 characters"):
        gateway.create_api_key(name="short", value="short")
    with pytest.raises(ClientError, match="API Key already exists"):
        gateway.create_api_key(name="twice", value=value)
    with pytest.raises(ClientError, match="contains API stages"):
        gateway.delete_usage_plan(usagePlanId=plan_id)
    assert "value" not in gateway.get_api_key(apiKey=key_id)
    assert gateway.get_api_key(apiKey=key_id, includeValue=True)["value"] == value
    plan = gateway.update_usage_plan(
        usagePlanId=plan_id,
        patchOperations=patches(
            ("replace", "/throttle/rateLimit", "5"),
            ("replace", "/throttle/burstLimit", "9"),
            ("remove", "/apiStages", f"{api.id}:prod"),
        ),
    )
    assert plan["throttle"] == {"rateLimit": 5.0, "burstLimit": 9} and plan["apiStages"] == []
    gateway.delete_usage_plan(usagePlanId=plan_id)
    gateway.delete_api_key(apiKey=key_id)
    with pytest.raises(ClientError, match="Invalid API Key identifier specified"):
        gateway.get_api_key(apiKey=key_id)


def _lines(cloud: Any, group: str, wanted: str) -> list[str]:
    logs = cloud.client("logs")
    for _ in range(20):
        try:
            found = logs.filter_log_events(logGroupName=group)["events"]
        except ClientError:
            found = []
        if any(wanted in event["message"] for event in found):
            return [event["message"] for event in found]
        time.sleep(0.1)
    return []


def test_access_logs_have_the_stages_format(cloud: Any, api: RestApi) -> None:
    api.gateway.update_account(
        patchOperations=patches(("replace", "/cloudwatchRoleArn", role(cloud, "gw-logs", "logs:*")))
    )
    cloud.client("logs").create_log_group(logGroupName="gw-access")
    layout = {
        "id": "$context.requestId",
        "status": "$context.status",
        "path": "$context.resourcePath",
        "error": "$context.error.message",
        "nothing": "$context.authorizer.claims.sub",
    }
    api.patch_stage(
        (
            "replace",
            "/accessLogSettings/destinationArn",
            f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:gw-access",
        ),
        ("replace", "/accessLogSettings/format", json.dumps(layout)),
    )
    good, bad = api.call("GET", "/open"), api.call("GET", "/keyed")
    rows = {
        row["id"]: row
        for row in map(json.loads, _lines(cloud, "gw-access", bad.headers["x-amzn-requestid"]))
    }
    first, second = (rows[each.headers["x-amzn-requestid"]] for each in (good, bad))
    assert (first["status"], first["path"], first["nothing"]) == ("200", "/open", "-")
    assert (second["status"], second["error"]) == ("403", "Forbidden")


def test_logging_wants_the_accounts_role(cloud: Any) -> None:
    elsewhere = RestApi(replace(cloud, region="eu-west-1"), "gw-no-log-role")
    elsewhere.mock("GET", "/", response="{}")
    elsewhere.deploy()
    with pytest.raises(ClientError, match="CloudWatch Logs role ARN must be set"):
        elsewhere.patch_stage(("replace", "/*/*/logging/loglevel", "INFO"))
    assert elsewhere.call("GET", "/").status == 200


def test_execution_logs_tell_what_happened(cloud: Any, api: RestApi) -> None:
    api.gateway.update_account(
        patchOperations=patches(
            ("replace", "/cloudwatchRoleArn", role(cloud, "gw-logs-2", "logs:*"))
        )
    )
    api.patch_stage(("replace", "/*/*/logging/loglevel", "INFO"))
    answer = api.call("GET", "/open")
    request_id = answer.headers["x-amzn-requestid"]
    lines = _lines(cloud, f"API-Gateway-Execution-Logs_{api.id}/prod", request_id)
    assert any("Method completed with status: 200" in line for line in lines)


def test_metrics_count_requests_and_errors(cloud: Any) -> None:
    api = RestApi(cloud, "gw-metrics")
    api.mock("GET", "/", response="{}")
    api.deploy()
    for path in ("/", "/", "/none"):
        api.call("GET", path)

    def total(metric: str, **dimensions: str) -> float:
        found = cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/ApiGateway",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=time.time() - 600,
            EndTime=time.time() + 60,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in found))

    assert total("Count", ApiName="gw-metrics") == 3
    assert total("4XXError", ApiName="gw-metrics", Stage="prod") == 1
    assert total("5XXError", ApiName="gw-metrics") == 0
    assert total("Latency", ApiName="gw-metrics") > 0


class _Backend(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if "slow" in self.path:
            time.sleep(1)
        seen = {"path": self.path, "body": body, "headers": dict(self.headers.items())}
        answer = json.dumps(seen).encode()
        self.send_response(503 if "fail" in self.path else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Backend", "b1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):
            # the gateway did not wait for a slow answer
            self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def backend() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Backend)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def front(cloud: Any, backend: str) -> RestApi:
    api = RestApi(cloud, "gw-http")

    def connect(path: str, kind: str, uri: str, **more: Any) -> dict[str, str]:
        parameters = {"method.request.path.id": True} if "{id}" in path else {}
        place = api.method("POST", path, requestParameters=parameters)
        api.gateway.put_integration(
            **place, type=kind, integrationHttpMethod="POST", uri=uri, **more
        )
        return place

    mapped = {"integration.request.path.id": "method.request.path.id"}
    connect("/proxy/{id}", "HTTP_PROXY", f"{backend}/items/{{id}}", requestParameters=mapped)
    place = connect(
        "/mapped",
        "HTTP",
        f"{backend}/${{stageVariables.base}}/x",
        requestTemplates={"application/json": '{"wrapped": $input.json("$")}'},
        requestParameters={
            "integration.request.header.X-Source": "'gateway'",
            "integration.request.querystring.shop": "method.request.querystring.s",
        },
    )
    api.respond(
        place,
        "200",
        response='{"seen": $input.json("$.body"), "path": $input.json("$.path")}',
        headers={"X-From": "integration.response.header.X-Backend"},
    )
    place = connect("/failing", "HTTP", f"{backend}/fail")
    api.respond(place, "502", pattern=r"5\d{2}", response='{"message": "back end failed"}')
    api.respond(place, "200")
    connect("/slow", "HTTP_PROXY", f"{backend}/slow", timeoutInMillis=200)
    connect("/closed", "HTTP_PROXY", "http://127.0.0.1:9/")
    connect("/outside", "HTTP_PROXY", "http://192.0.2.1/")
    return api.deploy(variables={"base": "orders"})


def test_an_http_proxy_passes_everything_on(front: RestApi) -> None:
    answer = front.call("POST", "/proxy/a%20b", "hello", query={"q": "1"}, headers={"X-A": "1"})
    assert answer.status == 200 and answer.headers["x-backend"] == "b1"
    assert answer.json["path"] == "/items/a%20b?q=1"
    assert answer.json["body"] == "hello"
    assert answer.json["headers"]["X-A"] == "1"


def test_an_http_integration_maps_both_ways(front: RestApi) -> None:
    answer = front.call("POST", "/mapped", {"a": 1}, query={"s": "berlin"})
    assert json.loads(answer.json["seen"]) == {"wrapped": {"a": 1}}
    assert answer.json["path"] == "/orders/x?shop=berlin"
    assert answer.headers["x-from"] == "b1"


def test_a_pattern_chooses_by_the_back_ends_status(front: RestApi) -> None:
    answer = front.call("POST", "/failing", {})
    assert (answer.status, answer.json) == (502, {"message": "back end failed"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/slow", "Endpoint request timed out"),
        ("/closed", "Network error communicating with endpoint"),
        ("/outside", "Network error communicating with endpoint"),
    ],
)
def test_a_back_end_that_does_not_answer_gives_504(front: RestApi, path: str, text: str) -> None:
    answer = front.call("POST", path, {})
    assert (answer.status, answer.json) == (504, {"message": text})
