"""What is too much work for one request fails for its caller alone.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.cloud.http_api import ECHO, HttpApi, refusal
from tests.cloud.rest_api import ACCOUNT, function

INTERNAL = {"message": "Internal Server Error"}


@pytest.fixture(scope="module")
def api(cloud: Any) -> HttpApi:
    echo = function(cloud, "http-budget", ECHO)
    api = HttpApi(cloud, "http-budgets")
    many = {f"append:header.x-{number}": "${request.body}" * 30 for number in range(20)}
    api.route("POST /many", api.integration(echo, RequestParameters=many))
    deep = {"append:header.x": "$request.body.a.b.c"}
    api.route("POST /deep", api.integration(echo, RequestParameters=deep))
    long = "/".join(f"{{p{number}}}" for number in range(80))
    api.route(f"GET /{long}/end", api.integration(echo))
    fixed = "/".join("x" for _ in range(200))
    api.route(f"GET /{fixed}/{{rest+}}", api.integration(echo))
    return api.stage()


def slowest_parallel_call(cloud: Any, attack: Any) -> float:
    """How long the slowest call of another client takes while an attack runs, in seconds."""
    sqs = cloud.client("sqs")
    sqs.create_queue(QueueName="http-beside")
    thread = threading.Thread(target=attack)
    thread.start()
    slowest = 0.0
    while thread.is_alive():
        began = time.perf_counter()
        sqs.get_queue_url(QueueName="http-beside")
        slowest = max(slowest, time.perf_counter() - began)
    thread.join()
    return slowest


def test_mappings_make_no_more_than_a_request_may_be(cloud: Any, api: HttpApi) -> None:
    answers = []

    def attack() -> None:
        answers.append(api.call("POST", "/many", b"x" * 9_000_000))

    assert slowest_parallel_call(cloud, attack) < 2
    assert (answers[0].status, answers[0].json) == (500, INTERNAL)


def test_a_body_that_nests_deeply_is_no_json(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html"""
    json_type = {"content-type": "application/json"}
    for body in ("[" * 90_000, '{"a":' * 15_000, "[" * 5_000_000):
        answer = api.call("POST", "/deep", body, headers=json_type)
        assert answer.status == 200 or answer.status == 413
    # AWS reads the first 100 KB for a path
    long = '{"a": {"b": {"c": "found"}}, "rest": "' + "x" * 110_000 + '"}'
    assert "x" not in api.call("POST", "/deep", long, headers=json_type).json["headers"]
    short = '{"a": {"b": {"c": "found"}}}'
    assert api.call("POST", "/deep", short, headers=json_type).json["headers"]["x"] == "found"


def test_long_paths_are_matched_at_once(cloud: Any, api: HttpApi) -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"""

    def attack() -> None:
        for path in ("/" * 4000, "/x" * 4000, "/%2F" * 2000, "/x" * 80 + "/end"):
            assert api.call("GET", path).status in (200, 404)

    assert slowest_parallel_call(cloud, attack) < 2


def test_settings_without_end_are_refused(cloud: Any, api: HttpApi) -> None:
    function_arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    good = {
        "ApiId": api.id,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": function_arn,
        "PayloadFormatVersion": "2.0",
    }
    create = api.gateway.create_integration
    for wrong in (
        {"RequestParameters": {"append:header.x": "x" * 513}},
        {"RequestParameters": {"append:header.x": "$context" + ".a" * 5_000}},
        {"Description": "x" * 1025},
        {"IntegrationUri": function_arn + "x" * 2048},
    ):
        assert refusal(create, **{**good, **wrong})[0] == "BadRequestException"
    layout = "$context.requestId" * 1000
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g"
    logs = {"DestinationArn": group, "Format": layout}
    parameters = {"ApiId": api.id, "StageName": "x", "AccessLogSettings": logs}
    assert refusal(api.gateway.create_stage, **parameters)[0] == "BadRequestException"
    assert refusal(api.gateway.create_route, ApiId=api.id, RouteKey="GET /" + "a" * 600)[0] == (
        "BadRequestException"
    )
